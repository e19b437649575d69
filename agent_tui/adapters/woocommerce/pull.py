"""Pulls reviews and their answers: first all of them, oldest first, then what is new or other.

WordPress lists comments by their numbers and tells no changes: ``modified_after`` is ignored for
reviews. So each pull looks at the newest again, and at one older page, and compares.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from agent_tui.adapters.woocommerce.api import PAGE, Api
from agent_tui.adapters.woocommerce.cursor import MAILBOX, Cursor
from agent_tui.adapters.woocommerce.reading import Posted, edit, incoming
from agent_tui.adapters.woocommerce.records import Comment
from agent_tui.adapters.woocommerce.surroundings import Surroundings
from agent_tui.model.clock import Clock
from agent_tui.model.incoming import Batch, Deletion, FlagChange, Flags, Progress

NEWEST_PAGES = 2
"""Pages of the newest comments that every pull looks at again."""


class Pull:
    """The pulls of one account."""

    def __init__(self, api: Api, around: Surroundings, place: str, clock: Clock) -> None:
        self._api = api
        self._around = around
        self._place = place
        self._clock = clock

    async def run(self, text: str | None) -> AsyncIterator[Batch]:
        """Everything since the cursor ``text``."""
        cursor = Cursor.read(text)
        while cursor.page:
            after, posted, progress = await self._first(cursor)
            for batch in self._batches(cursor, after, posted):
                yield replace(batch, progress=progress)
            cursor = after
        newest, total = await self._newest(cursor.newest)
        gone = await self._gone(cursor, newest, total)
        after, posted = await self._compared(cursor, newest)
        if posted or gone:
            for batch in self._batches(cursor, after.without(gone), posted, gone):
                yield batch
        cursor = after.without(gone)
        if total > NEWEST_PAGES * PAGE:
            after, posted = await self._older(cursor, total)
            for batch in self._batches(cursor, after, posted):
                yield batch

    async def _first(self, cursor: Cursor) -> tuple[Cursor, list[Posted], Progress]:
        """The page that is due. What it misses because something is deleted meanwhile is found
        later, among the newest or the older ones."""
        comments, total = await self._api.comments(orderby="id", order="asc", page=cursor.page)
        comments = [one for one in comments if one.id > cursor.newest]
        posted = await self._around.posted(comments)
        done = cursor.done + len(comments)
        after = cursor.plus(_highest(comments), _looks(posted))
        at_end = cursor.page * PAGE >= total
        after = replace(after, page=0 if at_end else cursor.page + 1, done=done)
        return after, posted, Progress(done, max(total, done))

    async def _newest(self, known: int) -> tuple[list[Comment], int]:
        """The newest pages, and those before as far as they hold what is new; how many comments
        there are in all."""
        found: dict[int, Comment] = {}
        page = 0
        while True:
            page += 1
            comments, total = await self._api.comments(orderby="id", order="desc", page=page)
            found |= {one.id: one for one in comments}
            enough = page >= NEWEST_PAGES and min(found, default=0) <= known
            if enough or not comments or page * PAGE >= total:
                return [found[number] for number in sorted(found)], total

    async def _gone(self, cursor: Cursor, newest: Sequence[Comment], total: int) -> frozenset[int]:
        """Which of the comments that we know do not exist any more."""
        there = {one.id for one in newest}
        lowest = min(there, default=0) if total > len(there) else 0
        missing = {one for one in cursor.prints if one > lowest} - there
        left = {one.id for one in await self._api.with_numbers(missing)}
        return frozenset(missing - left)

    async def _compared(
        self, cursor: Cursor, comments: Sequence[Comment]
    ) -> tuple[Cursor, list[Posted]]:
        """Those of the newest that are new or look otherwise, and the cursor behind them."""
        posted = await self._around.posted(comments)
        news = [one for one in posted if cursor.prints.get(one.comment.id) != one.look()]
        return cursor.plus(_highest(comments), _looks(posted)), news

    async def _older(self, cursor: Cursor, total: int) -> tuple[Cursor, list[Posted]]:
        """A page beyond the newest, another one with each pull; the store knows what differs."""
        last = -(-total // PAGE)
        page = cursor.older if NEWEST_PAGES < cursor.older <= last else NEWEST_PAGES + 1
        comments, _ = await self._api.comments(orderby="id", order="desc", page=page)
        posted = await self._around.posted(sorted(comments, key=lambda one: one.id))
        news = [one for one in posted if cursor.prints.get(one.comment.id) != one.look()]
        return replace(cursor, older=page + 1), news

    def _batches(
        self,
        before: Cursor,
        after: Cursor,
        posted: Sequence[Posted],
        gone: frozenset[int] = frozenset(),
    ) -> list[Batch]:
        """``posted`` and ``gone`` as one step from ``before`` to ``after``; before it stands which
        known reviews were answered, for that counts only ahead of the answers themselves."""
        now = self._clock()
        mine = {one.comment.id for one in posted}
        answered = {one.root.id for one in posted if one.is_ours and not one.is_gone}
        told = tuple(FlagChange(str(one), Flags(answered=True)) for one in answered - mine)
        shown = [one for one in posted if not one.is_gone]
        lost = gone | {one.comment.id for one in posted if one.is_gone}
        whole = Batch(
            MAILBOX,
            str(after),
            tuple(
                incoming(one, self._place, answered=one.comment.id in answered)
                for one in shown
                if one.comment.id not in before.prints
            ),
            # Of what lies beyond our memory the store may know an earlier text.
            edits=tuple(edit(one, now) for one in shown if one.comment.id <= before.newest),
            deletions=tuple(
                Deletion(str(one), now) for one in sorted(lost) if one <= before.newest
            ),
        )
        return [*([Batch(MAILBOX, str(before), flags=told)] if told else []), whole]


def _highest(comments: Sequence[Comment]) -> int:
    return max((one.id for one in comments), default=0)


def _looks(posted: Sequence[Posted]) -> dict[int, str]:
    return {one.comment.id: one.look() for one in posted}
