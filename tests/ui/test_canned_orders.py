"""Canned replies about orders: the right one is filled in, asked for, or left open."""

from pathlib import Path

import pytest

from agent_tui.config.paths import find_paths
from agent_tui.model.clock import DAY, HOUR
from agent_tui.model.record import Looked, Money, Record, RecordKind, Shipment
from agent_tui.store import records
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, incoming, mail_account, only, receive
from tests.ui.screen import Screen, screen

TEXT = "Order {{ order.number }} ({{ order.total }}) is {{ order.status }}: {{ order.tracking }}"


def order(number: int, tracking: str = "") -> Record:
    shipments = (Shipment("DHL", tracking),) if tracking else ()
    return Record(
        RecordKind.ORDER,
        str(number),
        f"#{number}",
        START - number * HOUR,
        "sent",
        Money(4900, "EUR"),
        shipments=shipments,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = find_paths(tmp_path, {}).canned
    folder.mkdir(parents=True)
    (folder / "where.md").write_text(TEXT)
    return tmp_path


def asks(db: SqliteDatabase, text: str, *known: Record) -> None:
    """A customer with these orders writes."""
    mail_account(db)
    receive(db, incoming(text))
    records.put(db, only(db).customer_id, "shop", Looked(records=known), START + DAY)


async def begun(here: Screen) -> None:
    """The canned reply is chosen for an answer."""
    await here.press("enter", ";")
    await here.until(lambda: here.shows(";where"))
    await here.press("enter")


async def test_the_order_that_the_customer_names_is_filled_in(
    db: SqliteDatabase, home: Path
) -> None:
    asks(db, "Where is #7001?", order(7001, "0034"), order(7002))
    async with screen(db, home) as here:
        await begun(here)
        await here.until(lambda: here.shows("Order #7001 (49.00 EUR) is sent: 0034"))


async def test_the_only_order_is_taken(db: SqliteDatabase, home: Path) -> None:
    asks(db, "Where is it?", order(7001, "0034"))
    async with screen(db, home) as here:
        await begun(here)
        await here.until(lambda: here.shows("Order #7001 (49.00 EUR) is sent: 0034"))


async def test_of_several_the_agent_says_which(db: SqliteDatabase, home: Path) -> None:
    asks(db, "Where is it?", order(7001, "0034"), order(7002, "0035"))
    async with screen(db, home) as here:
        await begun(here)
        await here.until(lambda: here.shows("Which order"))
        await here.press("down", "enter")
        await here.until(lambda: here.shows("Order #7002 (49.00 EUR) is sent: 0035"))


async def test_what_the_order_has_not_stays_open(db: SqliteDatabase, home: Path) -> None:
    asks(db, "Where is it?", order(7001))
    async with screen(db, home) as here:
        await begun(here)
        await here.until(lambda: here.shows("is sent: {{ order.tracking }}"))


async def test_without_any_order_all_of_it_stays_open(db: SqliteDatabase, home: Path) -> None:
    asks(db, "Where is it?")
    async with screen(db, home) as here:
        await begun(here)
        await here.until(lambda: here.shows("Order {{ order.number }} ({{ order.total }})"))
