"""Another program writes to the store for longer: the screen goes on, and what writes waits."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Status
from agent_tui.store import accounts, drafts, lookups, outbox, sqlite
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import turn
from agent_tui.ui.writing_area import WritingArea
from tests.factory import MAIL, incoming, listed, mail_account, only, receive
from tests.stores import locked
from tests.ui.screen import Screen, screen


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who writes without having waited fails at once."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0)
    monkeypatch.setattr(turn, "_SLICE_S", 0.05)  # Pilot waits a second for a processor at rest


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("The zip broke.", name="Ada Park"))
    accounts.put(
        db, "shop", adapter="x", address="", display_name="", capabilities=MAIL, now=0, context=True
    )
    return db


def status(db: SqliteDatabase) -> Status:
    return only(db).status


async def is_told(shown: Screen, what: str) -> None:
    await shown.until(lambda: shown.shows(f"The store is busy; '{what}' waits for it."))


async def test_opening_a_conversation_reads_it_and_marks_it_as_read_as_soon_as_that_can_be(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        with locked(shop):
            await shown.press("enter")
            await shown.until(lambda: shown.shows("The zip broke."))
            await shown.press("j", "k")
            assert only(shop).unread
        await shown.until(lambda: not only(shop).unread)
        await shown.press("escape", "enter")
        await shown.until(lambda: lookups.of_customer(shop, only(shop).customer_id))


async def test_what_came_while_the_store_was_busy_and_nobody_saw_stays_unread(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    receive(shop, incoming("And mine.", name="Bo Lee", sender="bo@b.example"))
    async with screen(shop, tmp_path) as shown:
        first = shown.app.current()
        assert first is not None
        with closing(sqlite3.connect(shop.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await shown.press("enter")
            await shown.press("escape")
            other.execute("UPDATE conversations SET unread = 2 WHERE id = :id", {"id": first.id})
            await shown.press("j", "enter")
            other.execute("COMMIT")

        await shown.until(lambda: [c.unread for c in listed(shop)].count(0) == 1)
        assert {c.id: c.unread for c in listed(shop)}[first.id] == 2


async def test_an_answer_is_begun_when_the_store_is_free_and_has_what_was_typed_meanwhile(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        with locked(shop):
            await shown.press("r")
            await is_told(shown, "Reply")
            await shown.type("Hello Ada")
            assert shown.app.where() == "list"
        await shown.until(lambda: shown.app.where() == "composer")
        text = shown.app.query_one(WritingArea)
        await shown.until(lambda: text.text.startswith("Hello Ada"))


async def test_keys_are_obeyed_in_their_order_and_one_that_is_pressed_again_is_meant_once(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    receive(shop, incoming("And mine.", name="Bo Lee", sender="bo@b.example"))
    async with screen(shop, tmp_path) as shown:
        with locked(shop):
            await shown.press("e")
            await is_told(shown, "Resolve")
            await shown.press("e", "e", "j", "k", "enter")
        await shown.until(lambda: shown.app.where() == "reading")  # all keys are obeyed
        assert sorted(c.status for c in listed(shop)) == [Status.OPEN, Status.RESOLVED]


async def test_esc_drops_what_waits_and_what_was_typed_behind_it(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        with locked(shop):
            await shown.press("e")
            await is_told(shown, "Resolve")
            await shown.press("r", "x", "escape")
            await shown.until(lambda: shown.shows("'Resolve' was not done."))
        await shown.press("enter")
        await shown.until(lambda: not only(shop).unread)
        assert status(shop) is Status.OPEN
        assert shown.app.where() == "reading"


async def test_a_choice_that_was_made_while_the_store_is_busy_is_done_afterwards(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press("p")
        await shown.until(lambda: shown.app.where() == "picker")
        with locked(shop):
            await shown.press("down", "enter")
            await is_told(shown, "Priority")
        await shown.until(lambda: only(shop).priority)


async def test_what_is_written_leaves_once_when_the_store_is_free(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "composer")
        with locked(shop):
            await shown.type("It is on its way.")
            await shown.press("ctrl+s")
            await is_told(shown, "Send")
            await shown.press("ctrl+s")
            assert shown.shows("It is on its way.")
        await shown.until(lambda: shown.app.where() != "composer")
    (item,) = outbox.shown(shop)
    assert item.kind is EffectKind.SEND


async def test_what_is_typed_stays_on_the_screen_until_it_can_be_kept(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "composer")
        with locked(shop):
            await shown.type("It is on its way.")
            await shown.press("escape")
            await is_told(shown, "Leave and keep")
            assert shown.shows("It is on its way.")
        await shown.until(lambda: shown.app.where() != "composer")
    (kept,) = drafts.of_agent(shop, shown.app.context.agent)
    assert kept.body == "It is on its way."


async def test_what_follows_an_action_follows_it_later_too(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press("/")
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.type("zip")
        await shown.press("enter")
        await shown.press("colon")
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.type("save-view Zips")
        with locked(shop):
            await shown.press("enter")
            await shown.until(lambda: shown.shows("The store is busy;"))
        await shown.until(lambda: shown.app.desk.view.name == "Zips")


async def test_leaving_waits_until_what_is_typed_is_in_the_store_and_esc_stays(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=(120, 40)) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "composer")
        with locked(shop):
            await shown.type("It is on its way.")
            shown.app.leave()
            await is_told(shown, "Leave")
            await shown.press("escape")
            await shown.until(lambda: shown.shows("'Leave' was not done."))
            assert shown.shows("It is on its way.")
            shown.app.leave()
            await is_told(shown, "Leave")
        await shown.until(lambda: not shown.app.is_running)
    (kept,) = drafts.of_agent(shop, shown.app.context.agent)
    assert kept.body == "It is on its way."


async def test_what_is_typed_while_the_store_is_busy_lies_beside_it_and_then_in_it(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        unsaved = shown.app.paths.unsaved
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "composer")
        with locked(shop):
            await shown.type("It is on its way.")
            await shown.until(lambda: [b"on its way" in f.read_bytes() for f in files(unsaved)])
        await shown.until(lambda: not files(unsaved))
        (kept,) = drafts.of_agent(shop, shown.app.context.agent)
        assert kept.body == "It is on its way."


def files(folder: Path) -> list[Path]:
    return list(folder.glob("*.json"))


async def test_a_mail_whose_sender_was_chosen_while_the_store_is_busy_is_begun_afterwards(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(shop, name="second")
    async with screen(shop, tmp_path) as shown:
        await shown.press("c")
        await shown.until(lambda: shown.app.where() == "picker")
        with locked(shop):
            await shown.press("enter")
            await is_told(shown, "New conversation")
        await shown.until(lambda: shown.app.where() == "composer")
