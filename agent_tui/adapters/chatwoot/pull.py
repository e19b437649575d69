"""Takes in conversations and messages: a first sync page by page, afterwards what has changed.

Chatwoot's own clock says what has changed. It touches a conversation for each new message, change
of status, label, priority or assignee, but not when a message is deleted, delivered or read: such
messages are named by the websocket (:meth:`Pull.touch`), and while nobody listens the
conversations of the first page are looked through at each pull.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from agent_tui.adapters.chatwoot.api import Api
from agent_tui.adapters.chatwoot.channels import Kind, kind_of
from agent_tui.adapters.chatwoot.cursor import MAILBOX, Cursor
from agent_tui.adapters.chatwoot.directory import Directory, Known
from agent_tui.adapters.chatwoot.memory import Memory, Read
from agent_tui.adapters.chatwoot.reading import Reader, body_of, is_deleted, mark_of
from agent_tui.adapters.chatwoot.records import INCOMING, Conversation, Message
from agent_tui.model.clock import HOUR, MINUTE, SECOND, Millis
from agent_tui.model.incoming import Batch, Deletion, FlagChange, Flags, Progress

OVERLAP: Millis = MINUTE
"""What changed so long before the cursor is looked at again: transactions end out of order."""

PASSES = ("all", "open", "pending", "snoozed")
"""A first sync: everything recent, then what is older and not resolved."""

_LONGEST_GAP: Millis = HOUR
"""Beyond that the server is not asked for all changes in one answer, which it may not have ready in
its 15 seconds, but page by page: what agents decide leaves a message, which moves it up there."""

_FULL_PAGE = 20
"""Messages of a page, by the contract."""

_AT_ONCE = 4
_MOST_PAGES_FOR_WINDOW = 5
_LARGE_BATCH = 500
_MOST_CONVERSATIONS = 25

_T = TypeVar("_T")
_Named = Mapping[int, frozenset[int]]
_NOTHING: _Named = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Step:
    """A batch that was not committed yet, and what may be forgotten once it is."""

    batch: Batch
    reads: tuple[Read, ...] = ()
    named: _Named = field(default_factory=dict)


class Pull:
    """The pulls of one account."""

    def __init__(self, api: Api, directory: Directory, place: str, past: Millis | None) -> None:
        self._api = api
        self._directory = directory
        self._place = place
        self._past = past
        self._memory = Memory()
        self._touched: dict[int, frozenset[int]] = {}  # messages named, by conversation
        self._hearing = False
        self._gap = True  # for some time since the last pull nobody has listened
        self._step: _Step | None = None  # the last one handed out

    def touch(self, conversation: int, message: int) -> None:
        """Something about ``message`` has changed."""
        self._touched[conversation] = self._touched.get(conversation, frozenset()) | {message}

    def hearing(self, *, on: bool) -> None:
        """Whether somebody listens now; while nobody does, things change unheard."""
        self._hearing = on
        self._gap = self._gap or not on

    async def run(self, stored: str | None) -> AsyncIterator[Batch]:
        """Everything since the cursor ``stored``."""
        self._kept(stored)
        known = await self._directory.known()
        cursor = self._begun() if stored is None else Cursor.read(stored)
        async for step in self._steps(known, cursor):
            self._step = step
            yield step.batch
            self._kept(step.batch.cursor)

    def _kept(self, cursor: str | None) -> None:
        """The batch with ``cursor`` was committed."""
        step, self._step = self._step, None
        if step is None or step.batch.cursor != cursor:
            return
        self._memory.remember(step.reads)
        self._done_with((read.conversation.id for read in step.reads), step.named)

    def _done_with(self, conversations: Iterable[int], named: _Named) -> None:
        """Their messages in ``named`` need not be looked at again, but those named meanwhile."""
        for number in conversations:
            if number in named and self._touched.get(number) == named[number]:
                del self._touched[number]

    def _begun(self) -> Cursor:
        now = self._api.now()
        return Cursor(now, now - self._past if self._past is not None else 0, step=0)

    async def _steps(self, known: Known, cursor: Cursor) -> AsyncIterator[_Step]:
        if cursor.told != known.digest:
            cursor = replace(cursor.next(), told=known.digest)
            told = known.agents.colleagues()
            yield _Step(Batch(MAILBOX, str(cursor), colleagues=told, canned=known.canned))
        if cursor.step is not None:
            last = str(cursor)
            async for step in self._first(known, cursor):
                yield step
                last = step.batch.cursor
            cursor = Cursor.read(last)
        async for step in self._news(known, cursor):
            yield step

    async def _first(self, known: Known, cursor: Cursor) -> AsyncIterator[_Step]:
        """All passes from where ``cursor`` stands."""
        horizon = cursor.horizon
        for step in range(cursor.step or 0, len(PASSES) if horizon > 0 else 1):
            page = cursor.page if step == cursor.step else 1
            more = True
            while more:
                rows, total = await self._page(known, status=PASSES[step], page=page)
                chosen = [one for one in rows if (one.active_at >= horizon) is (step == 0)]
                due = [one for one in chosen if not cursor.taken.is_current(one)]
                done = cursor.done + len(chosen)
                async for reads in self._reads(known, due, horizon):
                    before, cursor = cursor, _with(cursor, reads, cursor.since)
                    batch = self._batch(known, reads, before, everything=True)
                    batch = replace(batch, cursor=str(cursor), progress=_progress(done, total))
                    yield _Step(batch, tuple(reads))
                more = bool(rows) and (step > 0 or rows[-1].active_at >= horizon)
                page += 1
                cursor = (
                    cursor.at_page(step, page, done) if more else cursor.at_pass(step + 1, done)
                )
                yield _Step(Batch(MAILBOX, str(cursor), progress=_progress(done, total)))
        yield _Step(Batch(MAILBOX, str(_caught_up(cursor, cursor.since))))

    async def _news(self, known: Known, cursor: Cursor) -> AsyncIterator[_Step]:
        """What has changed since ``cursor``, and what was named."""
        named, came = dict(self._touched), self._api.now()
        gap, self._gap = self._gap or not self._hearing, False
        try:
            async for found in self._news_read(known, cursor, named, gap=gap):
                news = [self._is_news(cursor, one) for one in found]
                reads = [one for one, new in zip(found, news, strict=True) if new]
                stale = [one for one, new in zip(found, news, strict=True) if not new]
                self._done_with((one.conversation.id for one in stale), named)
                if reads:
                    before, cursor = cursor, _with(cursor, reads, came)
                    batch = self._batch(known, reads, before, everything=False)
                    yield _Step(replace(batch, cursor=str(cursor)), tuple(reads), named)
            gap = False
        finally:
            self._gap = self._gap or gap
        after = _caught_up(cursor, came)
        if after != replace(cursor, turn=after.turn):
            yield _Step(Batch(MAILBOX, str(after)))

    def _is_news(self, cursor: Cursor, read: Read) -> bool:
        one = read.conversation
        changed = one.updated_at * SECOND >= cursor.since - OVERLAP
        return (changed and not cursor.taken.is_current(one)) or self._memory.is_news(read)

    async def _news_read(
        self, known: Known, cursor: Cursor, named: _Named, *, gap: bool
    ) -> AsyncIterator[list[Read]]:
        done: set[int] = set()
        since, taken = cursor.since - OVERLAP, cursor.taken
        async for rows, look in self._changed(known, cursor, gap=gap):
            due = [
                one
                for one in rows
                if one.id not in done and (look or one.id in named or not taken.is_current(one))
            ]
            done |= {one.id for one in due}
            async for reads in self._reads(known, due, since, named):
                yield reads
        rest = [partial(self._named, number) for number in named if number not in done]
        there: list[Conversation] = []
        async for number, one in _ahead(rest):
            if one is not None and known.serves(one):
                there.append(one)
            else:
                self._touched.pop(number, None)  # gone, or none of ours
        async for reads in self._reads(known, there, since, named):
            yield reads

    async def _named(self, number: int) -> tuple[int, Conversation | None]:
        return number, await self._api.conversation(number)

    async def _changed(
        self, known: Known, cursor: Cursor, *, gap: bool
    ) -> AsyncIterator[tuple[list[Conversation], bool]]:
        """Conversations that changed after ``cursor``, and whether to look through them anyway:
        after a gap those of the first page that a first sync takes in."""
        since = cursor.since
        if self._api.now() - since + OVERLAP <= _LONGEST_GAP:
            yield await self._within(known, since), False
            if gap:
                rows, _ = await self._page(known, status="all", page=1)
                yield [one for one in rows if one.active_at >= cursor.horizon], True
            return
        page, rows = 1, (await self._page(known, status="all", page=1))[0]
        while rows:
            yield [one for one in rows if one.active_at >= cursor.horizon], page == 1
            if rows[-1].active_at < since - OVERLAP:
                return
            page += 1
            rows = (await self._page(known, status="all", page=page))[0]

    async def _within(self, known: Known, since: Millis) -> list[Conversation]:
        """Asked again where the answer shows that our clock had been put back meanwhile."""
        while True:
            seconds = (max(0, self._api.now() - since) + OVERLAP) // SECOND + 1
            rows, _ = await self._page(known, status="all", updated_within=seconds)
            if self._api.now() - since < seconds * SECOND:
                return rows

    async def _page(self, known: Known, **query: str | int) -> tuple[list[Conversation], int]:
        if known.only_inbox is not None:
            query["inbox_id"] = known.only_inbox
        return await self._api.conversations(**query)

    async def _reads(
        self,
        known: Known,
        some: Sequence[Conversation],
        since: Millis,
        named: _Named = _NOTHING,
    ) -> AsyncIterator[list[Read]]:
        """Those that are served and still there, as many at once as a batch takes well."""
        work = [
            partial(self._read, _kind(known, one), one, since, named.get(one.id, frozenset()))
            for one in some
            if known.serves(one)
        ]
        group: list[Read] = []
        async for read in _ahead(work):
            if read is not None:
                group.append(read)
            messages = sum(len(one.messages) for one in group)
            if messages >= _LARGE_BATCH or len(group) >= _MOST_CONVERSATIONS:
                yield group
                group = []
        if group:
            yield group

    async def _read(
        self, kind: Kind, conversation: Conversation, since: Millis, also: frozenset[int]
    ) -> Read | None:
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
            wanted = bool(kind.windows) and pages < _MOST_PAGES_FOR_WINDOW
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
        return Read(conversation, tuple((one, body_of(one, kind)) for one in ordered))

    def _batch(
        self, known: Known, reads: Sequence[Read], before: Cursor, *, everything: bool
    ) -> Batch:
        """What is new of ``reads`` for who stands at ``before``, and how the rest is now.

        ``everything`` that is not taken is new in a first sync, whatever its time.
        """
        reader, now = Reader(self._place, known.agents), self._api.now()
        batch = Batch(MAILBOX, "")
        for read in reads:
            one, kind = read.conversation, _kind(known, read.conversation)
            all_of = [message for message, _ in read.messages]
            fresh = {m.id for m in (all_of if everything else _recent(all_of, before))}
            fresh -= {m.id for m in all_of if before.taken.has(one.id, m.id)}
            wrote = [m.at for m in all_of if m.kind == INCOMING and not m.private]
            batch = replace(
                batch,
                messages=batch.messages
                + tuple(
                    reader.incoming(one, m, b, kind) for m, b in read.messages if m.id in fresh
                ),
                edits=batch.edits
                + self._memory.edits([m for m in read.messages if m[0].id not in fresh], now),
                flags=batch.flags + tuple(_seen(one, all_of)),
                deletions=batch.deletions
                + tuple(Deletion(str(m.id), m.updated_at or now) for m in all_of if is_deleted(m)),
                marks=batch.marks + tuple(mark for m in all_of if (mark := mark_of(m))),
                conversations=(
                    *batch.conversations,
                    reader.state(one, kind, max(wrote, default=None), now),
                ),
            )
        return batch


def _recent(messages: Sequence[Message], cursor: Cursor) -> Sequence[Message]:
    """Those after the cursor; all where what is older was left out by the first sync, too."""
    line = cursor.since - OVERLAP
    older = [one.at for one in messages if one.at < line]
    if older and max(older) < cursor.horizon:
        return messages
    return [one for one in messages if one.at >= line]


def _with(cursor: Cursor, reads: Sequence[Read], came: Millis) -> Cursor:
    """``cursor`` once ``reads``, begun at ``came``, are taken in."""
    taken, cursor = cursor.taken, cursor.next()
    for read in reads:
        messages = [message for message, _ in read.messages]
        taken = taken.plus(read.conversation, messages, came - OVERLAP)
    return replace(cursor, taken=taken.bounded())


def _caught_up(cursor: Cursor, came: Millis) -> Cursor:
    taken = cursor.taken.since(came - OVERLAP)
    return Cursor(came, cursor.horizon, taken, told=cursor.told, turn=cursor.turn + 1)


def _seen(conversation: Conversation, messages: Sequence[Message]) -> list[FlagChange]:
    return [
        FlagChange(str(one.id), Flags(seen=True))
        for one in messages
        if one.kind == INCOMING and one.at <= conversation.seen_at
    ]


def _kind(known: Known, conversation: Conversation) -> Kind:
    return kind_of(conversation.channel, known.inboxes.get(conversation.inbox))


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
