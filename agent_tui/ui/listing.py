"""The window of conversations that a list shows: keyset pages of a query around a cursor.

Only the rows near the cursor are in memory, whatever the size of the store. The cursor belongs to
a conversation, not to a place: when the store changes, the window is read again and the cursor
stays where it was. Knows nothing of the screen.
"""

from collections.abc import Callable, Sequence

from agent_tui.model.conversation import Conversation, Sort
from agent_tui.query.compile import Compiled
from agent_tui.store import conversations, listings, numbers
from agent_tui.store.database import Database
from agent_tui.store.listings import Anchor

PAGE = 60
"""Rows read at once: more than most screens show."""

_PAGES_KEPT = 7
"""Rows further from the cursor are forgotten and read again."""


class Listing:
    """A contiguous window of a query's rows and the cursor in it."""

    def __init__(self, db: Database, query: Compiled, sort: Sort, *, page: int = PAGE) -> None:
        """Reads the first ``page`` rows; raises StoreError when the store fails."""
        self.rows: list[Conversation] = []
        self.cursor = 0  # index in ``rows``
        self.new_above = 0  # conversations that came before the first row seen, since
        self._db = db
        self._query = query
        self._sort = sort
        self._size = page
        self._at_start = True
        self._at_end = True
        self.first()

    @property
    def current(self) -> Conversation | None:
        return self.rows[self.cursor] if self.rows else None

    @property
    def searching(self) -> bool:
        """Whether these are the matches of a search, by the newest match and all in memory."""
        return self._query.match is not None

    @property
    def complete(self) -> bool:
        """Whether all rows there are stand in the window."""
        return self._at_start and self._at_end

    def first(self) -> None:
        """Read the first rows and go to the very first."""
        self.cursor = self.new_above = 0
        if self.searching:
            self.rows = listings.search(self._db, self._query)
            return
        self.rows = self._page(None)
        self._at_start, self._at_end = True, len(self.rows) < self._size

    def last(self) -> None:
        """Go to the very last row."""
        if not self._at_end:
            self.rows = self._page(None, backwards=True)
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
        if len(self.rows) <= most or self.searching:
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
        first, last = sorted((began, self.current), key=self._place)
        return numbers.between(self._db, self._query, self._sort, first, last)

    def range_to(self, began: Conversation) -> Callable[[Conversation], bool]:
        """Whether a row lies between ``began`` and the cursor."""
        if self.current is None:
            return lambda _: False
        low, high = sorted((self._place(began), self._place(self.current)))
        return lambda row: low <= self._place(row) <= high

    def refresh(self) -> None:
        """Read the window again; the cursor stays on its conversation, also where that has moved,
        or takes the place of one that is gone.

        What came in above the window counts in ``new_above``.
        """
        old, current = self.rows, self.current
        from_start = self._at_start
        if self.searching:
            self.rows = listings.search(self._db, self._query)
        elif current is None:
            self.rows = self._page(None)
            self._at_start, self._at_end = True, len(self.rows) < self._size
        else:
            self._read_around(current)
        if from_start and self._at_start:
            self.new_above += _fresh(old, self.rows)
        if current is not None and not self.go_to(current.id):
            self._follow(current)
        self.cursor = min(self.cursor, max(len(self.rows) - 1, 0))

    def _read_around(self, row: Conversation) -> None:
        """The rows before and behind the place of ``row``; the cursor on the first behind."""
        above, below = self.cursor + self._size, max(len(self.rows) - self.cursor, self._size)
        place = listings.anchor(row, self._sort)
        before = self._page(place, backwards=True, limit=above)
        behind = self._page(self._place_before(row), limit=below)
        self.rows, self.cursor = before + behind, len(before)
        self._at_start, self._at_end = len(before) < above, len(behind) < below

    def _follow(self, gone: Conversation) -> None:
        """Go where a conversation is that left the window but not the view."""
        now = conversations.get(self._db, gone.id)
        if now is None or self.searching:
            return
        there = self._page(self._place_before(now), limit=1)
        if there and there[0].id == gone.id:
            self._read_around(now)

    def _place_before(self, row: Conversation) -> Anchor:
        """An anchor just before ``row``, so that reading behind it gives the row again."""
        place = listings.anchor(row, self._sort)
        step = 1 if self._sort is Sort.NEWEST else -1
        return Anchor(place.value, place.id + step)

    def _place(self, row: Conversation) -> tuple[int, int]:
        """Sorts rows as they are listed."""
        if self.searching:
            index = self._index(row.id)
            return (len(self.rows) if index is None else index), 0
        place = listings.anchor(row, self._sort)
        return (-place.value, -place.id) if self._sort is Sort.NEWEST else (place.value, place.id)

    def _index(self, conversation_id: int) -> int | None:
        return next((i for i, row in enumerate(self.rows) if row.id == conversation_id), None)

    def _extend_down(self) -> None:
        place = listings.anchor(self.rows[-1], self._sort) if self.rows else None
        more = self._page(place)
        self._at_end = len(more) < self._size
        self.rows += more

    def _extend_up(self) -> int:
        if not self.rows:
            return 0
        place = listings.anchor(self.rows[0], self._sort)
        more = self._page(place, backwards=True)
        self._at_start = len(more) < self._size
        self.rows = more + self.rows
        return len(more)

    def _page(
        self, after: Anchor | None, *, backwards: bool = False, limit: int = 0
    ) -> list[Conversation]:
        return listings.page(
            self._db,
            self._query,
            self._sort,
            after=after,
            backwards=backwards,
            limit=limit or self._size,
        )


def _fresh(old: Sequence[Conversation], new: Sequence[Conversation]) -> int:
    """How many rows stand above the first one that was there before."""
    known = {row.id for row in old}
    return next((place for place, row in enumerate(new) if row.id in known), 0)
