"""Where the rows of a list come from: a query in an order of time, or the matches of a search."""

from collections.abc import Sequence
from typing import Protocol

from agent_tui.model.conversation import Conversation, Sort
from agent_tui.query.compile import Compiled
from agent_tui.store import conversations, listings, numbers
from agent_tui.store.database import Database
from agent_tui.store.listings import Anchor
from agent_tui.store.matches import ENOUGH, MOST, Matches
from agent_tui.ui.bars import counted


class Pages(Protocol):
    """Rows by their place among each other. Whoever asks says how many it wants at most; fewer
    come only at the end."""

    def first(self, limit: int) -> list[Conversation]: ...

    def last(self, limit: int) -> list[Conversation]: ...

    def before(self, row: Conversation, limit: int) -> list[Conversation]:
        """Those that stand directly before the place of ``row``."""
        ...

    def behind(self, row: Conversation, limit: int) -> list[Conversation]: ...

    def at(self, row: Conversation, limit: int) -> list[Conversation]:
        """Those from the place of ``row`` on, itself with them if it still stands there."""
        ...

    def head(self, limit: int) -> list[int]:
        """The ids of the first ones, as far as they are cheap to know."""
        ...

    def between(self, first: Conversation, last: Conversation) -> list[int]:
        """The ids from ``first`` to ``last``, both with them."""
        ...

    def place(self, row: Conversation) -> tuple[int, int]:
        """What sorts rows as they are listed."""
        ...

    def known(self) -> str:
        """How many there are, where nothing has to be read for that; else empty."""
        ...

    def tally(self) -> str:
        """How many there are, as far as is counted; for a thread of its own."""
        ...

    def find_again(self) -> Matches | None:
        """What takes long of :meth:`renew`; for a thread of its own."""
        ...

    def renew(self, found: Matches | None = None) -> None:
        """The store has changed; ``found`` was found since."""
        ...


class InOrder:
    """The conversations of a query by a time of theirs: keyset pages, no offset."""

    def __init__(self, db: Database, query: Compiled, sort: Sort) -> None:
        self._db, self._query, self._sort = db, query, sort

    def first(self, limit: int) -> list[Conversation]:
        return self._page(None, limit)

    def last(self, limit: int) -> list[Conversation]:
        return self._page(None, limit, backwards=True)

    def before(self, row: Conversation, limit: int) -> list[Conversation]:
        return self._page(self._anchor(row), limit, backwards=True)

    def behind(self, row: Conversation, limit: int) -> list[Conversation]:
        return self._page(self._anchor(row), limit)

    def at(self, row: Conversation, limit: int) -> list[Conversation]:
        place = self._anchor(row)
        step = 1 if self._sort is Sort.NEWEST else -1  # just before it
        return self._page(Anchor(place.value, place.id + step), limit)

    def head(self, limit: int) -> list[int]:
        return listings.ids(self._db, self._query, self._sort, limit=limit)

    def between(self, first: Conversation, last: Conversation) -> list[int]:
        return numbers.between(self._db, self._query, self._sort, first, last)

    def place(self, row: Conversation) -> tuple[int, int]:
        place = self._anchor(row)
        return (-place.value, -place.id) if self._sort is Sort.NEWEST else (place.value, place.id)

    def known(self) -> str:
        return ""

    def tally(self) -> str:
        return counted(listings.count(self._db, self._query, sort=self._sort))

    def find_again(self) -> Matches | None:
        return None

    def renew(self, found: Matches | None = None) -> None:
        """Each page is read from the store as it is."""

    def _anchor(self, row: Conversation) -> Anchor:
        return listings.anchor(row, self._sort)

    def _page(
        self, after: Anchor | None, limit: int, *, backwards: bool = False
    ) -> list[Conversation]:
        return listings.page(
            self._db, self._query, self._sort, after=after, backwards=backwards, limit=limit
        )


class ByMatch:
    """The conversations that a search finds, by their newest match: their ids as far as somebody
    looked, their rows by the page."""

    def __init__(self, db: Database, query: Compiled) -> None:
        self._db, self._query = db, query
        self._matches = Matches(db, query)
        self._places: dict[int, int] = {}  # also of those that are found no longer

    def first(self, limit: int) -> list[Conversation]:
        return self._rows(0, limit)

    def last(self, limit: int) -> list[Conversation]:
        return self._rows(max(len(self._matches.first(MOST)) - limit, 0), limit)

    def before(self, row: Conversation, limit: int) -> list[Conversation]:
        end = self._place(row)
        start = max(end - limit, 0)
        return self._rows(start, end - start)

    def behind(self, row: Conversation, limit: int) -> list[Conversation]:
        return self._rows(self._place(row) + 1, limit)

    def at(self, row: Conversation, limit: int) -> list[Conversation]:
        return self._rows(self._place(row), limit)

    def head(self, limit: int) -> list[int]:
        return self._matches.first(min(len(self._places), limit))

    def between(self, first: Conversation, last: Conversation) -> list[int]:
        start, end = self._place(first), self._place(last) + 1
        return self._matches.first(end)[start:]

    def place(self, row: Conversation) -> tuple[int, int]:
        return self._place(row), 0

    def known(self) -> str:
        return _told(self._matches) if self._matches.counted else ""

    def tally(self) -> str:
        return _told(Matches(self._db, self._query))

    def find_again(self) -> Matches:
        matches = Matches(self._db, self._query)
        matches.first(len(self._places))
        return matches

    def renew(self, found: Matches | None = None) -> None:
        """What is found has its new place, what is found no longer keeps the old one."""
        self._matches = found or self.find_again()
        self._find(len(self._places))

    def _place(self, row: Conversation) -> int:
        """Where it stands or stood last; what was never read stands behind all that was."""
        return self._places.get(row.id, MOST)

    def _rows(self, start: int, limit: int) -> list[Conversation]:
        return conversations.by_ids(self._db, self._find(start + limit)[start:])

    def _find(self, count: int) -> Sequence[int]:
        found = self._matches.first(count)
        self._places |= {one: place for place, one in enumerate(found)}
        return found


def _told(matches: Matches) -> str:
    count = matches.count()
    return str(count) if matches.complete else f"{ENOUGH}+"
