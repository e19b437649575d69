"""Orders in the customer's pane: what is seen, asked for, copied and opened; paged, never slow."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import Conversation
from agent_tui.model.record import Item, Known, Looked, Money, Profile, Record, RecordKind, Shipment
from agent_tui.store import accounts, customer_pages, lookups, messages, records
from agent_tui.store.database import NO_PARAMS, Database, Params, Row
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import orders, records_lines
from agent_tui.ui.cells import Glyphs
from tests.factory import ACCOUNT, CUSTOMER, MAIL, START, Now, incoming, mail_account, only, receive
from tests.store.many import fill
from tests.ui.screen import Screen, screen

SHOP = "shop"
WIDE = (160, 40)


def shop(db: Database) -> None:
    mail_account(db)
    accounts.put(
        db, SHOP, adapter="x", address="", display_name="", capabilities=MAIL, now=0, context=True
    )


def order(identity: int, at: Millis = START, **more: object) -> Record:
    values: dict[str, object] = {
        "kind": RecordKind.ORDER,
        "remote_id": str(identity),
        "number": f"#{identity}",
        "at": at,
        "status": "paid",
        "total": Money(123450, "EUR"),
        "items": (Item("Lamp", 2), Item("Shade"), Item("Bulb")),
    }
    return Record(**(values | more))  # type: ignore[arg-type]  # passed through


def know(db: Database, found: Sequence[Record], at: Millis = START + DAY, **more: object) -> int:
    """Have the shop know this of the customer of the only conversation."""
    shop(db)
    receive(db, incoming("Where is #7001? It is not 7002."))
    customer = only(db).customer_id
    looked = Looked(records=tuple(found), **more)  # type: ignore[arg-type]  # passed through
    records.put(db, customer, SHOP, looked, at)
    return customer


SENT = order(
    7001,
    shipments=(Shipment("DHL", "0034", "https://dhl.example/0034", "sent"),),
    url="https://shop.example/7001",
)


async def test_reading_asks_every_shop_and_the_list_asks_nobody(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    shop(db)
    receive(db, incoming())
    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("j", "k")
        assert lookups.wanted(db, SHOP) is None

        await here.press("enter")
        await here.until(lambda: lookups.wanted(db, SHOP))

        assert lookups.wanted(db, ACCOUNT) is None
        here.app.desk.refresh_conversation()
        await here.until(lambda: here.shows("shop: looking ..."))


async def test_an_answer_is_shown_with_what_needs_somebody_on_top(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    invoice = order(9, kind=RecordKind.INVOICE, status="unpaid", open=True, due_at=START)
    refund = order(8, kind=RecordKind.REFUND, status="done", reason="came back")
    profile = Profile("c", since=START - 400 * DAY, tags=("vip",))
    know(db, [SENT, refund, invoice], profiles=(profile,))

    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("enter")
        await here.until(lambda: here.shows("order #7001"))
        text = pane_text(here)

    for words in (
        "1 order, 1 invoice, 1 refund",
        "OPEN invoice #9: unpaid, 1,234.50 EUR, overdue since",
        "refund #8",
        "came back",
        "in the shop since",
        "vip",
        "unpaid 2 x Lamp, Shade",
        "shop: as of",
    ):
        assert words in text


@pytest.mark.parametrize(("old", "wants"), [(9 * MINUTE, False), (11 * MINUTE, True)])
async def test_what_is_new_enough_is_not_asked_for_again(
    db: SqliteDatabase, tmp_path: Path, old: Millis, wants: bool
) -> None:
    now = Now()
    know(db, [SENT], now.at - old)

    async with screen(db, tmp_path, size=WIDE, clock=now) as here:
        await here.press("enter")
        await here.until(lambda: here.shows("order #7001"))
        await here.pilot.pause()

        assert (lookups.wanted(db, SHOP) is not None) is wants


async def test_y_copies_the_tracking_number_and_else_the_number(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    know(db, [SENT, order(7000, START - DAY)])
    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("x", "y")
        await here.until(lambda: here.shows("Copied the tracking number of order #7001: 0034"))

        await here.press("j", "y")
        await here.until(lambda: here.shows("Copied the number of order #7000: #7000"))


async def test_enter_shows_all_of_an_order_and_o_says_where_it_leads(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    know(db, [SENT])
    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("x", "enter")
        await here.until(lambda: here.shows("https://dhl.example/0034"))
        assert here.shows("2 x Lamp")
        await here.press("escape")

        await here.press("o")
        await here.until(lambda: here.shows("https://shop.example/7001  Enter opens"))
        await here.press("escape")


async def test_go_leads_from_the_message_to_the_order_that_it_names(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    older = [order(number, START - number * HOUR) for number in range(1, 90)]
    know(db, [*older, order(7001, START - 300 * DAY)])
    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("enter", "g", "o")

        await here.until(lambda: number_here(here) == "#7001")
        assert here.shows("order #7001")


def pane_text(here: Screen) -> str:
    """What the customer's pane shows, its lines joined as if it was wide enough."""
    pane = here.app.desk.customer
    lines = ["".join(s.text for s in pane.render_line(y)) for y in range(pane.size.height)]
    return " ".join(" ".join(lines).split())


def number_here(here: Screen) -> str:
    found = here.app.desk.customer.record
    return found.record.number if found is not None else ""


def test_only_numbers_that_are_known_are_found_in_texts(db: SqliteDatabase) -> None:
    customer = know(db, [order(7001), order(12), order(5)])
    receive(db, incoming("12 pieces of 70011, x7001, #12, 7001/5 and 7001."))
    every = customer_pages.conversations_of(db, customer, 100)
    thread = [m for one in every for m in messages.of_conversation(db, one.id)]

    assert set(orders.named(db, customer, thread)) == {"#7001", "#12", "7001"}


async def test_the_cursor_goes_through_records_and_5000_conversations_page_by_page(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    fill(db, 5_000)
    shop(db)
    db.run("UPDATE conversations SET customer_id = 1")
    every = tuple(order(number, START - number * MINUTE) for number in range(500))
    records.put(db, 1, SHOP, Looked(records=every), START + DAY)

    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("x")
        pane = here.app.desk.customer
        await here.until(lambda: here.shows("500 orders"))
        assert here.shows("5,000 conversations")
        assert len(pane._rows.listed) < 100

        await here.press("j", "j", "j", "j", "enter")
        assert len(pane._rows.listed) < 200
        while not pane._top:
            await here.press("j")
        assert pane._top > pane.size.height // 3  # by half a page: each line more is a whole page
        assert pane._line_of(pane._cursor) - pane._top <= pane.size.height // 2
        await here.press("G")
        await here.until(lambda: pane._cursor == 5_499)
        await here.press("g", "g")
        assert pane._cursor == 0


async def test_the_place_of_the_cursor_survives_a_new_answer(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    customer = know(db, [SENT, order(7000, START - DAY)])
    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("x", "j")
        assert number_here(here) == "#7000"

        newer = order(7003, START + HOUR)
        records.put(
            db, customer, SHOP, Looked(records=(newer, SENT, order(7000, START - DAY))), START + DAY
        )
        here.app.desk.refresh_conversation()

        await here.until(lambda: here.shows("order #7003"))
        assert number_here(here) == "#7000"


@pytest.mark.parametrize(
    ("money", "said"),
    [
        (Money(123450, "EUR"), "1,234.50 EUR"),
        (Money(-5, "USD"), "-0.05 USD"),
        (Money(500, "JPY", 0), "500 JPY"),
        (Money(1250, "KWD", 3), "1.250 KWD"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(money: Money, said: str) -> None:
    assert records_lines.money(money) == said


@pytest.mark.parametrize(
    ("old", "said"), [(5 * MINUTE, "as of "), (3 * HOUR, "3 h old"), (5 * DAY, "5 days old")]
)
def test_an_old_answer_says_how_old_it_is(old: Millis, said: str) -> None:
    assert records_lines.age(START, START + old).startswith(said)


async def test_a_problem_is_said_in_the_pane(db: SqliteDatabase, tmp_path: Path) -> None:
    customer = know(db, [SENT])
    lookups.want(db, customer, SHOP, START)
    lookups.problem(db, SHOP, "The shop is closed.")

    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("x")
        await here.until(lambda: here.shows("The shop is closed."))


def test_nothing_of_a_hostile_shop_reaches_the_terminal() -> None:
    evil = "\x1b]0;x\x07 [red]x[/]\n" + CUSTOMER
    record = order(
        1,
        number=evil,
        status=evil,
        reason=evil,
        items=(Item(evil),),
        shipments=(Shipment(evil, evil),),
        total=Money(1, evil),
    )
    for line in records_lines.rows(Known(1, "shop", record), 60, Glyphs(), START):
        assert all("\x1b" not in piece.text and "\n" not in piece.text for piece in line)


async def test_what_is_read_for_a_key_does_not_grow_with_the_customer(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(db, 5_000)
    shop(db)
    db.run("UPDATE conversations SET customer_id = 1")
    every = tuple(order(number, START - number * MINUTE) for number in range(500))
    records.put(db, 1, SHOP, Looked(records=every), START + DAY)
    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("x")
        pane = here.app.desk.customer
        await here.until(lambda: here.shows("500 orders"))
        asked: list[str] = []
        all_rows = db.all

        def counted(sql: str, params: Params = NO_PARAMS) -> Sequence[Row]:
            asked.append(sql)
            return all_rows(sql, params)

        monkeypatch.setattr(db, "all", counted)

        for _ in range(20):
            pane.move(1)
        assert asked == []  # the next page is in memory already

        for _ in range(100):
            pane.move(1)
        assert len(pane._rows.listed) < 300
        pages = [sql for sql in asked if "c.customer_id" in sql]
        assert 0 < len(pages) <= 3


async def test_the_end_of_5000_conversations_is_read_by_itself_and_gone_up_from(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    fill(db, 5_000)
    shop(db)
    db.run("UPDATE conversations SET customer_id = 1")
    every = customer_pages.conversations_of(db, 1, 5_000)

    async with screen(db, tmp_path, size=WIDE) as here:
        await here.press("x")
        pane = here.app.desk.customer
        await here.until(lambda: here.shows("5,000 conversations"))

        def at_cursor() -> int:
            row = pane._rows.at(pane._cursor)
            assert isinstance(row, Conversation)
            return every.index(row)

        def read() -> int:
            return sum(row is not None for row in pane._rows.listed)

        await here.press("G")
        assert at_cursor() == 4_999
        assert read() < 200
        end = pane_text(here)
        here.app.desk.refresh_conversation()  # the store is read again: the last ones stay
        assert pane_text(here) == end
        for _ in range(20):
            await here.press("ctrl+u")
            at = at_cursor()
            assert pane._rows.listed[at - 30 : at + 30] == every[at - 30 : at + 30]
        assert at < 4_999 - 20 * 8
        await here.press("g", "g")
        assert at_cursor() == 0
        assert pane._rows.listed[:60] == every[:60]
        await here.press(*"4760j")
        assert at_cursor() == 4_760
        while at_cursor() < 4_999:
            await here.press("1", "0", "0", "j")
        assert pane_text(here) == end
