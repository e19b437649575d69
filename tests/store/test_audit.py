"""Nothing is changed in the history without being found out, and erasing values keeps it whole."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass

import pytest

from agent_tui.model.clock import MINUTE
from agent_tui.model.event import Entity, Stamp
from agent_tui.store import audit, events
from agent_tui.store.audit import Audit
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, incoming, only, receive

STAMP = Stamp("maria", "rename", "batch", START)

EVENTS = 6


@pytest.fixture
def chained(db: SqliteDatabase) -> SqliteDatabase:
    for number in range(EVENTS):
        events.append(db, STAMP, Entity.CUSTOMER, number, "name", "Ada", f"Ada {number}")
    return db


def test_a_history_that_nobody_touched_is_whole(chained: SqliteDatabase) -> None:
    assert audit.verify(chained) == Audit(EVENTS, 0)


@dataclass(frozen=True)
class Forgery:
    """SQL of somebody who has the file, and the first event by which it is found out."""

    sql: str
    found: int


FORGERIES = {
    "another value": Forgery("UPDATE events SET after = '\"Eve\"' WHERE id = 3", 3),
    "another actor": Forgery("UPDATE events SET actor = 'tom' WHERE id = 3", 3),
    "another time": Forgery("UPDATE events SET at = at + 1 WHERE id = 1", 1),
    "about another": Forgery("UPDATE events SET entity_id = 9 WHERE id = 3", 3),
    "moved without a merge": Forgery(
        "UPDATE events SET origin = entity_id, entity_id = 9 WHERE id = 3", 3
    ),
    "one removed": Forgery("DELETE FROM events WHERE id = 3", 4),
    "two swapped": Forgery(
        "UPDATE events SET id = 99 WHERE id = 3; UPDATE events SET id = 3 WHERE id = 4;"
        " UPDATE events SET id = 4 WHERE id = 99",
        3,
    ),
    "one slipped in": Forgery(
        "INSERT INTO events (at, actor, action, batch, entity, entity_id, field, before, after,"
        " nonce, hash) SELECT at, actor, action, batch, entity, entity_id, field, before, after,"
        " nonce, hash FROM events WHERE id = 6",
        7,
    ),
    "out of the chain": Forgery("UPDATE events SET hash = NULL WHERE id = 3", 3),
    "values that were never erased": Forgery(
        "UPDATE events SET after = 'null', nonce = NULL, erased = zeroblob(32) WHERE id = 3", 3
    ),
}


@pytest.mark.parametrize("name", list(FORGERIES))
def test_whoever_changes_the_file_behind_our_back_is_found_out(
    chained: SqliteDatabase, name: str
) -> None:
    forgery = FORGERIES[name]
    with closing(sqlite3.connect(chained.path)) as eve:
        for (trigger,) in eve.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            eve.execute(f"DROP TRIGGER {trigger}")
        eve.executescript(forgery.sql)

    assert audit.verify(chained).broken == forgery.found


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM events WHERE id = 1",
        "UPDATE events SET actor = 'tom' WHERE id = 1",
        "UPDATE events SET after = 'null' WHERE id = 1",
        "UPDATE events SET hash = NULL WHERE id = 1",
        "UPDATE events SET erased = zeroblob(32), after = '\"Eve\"' WHERE id = 1",
    ],
)
def test_the_program_itself_can_only_add(chained: SqliteDatabase, sql: str) -> None:
    with pytest.raises(StoreError, match="event"):
        chained.run(sql)
    assert audit.verify(chained) == Audit(EVENTS, 0)


def test_erased_values_are_gone_and_the_chain_still_holds(chained: SqliteDatabase) -> None:
    assert audit.erase(chained, [2, 4, 4]) == 2

    row = chained.one("SELECT * FROM events WHERE id = 2")
    assert row is not None
    assert (row["before"], row["after"], row["nonce"]) == ("null", "null", None)
    assert audit.verify(chained) == Audit(EVENTS, 0)
    events.append(chained, STAMP, Entity.CUSTOMER, 1, "name", "a", "b")
    assert audit.verify(chained) == Audit(EVENTS + 1, 0)


def test_an_event_before_there_was_a_chain_is_counted_apart(db: SqliteDatabase) -> None:
    db.run(
        "INSERT INTO events (at, actor, action, batch, entity, entity_id, field, before, after)"
        " VALUES (1, 'a', 'b', 'c', 'customer', 1, 'name', 'null', 'null')"
    )
    events.append(db, STAMP, Entity.CUSTOMER, 1, "name", "Ada", "Ada B")

    assert audit.verify(db) == Audit(1, 1)


def test_conversations_that_become_one_take_their_history_along(db: SqliteDatabase) -> None:
    receive(db, incoming(message_id="a@x", at=START))
    receive(db, incoming(message_id="b@x", at=START + MINUTE))
    receive(db, incoming(message_id="c@x", references=("a@x", "b@x"), at=START + 2 * MINUTE))

    history = events.of_entity(db, Entity.CONVERSATION, only(db).id)

    assert [event.field for event in history] == ["message", "merged", "message", "message"]
    assert audit.verify(db) == Audit(4, 0)


def test_a_rolled_back_event_leaves_no_gap(chained: SqliteDatabase) -> None:
    with suppress(StoreError), chained.transaction():
        events.append(chained, STAMP, Entity.CUSTOMER, 1, "name", "Ada", "Eve")
        raise StoreError("The disk is full.")

    events.append(chained, STAMP, Entity.CUSTOMER, 1, "name", "Ada", "Ada B")
    assert audit.verify(chained) == Audit(EVENTS + 1, 0)
