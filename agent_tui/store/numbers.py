"""The numbers of conversations alone: all of a query, of a stretch of it, or some that it has.

A selection of ten thousand is ten thousand numbers; their rows are read when something is done.
"""

from collections.abc import Sequence

from agent_tui.model.conversation import Conversation, Sort
from agent_tui.query.compile import Compiled
from agent_tui.store import lists
from agent_tui.store.database import Database, Params
from agent_tui.store.listings import anchor, bounded, placed

MOST = 100_000
"""More is not selected at once: 0.1 s and 4 MB."""


def of_query(db: Database, query: Compiled, sort: Sort, *, limit: int = MOST) -> list[int]:
    """The conversations that a list of ``query`` has, in its order, at most ``limit``."""
    return _ids(db, query, sort, [], {}, limit)


def between(
    db: Database,
    query: Compiled,
    sort: Sort,
    first: Conversation,
    last: Conversation,
    *,
    limit: int = MOST,
) -> list[int]:
    """Those of the list from ``first`` to ``last``, both with it, in its order."""
    column, ascending = placed(sort)
    low, high = (first, last) if ascending else (last, first)
    where = [f"({column}, c.id) >= (:low, :low_id)", f"({column}, c.id) <= (:high, :high_id)"]
    lowest, highest = anchor(low, sort), anchor(high, sort)
    params = {
        "low": lowest.value,
        "low_id": lowest.id,
        "high": highest.value,
        "high_id": highest.id,
    }
    return _ids(db, query, sort, where, params, limit)


def among(db: Database, query: Compiled, ids: Sequence[int]) -> list[int]:
    """Those of ``ids`` that ``query`` has, in their order."""
    condition, params = bounded(db, query, None)
    found: set[int] = set()
    for some in lists.stretches(ids):
        marks, named = lists.among(some)
        rows = db.all(
            f"SELECT c.id FROM conversations c WHERE c.id IN ({marks}) AND {condition}",
            params | named,
        )
        found.update(row["id"] for row in rows)
    return [one for one in ids if one in found]


def _ids(
    db: Database,
    query: Compiled,
    sort: Sort,
    where: Sequence[str],
    params: Params,
    limit: int,
) -> list[int]:
    condition, given = bounded(db, query, sort)
    column, ascending = placed(sort)
    way = "ASC" if ascending else "DESC"
    rows = db.all(
        f"SELECT c.id FROM conversations c WHERE {' AND '.join([condition, *where])}"
        f" ORDER BY {column} {way}, c.id {way} LIMIT :limit",
        given | dict(params) | {"limit": limit},
    )
    return [row["id"] for row in rows]
