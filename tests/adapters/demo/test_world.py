"""The demo world holds what a visitor is promised."""

from collections import defaultdict

import pytest

from agent_tui.adapters.contract import WHOLE, Refused, Target
from agent_tui.adapters.demo import shop
from agent_tui.adapters.demo.play import history, people
from agent_tui.content.mime import read_mail
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.clock import DAY
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.incoming import Incoming
from agent_tui.model.message import Direction
from tests.adapters.demo.shop import NOW, Visit

_MAGIC = {"image/png": b"\x89PNG", "application/pdf": b"%PDF-", "text/plain": b""}


@pytest.fixture
async def world() -> list[Incoming]:
    return await Visit(frozen=True).news()


def _threads(world: list[Incoming]) -> dict[str, list[Incoming]]:
    threads: dict[str, list[Incoming]] = defaultdict(list)
    for message in world:
        assert message.thread_key is not None
        threads[message.thread_key].append(message)
    return threads


def test_the_shop_has_some_three_hundred_conversations_in_a_thousand_messages(
    world: list[Incoming],
) -> None:
    assert len(_threads(world)) == 304
    assert 900 <= len(world) <= 1200


def test_eighty_customers_write_in_a_dozen_languages(world: list[Incoming]) -> None:
    writers = {m.sender.value for m in world if m.direction is Direction.INBOUND}
    assert len(writers) >= 80
    assert len({person.language for person in people().values()}) >= 12


def test_every_channel_of_a_shop_is_there(world: list[Incoming]) -> None:
    channels = {message.channel for message in world}
    assert channels == {Channel.MAIL, Channel.CHAT, Channel.REVIEW, Channel.SOCIAL}


def test_some_customers_write_by_mail_chat_and_review(world: list[Incoming]) -> None:
    channels: dict[str, set[Channel]] = defaultdict(set)
    for message in world:
        channels[message.sender.value].add(message.channel)
    assert (
        sum(used >= {Channel.MAIL, Channel.CHAT, Channel.REVIEW} for used in channels.values()) > 5
    )


def test_no_two_messages_say_the_same(world: list[Incoming]) -> None:
    texts = [m.body.text for m in world if len(m.body.text) > 30]
    assert len(texts) == len(set(texts))


def test_ids_are_unique(world: list[Incoming]) -> None:
    assert len({message.remote_id for message in world}) == len(world)
    ids = [message.message_id for message in world if message.message_id]
    assert len(ids) == len(set(ids))


def test_most_of_it_is_from_the_last_three_weeks_and_none_from_the_future(
    world: list[Incoming],
) -> None:
    last = [max(m.at for m in thread) for thread in _threads(world).values()]
    assert max(last) < NOW
    assert sum(NOW - at < 23 * DAY for at in last) > len(last) / 2
    assert NOW - min(m.at for m in world) > 350 * DAY


def test_exactly_twenty_open_conversations_are_about_the_newsletter(
    world: list[Incoming],
) -> None:
    found = [
        thread
        for thread in _threads(world).values()
        if thread[0].status is Status.OPEN and "newsletter" in thread[0].labels
    ]
    assert len(found) == 20


def test_okafor_mentioned_zip_last_in_a_conversation_that_is_not_the_newest(
    world: list[Incoming],
) -> None:
    mine = [m for m in world if m.sender.value == people()["okafor"].mail]
    zips = [m for m in mine if "zip" in f"{m.subject} {m.body.text}".lower()]
    assert len({m.thread_key for m in zips}) >= 4
    assert zips[-1].thread_key != mine[-1].thread_key


def test_one_colleague_alone_begins_with_ma() -> None:
    assert [handle for handle in shop.AGENTS if handle.startswith("ma")] == ["mara"]


def test_a_two_star_review_waits_for_an_answer(world: list[Incoming]) -> None:
    waiting = [t for t in _threads(world).values() if t[0].rating == 2 and len(t) == 1]
    assert [thread[0].status for thread in waiting] == [Status.OPEN]


def test_most_open_customers_have_written_before(world: list[Incoming]) -> None:
    threads = _threads(world).values()
    starts = [(thread[0].sender.value, thread[0].status) for thread in threads]
    waiting = {who for who, status in starts if status is Status.OPEN}
    known = {who for who in waiting if sum(one == who for one, _ in starts) > 1}
    assert len(known) > 0.8 * len(waiting)


def test_every_address_is_of_a_reserved_domain() -> None:
    assert all(p.mail.endswith(".example") for p in people().values() if p.mail)  # RFC 2606


def test_everybody_of_the_cast_appears() -> None:
    assert {play.person.key for play in history()} == set(people())


def test_only_what_came_after_our_last_word_is_unread(world: list[Incoming]) -> None:
    unread = [m for m in world if not m.flags.seen]
    assert 30 < len(unread) < 80
    for message in unread:
        later = [m for m in _threads(world)[str(message.thread_key)] if m.at > message.at]
        assert all(m.direction is Direction.INBOUND for m in later)


def test_the_agent_at_the_keyboard_has_conversations(world: list[Incoming]) -> None:
    assert any(m.assignee == "kim" and m.status is Status.OPEN for m in world)
    assert not any(m.assignee == shop.ME for m in world)


def test_answers_are_signed_and_what_they_quote_is_folded(world: list[Incoming]) -> None:
    folded = [m for m in world if m.body.folds]
    assert len(folded) > 100
    for message in folded:
        lines = message.body.text.split("\n")
        for fold in message.body.folds:
            assert 0 < fold.start < fold.end <= len(lines)
            assert lines[fold.start]


def test_all_texts_are_safe_already(world: list[Incoming]) -> None:
    for message in world:
        assert safe_text(message.body.text) == message.body.text
        assert safe_line(message.subject) == message.subject
        assert safe_line(message.sender.name) == message.sender.name


async def test_every_attachment_can_be_fetched_in_its_size(world: list[Incoming]) -> None:
    adapter = Visit(frozen=True).adapter
    listed = [(message, file) for message in world for file in message.files]
    assert len(listed) > 25
    for message, file in listed:
        data = await adapter.fetch(Target("shop", message.remote_id), file.part)
        assert len(data) == file.size
        assert data.startswith(_MAGIC[file.type])


async def test_the_source_of_every_mail_reads_as_the_mail(world: list[Incoming]) -> None:
    visit = Visit(frozen=True)
    await visit.news()
    mails = [message for message in world if message.channel is Channel.MAIL][::7]
    assert len(mails) > 10
    for message in mails:
        octets = await visit.adapter.fetch(Target("shop", message.remote_id), WHOLE)
        mail = read_mail(octets)
        assert (mail.message_id, mail.subject) == (message.message_id, message.subject)
        assert mail.references == message.references
        assert mail.sent_at == message.at // 1000 * 1000
        assert message.body.text.split("\n")[0] in mail.body.text
        assert [file.name for file in mail.attachments] == [file.name for file in message.files]


async def test_a_mail_of_an_earlier_run_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="forgets"):
        await Visit().adapter.fetch(Target("shop", "new-9"), WHOLE)


async def test_the_same_seed_makes_the_same_world(world: list[Incoming]) -> None:
    assert await Visit(frozen=True).news() == world


async def test_another_seed_makes_another_world(world: list[Incoming]) -> None:
    assert await Visit(frozen=True, seed=2).news() != world
