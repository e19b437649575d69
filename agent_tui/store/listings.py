"""What lists of conversations read: keyset pages of a query, counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation, Sort
from agent_tui.query.compile import Compiled
from agent_tui.store import people
from agent_tui.store.conversations import COLUMNS, FROM, WHOSE, decoded
from agent_tui.store.database import Database, Row

COUNT_LIMIT = 10_000
"""Counts stop here: a side bar says "9999+", and never costs more than a few milliseconds."""

_MOST_RANGES = 100
"""SQLite takes no more than 500 parts of a UNION; whoever has more members waits for a sort."""

_NO_WAIT = 8_000_000_000_000_000
"""Later than any wait begins; the schema's column ``turn`` is made with it."""

_ORDER = {  # column, whether it ascends
    Sort.NEWEST: ("c.last_at", False),
    Sort.OLDEST: ("c.last_at", True),
    Sort.WAITING: ("c.waiting_since", True),
    Sort.DUE: ("c.due_at", True),
    Sort.UNANSWERED: ("c.turn", True),
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in an order: the row with this sort value and id."""

    value: Millis
    id: int


def anchor(conversation: Conversation, sort: Sort) -> Anchor:
    """Where ``conversation`` stands in ``sort``."""
    if sort is Sort.WAITING:
        return Anchor(conversation.waiting_since or 0, conversation.id)
    if sort is Sort.DUE:
        return Anchor(conversation.due_at or 0, conversation.id)
    if sort is Sort.UNANSWERED:
        since = conversation.waiting_since
        return Anchor(_NO_WAIT - conversation.last_at if since is None else since, conversation.id)
    return Anchor(conversation.last_at, conversation.id)


def placed(sort: Sort) -> tuple[str, bool]:
    """The column that ``sort`` goes by, and whether it ascends."""
    return _ORDER[sort]


def bounded(db: Database, query: Compiled, sort: Sort | None) -> tuple[str, dict[str, object]]:
    """The condition of a list's rows with its parameters; without ``sort``, of all it counts."""
    where = [f"({query.where})"]
    params = dict(query.params)
    if query.match is not None:
        where.append(_matching(db))
        params["match"] = query.match
    if sort in (Sort.WAITING, Sort.DUE):
        where.append(f"{_ORDER[sort][0]} IS NOT NULL")
    return " AND ".join(where), params


def page(
    db: Database,
    query: Compiled,
    sort: Sort,
    *,
    after: Anchor | None = None,
    backwards: bool = False,
    limit: int = 50,
) -> list[Conversation]:
    """Up to ``limit`` conversations of ``query`` behind ``after``, or before it ``backwards``.

    Always in the order of ``sort``; without ``after``, from the first or, backwards, the last.
    Under Sort.WAITING conversations without a waiting customer are left out, under Sort.DUE
    those that are never due.
    """
    rows = _listed(db, query, sort, COLUMNS, after, limit, backwards=backwards)
    found = decoded(db, rows)
    return found[::-1] if backwards else found


def ids(db: Database, query: Compiled, sort: Sort, *, limit: int) -> list[int]:
    """The ids of the first page, as :func:`page` has it."""
    return [row["id"] for row in _listed(db, query, sort, "c.id", None, limit)]


def _listed(
    db: Database,
    query: Compiled,
    sort: Sort,
    columns: str,
    after: Anchor | None,
    limit: int,
    *,
    backwards: bool = False,
) -> Sequence[Row]:
    column, forwards = placed(sort)
    ascending = forwards is not backwards
    condition, params = bounded(db, query, sort)
    where = [condition]
    if after is not None:
        compare = ">" if ascending else "<"
        where.append(f"({column}, c.id) {compare} (:after_value, :after_id)")
        params |= {"after_value": after.value, "after_id": after.id}
    way = "ASC" if ascending else "DESC"
    order = f"ORDER BY {column} {way}, c.id {way} LIMIT :limit"
    column, ranges = _ranges(db, query)
    params |= {f"range{number}": value for number, value in enumerate(ranges)}
    return db.all(
        f"SELECT {columns} FROM {_ordered(where, order, column, len(ranges))} {order}",
        params | {"limit": limit},
    )


def count(
    db: Database, query: Compiled, *, limit: int = COUNT_LIMIT, sort: Sort | None = None
) -> int:
    """How many conversations ``query`` has, or a list of it by ``sort``; at most ``limit``."""
    where, params = bounded(db, query, sort)
    row = db.one(
        f"SELECT count(*) AS n FROM (SELECT 1 FROM conversations c WHERE {where} LIMIT :limit) x",
        params | {"limit": limit},
    )
    return int(row["n"]) if row else 0


def holds(db: Database, query: Compiled, conversation_id: int) -> bool:
    """Whether the conversation is among those of ``query``."""
    only = f"({query.where}) AND c.id = :only_id"
    params = query.params | {"only_id": conversation_id}
    return count(db, Compiled(only, params, query.match), limit=1) > 0


def _ranges(db: Database, query: Compiled) -> tuple[str, Sequence[object]]:
    """A column and its values, where an index is in order for each of them but not for all."""
    if query.person is not None:
        members = people.members(db, query.person)
        if len(members) <= _MOST_RANGES:
            return "c.customer_id", members
    return "c.status", query.statuses


def _ordered(where: Sequence[str], order: str, column: str, ranges: int) -> str:
    """What a page reads from: an index that is in ``order``, or one range of it for each value.

    No index has a list of statuses in order of time; sorting all of it took 57 ms at 200,000
    conversations, merging the beginnings 1 ms.
    """
    condition = " AND ".join(where)
    if not ranges:
        return f"{FROM} WHERE {condition}"
    read = f"SELECT * FROM (SELECT c.* FROM conversations c WHERE {condition}"
    parts = [f"{read} AND {column} = :range{n} {order}) AS r{n}" for n in range(ranges)]
    return f"({' UNION ALL '.join(parts)}) AS c {WHOSE}"


def _matching(db: Database) -> str:
    return (
        "c.id IN (SELECT m.conversation_id FROM search JOIN messages m ON m.id = search.rowid"
        f" WHERE {db.match('match')})"
    )
