"""What shops know of customers, in the store: replaced as a whole, paged, summed."""

import pytest

from agent_tui.model.clock import DAY, MINUTE
from agent_tui.model.customer import IdentityKind
from agent_tui.model.record import (
    Item,
    Looked,
    Money,
    Profile,
    Record,
    RecordKind,
    Shipment,
)
from agent_tui.store import accounts, customers, lookups, records
from agent_tui.store.database import Database
from tests.factory import MAIL, START

SHOP, BILLING = "shop", "billing"


@pytest.fixture
def ada(db: Database) -> int:
    return customers.of_identity(db, IdentityKind.EMAIL, "ada@example.test", "Ada", START)


def order(number: int, **more: object) -> Record:
    values: dict[str, object] = {
        "kind": RecordKind.ORDER,
        "remote_id": str(number),
        "number": f"#{number}",
        "at": START + number * MINUTE,
        "status": "paid",
        "total": Money(1000, "EUR"),
    }
    return Record(**(values | more))  # type: ignore[arg-type]  # passed through


def looked(*numbers: int) -> Looked:
    return Looked(records=tuple(order(number) for number in sorted(numbers, reverse=True)))


def test_everything_of_a_record_comes_back(db: Database, ada: int) -> None:
    full = order(
        7,
        open=True,
        due_at=START + DAY,
        of="6",
        reason="too late",
        items=(Item("Lamp", 2, "L-1", Money(500, "EUR")), Item("Shade")),
        shipments=(Shipment("DHL", "00340", "https://dhl.example/00340", "on its way", START),),
        url="https://shop.example/7",
    )
    profile = Profile("c1", "Ada", START, Money(9900, "JPY", 0), 12, "pays late", ("vip",), "")

    records.put(db, ada, SHOP, Looked((profile,), (full,), more=True), START)

    (known,) = records.of_customer(db, ada)
    assert (known.account, known.record) == (SHOP, full)
    (look_up,) = lookups.of_customer(db, ada)
    assert (look_up.profiles, look_up.more, look_up.looked_at) == ((profile,), True, START)


def test_a_look_up_replaces_what_that_account_knew_and_no_other(db: Database, ada: int) -> None:
    bob = customers.of_identity(db, IdentityKind.EMAIL, "bob@example.test", "Bob", START)
    records.put(db, ada, SHOP, looked(1, 2), START)
    records.put(db, ada, BILLING, looked(3), START)
    records.put(db, bob, SHOP, looked(4), START)

    records.put(db, ada, SHOP, looked(2, 5), START)

    assert [one.record.number for one in records.of_customer(db, ada)] == ["#5", "#3", "#2"]
    assert [one.record.number for one in records.of_customer(db, bob)] == ["#4"]


def test_pages_go_on_where_the_last_one_ended_also_among_equal_times(
    db: Database, ada: int
) -> None:
    same = tuple(order(number, at=START) for number in range(500))
    records.put(db, ada, SHOP, Looked(records=same), START)

    numbers: list[str] = []
    before: records.Place | None = None
    while page := records.of_customer(db, ada, 60, before):
        numbers += [one.record.remote_id for one in page]
        before = (page[-1].record.at, page[-1].id)

    assert numbers == [one.remote_id for one in same]


def test_a_page_is_read_by_the_index(db: Database) -> None:
    plan = db.all(
        "EXPLAIN QUERY PLAN SELECT * FROM records WHERE customer_id = 1"
        " AND (NULL IS NULL OR (at, id) < (1, 1)) ORDER BY at DESC, id DESC LIMIT 100"
    )
    assert [row["detail"] for row in plan] == [
        "SEARCH records USING INDEX records_by_customer (customer_id=?)"
    ]


def test_the_newest_wish_is_looked_up_first_and_then_nobody_waits(db: Database, ada: int) -> None:
    bob = customers.of_identity(db, IdentityKind.EMAIL, "bob@example.test", "Bob", START)
    lookups.want(db, ada, SHOP, START)
    lookups.want(db, bob, SHOP, START + 1)
    assert (lookups.wanted(db, SHOP), lookups.wanted(db, BILLING)) == (bob, None)

    records.put(db, bob, SHOP, Looked(), START + 2)
    assert lookups.wanted(db, SHOP) == ada

    lookups.give_up(db, ada, SHOP, "It cannot.")
    assert lookups.wanted(db, SHOP) is None
    assert lookups.of_customer(db, ada)[0].problem == "It cannot."


def test_a_problem_stands_with_all_who_wait_until_there_is_an_answer(
    db: Database, ada: int
) -> None:
    lookups.want(db, ada, SHOP, START)

    lookups.problem(db, SHOP, "The shop is closed.")
    assert lookups.of_customer(db, ada)[0].problem == "The shop is closed."

    records.put(db, ada, SHOP, Looked(), START)
    assert lookups.of_customer(db, ada)[0].problem == ""


def test_what_was_spent_is_the_accounts_word_else_orders_less_refunds(
    db: Database, ada: int
) -> None:
    refund = order(9, kind=RecordKind.REFUND, total=Money(300, "EUR"))
    dear = order(10, total=Money(50, "JPY", 0))
    own = looked(1, 2).records
    records.put(db, ada, SHOP, Looked(records=(*own, refund, dear)), START)
    told = Profile("c", spent=Money(5000, "EUR"))
    records.put(db, ada, BILLING, Looked((told,), looked(3).records), START)

    assert records.spent(db, ada) == [Money(5000 + 1700, "EUR"), Money(50, "JPY", 0)]


def test_what_is_open_comes_by_what_is_due_first(db: Database, ada: int) -> None:
    late = order(1, kind=RecordKind.INVOICE, open=True, due_at=START + 9 * DAY)
    soon = order(2, kind=RecordKind.INVOICE, open=True, due_at=START + DAY)
    records.put(db, ada, SHOP, Looked(records=(late, soon, order(3))), START)

    assert [one.record.number for one in records.open_ones(db, ada)] == ["#2", "#1"]


def test_figures_that_no_column_holds_are_left_out(db: Database, ada: int) -> None:
    huge = order(1, total=Money(10**30, "EUR"), at=10**40)

    records.put(db, ada, SHOP, Looked(records=(huge, order(2))), START)

    assert [one.record.total for one in records.of_customer(db, ada)] == [None, Money(1000, "EUR")]
    assert records.spent(db, ada) == [Money(1000, "EUR")]


def test_an_account_that_is_removed_takes_along_what_it_knew(db: Database, ada: int) -> None:
    accounts.put(
        db, SHOP, adapter="x", address="", display_name="", capabilities=MAIL, now=0, context=True
    )
    accounts.put(db, BILLING, adapter="x", address="", display_name="", capabilities=MAIL, now=0)
    records.put(db, ada, SHOP, looked(1), START)
    assert accounts.with_context(db) == [SHOP]

    accounts.forget(db, SHOP)

    assert records.of_customer(db, ada) == []
    assert lookups.of_customer(db, ada) == []
