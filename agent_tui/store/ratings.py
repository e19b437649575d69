"""What reviews amount to: counted by source, product and stars, over time.

The stars are those that a review has now; what it had before is in the log.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from agent_tui.model.clock import Millis
from agent_tui.query.compile import Compiled
from agent_tui.store import listings, messages
from agent_tui.store.database import Database


class Counted(NamedTuple):
    """Reviews that have all of this in common."""

    account: str
    product: str
    rating: int
    place: int | None  # the number of the period they are of; None: before the first
    many: int
    waiting: int  # those of them without an answer now


class Answered(NamedTuple):
    """A review of the periods, and when it was answered first."""

    account: str
    product: str
    rating: int
    at: Millis
    answered_at: Millis | None


def counted(db: Database, query: Compiled, begins: Sequence[Millis]) -> list[Counted]:
    """The reviews of ``query``, those of the same period together; ``begins`` in order."""
    where, params = listings.bounded(db, query, None)
    names = {f"begin{number}": at for number, at in enumerate(begins)}
    cases = " ".join(
        f"WHEN c.created_at >= :begin{number} THEN {number}" for number in _down(begins)
    )
    rows = db.all(
        f"SELECT c.account, c.product, c.rating, CASE {cases} END AS place, count(*) AS many,"
        " count(c.waiting_since) AS waiting FROM conversations c"
        f" WHERE c.rating IS NOT NULL AND {where} GROUP BY c.account, c.product, c.rating, place",
        params | names,
    )
    return [
        Counted(
            row["account"],
            row["product"] or "",
            row["rating"],
            row["place"],
            row["many"],
            row["waiting"],
        )
        for row in rows
    ]


def answered(db: Database, query: Compiled, since: Millis) -> Iterator[Answered]:
    """The reviews of ``query`` that were written since then."""
    where, params = listings.bounded(db, query, None)
    rows = db.all(
        "SELECT c.account, c.product, c.rating, c.created_at, (SELECT min(m.id) FROM messages m"
        " WHERE m.conversation_id = c.id AND m.direction = 'outbound') AS answer"
        f" FROM conversations c WHERE c.rating IS NOT NULL AND c.created_at >= :since AND {where}",
        params | {"since": since},
    )
    for row in rows:
        answer = messages.time_of(row["answer"]) if row["answer"] is not None else None
        yield Answered(
            row["account"], row["product"] or "", row["rating"], row["created_at"], answer
        )


def _down(begins: Sequence[Millis]) -> Iterable[int]:
    """The numbers of the periods, the newest first: the first that fits is theirs."""
    return range(len(begins) - 1, -1, -1)
