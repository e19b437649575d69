"""What is known of the rooms: who is in them, what they are called, what was seen in them."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import Enum, auto

from agent_tui.adapters.matrix import wire
from agent_tui.adapters.matrix.client import Client
from agent_tui.adapters.matrix.wire import Event
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Sender

ENCRYPTION = "m.room.encryption"

_REMEMBERED = 500
"""Messages of a room whose order is kept for receipts."""
_MOST_EVENTS = 20_000
"""Events of all rooms that are known by their ids."""


class Whose(Enum):
    """Whose message an event is."""

    OURS = auto()
    THEIRS = auto()
    NOBODYS = auto()  # it is none


@dataclass(slots=True)
class Room:
    """One room, as far as we have been told."""

    id: str
    name: str = ""
    encrypted: bool = False
    names: dict[str, str] = field(default_factory=dict)  # display names of users
    joined: set[str] = field(default_factory=set)  # in it or invited
    complete: bool = False  # its whole state was read
    latest: Millis = 0  # time of its newest message, for the order
    order: deque[tuple[str, Whose]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    read: str = ""  # the event up to which we have read elsewhere
    typing: set[str] = field(default_factory=set)

    def learn(self, event: Event) -> None:
        """Take in a state event; others say nothing."""
        if event.state_key is None:
            return
        match event.type:
            case "m.room.name":
                self.name = safe_line(wire.text(event.content, "name"), 200)
            case "m.room.encryption":
                self.encrypted = True
            case "m.room.member":
                self._learn_member(event.state_key, event)

    def _learn_member(self, user: str, event: Event) -> None:
        if name := safe_line(wire.text(event.content, "displayname"), 200):
            self.names[user] = name
        if wire.text(event.content, "membership") in ("join", "invite"):
            self.joined.add(user)
        else:
            self.joined.discard(user)

    def sender(self, user: str) -> Sender:
        """A user of the room, for a message."""
        shown = safe_line(user, 255)
        return Sender(IdentityKind.HANDLE, shown, self.names.get(user, ""))

    def called(self, user: str) -> str:
        """What a user is called in sentences."""
        return self.names.get(user) or safe_line(user, 255)

    def customer(self, ours: frozenset[str]) -> Sender:
        """With whom we talk here; the room itself where there is nobody but us."""
        others = sorted(self.joined - ours) or sorted(self.names.keys() - ours)
        if others:
            return self.sender(others[0])
        return Sender(IdentityKind.HANDLE, safe_line(self.id, 255), self.name)


class Rooms:
    """All rooms of an account."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._rooms: dict[str, Room] = {}
        self._senders: OrderedDict[str, str] = OrderedDict()
        self._edited: OrderedDict[str, str] = OrderedDict()  # edit -> the message it is of

    def get(self, room: str) -> Room:
        """The room as far as it is known."""
        return self._rooms.setdefault(room, Room(room))

    async def whole(self, room: str) -> Room:
        """The room with all of its state. Raises Denied where we are not in it."""
        known = self.get(room)
        if not known.complete:
            for event in await self._client.state(room):
                known.learn(event)
            known.complete = True
        return known

    def remember(self, event: str, sender: str) -> None:
        """Note who wrote an event."""
        _keep(self._senders, event, sender)

    def remember_edit(self, edit: str, message: str) -> None:
        """Note what ``edit`` is an edit of: once it is taken away, it does not say so any more."""
        _keep(self._edited, edit, message)

    async def before_edit(self, room: str, edit: str) -> Event | None:
        """The message as it is without ``edit``, if that was one. Raises AdapterError."""
        message = self._edited.get(edit)
        return None if message is None else await self._client.event(room, message)

    async def sender_of(self, room: str, event: str) -> str:
        """Who wrote an event. Raises AdapterError."""
        if event not in self._senders:
            self.remember(event, (await self._client.event(room, event)).sender)
        return self._senders[event]


def _keep(known: OrderedDict[str, str], event: str, value: str) -> None:
    known[event] = value
    if len(known) > _MOST_EVENTS:
        known.popitem(last=False)


def read_up_to(room: Room, event: str) -> str:
    """The newest message of ours not after ``event``, which may be anything in the room."""
    ours = ""
    for one, whose in room.order:
        ours = one if whose is Whose.OURS else ours
        if one == event:
            return ours or event
    return event


def newly_read(room: Room, event: str) -> list[str]:
    """The customers' messages up to ``event`` that we have not been known to have read."""
    ids = [one for one, _ in room.order]
    if event not in ids:
        return []
    begin = ids.index(room.read) + 1 if room.read in ids else 0
    end = ids.index(event) + 1
    room.read = event if end > begin else room.read
    return [one for one, whose in list(room.order)[begin:end] if whose is Whose.THEIRS]
