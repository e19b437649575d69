"""Events of one room turned into what a batch holds, in their order and with sensible times."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent_tui.adapters.contract import Refused
from agent_tui.adapters.matrix import wire
from agent_tui.adapters.matrix.client import Denied
from agent_tui.adapters.matrix.cursor import Cursor
from agent_tui.adapters.matrix.reading import Reader, body_of
from agent_tui.adapters.matrix.rooms import Room, Rooms, Whose, newly_read, read_up_to
from agent_tui.adapters.matrix.wire import Event
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Clock, Millis
from agent_tui.model.incoming import (
    Batch,
    ConversationState,
    Deletion,
    Edit,
    FlagChange,
    Flags,
    Incoming,
    Mark,
    Progress,
    ReactionChange,
)
from agent_tui.model.message import Delivery, Direction

MAILBOX = ""
"""An account is one stream of events."""


@dataclass(slots=True)
class Chunk:
    """A piece of a batch."""

    messages: list[Incoming] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    deletions: list[Deletion] = field(default_factory=list)
    reactions: list[ReactionChange] = field(default_factory=list)
    flags: list[FlagChange] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    conversations: list[ConversationState] = field(default_factory=list)

    def extend(self, other: "Chunk") -> None:
        """Take in what follows."""
        self.messages += other.messages
        self.edits += other.edits
        self.deletions += other.deletions
        self.reactions += other.reactions
        self.flags += other.flags
        self.marks += other.marks
        self.conversations += other.conversations

    def batch(self, cursor: Cursor, progress: Progress | None = None) -> Batch:
        """It all, to be committed with ``cursor``."""
        return Batch(
            mailbox=MAILBOX,
            cursor=str(cursor),
            messages=tuple(self.messages),
            edits=tuple(self.edits),
            deletions=tuple(self.deletions),
            reactions=tuple(self.reactions),
            flags=tuple(self.flags),
            marks=tuple(self.marks),
            conversations=tuple(self.conversations),
            progress=progress,
        )


@dataclass(frozen=True, slots=True)
class Converter:
    """Makes chunks of the events of one account's rooms."""

    reader: Reader
    rooms: Rooms
    clock: Clock
    log: logging.Logger

    async def chunk(self, room: Room, events: Sequence[Event], *, past: bool = False) -> Chunk:
        """What ``events``, oldest first, bring; ``past``: from before what was taken already.

        A message is never older than the one before it and never from the future, whatever the
        clock of its sender says.
        """
        chunk, floor = Chunk(), 0 if past else room.latest
        for event in events:
            floor = max(floor, min(event.ts, self.clock()))
            self.rooms.remember(event.id, event.sender)
            if not past:
                room.learn(event)
                room.order.append((event.id, self._whose(event)))
            await self._take(chunk, room, event, floor)
        if not past:
            room.latest = floor
        return chunk

    def seen_before(self, chunk: Chunk, events: Sequence[Event], read: str) -> None:
        """Of a first sync: flag what we have answered, or read as far as the event ``read``."""
        ids = [event.id for event in events]
        answered = max(
            (n for n, e in enumerate(events) if self._whose(e) is Whose.OURS), default=-1
        )
        seen = max(answered, ids.index(read) if read in ids else -1)
        places = {event: number for number, event in enumerate(ids)}
        chunk.messages = [
            replace(one, flags=_flags(places.get(one.remote_id, len(ids)), seen, answered))
            for one in chunk.messages
        ]

    def take_receipts(self, chunk: Chunk, room: Room, ephemeral: Sequence[Event]) -> None:
        """How far others have read what we wrote, and we, in another client, what they wrote."""
        for event in ephemeral:
            for seen, user, thread in wire.receipts(event) if event.type == "m.receipt" else ():
                whole = thread in ("", "main")
                if user not in self.reader.ours:
                    newest = safe_line(read_up_to(room, seen))
                    chunk.marks.append(Mark(newest, Delivery.READ, and_before=whole))
                elif user == self.reader.me and whole:
                    read = newly_read(room, seen)
                    chunk.flags += [FlagChange(safe_line(one), Flags(seen=True)) for one in read]

    def _whose(self, event: Event) -> Whose:
        shown = event.type in ("m.room.message", "m.sticker", "m.room.encrypted")
        if not shown or event.state_key is not None or event.relation == "m.replace":
            return Whose.NOBODYS
        return Whose.OURS if event.sender in self.reader.ours else Whose.THEIRS

    async def _take(self, chunk: Chunk, room: Room, event: Event, at: Millis) -> None:
        if event.type == "m.reaction" and event.relation == "m.annotation":
            if not event.redacted:
                chunk.reactions.append(self._reaction(room, event))
        elif event.type == "m.room.redaction":
            await self._redaction(chunk, room, event.redacts, at)
        elif event.relation == "m.replace" and event.state_key is None:
            chunk.edits += await self._edit(chunk, room, event, at)
        elif farewell := self.reader.farewell(room, event, at):
            chunk.messages.append(farewell)
        else:
            await self._acquaint(room, event)
            if message := self.reader.message(room, event, at):
                chunk.messages.append(message)
        if event.type == "m.room.name" and event.state_key is not None:
            name = safe_line(wire.text(event.content, "name"), 200)
            chunk.conversations.append(ConversationState(room.id, subject=name))

    def _reaction(self, room: Room, event: Event) -> ReactionChange:
        return ReactionChange(
            message=safe_line(event.related),
            sender=room.sender(event.sender),
            emoji=safe_line(wire.text(event.content, "m.relates_to", "key"), 40),
            remote_id=safe_line(event.id),
            ours=event.sender in self.reader.ours,
        )

    async def _redaction(self, chunk: Chunk, room: Room, event: str, at: Millis) -> None:
        """A message or a reaction is gone, or a message reads as before an edit."""
        try:
            before = await self.rooms.before_edit(room.id, event)
        except Refused as error:
            self.log.info("a message that was edited is not shown to us: %s", error)
            return
        if before is not None:
            newest = before.replacement
            now = wire.table(newest.content, "m.new_content") if newest else before.content
            body = body_of(now, room.called(before.sender))
            chunk.edits.append(Edit(safe_line(before.id), body, at))
        elif event:
            chunk.deletions.append(Deletion(safe_line(event), at))

    async def _edit(self, chunk: Chunk, room: Room, event: Event, at: Millis) -> list[Edit]:
        """The edit, unless we made it here, somebody edits what is not theirs (to be ignored, as
        the specification says), or its message came with it or a later one."""
        content = wire.table(event.content, "m.new_content")
        target = event.related
        if event.redacted or not content or not target:
            return []
        self.rooms.remember_edit(event.id, target)
        if event.transaction:
            return []
        for message in chunk.messages:
            if message.remote_id == target and (message.edited_at or 0) >= event.ts > 0:
                return []
        try:
            author = await self.rooms.sender_of(room.id, target)
        except Refused as error:
            self.log.info("an edit of an event that is not shown to us: %s", error)
            return []
        if author != event.sender:
            return []
        return [Edit(safe_line(target), body_of(content, room.called(event.sender)), at)]

    async def _acquaint(self, room: Room, event: Event) -> None:
        """Read the room's whole state where it is not known who speaks or is spoken to."""
        known = event.sender in room.names
        if event.sender in self.reader.ours:
            known = bool(room.joined - self.reader.ours)
        if known or room.complete or self._whose(event) is Whose.NOBODYS:
            return
        try:
            await self.rooms.whole(room.id)
        except Denied as error:
            self.log.info("the members of a room cannot be read: %s", error)


def as_past(chunk: Chunk) -> None:
    """Flag everything in ``chunk`` as dealt with long ago."""
    chunk.messages = [
        replace(one, flags=Flags(seen=True, answered=one.direction is Direction.INBOUND))
        for one in chunk.messages
    ]


def _flags(place: int, seen: int, answered: int) -> Flags:
    return Flags(seen=place <= seen, answered=place < answered)
