"""Who is compared with whom, and how agents find customers: by indexes, however many there are."""

from agent_tui.model.customer import IdentityKind, Person
from agent_tui.model.record import Looked
from agent_tui.store import customers, likeness, records
from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, incoming, receive
from tests.store.plans import Explained
from tests.store.test_people import merge, order, someone


def person(db: Database, customer_id: int) -> Person:
    found = customers.person(db, customer_id)
    assert found is not None
    return found


def suggested(db: Database, customer_id: int) -> list[int]:
    return [one.person.id for one in likeness.suggestions(db, person(db, customer_id))]


def phoned(db: Database, number: str, name: str = "") -> int:
    return customers.of_identity(db, IdentityKind.PHONE, number, name, START)


def test_who_shares_a_number_an_order_a_claim_or_a_name_is_compared(db: SqliteDatabase) -> None:
    ada = phoned(db, "+44 20 7946-0018", "Ada Okafor")
    records.put(db, ada, "shop", Looked(records=(order("7"),)), START)
    called = phoned(db, "(020) 7946.0018")
    bought = someone(db, "Household")
    records.put(db, bought, "shop", Looked(records=(order("7"),)), START)
    says = customers.of_identity(db, IdentityKind.HANDLE, "@a", "A", START)
    customers.claim(db, says, [(IdentityKind.PHONE, "+44 20 7946-0018")])
    named = customers.of_identity(db, IdentityKind.HANDLE, "@b", "Okafor, Ada", START)

    assert set(suggested(db, ada)) == {called, bought, says}  # a name alone says too little
    assert named not in suggested(db, ada)
    assert suggested(db, called)[0] == ada


def test_a_merged_person_is_suggested_once_and_never_themselves(db: SqliteDatabase) -> None:
    ada, work = someone(db, "Ada", "ada.okafor@a.example"), someone(db, "Ada", "ada@b.example")
    merge(db, work, ada)
    other = someone(db, "Ada", "ada.okafor@c.example")

    assert suggested(db, ada) == [other]
    assert suggested(db, other) == [ada]


def test_everything_compared_is_found_by_an_index(db: SqliteDatabase) -> None:
    ada = phoned(db, "+44 20 7946-0018", "Ada Okafor")
    customers.claim(db, ada, [(IdentityKind.EMAIL, "ada.okafor@a.example")])
    records.put(db, ada, "shop", Looked(records=(order("7"),)), START)
    other = someone(db, "Ada Okafor", "ada.okafor@a.example")
    seen = Explained(db)

    found = suggested(seen, ada), suggested(seen, other), likeness.named(seen, "ada okafor")
    likeness.found(seen, "ada")
    seen.close()

    assert found == ([other], [ada], [ada, other])
    assert [scan for scan in seen.scans if "search VIRTUAL TABLE" not in scan] == []
    assert any("identities_by_phone" in step for plan in seen.plans for step in plan)


def test_customers_are_found_by_what_they_begin_with_and_by_any_word_of_a_name(
    db: SqliteDatabase,
) -> None:
    receive(db, incoming(sender="ada@okafor.example", name="Ada Okafor"))
    receive(db, incoming(sender="bo@x.example", name="Bo"))
    (ada,) = likeness.named(db, "ada@okafor.example")
    (bo,) = likeness.named(db, "BO")

    def ids(typed: str) -> list[int]:
        return [one.id for one in likeness.found(db, typed)]

    assert ids("ADA@") == ids("okaf") == ids("ada o") == [ada]
    assert ids("b") == [bo]
    assert ids("zzz") == ids(" ") == []
    assert likeness.named(db, f"#{bo}") == [bo]
    assert likeness.named(db, "#999") == likeness.named(db, "") == []
