"""Customers of the demo world write while somebody watches and answer what agents send."""

import asyncio
from dataclasses import replace

import pytest

from agent_tui.adapters.contract import Effect, Hint, Refused, Settled, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import HOUR, MINUTE, SECOND
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Incoming, Outgoing
from agent_tui.model.message import Address, Direction, Recipients
from tests.adapters.demo.shop import US, Visit, commit, reply


@pytest.mark.parametrize("stop", [1, 2, 5, 9])
async def test_a_pull_that_stops_after_any_batch_goes_on_without_loss_or_double(stop: int) -> None:
    whole = await Visit(frozen=True).news()
    broken_off = Visit(frozen=True)
    before = [m for batch in await broken_off.pull(stop) for m in batch.messages]
    restarted = Visit(frozen=True, cursors=broken_off.cursors, now=broken_off.now + HOUR)
    assert before + await restarted.news() == whole


async def test_the_past_comes_oldest_first_in_batches_with_progress() -> None:
    batches = await Visit(frozen=True).pull()
    times = [message.at for batch in batches for message in batch.messages]
    assert times == sorted(times)
    assert all(len(batch.messages) <= 100 for batch in batches)
    last = batches[-1].progress
    assert last is not None
    assert last.done == last.total == len(times)


async def test_nothing_arrives_by_itself_in_a_frozen_world() -> None:
    visit = Visit(frozen=True)
    past = await visit.news()
    await visit.adapter.deliver(reply(past[-1], "Hello!"), commit)
    assert await visit.news(after=5 * HOUR) == []


async def test_somebody_writes_at_least_once_a_minute_and_never_twice_the_same() -> None:
    visit = Visit()
    await visit.news()
    came = [await visit.news(after=MINUTE) for _ in range(9)]
    assert all(came)
    texts = [message.body.text for minute in came for message in minute]
    assert len(texts) == len(set(texts))


async def test_the_same_seed_brings_the_same_arrivals() -> None:
    one, other = Visit(seed=5), Visit(seed=5)
    await one.news()
    await other.news()
    assert await one.news(after=5 * MINUTE) == await other.news(after=5 * MINUTE)


async def test_what_came_is_pulled_again_when_its_batch_was_not_committed() -> None:
    visit = Visit()
    await visit.news()
    committed = dict(visit.cursors)
    came = await visit.news(after=5 * MINUTE)
    visit.cursors = committed
    assert await visit.news() == came


async def test_arrivals_of_a_second_run_have_ids_of_their_own() -> None:
    first = Visit()
    await first.news()
    came = await first.news(after=2 * MINUTE)
    second = Visit(cursors=first.cursors, now=first.now + HOUR)
    await second.news()
    later = await second.news(after=2 * MINUTE)
    assert later
    assert {m.remote_id for m in came}.isdisjoint(m.remote_id for m in later)


async def test_a_machine_that_slept_does_not_wake_to_a_flood() -> None:
    visit = Visit()
    await visit.news()
    assert len(await visit.news(after=8 * HOUR)) <= 3


async def test_the_customer_answers_a_mail_in_the_same_thread_within_seconds() -> None:
    visit = Visit()
    asked = _open(await visit.news(), Channel.MAIL)
    effect = reply(asked, "Your refund of £138 left us today.")
    await visit.adapter.deliver(effect, commit)
    [answer] = [m for m in await visit.news(after=15 * SECOND) if m.thread_key == asked.thread_key]
    assert answer.sender == asked.sender
    assert answer.direction is Direction.INBOUND
    assert answer.references[-1] == effect.key
    assert "Your refund of £138" in answer.body.text  # quoted


async def test_a_chat_is_answered_within_five_seconds() -> None:
    visit = Visit()
    asked = _open(await visit.news(), Channel.CHAT)
    await visit.adapter.deliver(reply(asked, "Have you asked the neighbours?"), commit)
    answers = await visit.news(after=5 * SECOND)
    assert [answer.thread_key for answer in answers] == [asked.thread_key]


async def test_a_repeated_key_is_sent_and_answered_once() -> None:
    visit = Visit()
    asked = _open(await visit.news(), Channel.CHAT)
    for _ in range(2):
        await visit.adapter.deliver(reply(asked, "Hello!"), commit)
    assert len(await visit.news(after=15 * SECOND)) == 1


async def test_a_mail_exchange_comes_to_an_end() -> None:
    visit = Visit()
    asked = _open(await visit.news(), Channel.MAIL)
    answers = 0
    for number in range(5):
        effect = replace(reply(asked, "And?"), key=f"{number}@larkfell.example")
        await visit.adapter.deliver(effect, commit)
        came = await visit.news(after=15 * SECOND)
        answers += sum(message.thread_key == asked.thread_key for message in came)
    assert answers == 2


async def test_who_is_written_to_first_answers_naming_our_mail() -> None:
    visit = Visit()
    past = await visit.news()
    to = next(m.sender for m in past if m.channel is Channel.MAIL)
    outgoing = Outgoing("A question", "May I ask?", US, Recipients(to=(Address("", to.value),)))
    await visit.adapter.deliver(Effect(EffectKind.SEND, "new@larkfell.example", outgoing), commit)
    [answer] = [m for m in await visit.news(after=15 * SECOND) if m.references]
    assert answer.sender == to
    assert answer.references == ("new@larkfell.example",)
    assert answer.thread_key is None


async def test_the_shop_knows_what_was_sent() -> None:
    visit = Visit()
    effect = reply((await visit.news())[-1], "Hello!")
    assert await visit.adapter.settle(effect) is Settled.NOT_SENT
    await visit.adapter.deliver(effect, commit)
    assert await visit.adapter.settle(effect) is Settled.SENT


async def test_a_file_that_is_gone_is_refused_before_anything_has_left() -> None:
    visit = Visit()
    effect = reply((await visit.news())[-1], "Here")
    assert effect.outgoing is not None
    outgoing = replace(effect.outgoing, files=("/nowhere/scan.pdf",))
    with pytest.raises(Refused, match=r"scan\.pdf"):
        await visit.adapter.deliver(replace(effect, outgoing=outgoing), commit)
    assert await visit.adapter.settle(effect) is Settled.NOT_SENT


async def test_only_sending_has_a_step_of_no_return() -> None:
    committed: list[str] = []

    async def note() -> None:
        committed.append("now")

    visit = Visit()
    past = await visit.news()
    await visit.adapter.deliver(Effect(EffectKind.STATUS, "k1"), note)
    assert committed == []
    await visit.adapter.deliver(reply(past[-1], "Hello!"), note)
    assert committed == ["now"]


async def test_a_file_that_nobody_sent_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="has no file"):
        await Visit().adapter.fetch(Target("shop", "x"), "../../etc/passwd")


async def test_watching_hints_when_an_answer_is_due() -> None:
    visit = Visit()
    asked = _open(await visit.news(), Channel.CHAT)
    hints = visit.adapter.watch()
    waiting = asyncio.ensure_future(anext(hints))
    await visit.adapter.deliver(reply(asked, "Hello!"), commit)
    visit.now += 10 * SECOND
    assert await asyncio.wait_for(waiting, 20) == Hint("shop")


def _open(messages: list[Incoming], channel: Channel) -> Incoming:
    """The customer's newest message of ``channel`` in an English conversation."""
    english = [m for m in messages if m.channel is channel and m.subject.isascii()]
    return next(m for m in reversed(english) if m.direction is Direction.INBOUND)
