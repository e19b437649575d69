"""Chats of the demo world are alive: customers read, type, correct themselves and react."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise

import pytest

from agent_tui.adapters.contract import Hint, Refused
from agent_tui.content.safe import safe_text
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import DAY, MINUTE, SECOND
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.incoming import Batch, Incoming
from agent_tui.model.message import Delivery, Direction
from tests.adapters.demo.shop import Visit, commit, reply

SEEDS = range(1, 13)


async def _happened(visit: Visit, *, ticks: int = 12, tick: int = SECOND // 2) -> list[Batch]:
    """What happens in the next seconds, looked at every half one."""
    batches = []
    for _ in range(ticks):
        visit.now += tick
        batches += await visit.pull()
    return batches


async def _chat(visit: Visit) -> Incoming:
    """An open chat of the past whose customer waits."""
    past = await visit.news()
    return next(
        m
        for m in reversed(past)
        if m.channel is Channel.CHAT
        and m.status is Status.OPEN
        and m.direction is Direction.INBOUND
        and m.subject.isascii()
    )


async def test_what_we_send_is_delivered_then_read_then_answered() -> None:
    visit = Visit()
    chat = await _chat(visit)
    await visit.adapter.deliver(reply(chat, "Hello!", key="ours"), commit)
    seen: list[object] = []
    for batch in await _happened(visit):
        seen += [mark.delivery for mark in batch.marks if mark.remote_id == "ours"]
        seen += ["answer" for m in batch.messages if m.thread_key == chat.thread_key]
    assert seen == [Delivery.DELIVERED, Delivery.READ, "answer"]


async def test_mail_is_never_marked() -> None:
    visit = Visit()
    mail = next(m for m in reversed(await visit.news()) if m.channel is Channel.MAIL)
    await visit.adapter.deliver(reply(mail, "Hello!", key="ours"), commit)
    assert not any(b.marks for b in await _happened(visit, ticks=20))


async def test_all_that_customers_have_answered_in_the_past_is_marked_as_read() -> None:
    batches = await Visit(frozen=True).pull()
    messages = [m for batch in batches for m in batch.messages]
    of_thread = {m.remote_id: m.thread_key for m in messages}
    read = {
        of_thread[mark.remote_id]: mark.remote_id
        for batch in batches
        for mark in batch.marks
        if mark.delivery is Delivery.READ and mark.and_before
    }
    last: dict[str | None, str] = {}
    pending: dict[str | None, str] = {}
    for m in messages:
        if m.channel not in (Channel.CHAT, Channel.SOCIAL):
            continue
        if m.direction is Direction.OUTBOUND:
            pending[m.thread_key] = m.remote_id
        elif m.direction is Direction.INBOUND and m.thread_key in pending:
            last[m.thread_key] = pending[m.thread_key]
    assert read == last


async def test_customers_are_seen_to_write_before_their_answer_comes() -> None:
    visit = Visit()
    chat = await _chat(visit)
    await visit.adapter.deliver(reply(chat, "Hello!"), commit)
    async with aclosing(visit.adapter.watch()) as hints:
        hint = None
        while hint is None or hint.typing is None:
            waiting = asyncio.ensure_future(anext(hints))
            while not waiting.done():
                visit.now += SECOND // 10
                visit.adapter._changed.set()  # the clock has been put on
                await asyncio.wait({waiting}, timeout=0.01)
            hint = waiting.result()
            came = await visit.news()
        assert hint.mailbox == "shop"
        assert hint.typing.on
        assert hint.typing.thread_key == chat.thread_key
        assert hint.typing.who == chat.sender.name
        assert came == []


async def test_who_has_sent_already_is_not_said_to_write() -> None:
    visit = Visit()
    chat = await _chat(visit)
    await visit.adapter.deliver(reply(chat, "Hello!"), commit)
    visit.now += MINUTE
    async with aclosing(visit.adapter.watch()) as hints:
        assert await asyncio.wait_for(anext(hints), 20) == Hint("shop")


async def test_who_has_said_all_begins_to_write_and_thinks_better_of_it() -> None:
    visit = Visit()
    chat = await _chat(visit)
    live = visit.adapter._live
    assert live is not None
    for number in range(8):
        await visit.adapter.deliver(reply(chat, "Anything else?", key=f"ours {number}"), commit)
        visit.now += 6 * SECOND
        await visit.pull()
        live.typing(visit.now)
    await visit.adapter.deliver(reply(chat, "Bye!", key="last"), commit)
    seen = []
    for _ in range(80):
        visit.now += SECOND // 10
        seen += [t.on for t in live.typing(visit.now) if t.thread_key == chat.thread_key]
    assert seen == [True, False]


async def test_some_answers_are_corrected_to_what_was_meant() -> None:
    edits = 0
    for seed in SEEDS:
        visit = Visit(seed=seed)
        chat = await _chat(visit)
        await visit.adapter.deliver(reply(chat, "Hello!"), commit)
        batches = await _happened(visit, ticks=24)
        sent = {m.remote_id: m.body.text for batch in batches for m in batch.messages}
        for edit in (edit for batch in batches for edit in batch.edits):
            edits += 1
            assert sorted(edit.body.text) == sorted(sent[edit.remote_id])
            assert edit.body.text != sent[edit.remote_id]
    assert edits


async def test_some_customers_put_an_emoji_to_what_we_sent() -> None:
    emoji = []
    for seed in SEEDS:
        visit = Visit(seed=seed)
        chat = await _chat(visit)
        await visit.adapter.deliver(reply(chat, "Hello!", key="ours"), commit)
        for batch in await _happened(visit):
            emoji += [r.emoji for r in batch.reactions if r.message == "ours"]
    assert 1 < len(emoji) < len(SEEDS)


async def test_who_is_asked_for_a_photo_sends_one_that_can_be_fetched() -> None:
    visit = Visit()
    chat = await _chat(visit)
    await visit.adapter.deliver(reply(chat, "Could you send us a photo of it?"), commit)
    [answer] = [
        m
        for batch in await _happened(visit)
        for m in batch.messages
        if m.thread_key == chat.thread_key
    ]
    [file] = answer.files
    assert file.type == "image/png"
    assert len(await visit.adapter.fetch(None, file.part)) == file.size  # type: ignore[arg-type]


async def test_several_chats_begin_at_about_the_same_time() -> None:
    visit = Visit()
    past = {m.thread_key for m in await visit.news()}
    begun: dict[str | None, int] = {}
    for batch in await _happened(visit, ticks=15, tick=MINUTE):
        for m in batch.messages:
            if m.channel is Channel.CHAT and m.thread_key not in past:
                begun.setdefault(m.thread_key, m.at)
    times = sorted(begun.values())
    gaps = [b - a for a, b in pairwise(times)]
    assert any(gap <= 8 * SECOND for gap in gaps)


async def test_what_is_sent_twice_by_mistake_is_taken_back() -> None:
    taken_back = 0
    for seed in SEEDS:
        visit = Visit(seed=seed)
        await visit.news()
        batches = await _happened(visit, ticks=8, tick=MINUTE)
        came = {m.remote_id: m for batch in batches for m in batch.messages}
        for deletion in (one for batch in batches for one in batch.deletions):
            taken_back += 1
            assert came[deletion.remote_id].at < deletion.at
    assert taken_back


async def test_chats_are_carried_and_whatsapp_can_be_answered_for_a_day() -> None:
    visit = Visit()
    batches = await visit.pull()
    messages = [m for batch in batches for m in batch.messages]
    last = {m.thread_key: m.at for m in messages if m.direction is Direction.INBOUND}
    reviews = {m.thread_key for m in messages if m.channel is Channel.REVIEW}
    states = {
        one.thread_key: one
        for batch in batches
        for one in batch.conversations
        if one.thread_key not in reviews
    }
    assert {one.via for one in states.values()} == {
        "website",
        "whatsapp",
        "instagram",
        "facebook",
    }
    for key, state in states.items():
        assert (state.reply_until is not None) == (state.via == "whatsapp")
        if state.reply_until is not None:
            assert state.reply_until == last[key] + DAY
    chats = {m.thread_key for m in messages if m.channel in (Channel.CHAT, Channel.SOCIAL)}
    assert set(states) == chats


async def test_a_new_message_opens_whatsapps_window_again() -> None:
    visit = Visit()
    batches = await visit.pull()
    key = next(
        state.thread_key
        for batch in reversed(batches)
        for state in batch.conversations
        if state.via == "whatsapp"
    )
    asked = next(m for batch in batches for m in batch.messages if m.thread_key == key)
    await visit.adapter.deliver(reply(asked, "Hello!"), commit)
    batches = await _happened(visit)
    [answer] = [m for batch in batches for m in batch.messages if m.thread_key == key]
    [state] = [s for batch in batches for s in batch.conversations if s.thread_key == key]
    assert state.reply_until == answer.at + DAY


async def test_the_shop_names_its_colleagues_and_keeps_canned_replies() -> None:
    batch = (await Visit(frozen=True).pull(1))[0]
    assert {one.handle for one in batch.colleagues} >= {"mara", "tom"}
    assert batch.canned
    assert all(reply.name and reply.text for reply in batch.canned)


async def test_the_same_seed_makes_the_same_lively_chats() -> None:
    def told(batches: list[Batch]) -> list[Batch]:
        return [replace(batch, cursor="") for batch in batches]

    both = []
    for _ in range(2):
        visit = Visit(seed=7)
        chat = await _chat(visit)
        await visit.adapter.deliver(reply(chat, "Hello!"), commit)
        both.append(told(await _happened(visit, ticks=30, tick=4 * SECOND)))
    assert both[0] == both[1]


async def test_nothing_at_all_happens_in_a_frozen_world() -> None:
    visit = Visit(frozen=True)
    chat = await _chat(visit)
    await visit.adapter.deliver(reply(chat, "Hello!"), commit)
    assert await _happened(visit, ticks=10, tick=MINUTE) == []
    watching = asyncio.ensure_future(anext(visit.adapter.watch()))
    done, _ = await asyncio.wait({watching}, timeout=0.05)
    watching.cancel()
    assert not done


@pytest.mark.parametrize(
    "kind", [EffectKind.EDIT, EffectKind.DELETE, EffectKind.REACT, EffectKind.TYPING]
)
async def test_chats_take_what_agents_do_to_messages_and_mail_does_not(kind: EffectKind) -> None:
    async def never() -> None:
        raise AssertionError("that may be repeated without harm")

    visit = Visit()
    past = await visit.news()
    for channel in (Channel.CHAT, Channel.MAIL):
        message = next(m for m in reversed(past) if m.channel is channel)
        effect = replace(reply(message, "Hello!"), kind=kind)
        if channel is Channel.CHAT:
            await visit.adapter.deliver(effect, never)
        else:
            with pytest.raises(Refused, match="mail"):
                await visit.adapter.deliver(effect, never)


async def test_all_that_happens_is_safe_already() -> None:
    for seed in SEEDS:
        visit = Visit(seed=seed)
        chat = await _chat(visit)
        await visit.adapter.deliver(reply(chat, "A photo?"), commit)
        for batch in await _happened(visit, ticks=10, tick=20 * SECOND):
            texts = [m.body.text for m in batch.messages] + [e.body.text for e in batch.edits]
            assert [safe_text(text) for text in texts] == texts
