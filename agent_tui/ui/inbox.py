"""What the inbox shows: the view, the query that narrows it, and the counts of all views."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agent_tui.model.clock import Clock
from agent_tui.model.conversation import NEEDS_REPLY, Sort, View
from agent_tui.query.compile import Compiled, compile_query
from agent_tui.query.parse import parse
from agent_tui.query.syntax import And, Phrase, Query, QueryError, Words, all_of
from agent_tui.store import listings, numbers, views
from agent_tui.store.database import Database
from agent_tui.ui.listing import Listing

EVERYTHING = View("All", "-status:spam", Sort.NEWEST)


class Found(NamedTuple):
    """What a search gave."""

    listing: Listing
    everywhere: bool  # the view held no match, so all conversations were searched


class Inbox:
    """The views of one agent over a store."""

    def __init__(
        self,
        db: Database,
        me: str,
        clock: Clock,
        configured: Sequence[View],
        fixed: Iterable[str] = (),
    ) -> None:
        """``fixed`` are the names of views that the settings file has: nothing stands in their
        place."""
        self.counts: dict[str, int] = {}
        self.fixed = frozenset(fixed)
        self._db, self._me, self._clock = db, me, clock
        self._configured = tuple(configured)
        self._saved: dict[str, View] = {}
        self.views = self._configured

    def read_views(self) -> None:
        """Built-in and configured views and those saved in the store, as they were put in order;
        a saved one may stand in the place of a built-in one."""
        self._saved = {v.name: v for v in views.saved(self._db) if v.name not in self.fixed}
        every = {view.name: view for view in self._configured} | self._saved
        first = [name for name in views.order(self._db) if name in every]
        self.views = tuple(every[name] for name in dict.fromkeys([*first, *every]))

    def is_saved(self, name: str) -> bool:
        """Whether the view was saved here, so that it can be renamed and dropped."""
        return name in self._saved

    def view(self, name: str) -> View:
        """The view of that name, else the first one."""
        return next((view for view in self.views if view.name == name), self.views[0])

    @property
    def needs_reply(self) -> View:
        """Who waits for an answer, longest first; the user's own view of that name, if any."""
        return next((view for view in self.views if view.name == NEEDS_REPLY.name), NEEDS_REPLY)

    def listing(self, view: View) -> Listing:
        """The conversations of a view; raises QueryError when its query is wrong."""
        return Listing(self._db, self._compiled(parse(view.query)), view.sort)

    def search(self, view: View, text: str, *, growing: bool = False) -> Found:
        """What matches ``text`` in the view, or anywhere when the view holds nothing.

        With ``growing`` the last word is still being typed and may go on. Raises QueryError, which
        points at the word.
        """
        query = parse(text)
        within = self._narrowed(view, query, view.sort, growing=growing)
        if within.rows or view.query == EVERYTHING.query:
            return Found(within, everywhere=False)
        return Found(
            self._narrowed(EVERYTHING, query, Sort.NEWEST, growing=growing), everywhere=True
        )

    def matching(self, texts: Sequence[str], sort: Sort) -> list[int]:
        """The ids of what matches all of ``texts`` and a list by ``sort`` has; for a thread of
        its own. Raises QueryError."""
        return numbers.of_query(self._db, self._together(texts), sort)

    def count_matching(self, texts: Sequence[str]) -> int:
        """How many match all of ``texts``, as far as is counted; as :meth:`matching`."""
        return listings.count(self._db, self._together(texts))

    def count(self) -> dict[str, int]:
        """How many conversations each view has; for a thread of its own."""
        found: dict[str, int] = {}
        for view in self.views:
            try:
                query = self._compiled(parse(view.query))
            except QueryError:
                continue  # told when the view is opened
            found[view.name] = listings.count(self._db, query)
        return found

    def _narrowed(self, view: View, query: Query, sort: Sort, *, growing: bool) -> Listing:
        both = all_of((parse(view.query), query))
        return Listing(self._db, self._compiled(both, growing=growing), sort)

    def _together(self, texts: Sequence[str]) -> Compiled:
        return self._compiled(all_of(parse(text) for text in texts))

    def _compiled(self, query: Query, *, growing: bool = False) -> Compiled:
        return compile_query(query, self._db, me=self._me, now=self._clock(), prefix=growing)


def searched_words(text: str) -> tuple[str, ...]:
    """The words of a query that stand in messages, to be marked there."""
    try:
        query = parse(text)
    except QueryError:
        return ()
    parts = query.parts if isinstance(query, And) else (query,)
    words: list[str] = []
    for part in parts:
        if isinstance(part, Words):
            words += part.text.rstrip("*").split()
        elif isinstance(part, Phrase):
            words.append(part.text)
    return tuple(word for word in words if word)
