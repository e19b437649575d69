"""The one log: who changed what, when, from what to what, and in which batch."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

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

_COLUMNS = (
    "id",
    "at",
    "actor",
    "action",
    "batch",
    "entity",
    "entity_id",
    "field",
    "before",
    "after",
    "undoes",
    "nonce",
    "hash",
)

_INTO_TIMELINE = (
    "INSERT INTO timeline (customer_id, conversation_id, at, rank, id, kind)"
    " SELECT {customer}, {conversation}, e.at, 1, e.id, 'event' FROM events e {join}"
    " WHERE e.id > :last"
)
_OF_CUSTOMER = _INTO_TIMELINE.format(
    customer="e.entity_id", conversation="NULL", join="JOIN customers u ON u.id = e.entity_id"
)
_OF_CONVERSATION = _INTO_TIMELINE.format(
    customer="c.customer_id", conversation="c.id", join="JOIN conversations c ON c.id = e.entity_id"
)


_MOST_LOOKED_AT = 50_000
"""Events behind a list of what can be undone: ten thousand resolved are thirty thousand."""


class Change(NamedTuple):
    """One field of one thing before and after; both values are JSON-able."""

    entity_id: int
    field: str
    before: object
    after: object


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
    append_all(db, stamp, entity, [Change(entity_id, field, before, after)], undoes=undoes)


def append_all(
    db: Database,
    stamp: Stamp,
    entity: Entity,
    changes: Sequence[Change],
    *,
    undoes: str | None = None,
) -> None:
    """Write an event down for each of ``changes``, in their order, and put what is told into the
    timelines of the customers."""
    from agent_tui.store import audit  # with hashlib: who only reads does not need it

    common = {
        "at": stamp.at,
        "actor": stamp.actor,
        "action": stamp.action,
        "batch": stamp.batch,
        "entity": entity,
        "undoes": undoes,
    }
    said = [
        {
            **common,
            "entity_id": change.entity_id,
            "field": change.field,
            "before": codec.dump(change.before),
            "after": codec.dump(change.after),
        }
        for change in changes
    ]
    with db.transaction():
        before = last(db)
        rows = [[one[name] for name in _COLUMNS] for one in audit.link(db, said)]
        db.insert_all("events", _COLUMNS, rows)
        _tell(db, stamp, entity, {change.field for change in changes}, before)


def of_batch(db: Database, batch: str) -> list[Event]:
    """The batch's events in the order they happened."""
    return _events(
        db.all("SELECT * FROM events WHERE batch = :batch ORDER BY id", {"batch": batch})
    )


def size(db: Database, batch: str, most: int) -> int:
    """How many events the batch has, counted up to ``most``."""
    row = db.one(
        "SELECT count(*) AS n FROM (SELECT 1 FROM events WHERE batch = :batch LIMIT :most) x",
        {"batch": batch, "most": most},
    )
    return int(row["n"]) if row else 0


def fields_of(db: Database, batch: str, fields: Sequence[str]) -> frozenset[str]:
    """Which of ``fields`` the batch has events about."""
    names = {f"f{n}": field for n, field in enumerate(fields)}
    marks = ", ".join(f":{name}" for name in names)
    rows = db.all(
        f"SELECT DISTINCT field FROM events WHERE batch = :batch AND field IN ({marks})",
        {"batch": batch, **names},
    )
    return frozenset(row["field"] for row in rows)


def newest_of(db: Database, actor: str) -> Event | None:
    """The newest event of what somebody did."""
    found = _events(
        db.all(
            "SELECT * FROM events WHERE actor = :actor ORDER BY id DESC LIMIT 1", {"actor": actor}
        )
    )
    return found[0] if found else None


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


class Standing(NamedTuple):
    """A batch that undo has not taken back."""

    batch: str
    action: str
    at: Millis
    things: int  # conversations, customers ... that it changed
    first: int  # its first event


def standing(db: Database, actor: str, limit: int) -> list[Standing]:
    """The agent's newest batches that still stand, newest first."""
    names = {f"a{n}": action for n, action in enumerate((UNDO, KEEP, *FINAL))}
    rows = db.all(
        "SELECT batch, min(action) AS action, max(at) AS at, min(id) AS first,"
        " count(DISTINCT entity || entity_id) AS things FROM"
        " (SELECT * FROM events WHERE actor = :actor ORDER BY id DESC LIMIT :most) e"
        f" WHERE action NOT IN (:{', :'.join(names)})"
        " AND NOT EXISTS (SELECT 1 FROM events u WHERE u.undoes = e.batch)"
        " GROUP BY batch ORDER BY max(id) DESC LIMIT :limit",
        {"actor": actor, "most": _MOST_LOOKED_AT, "limit": limit, **names},
    )
    return [
        Standing(row["batch"], row["action"], row["at"], row["things"], row["first"])
        for row in rows
    ]


def _tell(db: Database, stamp: Stamp, entity: Entity, fields: Collection[str], last: int) -> None:
    """Put those behind the event ``last`` that are told into the timelines of their customers."""
    if entity is Entity.CUSTOMER:
        db.run(_OF_CUSTOMER, {"last": last})
    told = [f for f in fields if f in TOLD and not follows_from_a_message(stamp, f)]
    if entity is Entity.CONVERSATION and told:
        names = {f"f{n}": field for n, field in enumerate(told)}
        marks = ", ".join(f":{name}" for name in names)
        db.run(f"{_OF_CONVERSATION} AND e.field IN ({marks})", {"last": last, **names})


def _newest_standing(db: Database, actor: str, but: Sequence[str]) -> Row | None:
    """The actor's newest event of a batch that stands, of no action in ``but``.

    A batch that does not count is passed over as a whole: ten thousand taken back are twenty
    thousand events, and to look at each took 80 ms with every ``u``.
    """
    before: int | None = None
    while row := db.one(
        "SELECT id, batch, action, EXISTS (SELECT 1 FROM events u WHERE u.undoes = e.batch)"
        " AS undone FROM events e WHERE actor = :actor AND (:before IS NULL OR id < :before)"
        " ORDER BY id DESC LIMIT 1",
        {"actor": actor, "before": before},
    ):
        if row["action"] not in but and not row["undone"]:
            return row
        before = _begin(db, actor, row["batch"], row["id"])
        if before is None:
            return _among_others(db, actor, but, row["id"])
    return None


def _among_others(db: Database, actor: str, but: Sequence[str], last: int) -> Row | None:
    """The same of the events up to ``last``, each looked at: two batches were done at once."""
    names = {f"a{n}": action for n, action in enumerate(but)}
    marks = ", ".join(f":{name}" for name in names)
    return db.one(
        "SELECT batch, action FROM events e WHERE actor = :actor AND id <= :last"
        f" AND action NOT IN ({marks})"
        " AND NOT EXISTS (SELECT 1 FROM events u WHERE u.undoes = e.batch)"
        " ORDER BY id DESC LIMIT 1",
        {"actor": actor, "last": last, **names},
    )


def _begin(db: Database, actor: str, batch: str, last: int) -> int | None:
    """The first event of a batch; None where up to ``last`` the actor did something else
    meanwhile."""
    params = {"actor": actor, "batch": batch, "last": last}
    own = db.one(
        "SELECT min(id) AS first, count(*) AS n FROM events WHERE batch = :batch AND id <= :last",
        params,
    )
    assert own is not None
    every = db.one(
        "SELECT count(*) AS n FROM events WHERE actor = :actor AND id BETWEEN :first AND :last",
        params | {"first": own["first"]},
    )
    first: int = own["first"]
    return first if every is not None and every["n"] == own["n"] else None


def _events(rows: Iterable[Row]) -> list[Event]:
    return [
        Event(
            id=row["id"],
            stamp=Stamp(row["actor"], row["action"], row["batch"], row["at"]),
            entity=Entity(row["entity"]),
            entity_id=row["entity_id"],
            field=row["field"],
            before=codec.load(row["before"]),
            after=codec.load(row["after"]),
            undoes=row["undoes"],
        )
        for row in rows
    ]
