"""Of a person who is erased nothing is left, and everybody else's is as it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.actions import reply
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import DraftKind
from agent_tui.model.event import Entity, Stamp
from agent_tui.model.message import Address, Direction, Recipients
from agent_tui.model.record import Looked
from agent_tui.store import audit, belongings, customers, drafts, erasure, events, outbox, records
from agent_tui.store.backup import backup, restore
from agent_tui.store.database import Database, StoreError
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, Desk, chat, incoming, listed, mail_account, receive
from tests.store.test_records import order
from tests.stores import new_store

NAME, ADDRESS, WORD = "Zqxana Canary", "zqxana@canary.example", "zqxsecret"

AGENT = "maria"

NOT_THEIRS = {
    "accounts": "ours",
    "agents": "colleagues",
    "companies": "no person; who works there is in customers",
    "company_domains": "as companies",
    "cursors": "how far a provider was read",
    "due_rules": "settings",
    "events": "values are erased by store.audit, the rest names no customer",
    "leases": "processes",
    "search": "taken out message by message",
    "server_replies": "canned replies of the provider",
    "store_key": "random",
    "tombstones": "keyed hashes",
    "view_order": "of agents",
    "views": "queries of agents",
}


def test_every_table_is_erased_with_its_customer_or_known_to_be_of_nobody(
    db: SqliteDatabase,
) -> None:
    """Whoever adds a table with a customer's data references customers, conversations or
    messages in it, or says here why it is of nobody."""
    rows = db.all("SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = {row["name"] for row in rows}
    tables -= {name for name in tables if name.startswith(("sqlite_", "search_"))}

    theirs = set(belongings.of_person(db, 1).rows)

    assert tables - theirs == set(NOT_THEIRS)


def test_every_thing_that_history_is_about_is_found_when_it_is_erased() -> None:
    nobody = {Entity.STORE, Entity.COMPANY, Entity.VIEWS}
    assert set(Entity) - set(erasure._MEANT) == nobody


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    """A store with a person in every corner of it, and somebody else."""
    desk = Desk(db)
    mail_account(db)
    receive(
        db, incoming(f"Where is my {WORD}?", sender=ADDRESS, name=NAME, subject=f"About {WORD}")
    )
    receive(db, chat(f"{WORD} in a chat", sender="@zqxana:canary.example", name=NAME))
    receive(db, incoming("Hello", sender="bob@customer.example", name="Bob", to=(ADDRESS, "us@x")))
    whole = listed(db)
    mail = next(c for c in whole if c.subject == f"About {WORD}")
    draft = reply.start(desk.context, mail, DraftKind.REPLY)
    reply.send(desk.context, replace(draft, body=f"Dear {NAME}, {WORD}"), anyway=True)
    reply.start(desk.context, mail, DraftKind.NOTE)
    loose = replace(draft, id=0, kind=DraftKind.NEW, conversation_id=None, body=WORD)
    drafts.create(db, replace(loose, recipients=Recipients((Address(NAME, ADDRESS),))))
    customer = mail.customer_id
    customers.claim(db, customer, [(IdentityKind.PHONE, "+49 30 zqx")])
    records.put(db, customer, "shop", Looked(records=(order(1, reason=WORD),)), START)
    events.append(
        db, Stamp(AGENT, "rename", "b", START), Entity.CUSTOMER, customer, "name", "x", NAME
    )
    other = customers.find(db, IdentityKind.HANDLE, "@zqxana:canary.example")
    db.run(
        "UPDATE customers SET merged_into = :c, person_id = :c WHERE id = :o",
        {"c": customer, "o": other},
    )
    return desk


def customer_of(db: Database) -> int:
    found = customers.find(db, IdentityKind.EMAIL, ADDRESS)
    assert found is not None
    return found


def erase(db: Database) -> erasure.Erased:
    return erasure.erase(db, erasure.person(db, customer_of(db)), agent=AGENT, now=START + 10**9)


def octets(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()


def test_nothing_of_the_person_is_left_in_any_file_of_the_store(desk: Desk, tmp_path: Path) -> None:
    db = desk.db
    assert octets(tmp_path).count(b"zqx") > 20

    gone = erase(db)
    assert db.purge()

    assert gone.named_in == ()
    assert octets(tmp_path).count(b"zqx") == 0
    db.run("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)")
    assert db.all("SELECT term FROM temp.words WHERE term LIKE 'zqx%'") == []
    assert audit.verify(db).broken is None


def test_counts_say_what_there_is(desk: Desk) -> None:
    who = erasure.person(desk.db, customer_of(desk.db))

    assert who.counts == {
        "conversations": 2,
        "messages": 3,
        "attachments": 0,
        "drafts": 2,
        "outbox": 1,
        "records": 1,
    }
    assert set(who.names) >= {NAME}


def test_everybody_else_is_as_before_but_for_the_address(desk: Desk) -> None:
    before = [c for c in listed(desk.db) if c.customer == "Bob"]

    erase(desk.db)

    assert listed(desk.db) == before
    (bob,) = before
    (message,) = [row["text"] for row in desk.db.all("SELECT text FROM messages")]
    assert message == "Hello"
    people = desk.db.one("SELECT recipients FROM messages")
    assert people is not None
    assert people["recipients"] == '{"to":[["","erased"],["","us@x"]]}'
    assert [c.id for c in listed(desk.db, "hello")] == [bob.id]
    assert listed(desk.db, "zqxana") == []


def test_the_log_says_that_it_was_done_and_by_whom_but_not_to_whom(desk: Desk) -> None:
    number = customer_of(desk.db)
    erase(desk.db)

    (event, *older) = events.of_entity(desk.db, Entity.CUSTOMER, number)

    assert (event.stamp.actor, event.stamp.action, event.field) == (AGENT, "erase", "erased")
    assert isinstance(event.after, dict)
    assert event.after["messages"] == 3
    assert all(event.before is event.after is None for event in older)
    assert events.last_to_undo(desk.db, AGENT) != event.stamp.batch


def test_a_sync_brings_nothing_back_but_takes_in_what_is_written_anew(db: SqliteDatabase) -> None:
    mail = incoming(sender=ADDRESS, name=NAME)
    old = replace(mail, remote_id="2:1")
    sent = incoming(sender="support@shop.example", to=(ADDRESS,), direction=Direction.OUTBOUND)
    receive(db, mail)
    erase(db)

    assert receive(db, old) == 0
    assert receive(db, sent) == 0
    assert listed(db) == []
    assert receive(db, incoming("I am back", sender=ADDRESS, at=START + 10**9 + 1)) == 1


def test_nobody_is_erased_while_a_message_leaves_for_them(desk: Desk) -> None:
    (item,) = [i for i in outbox.shown(desk.db) if i.kind == "send"]
    assert outbox.take(desk.db, item)

    with pytest.raises(StoreError, match="is leaving just now; try again"):
        erase(desk.db)
    assert customer_of(desk.db)


def test_who_is_not_there_is_told(db: SqliteDatabase) -> None:
    with pytest.raises(StoreError, match="There is no customer 7"):
        erasure.person(db, 7)


def test_texts_of_others_that_name_them_are_told(desk: Desk) -> None:
    receive(desk.db, incoming(f"I am a friend of {NAME}.", sender="eve@customer.example"))
    (eve,) = [c.id for c in listed(desk.db) if c.customer == "eve@customer.example"]

    assert erase(desk.db).named_in == (eve,)


def test_a_copy_that_is_brought_back_does_not_bring_back_who_was_erased(tmp_path: Path) -> None:
    store, copy = tmp_path / "store" / "store.db", tmp_path / "copy.db"
    db = new_store(store)
    receive(db, incoming(sender=ADDRESS, name=NAME), incoming("Hello", sender="bob@x.example"))
    backup(store, copy)
    erase(db)
    db.close()

    done = restore(copy, store, agent=AGENT, now=START + 2 * 10**9)

    assert done.aside is not None
    done.aside.unlink()
    db = SqliteDatabase(store)
    assert [c.customer for c in listed(db)] == ["bob@x.example"]
    assert audit.verify(db).broken is None
    db.close()
    assert octets(store.parent).count(b"zqx") == 0
