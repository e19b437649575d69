"""Rooms in memory and what customers do in them, for the homeserver of the Matrix stand."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from agent_tui.model.clock import Clock, system_clock

SERVER = "shop.test"
US = f"@support:{SERVER}"

Json = dict[str, Any]


@dataclass(slots=True)
class Room:
    """A room: its events in order, each with its place in the server's stream."""

    id: str
    events: list[tuple[int, Json]] = field(default_factory=list)
    typing: list[str] = field(default_factory=list)
    typed_at: int = 0
    receipts: list[tuple[int, str, str, str]] = field(default_factory=list)  # place, event, user

    def state(self, before: int) -> dict[tuple[str, str], Json]:
        """The state made by what stands before a place."""
        return {
            (event["type"], event["state_key"]): event
            for place, event in self.events
            if place < before and "state_key" in event
        }

    def membership(self, user: str) -> tuple[int, str]:
        """Since which place a user is what."""
        for place, event in reversed(self.events):
            if event["type"] == "m.room.member" and event.get("state_key") == user:
                return place, event["content"]["membership"]
        return 0, ""


class World:
    """All rooms of one server, with a user of ours, ``US``; everybody else is a customer."""

    def __init__(self) -> None:
        self.clock: Clock = system_clock
        self.media: dict[str, tuple[str, bytes]] = {}
        self.rooms: dict[str, Room] = {}
        self.names = {US: "Support"}
        self.place = 0  # in the stream of everything that happens
        self.news = asyncio.Condition()

    def open(self, room: str, customer: str, *, name: str = "", encrypted: bool = False) -> None:
        """``customer`` makes a room and invites us."""
        self.rooms[room] = Room(room)
        self.put(room, customer, "m.room.create", {"room_version": "12"}, "")
        self.enter(room, customer)
        self.put(room, customer, "m.room.history_visibility", {"history_visibility": "shared"}, "")
        if name:
            self.put(room, customer, "m.room.name", {"name": name}, "")
        if encrypted:
            algorithm = {"algorithm": "m.megolm.v1.aes-sha2"}
            self.put(room, customer, "m.room.encryption", algorithm, "")
        self.put(room, customer, "m.room.member", {"membership": "invite"}, US)

    def enter(self, room: str, user: str, membership: str = "join", by: str = "") -> None:
        """``user`` comes into the room, or goes."""
        content = {"membership": membership}
        if user in self.names:
            content["displayname"] = self.names[user]
        self.put(room, by or user, "m.room.member", content, user)

    def say(self, room: str, user: str, text: str, **more: Any) -> str:
        """``user`` writes a text; its event id."""
        return self.put(room, user, "m.room.message", {"msgtype": "m.text", "body": text, **more})

    def put(
        self, room: str, user: str, kind: str, content: Json, state_key: str | None = None
    ) -> str:
        """Any event; its id."""
        self.place += 1
        event: Json = {
            "event_id": f"$e{self.place}",
            "type": kind,
            "sender": user,
            "origin_server_ts": self.clock(),
            "content": content,
            "unsigned": {"age": 1},
        }
        if state_key is not None:
            before = self.rooms[room].state(self.place).get((kind, state_key))
            event["state_key"] = state_key
            if before:
                event["unsigned"]["prev_content"] = before["content"]
        self.rooms[room].events.append((self.place, event))
        self._wake()
        return str(event["event_id"])

    def redact(self, room: str, user: str, target: str) -> str:
        """``user`` takes an event away."""
        found = self.find(room, target)
        redaction = self.put(room, user, "m.room.redaction", {"redacts": target})
        if found is not None:
            found["content"] = {}
            found["unsigned"]["redacted_because"] = {"type": "m.room.redaction", "sender": user}
        return redaction

    def type(self, room: str, user: str, *, on: bool) -> None:
        """``user`` begins to write, or stops."""
        there = self.rooms[room]
        others = [one for one in there.typing if one != user]
        there.typing = [*others, user] if on else others
        self.place += 1
        there.typed_at = self.place
        self._wake()

    def read(self, room: str, user: str, event: str, thread: str = "") -> None:
        """``user`` has read up to an event."""
        self.place += 1
        self.rooms[room].receipts.append((self.place, event, user, thread))
        self._wake()

    def keep(self, data: bytes, kind: str) -> str:
        """A file is handed in; its address."""
        address = f"mxc://{SERVER}/m{len(self.media) + 1}"
        self.media[address] = (kind, data)
        return address

    def find(self, room: str, event: str) -> Json | None:
        """An event by its id."""
        events = self.rooms[room].events if room in self.rooms else []
        return next((one for _, one in events if one["event_id"] == event), None)

    def messages(self, room: str) -> list[Json]:
        """All messages of a room, oldest first."""
        return [one for _, one in self.rooms[room].events if one["type"] == "m.room.message"]

    def _wake(self) -> None:
        async def tell() -> None:
            async with self.news:
                self.news.notify_all()

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a test puts something there before anybody asks
            return
        self._telling = loop.create_task(tell())
