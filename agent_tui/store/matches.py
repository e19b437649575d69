"""The conversations that a search finds, newest match first, read as far as somebody looks.

The index is read from its newest end, so that a common word in a million messages costs no more
than a rare one. Where little of what matches is listed - one agent's conversations, a customer's -
that would read all of it; then the messages of those few conversations are looked up instead:
0.2 s in place of 5 s at a million.
"""

from collections.abc import Iterable

from agent_tui.query.compile import Compiled
from agent_tui.store import listings
from agent_tui.store.database import Database, Row

MOST = 1_000
"""A search lists at most this many conversations."""

ENOUGH = 300
"""So many are counted when there are more. The first page of a common word has read of as many, so
that their number comes with it: to count to a thousand took 40 ms at 100,000 messages, and half a
second where the disk has to be read."""

_WINDOW = 2_000
_WIDER = 4
"""So many matching messages are looked at first, then four times as many, and so on."""

_WINDOWS = 2
_FEW = 10_000
"""A list of fewer conversations is looked up whole when it was not among the newest matches."""


class Matches:
    """What ``query.match`` finds among the conversations of ``query``."""

    def __init__(
        self, db: Database, query: Compiled, *, window: int = _WINDOW, few: int = _FEW
    ) -> None:
        self.complete = False  # nothing is found beyond what was read
        self._db = db
        self._query = query
        self._found: dict[int, None] = {}
        self._before: int | None = None  # what is not read yet is older than this message
        self._window, self._few = window, few
        self._looked = 0

    def first(self, count: int) -> list[int]:
        """The ids of the first ``count`` conversations, at most MOST, or of all there are."""
        wanted = min(count, MOST)
        while len(self._found) < wanted and not self.complete:
            self._read_on()
        return list(self._found)[:wanted]

    @property
    def counted(self) -> bool:
        """Whether nothing has to be read to tell how many there are."""
        return self.complete or len(self._found) >= ENOUGH

    def count(self) -> int:
        """How many conversations are found; with ENOUGH or more, as far as was read."""
        while not self.counted:
            self._read_on()
        return len(self._found)

    def _read_on(self) -> None:
        if self._looked == _WINDOWS and self._lists_few():
            self._add(self._of_few())
            self.complete = True
            return
        edge = self._edge()
        if edge is not None:
            self._add(self._down_to(edge))
        self._before, self._looked = edge, self._looked + 1
        self._window *= _WIDER

    def _add(self, rows: Iterable[Row]) -> None:
        self._found.update(dict.fromkeys(row["conversation_id"] for row in rows))

    def _edge(self) -> int | None:
        """The oldest message of the next window, if it has any."""
        row = self._db.one(
            "SELECT min(id) AS edge, count(*) AS hits FROM"
            f" (SELECT search.rowid AS id FROM search WHERE {self._matching()}"
            " ORDER BY search.rowid DESC LIMIT :window) w",
            self._params() | {"window": self._window},
        )
        assert row is not None, "an aggregate has a row"
        self.complete = row["hits"] < self._window
        edge: int | None = row["edge"]
        return edge

    def _down_to(self, edge: int) -> Iterable[Row]:
        return self._db.all(
            "SELECT m.conversation_id FROM search JOIN messages m ON m.id = search.rowid"
            " JOIN conversations c ON c.id = m.conversation_id"
            f" WHERE {self._matching()} AND search.rowid >= :edge AND ({self._query.where})"
            " ORDER BY search.rowid DESC",
            self._params() | self._query.params | {"edge": edge},
        )

    def _lists_few(self) -> bool:
        listed = Compiled(self._query.where, self._query.params, None)
        return listings.count(self._db, listed, limit=self._few) < self._few

    def _of_few(self) -> Iterable[Row]:
        """All there are: ``+`` keeps SQLite from seeking the index for each message."""
        return self._db.all(
            "SELECT m.conversation_id, max(m.id) AS newest FROM search"
            f" JOIN messages m ON m.id = search.rowid WHERE {self._matching()}"
            " AND +search.rowid IN (SELECT s.id FROM messages s WHERE s.conversation_id IN"
            f" (SELECT c.id FROM conversations c WHERE {self._query.where}))"
            " GROUP BY m.conversation_id ORDER BY newest DESC",
            self._params() | self._query.params,
        )

    def _matching(self) -> str:
        older = "" if self._before is None else " AND search.rowid < :before"
        return self._db.match("match") + older

    def _params(self) -> dict[str, object]:
        return {"match": self._query.match} | (
            {} if self._before is None else {"before": self._before}
        )
