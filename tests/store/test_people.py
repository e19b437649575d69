"""People: what belongs together after merges, and that an un-merge brings back exactly what was."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.event import Stamp
from agent_tui.model.message import Address
from agent_tui.model.record import Looked, Money, Profile, Record, RecordKind
from agent_tui.store import changes, customer_pages, customers, lookups, people, records
from agent_tui.store.database import Conflict, Database
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, chat, incoming, listed, receive
from tests.store.many import fill
from tests.store.plans import Explained

STAMP = Stamp("maria", "merge", "b1", START)


def someone(db: Database, name: str, address: str = "") -> int:
    address = address or f"{name.lower()}@{name.lower()}.example"
    return customers.of_identity(db, IdentityKind.EMAIL, address, name, START)


def merge(db: Database, other: int, into: int | None) -> None:
    found = customers.get(db, other)
    assert found is not None
    changes.change_customer(db, STAMP, found, merged_into=into)


def dump(db: Database) -> dict[str, list[dict[str, object]]]:
    """All that is in the store but the log, and how often a row was changed."""
    tables = db.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        name: sorted(
            (
                {column: row[column] for column in row.keys() if column != "version"}  # noqa: SIM118
                for row in db.all(f"SELECT * FROM {name}")
                if not (name == "timeline" and row["kind"] == "event")
            ),
            key=repr,
        )
        for name in (table["name"] for table in tables)
        if name != "events" and not name.startswith(("search", "sqlite"))
    }


def roots(db: Database) -> dict[int, int]:
    """Who stands for each customer, found on foot."""
    into = {row["id"]: row["merged_into"] for row in db.all("SELECT * FROM customers")}

    def root(one: int) -> int:
        return one if into[one] is None else root(into[one])

    return {one: root(one) for one in into}


def persons(db: Database) -> dict[int, int]:
    return {row["id"]: row["person_id"] for row in db.all("SELECT * FROM customers")}


@pytest.fixture
def family(db: SqliteDatabase) -> list[int]:
    """Six customers, each with a mail, a claim, an order and a look-up."""
    ids = []
    for name in ("Ada", "Ben", "Cleo", "Dan", "Eve", "Fay"):
        address = f"{name.lower()}@{name.lower()}.example"
        receive(db, incoming(f"I am {name}.", sender=address, name=name))
        ids.append(someone(db, name))
        customers.claim(db, ids[-1], [(IdentityKind.PHONE, "+44 20 7946 0000")])
        records.put(db, ids[-1], "shop", Looked(records=(order(name),)), START)
    return ids


def order(remote_id: str, minor: int = 1000, at: int = START) -> Record:
    return Record(
        RecordKind.ORDER, remote_id, f"#{remote_id}", at, "paid", total=Money(minor, "EUR")
    )


STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


@given(steps=STEPS, ending=st.permutations(range(6)))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_merges_undone_in_any_order_leave_everything_as_it_was(
    db: SqliteDatabase, family: list[int], steps: Sequence[tuple[int, int]], ending: Sequence[int]
) -> None:
    before = dump(db)

    for one, other in steps:
        merge_or_part(db, family[one], family[other])
        assert persons(db) == roots(db)
    for place in ending:
        merge(db, family[place], None)
        assert persons(db) == roots(db)

    assert dump(db) == before


def merge_or_part(db: Database, one: int, other: int) -> None:
    """Merge two people, whoever of them is named; take off again who is merged already."""
    found, at = customers.person(db, one), customers.person(db, other)
    assert found is not None
    assert at is not None
    if found.id != at.id:
        was = dump(db)
        merge(db, found.id, at.id)
        assert {m.id for m in customers.person(db, one).members} == {  # type: ignore[union-attr]
            m.id for m in (*found.members, *at.members)
        }
        merge(db, found.id, None)
        assert dump(db) == was
        merge(db, found.id, at.id)
    elif one != found.id:
        merge(db, one, None)


def test_what_arrives_after_a_merge_goes_with_its_owner(db: SqliteDatabase) -> None:
    ada, work = someone(db, "Ada"), someone(db, "Ada L.", "ada@work.example")
    merge(db, work, ada)

    receive(db, incoming(sender="ada@work.example"))
    together = customer_pages.channels(db, ada)
    merge(db, work, None)

    assert together == {Channel.MAIL: 1}
    assert customer_pages.channels(db, ada) == {}
    assert customer_pages.channels(db, work) == {Channel.MAIL: 1}


def test_a_merge_in_a_circle_is_refused(db: SqliteDatabase) -> None:
    ada, ben, cleo = someone(db, "Ada"), someone(db, "Ben"), someone(db, "Cleo")
    merge(db, ben, ada)
    merge(db, cleo, ben)
    before = dump(db)

    with pytest.raises(Conflict, match="merged into themselves"):
        merge(db, ada, cleo)

    assert dump(db) == before


def test_whoever_is_asked_for_the_whole_person_answers(db: SqliteDatabase) -> None:
    receive(db, incoming(sender="ada@work.example", name="Ada L."))
    receive(db, chat(sender="@ada:chat.example", name="ada"))
    work = someone(db, "Ada L.", "ada@work.example")
    talk = customers.of_identity(db, IdentityKind.HANDLE, "@ada:chat.example", "ada", START)
    customers.claim(db, talk, [(IdentityKind.EMAIL, "ada@work.example")])
    merge(db, talk, work)

    for member in (work, talk):
        person = customers.person(db, member)
        assert person is not None
        assert [identity.value for identity in person.identities] == [
            "ada@work.example",
            "@ada:chat.example",
        ]
        assert (person.name, person.names) == ("Ada L.", ("ada",))
        assert people.members(db, member) == [work, talk]
        assert customers.claims(db, member) == []  # it is verified with the other
        assert len(customer_pages.conversations_of(db, member, 9)) == 2
        assert len(listed(db, f"customer:#{member}")) == 2
    assert len(listed(db, "customer:ada@work.example")) == 2
    assert {one.customer for one in listed(db)} == {"Ada L."}
    assert {one.person_id for one in listed(db)} == {work}


def test_addresses_of_merged_customers_are_offered_with_the_name_that_stays(
    db: SqliteDatabase,
) -> None:
    ada, work = someone(db, "Ada"), someone(db, "Okafor, Ada", "ada@work.example")
    merge(db, work, ada)

    assert customers.addresses(db, "ada@") == [
        Address("Ada", "ada@ada.example"),
        Address("Ada", "ada@work.example"),
    ]


def test_an_order_that_two_members_share_counts_once_as_it_was_seen_last(
    db: SqliteDatabase,
) -> None:
    ada, work = someone(db, "Ada"), someone(db, "Ada L.", "ada@work.example")
    records.put(db, work, "shop", Looked(records=(order("7", 900), order("8"))), START)
    records.put(db, ada, "shop", Looked(records=(order("7"),)), START)
    merge(db, work, ada)

    found = records.of_customer(db, work)

    assert [(one.record.remote_id, one.record.total) for one in found] == [
        ("7", Money(1000, "EUR")),
        ("8", Money(1000, "EUR")),
    ]
    assert records.count(db, ada) == {RecordKind.ORDER: 2}
    assert records.spent(db, ada) == [Money(2000, "EUR")]
    assert [one.record.remote_id for one in records.of_customer(db, ada, 1)] == ["7"]


def test_each_member_is_looked_up_and_the_oldest_answer_says_the_age(db: SqliteDatabase) -> None:
    ada, work = someone(db, "Ada"), someone(db, "Ada L.", "ada@work.example")
    merge(db, work, ada)
    profile = Profile("c1", "Ada", spent=Money(500, "EUR"))
    records.put(db, ada, "shop", Looked((profile,)), START)
    records.put(db, work, "shop", Looked((profile,)), START + 10)

    (look_up,) = lookups.of_customer(db, work)

    assert (look_up.looked_at, look_up.profiles) == (START, (profile,))
    assert records.spent(db, ada) == [Money(500, "EUR")]
    assert lookups.stale(db, ada, "shop", START) == [ada]
    assert lookups.stale(db, ada, "shop", START + 10) == [work, ada]


def test_pages_of_a_big_person_are_read_from_indexes(db: SqliteDatabase, family: list[int]) -> None:
    for other in family[1:]:
        merge(db, other, family[0])
    seen = Explained(db)
    first = customer_pages.conversations_of(seen, family[2], 2)
    rest = customer_pages.conversations_of(seen, family[2], 9, first[-1])
    last = customer_pages.conversations_of(seen, family[2], 2, backwards=True)
    before = customer_pages.conversations_of(seen, family[2], 9, last[0], backwards=True)
    known = records.of_customer(seen, family[2], 2)
    more = records.of_customer(seen, family[2], 9, (known[-1].record.at, known[-1].id))
    counted = records.count(seen, family[2]), customer_pages.channels(seen, family[2])
    records.spent(seen, family[2])
    records.open_ones(seen, family[2])
    customer_pages.count_others(seen, first[0])
    seen.close()

    assert counted == ({RecordKind.ORDER: 6}, {Channel.MAIL: 6})
    assert len(first + rest) == len(known + more) == len(family)
    assert before + last == first + rest
    assert seen.scans == []
    steps = [step for plan in seen.plans for step in plan]
    assert sum("conversations_by_customer (customer_id=? AND last_at<?)" in s for s in steps) == 6
    assert sum("SEARCH r USING INDEX records_by_customer" in s for s in steps) >= 12


def test_a_person_of_thousands_of_conversations_costs_a_page_and_counts_by_indexes(
    db: SqliteDatabase,
) -> None:
    fill(db, 5_000)
    with db.transaction():
        db.run("UPDATE conversations SET customer_id = id % 5 + 1")
        db.run("UPDATE customers SET merged_into = 1, person_id = 1 WHERE id BETWEEN 2 AND 5")
    found = tuple(order(str(number), at=START + number) for number in range(500))
    for member in (1, 4):
        records.put(db, member, "shop", Looked(records=found), START)

    seen = Explained(db)
    first = customer_pages.conversations_of(seen, 3, 60)
    second = customer_pages.conversations_of(seen, 3, 60, first[-1])
    talks = sum(customer_pages.channels(seen, 3).values())
    known = records.of_customer(seen, 3, 60)
    counted = records.count(seen, 3)
    seen.close()

    everything = listed(db, "customer:#3")
    assert first + second == everything[:120]
    assert (talks, counted) == (5_000, {RecordKind.ORDER: 500})
    assert [one.record.remote_id for one in known] == [str(499 - n) for n in range(60)]
    assert seen.scans == []
    steps = [step for plan in seen.plans for step in plan]
    assert any("COVERING INDEX conversations_by_whose_channel" in step for step in steps)
    ranges = [step for step in steps if step.startswith("SEARCH c USING INDEX")]
    assert {step.partition(" (")[0] for step in ranges} == {
        "SEARCH c USING INDEX conversations_by_customer"
    }
    assert len(ranges) == 10  # each member's newest, twice: never all of them
