"""Another program writes to the store for longer than we wait: it is said, and the screen stays."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent_tui.store import accounts, drafts, lookups, sqlite
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import MAIL, incoming, mail_account, only, receive
from tests.ui.screen import Screen, screen

WIDE = (200, 24)
"""The path of the store stands in what is said."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0)


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("The zip broke.", name="Ada Park"))
    accounts.put(
        db, "shop", adapter="x", address="", display_name="", capabilities=MAIL, now=0, context=True
    )
    return db


@contextmanager
def locked(db: SqliteDatabase) -> Iterator[None]:
    """Somebody else writes."""
    (path,) = (row["file"] for row in db.all("PRAGMA database_list"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def is_told(shown: Screen) -> None:
    await shown.until(lambda: shown.shows("is locked"))


async def test_opening_a_conversation_reads_it_all_the_same(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=WIDE) as shown:
        with locked(shop):
            await shown.press("enter")
            await is_told(shown)
            await shown.press("enter")
            await shown.until(lambda: shown.shows("The zip broke."))
        await shown.press("escape", "enter")
        await shown.until(lambda: not only(shop).unread)
        assert lookups.of_customer(shop, only(shop).customer_id)


async def test_an_answer_cannot_be_begun_and_can_afterwards(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=WIDE) as shown:
        with locked(shop):
            await shown.press("r")
            await is_told(shown)
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "composer")


async def test_what_is_typed_stays_on_the_screen_until_it_can_be_kept(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=WIDE) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "composer")
        with locked(shop):
            await shown.type("It is on its way.")
            await shown.press("escape")
            await is_told(shown)
            await shown.press("ctrl+s")
            await is_told(shown)
            assert shown.shows("It is on its way.")
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() != "composer")
    (kept,) = drafts.of_agent(shop, shown.app.context.agent)
    assert kept.body == "It is on its way."
