"""A pull: what the long poll has kept, else a sync; gaps filled, invitations answered.

A cursor moves on only behind everything that a sync brought. What is older than a first sync
shows is read afterwards, page by page, and stands in the cursor until then.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from agent_tui.adapters.contract import AdapterError, Unreachable
from agent_tui.adapters.matrix import wire
from agent_tui.adapters.matrix.chunk import Chunk, Converter, as_past
from agent_tui.adapters.matrix.client import PAGE, Client, Denied, in_room
from agent_tui.adapters.matrix.cursor import Back, Cursor
from agent_tui.adapters.matrix.feed import Feed
from agent_tui.adapters.matrix.rooms import ENCRYPTION, Room, Rooms
from agent_tui.adapters.matrix.settings import Settings
from agent_tui.adapters.matrix.wire import Event, RoomUpdate, Sync
from agent_tui.model.incoming import Batch, Progress

TIMELINE = 50
"""Events of a room that a sync brings at once; what is between is asked for."""
HISTORY = 200
"""Events of a room that are read when we first see it."""

_BATCH = 100
_MOST_ROUNDS = 10
"""An answer may be minutes old: Synapse keeps them for who asks again from the same place."""
_MOST_TRIES = 5
"""To join a room whose server cannot be reached; each pull is one."""

FILTER: dict[str, Any] = {
    "room": {
        "timeline": {"limit": TIMELINE},
        "state": {"lazy_load_members": True, "include_redundant_members": True},
        "ephemeral": {"types": ["m.receipt", "m.typing"]},
        "account_data": {"not_types": ["*"]},
    },
    "presence": {"not_types": ["*"]},
    "account_data": {"not_types": ["*"]},
}

_STANDING = frozenset({ENCRYPTION, "m.room.tombstone"})
"""State that has something to say in a room that is new to us."""


class Pull:
    """One pull of one account."""

    def __init__(
        self, client: Client, settings: Settings, rooms: Rooms, converter: Converter, feed: Feed
    ) -> None:
        self._client = client
        self._settings = settings
        self._rooms = rooms
        self._converter = converter
        self._feed = feed
        self._log = converter.log
        self._cursor = Cursor()
        self._joined = False

    async def batches(self, cursor: Cursor) -> AsyncGenerator[Batch, None]:
        """Everything since ``cursor``."""
        self._cursor = cursor
        self._feed.begin(cursor.since)
        if cursor.invited:
            await self._join([(room, tries) for room, tries in cursor.invited.items()])
        async with aclosing(self._live()) as live:
            async for batch in live:
                yield batch
        while self._cursor.back:
            yield await self._page_back()
            async with aclosing(self._kept()) as kept:
                async for batch in kept:
                    yield batch

    async def _live(self) -> AsyncGenerator[Batch, None]:
        """What has happened up to now."""
        hinted = False
        async with aclosing(self._kept()) as kept:
            async for batch in kept:
                hinted = True
                yield batch
        if hinted and not self._joined and self._feed.polling == self._cursor.since:
            return
        for _ in range(_MOST_ROUNDS):
            self._joined = False
            sync = await self._sync()
            async with aclosing(self._taken(sync)) as taken:
                async for batch in taken:
                    yield batch
            if not self._joined and not sync.news():
                return

    async def _kept(self) -> AsyncGenerator[Batch, None]:
        """What the long poll has brought already."""
        while (step := self._feed.after(self._cursor.since)) is not None:
            if step.sync is None:
                self._cursor = replace(self._cursor, since=step.next)
                continue
            async with aclosing(self._taken(step.sync)) as taken:
                async for batch in taken:
                    yield batch

    async def _sync(self) -> Sync:
        try:
            sync = await self._client.sync(self._cursor.since, 0, FILTER)
        except Denied as error:
            if not self._cursor.since or error.status != 400:
                raise
            self._log.warning("the server does not know how far we were: %s", error.detail)
            self._cursor = Cursor()
            sync = await self._client.sync("", 0, FILTER)
        self._feed.moved(sync.next_batch)
        return sync

    async def _taken(self, sync: Sync) -> AsyncGenerator[Batch, None]:
        """Batches of ``sync``; the last moves the cursor behind it."""
        before, back = self._cursor, dict(self._cursor.back)
        first, done = not before.since, before.done
        rest = sum(len(room.timeline) for room in sync.rooms) + sum(_history(r) for r in sync.rooms)
        await self._join(
            [(i.room, 0) for i in sync.invitations if self._settings.accepts(i.inviter)]
        )
        gathered = Chunk()
        for update in sync.rooms:
            gathered.extend(await self._room(update, before.since))
            rest -= len(update.timeline)
            if first and (left := _history(update)):
                back[update.room] = Back(update.prev_batch, left)
            if len(gathered.messages) >= _BATCH:
                done += len(gathered.messages)
                for batch in _split(gathered, before):
                    yield replace(batch, progress=Progress(done, done + rest)) if first else batch
                gathered = Chunk()
        done += len(gathered.messages)
        self._cursor = Cursor(
            sync.next_batch,
            back,
            self._cursor.invited,
            done if first else before.done,
            done + rest if first else before.total,
        )
        *early, last = _split(gathered, before)
        for batch in early:
            yield batch
        progress = Progress(done, done + rest) if first else None
        if self._cursor != before or gathered != Chunk():
            yield replace(last, cursor=str(self._cursor), progress=progress)

    async def _room(self, update: RoomUpdate, since: str) -> Chunk:
        room = self._rooms.get(update.room)
        fresh = _is_fresh(update, self._settings.user)
        standing = [e for e in update.state if e.type in _STANDING] if fresh or not since else []
        for event in update.state:
            room.learn(event)
        gap: list[Event] = []
        if update.limited and update.prev_batch and since:
            gap = await self._gap(room, update.prev_batch, "" if fresh else since)
        events = _once([*standing, *gap, *update.timeline])
        chunk = await self._converter.chunk(room, events)
        if not since:
            self._converter.seen_before(chunk, events, self._read_by_us(update))
        self._converter.take_receipts(chunk, room, update.ephemeral)
        await self._follow(events)
        return chunk

    async def _gap(self, room: Room, start: str, to: str) -> list[Event]:
        """What lies between ``to`` and ``start``, oldest first; without ``to`` some of it."""
        found: list[Event] = []
        token, seen = start, {start}
        try:
            while token and (to or len(found) < HISTORY):
                page = await self._client.messages(room.id, token, to)
                found += page.events
                token = "" if page.end in seen else page.end
                seen.add(token)
        except Denied as error:
            self._log.info("the past of a room is not shown to us: %s", error)
        return found[::-1]

    async def _page_back(self) -> Batch:
        """One page of the past that the first sync left out."""
        cursor = self._cursor
        room_id, back = next(iter(cursor.back.items()))
        room = self._rooms.get(room_id)
        rest = {other: one for other, one in cursor.back.items() if other != room_id}
        chunk = Chunk()
        try:
            page = await self._client.messages(room_id, back.token, limit=min(PAGE, back.left))
        except Denied as error:
            self._log.info("the past of a room is not shown to us: %s", error)
        else:
            chunk = await self._converter.chunk(room, page.events[::-1], past=True)
            as_past(chunk)
            left = back.left - len(page.events)
            if page.events and left > 0 and page.end not in ("", back.token):
                rest[room_id] = Back(page.end, left)
        done = cursor.done + len(chunk.messages)
        total = done + sum(one.left for one in rest.values())
        self._cursor = replace(cursor, back=rest, done=done, total=total)
        return chunk.batch(self._cursor, Progress(done, total))

    async def _join(self, rooms: Sequence[tuple[str, int]]) -> None:
        """Accept invitations; what fails for now is tried again by later pulls."""
        invited = {r: n for r, n in self._cursor.invited.items() if r not in dict(rooms)}
        for room, tries in rooms:
            try:
                await self._client.call("POST", in_room(room, "join"), json={})
            except Denied as error:
                self._log.warning("an invitation could not be accepted: %s", error)
            except Unreachable as error:
                self._log.warning("an invitation could not be accepted yet: %s", error)
                if tries + 1 < _MOST_TRIES:
                    invited[room] = tries + 1
            else:
                self._joined = True
        self._cursor = replace(self._cursor, invited=invited)

    async def _follow(self, events: Sequence[Event]) -> None:
        """Go along where a room was replaced by another, as far as invitations are accepted."""
        for event in events:
            new = wire.text(event.content, "replacement_room")
            if event.type != "m.room.tombstone" or not new.startswith("!"):
                continue
            if self._settings.accepts(event.sender):
                try:
                    await self._client.call("POST", in_room(new, "join"), json={})
                except AdapterError as error:
                    self._log.warning("the room that replaces another is closed: %s", error)
                else:
                    self._joined = True

    def _read_by_us(self, update: RoomUpdate) -> str:
        for event in update.ephemeral:
            for seen, user, _ in wire.receipts(event) if event.type == "m.receipt" else ():
                if user == self._settings.user:
                    return seen
        return ""


def _history(update: RoomUpdate) -> int:
    """How much of a room's past is still to be read after a first sync."""
    more = update.limited and update.prev_batch and not update.left
    return max(0, HISTORY - len(update.timeline)) if more else 0


def _is_fresh(update: RoomUpdate, me: str) -> bool:
    """Whether we have come into the room just now: then all of its state is told, or we come."""
    for event in (*update.state, *update.timeline):
        if event.type == "m.room.create":
            return True
    for event in update.timeline:
        before = wire.text(event.unsigned, "prev_content", "membership")
        if event.member(me) == "join" and before != "join":
            return True
    return False


def _once(events: Sequence[Event]) -> list[Event]:
    """``events`` without repetitions."""
    return list({event.id: event for event in events}.values())


def _split(chunk: Chunk, cursor: Cursor) -> list[Batch]:
    """``chunk`` as batches of bearable size, at least one; what is said of messages comes last."""
    messages = chunk.messages
    parts = [messages[n : n + _BATCH] for n in range(0, len(messages), _BATCH)] or [[]]
    early = [Chunk(messages=part).batch(cursor) for part in parts[:-1]]
    chunk.messages = parts[-1]
    return [*early, chunk.batch(cursor)]
