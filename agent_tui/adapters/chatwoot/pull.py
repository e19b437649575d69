"""Takes in conversations and messages: a first sync page by page, afterwards what has changed.

Chatwoot's own clock says what has changed. It touches a conversation for each new message, change
of status, label, priority or assignee, but not when a message is deleted, delivered or read: such
conversations are named by the websocket (:meth:`Pull.touch`), and after a gap those of the first
page are looked through.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from agent_tui.adapters.chatwoot.api import Api
from agent_tui.adapters.chatwoot.channels import Kind, kind_of
from agent_tui.adapters.chatwoot.cursor import MAILBOX, Cursor
from agent_tui.adapters.chatwoot.directory import Directory, Known
from agent_tui.adapters.chatwoot.reading import Reader, body_of, is_deleted, mark_of
from agent_tui.adapters.chatwoot.records import INCOMING, Conversation, Message
from agent_tui.model.clock import DAY, MINUTE, SECOND, Millis
from agent_tui.model.incoming import Batch, Deletion, Edit, FlagChange, Flags, Progress
from agent_tui.model.message import Body

OVERLAP: Millis = MINUTE
"""What changed so long before the cursor is looked at again: transactions end out of order."""

PASSES = ("all", "open", "pending", "snoozed")
"""A first sync: everything recent, then what is older and not resolved."""

_LONGEST_GAP: Millis = DAY
"""Beyond that the server is not asked for all changes in one answer, but page by page."""

_FULL_PAGE = 20
"""Messages of a page, by the contract."""

_AT_ONCE = 4
_MOST_PAGES_FOR_WINDOW = 5
_MOST_REMEMBERED = 20_000


_T = TypeVar("_T")
_Named = Mapping[int, frozenset[int]]
_NOTHING: _Named = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Read:
    """A conversation with the messages that were asked for, oldest first."""

    conversation: Conversation
    messages: tuple[Message, ...]


@dataclass(slots=True)
class _Memory:
    """What spares requests; nothing is lost where it is empty."""

    seen: dict[int, tuple[int, float]] = field(default_factory=dict)  # conversation's last state
    bodies: dict[int, Body] = field(default_factory=dict)  # of messages, to notice edits

    def edits(self, messages: Sequence[tuple[Message, Body]], now: Millis) -> tuple[Edit, ...]:
        """Those whose text is another than it was."""
        changed = [
            Edit(str(message.id), body, message.updated_at or now)
            for message, body in messages
            if self.bodies.get(message.id, body) != body and not is_deleted(message)
        ]
        if len(self.bodies) > _MOST_REMEMBERED:
            self.bodies.clear()
        self.bodies.update((message.id, body) for message, body in messages)
        return tuple(changed)

    def remember(self, conversation: Conversation) -> None:
        if len(self.seen) > _MOST_REMEMBERED:
            self.seen.clear()
        self.seen[conversation.id] = _state(conversation)

    def knows(self, conversation: Conversation) -> bool:
        return self.seen.get(conversation.id) == _state(conversation)


class Pull:
    """The pulls of one account."""

    def __init__(self, api: Api, directory: Directory, place: str, past: Millis | None) -> None:
        self._api = api
        self._directory = directory
        self._place = place
        self._past = past
        self._memory = _Memory()
        self._touched: dict[int, frozenset[int]] = {}  # messages named, by conversation
        self._told_at: Millis | None = None  # as of when the directory was handed in
        self._hearing = False
        self._gap = True  # for some time since the last pull nobody has listened

    def touch(self, conversation: int, message: int) -> None:
        """Something about ``message`` has changed."""
        self._touched[conversation] = self._touched.get(conversation, frozenset()) | {message}

    def hearing(self, *, on: bool) -> None:
        """Whether somebody listens now; while nobody does, things change unheard."""
        self._hearing = on
        self._gap = self._gap or not on

    async def run(self, stored: str | None) -> AsyncIterator[Batch]:
        """Everything since the cursor ``stored``."""
        known = await self._directory.known()
        cursor = Cursor(self._api.now(), step=0) if stored is None else Cursor.read(stored)
        if self._told_at != known.at:
            told = known.agents.colleagues()
            yield Batch(MAILBOX, str(cursor), colleagues=told, canned=known.canned)
            self._told_at = known.at
        if cursor.step is not None:
            async for batch in self._first(known, cursor):
                yield batch
            cursor = Cursor(cursor.since)
        async for batch in self._news(known, cursor):
            yield batch

    async def _first(self, known: Known, cursor: Cursor) -> AsyncIterator[Batch]:
        """All passes from where ``cursor`` stands."""
        horizon = cursor.since - self._past if self._past is not None else 0
        for step in range(cursor.step or 0, len(PASSES)):
            page = cursor.page if step == cursor.step else 1
            more = True
            while more:
                cursor = Cursor(cursor.since, step, page, cursor.done)
                rows, total = await self._page(known, status=PASSES[step], page=page)
                chosen = [one for one in rows if (one.active_at >= horizon) is (step == 0)]
                more = bool(rows) and (step > 0 or rows[-1].active_at >= horizon)
                async for batch in self._conversations(known, chosen, horizon, str(cursor)):
                    yield replace(batch, progress=_progress(cursor.done, total))
                page += 1
                cursor = Cursor(cursor.since, step, page, cursor.done + len(chosen))
                yield Batch(MAILBOX, str(cursor), progress=_progress(cursor.done, total))
            cursor = Cursor(cursor.since, step + 1, done=cursor.done)
            if horizon <= 0:
                break  # the first pass has left nothing out
        yield Batch(MAILBOX, str(Cursor(cursor.since)))

    async def _news(self, known: Known, cursor: Cursor) -> AsyncIterator[Batch]:
        """What has changed since ``cursor``, and what was named."""
        named, self._touched = self._touched, {}
        gap, self._gap = self._gap, not self._hearing
        came = Cursor(self._api.now())
        done: set[int] = set()
        try:
            async for rows in self._changed(known, cursor.since, gap=gap):
                due = [one for one in rows if one.id not in done and self._is_due(one, named, gap)]
                done |= {one.id for one in due}
                since = cursor.since - OVERLAP
                async for batch in self._conversations(known, due, since, str(cursor), named):
                    yield batch
            rest = [number for number in named if number not in done]
            async for one in _ahead([partial(self._api.conversation, number) for number in rest]):
                due = [one] if one is not None else []
                since = cursor.since
                async for batch in self._conversations(known, due, since, str(cursor), named):
                    yield batch
            named, gap = {}, False
        finally:  # what was not come by is done next time
            for number, messages in named.items():
                self._touched[number] = self._touched.get(number, frozenset()) | messages
            self._gap = self._gap or gap
        if came != cursor:
            yield Batch(MAILBOX, str(came))

    def _is_due(self, one: Conversation, named: _Named, gap: bool) -> bool:
        return gap or one.id in named or not self._memory.knows(one)

    async def _changed(
        self, known: Known, since: Millis, *, gap: bool
    ) -> AsyncIterator[list[Conversation]]:
        """Conversations that changed after ``since``; after a gap those of the first page, too."""
        missing = self._api.now() - since + OVERLAP
        if missing <= _LONGEST_GAP:
            yield await self._within(known, since)
            if gap:
                yield (await self._page(known, status="all", page=1))[0]
            return
        page, rows = 1, (await self._page(known, status="all", page=1))[0]
        while rows:
            yield rows
            if rows[-1].active_at < since - OVERLAP:
                return
            page += 1
            rows = (await self._page(known, status="all", page=page))[0]

    async def _within(self, known: Known, since: Millis) -> list[Conversation]:
        """Asked again where the answer shows that our clock had been put back meanwhile."""
        while True:
            seconds = max(0, self._api.now() - since) // SECOND + OVERLAP // SECOND + 1
            rows, _ = await self._page(known, status="all", updated_within=seconds)
            if self._api.now() - since < seconds * SECOND:
                return rows

    async def _page(self, known: Known, **query: str | int) -> tuple[list[Conversation], int]:
        if known.only_inbox is not None:
            query["inbox_id"] = known.only_inbox
        return await self._api.conversations(**query)

    async def _conversations(
        self,
        known: Known,
        some: Sequence[Conversation],
        since: Millis,
        cursor: str,
        named: _Named = _NOTHING,
    ) -> AsyncIterator[Batch]:
        """A batch for each that is served and still there."""
        reader = Reader(self._place, known.agents)
        reads = [
            partial(
                self._read,
                one,
                since,
                also=named.get(one.id, frozenset()),
                look_for_customer=bool(_kind(known, one).windows),
            )
            for one in some
            if known.serves(one)
        ]
        async for read in _ahead(reads):
            if read is not None:
                yield self._batch(known, reader, read, cursor)
                self._memory.remember(read.conversation)

    async def _read(
        self,
        conversation: Conversation,
        since: Millis,
        *,
        also: frozenset[int],
        look_for_customer: bool,
    ) -> _Read | None:
        """The newest page, all before it until ``since``, and ``also``; None: it is gone.

        Where the window for answers is to be known, some pages more until the customer wrote.
        """
        found: dict[int, Message] = {}
        before, pages = None, 0
        while True:
            rows = await self._api.messages(conversation.id, before)
            if rows is None:
                return None
            pages += 1
            new = [one for one in rows if one.id not in found]
            found.update((one.id, one) for one in rows)
            wanted = look_for_customer and pages < _MOST_PAGES_FOR_WINDOW
            missed = wanted and not any(one.kind == INCOMING for one in found.values())
            reached = bool(new) and min(one.at for one in new) < since
            if not new or len(rows) < _FULL_PAGE or (reached and not missed):
                break
            # Pages are ordered by time, which is not quite the order of ids: some come twice.
            before = sorted(one.id for one in rows)[3]
        for number in sorted(also - found.keys(), reverse=True):
            rows = await self._api.messages(conversation.id, number + 1) or []
            found.update((one.id, one) for one in rows if one.id == number)
        ordered = sorted(found.values(), key=lambda one: (one.at, one.id))
        return _Read(conversation, tuple(ordered))

    def _batch(self, known: Known, reader: Reader, read: _Read, cursor: str) -> Batch:
        conversation, messages = read.conversation, read.messages
        kind, now = _kind(known, conversation), self._api.now()
        wrote = [one.at for one in messages if one.kind == INCOMING and not one.private]
        bodies = [(one, body_of(one, kind)) for one in messages]
        return Batch(
            MAILBOX,
            cursor,
            messages=tuple(reader.incoming(conversation, one, kind) for one in messages),
            flags=tuple(
                FlagChange(str(one.id), Flags(seen=True))
                for one in messages
                if one.kind == INCOMING and one.at <= conversation.seen_at
            ),
            edits=self._memory.edits(bodies, now),
            deletions=tuple(
                Deletion(str(one.id), one.updated_at or now) for one in messages if is_deleted(one)
            ),
            marks=tuple(mark for one in messages if (mark := mark_of(one)) is not None),
            conversations=(reader.state(conversation, kind, max(wrote, default=None), now),),
        )


def _kind(known: Known, conversation: Conversation) -> Kind:
    return kind_of(conversation.channel, known.inboxes.get(conversation.inbox))


def _state(conversation: Conversation) -> tuple[int, float]:
    return conversation.newest, conversation.updated_at


def _progress(done: int, total: int) -> Progress:
    """Counted in conversations: nobody knows how many messages there are before they are read."""
    return Progress(done, max(done, total))


async def _ahead(work: Sequence[Callable[[], Awaitable[_T]]]) -> AsyncIterator[_T]:
    """What comes of ``work``, in its order; a few are under way at once."""
    tasks: deque[asyncio.Future[_T]] = deque()
    try:
        for one in work:
            tasks.append(asyncio.ensure_future(one()))
            if len(tasks) == _AT_ONCE:
                yield await tasks.popleft()
        while tasks:
            yield await tasks.popleft()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
