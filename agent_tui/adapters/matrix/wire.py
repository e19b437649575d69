"""What a homeserver sends, decoded; whatever has another shape than it should counts as absent."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agent_tui.model.clock import Millis

_LATEST = 253_402_300_799_000
"""The end of the year 9999, in ms: no clock of a sender may go beyond."""


def table(value: Any, *path: str) -> dict[str, Any]:
    """The JSON object at ``path`` below ``value``; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, dict) else {}


def text(value: Any, *path: str) -> str:
    """The string at ``path`` below ``value``; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, str) else ""


def whole(value: Any, *path: str) -> int:
    """The number at ``path`` below ``value``; 0 where there is none."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def rows(value: Any, *path: str) -> list[Any]:
    """The array at ``path`` below ``value``; empty where there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def at(value: Any, *path: str) -> Any:
    """What stands at ``path`` below ``value``, if anything."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a room; stripped state has neither id nor time."""

    id: str
    type: str
    sender: str
    ts: Millis
    content: dict[str, Any]
    unsigned: dict[str, Any] = field(default_factory=dict)
    state_key: str | None = None
    redacts: str = ""

    @classmethod
    def read(cls, value: Any) -> "Event":
        """Never raises."""
        key = at(value, "state_key")
        content = table(value, "content")
        return cls(
            id=text(value, "event_id"),
            type=text(value, "type"),
            sender=text(value, "sender"),
            ts=min(max(whole(value, "origin_server_ts"), 0), _LATEST),
            content=content,
            unsigned=table(value, "unsigned"),
            state_key=key if isinstance(key, str) else None,
            redacts=text(value, "redacts") or text(content, "redacts"),  # rooms since version 11
        )

    @property
    def transaction(self) -> str:
        """Our own transaction id, where this device has sent it."""
        return text(self.unsigned, "transaction_id")

    @property
    def relation(self) -> str:
        """How it relates to another event."""
        return text(self.content, "m.relates_to", "rel_type")

    @property
    def related(self) -> str:
        """The other event."""
        return text(self.content, "m.relates_to", "event_id")

    @property
    def redacted(self) -> bool:
        """Whether its content was taken away before we saw it."""
        return "redacted_because" in self.unsigned

    @property
    def replacement(self) -> "Event | None":
        """The newest edit of it, which servers bundle with it."""
        bundled = table(self.unsigned, "m.relations", "m.replace")
        found = Event.read(bundled)
        whole_event = found.id and table(found.content, "m.new_content")
        return found if whole_event and found.sender == self.sender else None

    def member(self, user: str) -> str:
        """The membership that it gives ``user``; empty if it is about something else."""
        if self.type != "m.room.member" or self.state_key != user:
            return ""
        return text(self.content, "membership")


@dataclass(frozen=True, slots=True)
class RoomUpdate:
    """What a sync says of a room we are or were in."""

    room: str
    state: tuple[Event, ...]
    timeline: tuple[Event, ...]
    limited: bool
    prev_batch: str
    ephemeral: tuple[Event, ...]
    left: bool = False

    def news(self) -> bool:
        """Whether there is anything to be stored."""
        lasting = any(event.type != "m.typing" for event in self.ephemeral)
        return bool(self.timeline or self.state or self.limited or lasting or self.left)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody wants us in a room."""

    room: str
    inviter: str


@dataclass(frozen=True, slots=True)
class Sync:
    """An answer of ``/sync``."""

    next_batch: str
    rooms: tuple[RoomUpdate, ...]
    invitations: tuple[Invitation, ...]

    def news(self) -> bool:
        """Whether there is anything to be stored or joined."""
        return bool(self.invitations) or any(room.news() for room in self.rooms)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of ``/messages``."""

    events: tuple[Event, ...]
    end: str  # empty where there is no more


def read_sync(value: Any, me: str) -> Sync:
    """An answer of ``/sync`` to the user ``me``."""
    rooms = table(value, "rooms")
    return Sync(
        next_batch=text(value, "next_batch"),
        rooms=(
            *(_room(room, one) for room, one in _named(rooms, "join")),
            *(_room(room, one, left=True) for room, one in _named(rooms, "leave")),
        ),
        invitations=tuple(_invitation(room, one, me) for room, one in _named(rooms, "invite")),
    )


def read_page(value: Any) -> Page:
    """An answer of ``/messages``."""
    return Page(tuple(map(Event.read, rows(value, "chunk"))), text(value, "end"))


def receipts(event: Event) -> Iterator[tuple[str, str, str]]:
    """Of an ``m.receipt``: event, who has read it, and the thread for which it is said."""
    for seen in event.content:
        for user in table(event.content, seen, "m.read"):
            yield seen, user, text(event.content, seen, "m.read", user, "thread_id")


def _named(value: Any, name: str) -> list[tuple[str, Any]]:
    """Rooms by their ids; what else stands among them is no room."""
    return [(room, one) for room, one in table(value, name).items() if room.startswith("!")]


def _room(room: str, value: Any, *, left: bool = False) -> RoomUpdate:
    return RoomUpdate(
        room=room,
        state=_events(value, "state"),
        timeline=_events(value, "timeline"),
        limited=at(value, "timeline", "limited") is True,
        prev_batch=text(value, "timeline", "prev_batch"),
        ephemeral=_events(value, "ephemeral"),
        left=left,
    )


def _events(value: Any, name: str) -> tuple[Event, ...]:
    return tuple(map(Event.read, rows(value, name, "events")))


def _invitation(room: str, value: Any, me: str) -> Invitation:
    state = map(Event.read, rows(value, "invite_state", "events"))
    inviters = [event.sender for event in state if event.member(me) == "invite"]
    return Invitation(room, inviters[-1] if inviters else "")
