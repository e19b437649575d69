"""The outbox on the screen: seconds counted, decisions taken, drafts opened."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.actions import reply
from agent_tui.model.draft import DraftKind
from agent_tui.model.outbox import OutboxItem, OutboxState
from agent_tui.store import drafts, outbox, unconfirmed
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.writing_area import WritingArea
from tests.factory import Desk, Now, incoming, mail_account, only, receive
from tests.ui.screen import screen


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming("My zip broke", name="Ada Okafor"))
    return Desk(db, now=Now())


def sent(desk: Desk) -> OutboxItem:
    draft = reply.start(desk.context, only(desk.db), DraftKind.REPLY)
    draft = replace(draft, body="A new one is on its way.")
    drafts.save(desk.db, draft)
    reply.send(desk.context, draft)
    return outbox.shown(desk.db)[0]


def uncertain(desk: Desk) -> None:
    item = outbox.take(desk.db, sent(desk))
    assert item is not None
    outbox.commit(desk.db, item)
    outbox.doubt(desk.db, item, "The server closed the connection after the text.", desk.now())


async def test_what_is_held_is_counted_down_and_can_be_called_back(
    desk: Desk, tmp_path: Path
) -> None:
    sent(desk)
    async with screen(desk.db, tmp_path, clock=desk.now) as shown:
        await shown.press("B")
        await shown.until(lambda: shown.shows("leaves in 10 s"))
        desk.now.at += 4_000
        await shown.until(lambda: shown.shows("leaves in 6 s"))
        await shown.press("u")
        await shown.until(lambda: shown.app.where() == "composer")
        assert shown.app.query_one(WritingArea).text == "A new one is on its way."
    assert outbox.shown(desk.db) == []


@pytest.mark.parametrize(
    ("digit", "state"), [("1", OutboxState.SENT), ("2", OutboxState.QUEUED), ("3", None)]
)
async def test_an_uncertain_send_waits_for_a_word_and_gets_it(
    digit: str, state: OutboxState | None, desk: Desk, tmp_path: Path
) -> None:
    uncertain(desk)
    async with screen(desk.db, tmp_path, clock=desk.now) as shown:
        await shown.press("B")
        await shown.until(lambda: shown.shows("Nobody can know whether it was sent"))
        assert shown.shows("The server closed the connection")
        await shown.press("enter")
        await shown.until(lambda: shown.shows("the customer may get it twice"))
        await shown.press(digit)
        await shown.until(lambda: not outbox.undecided(desk.db))
        await shown.until(lambda: not shown.shows("uncertain"))
    states = [item.state for item in outbox.shown(desk.db)]
    assert states == ([state] if state else [])
    if state is None:
        assert [d.body for d in drafts.of_agent(desk.db, "maria")] == ["A new one is on its way."]


async def test_what_the_engine_says_of_the_row_under_the_cursor_is_shown_as_it_is_written(
    db: SqliteDatabase, desk: Desk, tmp_path: Path
) -> None:
    item = outbox.take(desk.db, sent(desk))
    assert item is not None
    engine = SqliteDatabase(db.path)
    async with screen(desk.db, tmp_path, clock=desk.now) as shown:
        await shown.press("B")
        await shown.until(lambda: shown.shows("It is being handed over"))
        unconfirmed.tell(engine, item, "Not taken within 30 s.")
        await shown.until(lambda: shown.shows("Not taken within 30 s."))
        outbox.commit(engine, item)
        await shown.until(lambda: shown.shows("cannot be called back"))
    engine.close()


async def test_leaving_the_decision_decides_nothing(desk: Desk, tmp_path: Path) -> None:
    uncertain(desk)
    async with screen(desk.db, tmp_path, clock=desk.now) as shown:
        await shown.press("B", "enter")
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() == "outbox")
    assert outbox.undecided(desk.db) == 1


async def test_a_draft_is_opened_from_the_outbox(desk: Desk, tmp_path: Path) -> None:
    draft = reply.start(desk.context, only(desk.db), DraftKind.REPLY)
    drafts.save(desk.db, replace(draft, body="Half a sen"))
    async with screen(desk.db, tmp_path, clock=desk.now) as shown:
        await shown.press("B")
        await shown.until(lambda: shown.shows("Half a sen"))
        await shown.press("enter")
        await shown.until(lambda: shown.app.where() == "composer")
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() == "outbox")


async def test_an_empty_outbox_says_so_and_enter_does_nothing(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(db, tmp_path) as shown:
        await shown.press("B")
        await shown.until(lambda: shown.shows("Nothing is on its way"))
        await shown.press("enter", "j", "q")
        await shown.until(lambda: shown.app.where() == "list")
