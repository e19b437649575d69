"""What is typed in one go does what it would have done typed slowly."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.events import Key, Paste

from agent_tui.model.conversation import Status
from agent_tui.store import conversations, drafts, outbox
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.typeahead import PATIENCE_S, TypeAhead
from agent_tui.ui.writing_area import WritingArea
from tests.factory import incoming, listed, mail_account, receive
from tests.ui.screen import Screen, screen

CANNED = 'Hi, {{ ask "Amount" }} and {{ ask "Days" }}.'
CONTROL = {"\r": "enter", "\x13": "ctrl+s", "\x1b": "escape", " ": "space"}


@pytest.fixture
def shop(db: SqliteDatabase, tmp_path: Path) -> SqliteDatabase:
    mail_account(db)
    for number in range(3):
        receive(db, incoming("My zip broke", sender=f"c{number}@x.org", name=f"Customer {number}"))
    canned = tmp_path / "config/canned"
    canned.mkdir(parents=True)
    (canned / "refund.md").write_text(CANNED)
    return db


def burst(shown: Screen, text: str) -> None:
    """Put all keys of ``text`` into the program's queue at once, as a slow line does."""
    for character in text:
        key = CONTROL.get(character, character)
        shown.app.post_message(Key(key, character))


def statuses(db: SqliteDatabase) -> set[Status]:
    return {conversation.status for conversation in listed(db)}


async def test_a_reply_and_its_text_in_one_go(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        burst(shown, "rHello eswq!#")
        await shown.until(lambda: shown.app.where() == "composer")
        await shown.until(lambda: shown.app.query_one(WritingArea).text == "Hello eswq!#")
    assert statuses(shop) == {Status.OPEN}


async def test_a_command_line_in_one_go(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        burst(shown, ":label quite\rj:label second\r")
        await shown.until(lambda: len(conversations.labels(shop)) == 2)
        assert [c.labels for c in listed(shop)] == [("quite",), ("second",), ()]


async def test_a_search_in_one_go(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        burst(shown, "/zip e\r")
        await shown.until(lambda: shown.app.desk.narrowing == "zip e*")
    assert statuses(shop) == {Status.OPEN}


async def test_a_canned_reply_with_two_prompts_sent_in_one_go(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        burst(shown, ";ref\r5 EUR\r3\r Bye.\x13")
        await shown.until(lambda: outbox.shown(shop))
        await shown.until(lambda: shown.app.where() == "list")
    assert '"Hi, 5 EUR and 3. Bye.' in outbox.shown(shop)[0].payload
    assert drafts.of_agent(shop, "maria") == []


async def test_keys_behind_an_answer_are_for_the_list_again(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        burst(shown, "p1jj")
        await shown.until(lambda: shown.app.desk.list.current == listed(shop)[2])


async def test_an_answer_that_nobody_waits_for_does_not_keep_the_keyboard(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        asked = asyncio.create_task(shown.app.ask("Name: "))
        await shown.until(lambda: shown.shows("Name:"))
        burst(shown, "x\rj")
        assert await asked == "x"
        await shown.until(lambda: shown.app.desk.list.current == listed(shop)[1])


class NoTimer:
    """A timer that never fires."""

    def cancel(self) -> None:
        """There is nothing to call off."""


def test_what_is_about_to_run_is_waited_for_however_long_it_takes_to_begin() -> None:
    patience: list[float] = []

    def later(seconds: float, _: Callable[[], object]) -> NoTimer:
        patience.append(seconds)
        return NoTimer()

    ahead = TypeAhead(lambda _: None, later)
    ahead.expect()
    assert ahead.keeps(Key("a", "a"))
    assert not patience
    ahead.hold()  # it runs
    assert patience == [PATIENCE_S]


def test_held_keys_go_one_by_one_in_the_order_they_were_typed() -> None:
    posted: list[Key | Paste] = []
    ahead = TypeAhead(posted.append, lambda _, __: NoTimer())
    keys = [Key(name, name) for name in "abc"]
    for number, key in enumerate(keys):
        key.time = float(number)
    ahead.hold_for_opening()
    assert ahead.keeps(keys[1])
    assert ahead.keeps(keys[2])
    ahead.give_back(keys[0])
    ahead.release()
    assert posted == []
    ahead.opened()
    shown: list[Key | Paste] = []
    while len(posted) > len(shown):
        event = posted[-1]
        assert not ahead.keeps(event)
        shown.append(event)
        ahead.passed(event)
    assert [event.key for event in shown if isinstance(event, Key)] == ["a", "b", "c"]
    assert not ahead.keeps(Key("d", "d"))
