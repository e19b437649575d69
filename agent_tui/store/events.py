"""The one log: who changed what, when, from what to what, and in which batch."""

import json
from collections.abc import Collection, Iterable, Sequence

from agent_tui.model.clock import Millis
from agent_tui.model.event import (
    FINAL,
    KEEP,
    REDO,
    TOLD,
    UNDO,
    Entity,
    Event,
    Stamp,
    follows_from_a_message,
)
from agent_tui.store import codec
from agent_tui.store.database import Database, Row

_OF_CUSTOMER = ":entity, NULL, :at, 1, :number, 'event'"
_OF_CONVERSATION = (
    "c.customer_id, c.id, :at, 1, :number, 'event' FROM conversations c WHERE c.id = :entity"
)


def append(
    db: Database,
    stamp: Stamp,
    entity: Entity,
    entity_id: int,
    field: str,
    before: object,
    after: object,
    *,
    undoes: str | None = None,
) -> None:
    """Write one event down; ``before`` and ``after`` are JSON-able."""
    from agent_tui.store import audit  # with hashlib: who only reads does not need it

    event = {
        "at": stamp.at,
        "actor": stamp.actor,
        "action": stamp.action,
        "batch": stamp.batch,
        "entity": entity,
        "entity_id": entity_id,
        "field": field,
        "before": codec.dump(before),
        "after": codec.dump(after),
        "undoes": undoes,
    }
    with db.transaction():
        number = db.insert(
            "INSERT INTO events (id, at, actor, action, batch, entity, entity_id, field, before,"
            " after, undoes, nonce, hash) VALUES (:id, :at, :actor, :action, :batch, :entity,"
            " :entity_id, :field, :before, :after, :undoes, :nonce, :hash)",
            audit.link(db, event),
        )
        if entity is Entity.CUSTOMER:
            _enter(db, number, stamp.at, _OF_CUSTOMER, entity_id)
        elif entity is Entity.CONVERSATION and _is_told(stamp, field):
            _enter(db, number, stamp.at, _OF_CONVERSATION, entity_id)


def of_batch(db: Database, batch: str) -> list[Event]:
    """The batch's events in the order they happened."""
    return _events(
        db.all("SELECT * FROM events WHERE batch = :batch ORDER BY id", {"batch": batch})
    )


def of_entity(db: Database, entity: Entity, entity_id: int, limit: int = 200) -> list[Event]:
    """The newest events about one thing, newest first."""
    return _events(
        db.all(
            "SELECT * FROM events WHERE entity = :entity AND entity_id = :id"
            " ORDER BY id DESC LIMIT :limit",
            {"entity": entity, "id": entity_id, "limit": limit},
        )
    )


def by_ids(db: Database, ids: Collection[int]) -> dict[int, Event]:
    """The events of ``ids``; at most some hundreds."""
    names = {f"i{n}": number for n, number in enumerate(ids)}
    marks = ", ".join(f":{name}" for name in names)
    found = _events(db.all(f"SELECT * FROM events WHERE id IN ({marks})", names))
    return {event.id: event for event in found}


def newest_id(db: Database, entity: Entity, entity_id: int) -> int:
    """The id of the newest event about one thing; 0 when there is none."""
    row = db.one(
        "SELECT max(id) AS id FROM events WHERE entity = :entity AND entity_id = :id",
        {"entity": entity, "id": entity_id},
    )
    return (row["id"] or 0) if row else 0


def last(db: Database) -> int:
    """The id of the newest event; 0 when nothing has happened yet."""
    row = db.one("SELECT max(id) AS id FROM events")
    return (row["id"] or 0) if row else 0


def arrived(db: Database, after: int, limit: int = 5) -> list[int]:
    """The conversations in which messages came in behind the event ``after``, newest first."""
    rows = db.all(
        "SELECT entity_id, max(id) AS newest FROM events WHERE id > :after"
        " AND entity = :entity AND field = 'message' AND action = 'receive'"
        " GROUP BY entity_id ORDER BY newest DESC LIMIT :limit",
        {"after": after, "entity": Entity.CONVERSATION, "limit": limit},
    )
    return [row["entity_id"] for row in rows]


def of_fields(
    db: Database,
    entity: Entity,
    entity_id: int,
    fields: Sequence[str],
    *,
    after: int = 0,
    limit: int = 200,
) -> list[Event]:
    """The newest events behind ``after`` about these fields of one thing, newest first: a chat
    has an event for each of thousands of messages, and few that somebody wants to see."""
    names = {f"f{n}": field for n, field in enumerate(fields)}
    marks = ", ".join(f":{name}" for name in names)
    return _events(
        db.all(
            "SELECT * FROM events WHERE entity = :entity AND entity_id = :id AND id > :after"
            f" AND field IN ({marks}) ORDER BY id DESC LIMIT :limit",
            {"entity": entity, "id": entity_id, "after": after, "limit": limit, **names},
        )
    )


def last_to_undo(db: Database, actor: str) -> str | None:
    """The agent's newest batch that still stands."""
    row = _newest_standing(db, actor, (UNDO, KEEP, *FINAL))
    return row["batch"] if row else None


def last_to_redo(db: Database, actor: str) -> str | None:
    """The agent's newest undo that still stands, unless something new was done after it."""
    row = _newest_standing(db, actor, (REDO, KEEP))
    return row["batch"] if row and row["action"] == UNDO else None


def _is_told(stamp: Stamp, field: str) -> bool:
    return field in TOLD and not follows_from_a_message(stamp, field)


def _enter(db: Database, number: int, at: Millis, whose: str, entity_id: int) -> None:
    """Put what is told into the timeline of its customer."""
    db.run(
        f"INSERT INTO timeline (customer_id, conversation_id, at, rank, id, kind) SELECT {whose}",
        {"number": number, "at": at, "entity": entity_id},
    )


def _newest_standing(db: Database, actor: str, but: Sequence[str]) -> Row | None:
    names = {f"a{n}": action for n, action in enumerate(but)}
    marks = ", ".join(f":{name}" for name in names)
    return db.one(
        f"SELECT batch, action FROM events e WHERE actor = :actor AND action NOT IN ({marks})"
        " AND NOT EXISTS (SELECT 1 FROM events u WHERE u.undoes = e.batch)"
        " ORDER BY id DESC LIMIT 1",
        {"actor": actor, **names},
    )


def _events(rows: Iterable[Row]) -> list[Event]:
    return [
        Event(
            id=row["id"],
            stamp=Stamp(row["actor"], row["action"], row["batch"], row["at"]),
            entity=Entity(row["entity"]),
            entity_id=row["entity_id"],
            field=row["field"],
            before=json.loads(row["before"]),
            after=json.loads(row["after"]),
            undoes=row["undoes"],
        )
        for row in rows
    ]
