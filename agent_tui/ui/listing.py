"""The window of conversations that a list shows: pages of a query or a search around a cursor.

Only the rows near the cursor are in memory, whatever the size of the store. The cursor belongs to
a conversation, not to a place: when the store changes, the window is read again and the cursor
stays where it was. Knows nothing of the screen.
"""

from collections.abc import Callable, Sequence

from agent_tui.model.conversation import Conversation, Sort
from agent_tui.query.compile import Compiled
from agent_tui.store import conversations, numbers
from agent_tui.store.database import Database
from agent_tui.store.matches import Matches
from agent_tui.ui.pages import ByMatch, InOrder, Pages

PAGE = 60
"""Rows read at once: more than most screens show."""

_PAGES_KEPT = 7
"""Rows further from the cursor are forgotten and read again."""

_PAGES_AROUND = 2
"""Read again on each side of the cursor when the store has changed: 240 rows take 5 ms."""

_HEAD = 500
"""So many that came in between two looks are counted."""


class Listing:
    """A contiguous window of a query's rows and the cursor in it."""

    def __init__(self, db: Database, query: Compiled, sort: Sort, *, page: int = PAGE) -> None:
        """Reads the first ``page`` rows; raises StoreError when the store fails."""
        self.rows: list[Conversation] = []
        self.cursor = 0  # index in ``rows``
        self.new_above = 0  # conversations that came before the first row seen, since
        self.total = ""  # how many there are, once somebody has counted
        self.refreshed = 0  # how often
        self._db = db
        self._query = query
        self._sort = sort
        self._size = page
        self._pages: Pages = ByMatch(db, query) if self.searching else InOrder(db, query, sort)
        self._at_start = True
        self._at_end = True
        self._head: list[int] = []  # the first ones of all as they were seen last
        self.first()

    @property
    def current(self) -> Conversation | None:
        """The one under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    @property
    def searching(self) -> bool:
        """Whether these are the matches of a search, by the newest match."""
        return self._query.match is not None

    @property
    def complete(self) -> bool:
        """Whether all rows there are stand in the window."""
        return self._at_start and self._at_end

    @property
    def known(self) -> str:
        """How many there are, in the window or not, where nothing has to be read for that; else
        empty."""
        return str(len(self.rows)) if self.complete else self._pages.known()

    def tally(self) -> str:
        """As :attr:`known`, read as far as is counted; for a thread of its own. Raises
        StoreError."""
        return self._pages.tally()

    def first(self) -> None:
        """Read the first rows and go to the very first."""
        self.cursor = self.new_above = 0
        self.rows = self._pages.first(self._size)
        self._at_start, self._at_end = True, len(self.rows) < self._size
        self._head = [row.id for row in self.rows]

    def last(self) -> None:
        """Go to the very last row."""
        if not self._at_end:
            self.rows = self._pages.last(self._size)
            self._at_start, self._at_end = len(self.rows) < self._size, True
        self.cursor = max(len(self.rows) - 1, 0)

    def move(self, by: int) -> int:
        """Move the cursor ``by`` rows, as far as there are any; how far the rows in the window
        moved under it (rows read before the first one push the others down)."""
        pushed = 0
        target = self.cursor + by
        while target < 0 and not self._at_start:
            added = self._extend_up()
            target += added
            pushed += added
        while target >= len(self.rows) and not self._at_end:
            self._extend_down()
        self.cursor = min(max(target, 0), max(len(self.rows) - 1, 0))
        return pushed

    def reach(self, index: int) -> None:
        """Read on until the window holds row ``index``, if there is one."""
        while index >= len(self.rows) and not self._at_end:
            self._extend_down()

    def reach_up(self, index: int) -> int:
        """Read backwards until the window begins at or before the negative ``index``; how many
        rows came in before the first."""
        pushed = 0
        while index + pushed < 0 and not self._at_start:
            pushed += self._extend_up()
        self.cursor += pushed
        return pushed

    def trim(self) -> int:
        """Forget rows far from the cursor; how many of them stood before it."""
        most = _PAGES_KEPT * self._size
        if len(self.rows) <= most:
            return 0
        start = max(self.cursor - most // 2, 0)
        end = start + most
        self._at_start = self._at_start and start == 0
        self._at_end = self._at_end and end >= len(self.rows)
        self.rows = self.rows[start:end]
        self.cursor -= start
        return start

    def go_to(self, conversation_id: int) -> bool:
        """Put the cursor on that conversation; False when the window does not hold it."""
        index = self._index(conversation_id)
        if index is not None:
            self.cursor = index
        return index is not None

    @property
    def sort(self) -> Sort:
        """What the rows are bounded by: a search lists also what stands in no order of its view."""
        return Sort.NEWEST if self.searching else self._sort

    def beside(self) -> list[Conversation]:
        """The rows next to the cursor's, the following one first, as far as the window has them."""
        places = (self.cursor + 1, self.cursor - 1)
        return [self.rows[place] for place in places if 0 <= place < len(self.rows)]

    def all_ids(self) -> list[int]:
        """The ids of all rows there are, in the window or not; for a thread of its own."""
        return numbers.of_query(self._db, self._query, self.sort)

    def within(self, ids: Sequence[int]) -> list[int]:
        """Those of ``ids`` that are listed, in the window or not."""
        return numbers.among(self._db, self._query, ids)

    def ids_to(self, began: Conversation) -> list[int]:
        """The ids from ``began`` to the cursor, both with it, whichever comes first."""
        if self.current is None:
            return []
        index = self._index(began.id)
        if index is not None:
            low, high = sorted((index, self.cursor))
            return [row.id for row in self.rows[low : high + 1]]
        first, last = sorted((began, self.current), key=self._pages.place)
        return self._pages.between(first, last)

    def range_to(self, began: Conversation) -> Callable[[Conversation], bool]:
        """Whether a row lies between ``began`` and the cursor."""
        if self.current is None:
            return lambda _: False
        place = self._pages.place
        low, high = sorted((place(began), place(self.current)))
        return lambda row: low <= place(row) <= high

    def find_again(self) -> Matches | None:
        """What takes long of a refresh, to be handed to it; for a thread of its own. Raises
        StoreError."""
        return self._pages.find_again()

    def refresh(self, found: Matches | None = None) -> None:
        """Read the window again; the cursor stays on its conversation, also where that has moved,
        or takes the place of one that is gone.

        What came in above all others counts in ``new_above``.
        """
        current, before = self.current, self._head
        self.refreshed += 1
        self._pages.renew(found)
        if current is None:
            self.rows = self._pages.first(self._size)
            self._at_start, self._at_end = True, len(self.rows) < self._size
        else:
            self._read_around(current)
        self._head = self._pages.head(_HEAD)
        self.new_above += _fresh(before, self._head)
        if current is not None and not self.go_to(current.id):
            self._follow(current)
        self.cursor = min(self.cursor, max(len(self.rows) - 1, 0))

    def _read_around(self, row: Conversation) -> None:
        """The rows before and behind the place of ``row``; the cursor on the first behind."""
        most = _PAGES_AROUND * self._size
        before, behind = self._pages.before(row, most), self._pages.at(row, most)
        self.rows, self.cursor = before + behind, len(before)
        self._at_start, self._at_end = len(before) < most, len(behind) < most

    def _follow(self, gone: Conversation) -> None:
        """Go where a conversation is that left the window but not the view."""
        now = conversations.get(self._db, gone.id)
        if now is None or self.searching:
            return
        there = self._pages.at(now, 1)
        if there and there[0].id == gone.id:
            self._read_around(now)

    def _index(self, conversation_id: int) -> int | None:
        return next((i for i, row in enumerate(self.rows) if row.id == conversation_id), None)

    def _extend_down(self) -> None:
        more = self._pages.behind(self.rows[-1], self._size)
        self._at_end = len(more) < self._size
        self.rows += more

    def _extend_up(self) -> int:
        if not self.rows:
            return 0
        more = self._pages.before(self.rows[0], self._size)
        self._at_start = len(more) < self._size
        self.rows = more + self.rows
        return len(more)


def _fresh(old: Sequence[int], new: Sequence[int]) -> int:
    """How many stand above the first one that was there before."""
    known = set(old)
    return next((place for place, one in enumerate(new) if one in known), 0)
