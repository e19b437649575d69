"""The entries of a timeline that are in memory: pages around a cursor. Knows nothing of the
screen."""

from collections.abc import Callable

from agent_tui.model.timeline import Place
from agent_tui.store.timeline import Entry

PAGE = 60
"""Entries read at once: more than most screens show."""

_PAGES_KEPT = 6
"""Entries further from the cursor are forgotten and read again."""

ReadPage = Callable[[Place | None, bool, int], list[Entry]]
"""Up to so many entries behind a place, or before it: always in the order of the timeline."""


class Window:
    """A contiguous part of a timeline and the cursor in it."""

    def __init__(self, read: ReadPage, *, page: int = PAGE) -> None:
        """Reads the newest entries; raises StoreError when the store fails."""
        self.rows: list[Entry] = []
        self.cursor = 0
        self._read, self._page = read, page
        self._at_start = self._at_end = True
        self.first()

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    @property
    def place(self) -> Place | None:
        """Where the cursor is."""
        return self.current.place if self.current else None

    def first(self) -> None:
        """Go to the newest entry."""
        self.rows, self.cursor = self._read(None, False, self._page), 0
        self._at_start, self._at_end = True, len(self.rows) < self._page

    def last(self) -> None:
        """Go to the oldest entry."""
        if not self._at_end:
            self.rows = self._read(None, True, self._page)
            self._at_start, self._at_end = len(self.rows) < self._page, True
        self.cursor = max(len(self.rows) - 1, 0)

    def move(self, by: int) -> None:
        """Move the cursor, as far as there are entries."""
        target = self.cursor + by
        while target < 0 and not self._at_start:
            target += self._extend_up()
        while target >= len(self.rows) and not self._at_end:
            self._extend_down()
        self.cursor = min(max(target, 0), max(len(self.rows) - 1, 0))
        self._trim()

    def ahead(self, rows: int) -> bool:
        """Read on where fewer than ``rows`` are left either way; whether that was so."""
        before = self.rows
        if self.cursor < rows and not self._at_start:
            self.cursor += self._extend_up()
        if self.cursor + rows >= len(self.rows) and not self._at_end:
            self._extend_down()
        self._trim()
        return self.rows is not before

    def refresh(self) -> None:
        """Read the part again; the cursor stays on its entry, or on what is next when it is
        gone."""
        place = self.place
        if place is None or (self._at_start and not self.cursor):
            self.first()
        else:
            self.go_to(place)

    def go_to(self, place: Place) -> None:
        """Read what is around a place, with the cursor on it, or on what is next below."""
        above = self._read(place, True, self._page)
        below = self._read(place._replace(part=place.part + 1), False, self._page)
        self.rows, self.cursor = above + below, len(above)
        self._at_start, self._at_end = len(above) < self._page, len(below) < self._page
        self.cursor = min(self.cursor, max(len(self.rows) - 1, 0))

    def _extend_down(self) -> None:
        more = self._read(self.rows[-1].place if self.rows else None, False, self._page)
        self._at_end = len(more) < self._page
        self.rows = self.rows + more

    def _extend_up(self) -> int:
        more = self._read(self.rows[0].place, True, self._page) if self.rows else []
        self._at_start = len(more) < self._page
        self.rows = more + self.rows
        return len(more)

    def _trim(self) -> None:
        most = _PAGES_KEPT * self._page
        if len(self.rows) <= most:
            return
        start = min(max(self.cursor - most // 2, 0), len(self.rows) - most)
        self._at_start = self._at_start and start == 0
        self._at_end = self._at_end and start + most >= len(self.rows)
        self.rows = self.rows[start : start + most]
        self.cursor -= start
