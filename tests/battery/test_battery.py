"""The twelve tasks played with real keys against the demo shop; the outcome is in the store."""

from collections.abc import Sequence

import pytest

from agent_tui.cli.screenshots import NOON
from agent_tui.model.conversation import Conversation, Sort, Status
from agent_tui.model.message import Direction, Message
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import conversations, listings, messages
from agent_tui.store.database import Database
from agent_tui.store.matches import MOST, Matches
from agent_tui.ui.shell import Where
from tests import readme
from tests.battery import table
from tests.battery.conftest import Play
from tests.battery.tasks import PROGRAMS, SOURCES, TASKS
from tests.ui.screen import Screen


def found(db: Database, text: str, sort: Sort = Sort.NEWEST) -> Sequence[Conversation]:
    query = compile_query(parse(text), db, me="you", now=NOON)
    if query.match is not None:
        return conversations.by_ids(db, Matches(db, query).first(MOST))
    return listings.page(db, query, sort, limit=500)


def get(db: Database, number: int) -> Conversation:
    conversation = conversations.get(db, number)
    assert conversation is not None
    return conversation


def last(db: Database, number: int, direction: Direction) -> Message:
    thread = messages.of_conversation(db, number)
    return next(message for message in reversed(thread) if message.direction is direction)


async def keys(shown: Screen, number: int) -> None:
    """Play a task; each key goes where the one before has led, as an agent looks where it is."""
    await type_keys(shown, TASKS[number - 1].keys)


async def type_keys(shown: Screen, typed: str) -> None:
    for key in typed.split():
        await shown.press(key)
        for _ in range(5):
            await shown.pilot.pause()


async def test_1_the_oldest_that_waits_is_open(play: Play) -> None:
    async with play() as (shown, db):
        await keys(shown, 1)
        oldest = found(db, "status:open is:waiting", Sort.WAITING)[0]
        assert shown.app.where() is Where.READING
        assert shown.app.current() == get(db, oldest.id)


async def test_2_it_is_answered_from_a_canned_reply_and_resolved(play: Play) -> None:
    async with play() as (shown, db):
        await keys(shown, 1)
        answered = shown.app.targets()[0]
        await keys(shown, 2)
        await shown.until(lambda: get(db, answered).status is Status.RESOLVED)
        assert "your refund of 20 left us" in last(db, answered, Direction.OUTBOUND).body.text
        assert shown.app.targets() != [answered]  # the next one is there
        await shown.press("u")
        await shown.until(lambda: get(db, answered).status is Status.OPEN)  # one undo for both


async def test_3_it_is_snoozed_until_tomorrow_at_nine(play: Play) -> None:
    async with play() as (shown, db):
        snoozed = shown.app.targets()[0]
        await keys(shown, 3)
        tomorrow_at_nine = NOON + 21 * 3_600_000
        assert get(db, snoozed).snoozed_until == tomorrow_at_nine
        assert get(db, snoozed).status is Status.SNOOZED


async def test_4_a_colleague_has_it(play: Play) -> None:
    async with play() as (shown, db):
        given = shown.app.targets()[0]
        await keys(shown, 4)
        await shown.until(lambda: get(db, given).assignee == "mara")


async def test_5_and_6_twenty_are_labelled_and_resolved_and_that_is_taken_back(play: Play) -> None:
    async with play() as (shown, db):
        before = found(db, "status:open label:newsletter")
        assert len(before) == 20
        await shown.until(lambda: shown.app.desk.inbox.views[3].name == "Newsletters")
        await keys(shown, 5)
        done = found(db, "status:resolved label:done")
        assert {one.id for one in done} == {one.id for one in before}
        await keys(shown, 6)
        assert [one.triage for one in found(db, "status:open label:newsletter")] == [
            one.triage for one in before
        ]
        assert found(db, "label:done") == []


async def test_7_the_last_word_of_a_customer_on_something_is_found(play: Play) -> None:
    async with play() as (shown, db):
        wanted = found(db, "customer:okafor zip")[0]
        await keys(shown, 7)
        await shown.until(lambda: shown.app.where() is Where.READING)
        assert shown.app.targets() == [wanted.id]
        assert "zip" in " ".join(m.body.text for m in messages.of_conversation(db, wanted.id))


async def test_8_a_colleague_finds_the_note_among_her_mentions(play: Play) -> None:
    async with play() as (shown, db):
        noted = shown.app.targets()[0]
        await keys(shown, 8)
        await shown.until(lambda: [one.id for one in found(db, "mentions:mara")] == [noted])
        assert last(db, noted, Direction.NOTE).body.text == "@mara zip?"


async def test_9_the_tracking_number_is_copied(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []
    async with play() as (shown, _):
        monkeypatch.setattr(shown.app, "copy", copied.append)
        await type_keys(shown, "j j j")
        await keys(shown, 9)
        await shown.until(lambda: copied)
        assert copied == ["NP204418837"]


async def test_10_a_review_is_answered_in_public_and_resolved(play: Play) -> None:
    async with play() as (shown, db):
        review = found(db, "status:open rating:2")[0]
        await keys(shown, 10)
        await shown.until(lambda: get(db, review.id).status is Status.RESOLVED)
        answer = last(db, review.id, Direction.OUTBOUND)
        assert answer.body.text.startswith("We're sorry, Rohan.")


async def test_11_a_chat_is_dealt_with_in_the_middle_of_a_reply(play: Play) -> None:
    async with play() as (shown, db):
        chats = shown.app.chats
        await type_keys(shown, "W r H i")
        answered = shown.app.targets()[0]
        await shown.until(lambda: chats.waiting)
        urgent = chats.waiting[0].id
        await keys(shown, 11)
        await shown.until(lambda: get(db, answered).status is Status.PENDING)
        assert last(db, urgent, Direction.OUTBOUND).body.text == "ok"
        assert last(db, answered, Direction.OUTBOUND).body.text.startswith("Hi.")


async def test_12_it_says_how_the_due_time_comes_about(play: Play) -> None:
    async with play() as (shown, _):
        await keys(shown, 12)
        await shown.until(lambda: shown.app.where() is Where.HELP)
        assert "Next answer: 2 min from" in shown.text or "First answer: 2 min" in shown.text


def test_the_fewest_keys_are_ours() -> None:
    for task in TASKS:
        for program in PROGRAMS:
            count = task.other(program)
            assert count is None or task.count <= count, f"{task.name}: {program}"
        assert set(task.others) <= set(PROGRAMS)
    assert SOURCES.keys() == set(PROGRAMS)


def test_the_table_of_the_readme_is_that_of_the_tasks() -> None:
    assert readme.table("battery") == table.markdown(), "uv run python -m tests.battery.table"
