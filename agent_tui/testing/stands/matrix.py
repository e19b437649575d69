"""A homeserver in memory with one account on it, held against Matrix's own API description."""

import logging
import mimetypes
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import httpx

from agent_tui.adapters.contract import AccountContext, Adapter
from agent_tui.adapters.matrix import MatrixAdapter
from agent_tui.adapters.matrix.settings import OPTIONS
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Clock
from agent_tui.testing.contract import ContractTransport, Document
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.stand import Arrived, Fault, Stand
from agent_tui.testing.stands.matrix_server import (
    PASSWORD,
    TOKEN,
    Homeserver,
    no_entry,
    ours,
    slow_down,
)
from agent_tui.testing.stands.matrix_world import SERVER, US

DOCUMENT = "contracts/matrix/matrix-client-server.json"
"""Below the folder that AGENT_TUI_SHARED names."""

_ANY_ANSWER = dict.fromkeys(
    (400, 401, 403, 404, 413),
    "the specification's standard error responses, which hold for every operation",
)
_UPLOADS = {
    f"POST /_matrix/media/v3/upload {kind}": "the header Content-Type names the file's own kind"
    for kind in {*mimetypes.types_map.values(), "application/octet-stream"}
}
_ROOM_MAPS = ("join", "invite", "leave", "knock")
"""Objects of a sync whose keys are rooms."""


class MatrixStand(Stand):
    """Each thread is a room with one customer."""

    adapter: ClassVar[type[Adapter]] = MatrixAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self.server = Homeserver()
        self.held: ContractTransport | None = None
        folder = os.environ.get("AGENT_TUI_SHARED", "")
        path = Path(folder) / DOCUMENT
        inner: httpx.AsyncBaseTransport = self.server
        if folder and path.is_file():
            self.contract = "Matrix client-server API (matrix-org/matrix-spec)"
            self.held = ContractTransport(
                self.server, Document.load(path), uncovered=_UPLOADS, statuses=_ANY_ANSWER
            )
            inner = self.held
        self.transport = FaultTransport(inner, slow_down=slow_down, no_entry=no_entry)
        self._strange = False

    async def start(self) -> None:
        """See Stand."""

    async def stop(self) -> None:
        """See Stand. What broke the API description is raised, even if somebody swallowed it."""
        if self.held is not None and self.held.violations:
            raise self.held.violations[0]

    def context(self, clock: Clock, **settings: object) -> AccountContext:
        """See Stand; ``settings`` differ from the usual ones."""
        self.server.clock = clock
        secrets = {"access_token": TOKEN, "password": PASSWORD}
        usual = {option.name: option.default for option in OPTIONS} | {
            "homeserver": "https://matrix.shop.test",
            "address": US,
            "name": "Shop",
            "access_token": {"env": "TOKEN"},
        }
        return AccountContext(
            name="matrix",
            settings=usual | settings,
            secret=secrets.__getitem__,
            log=logging.getLogger("agent_tui.testing.matrix"),
            clock=clock,
            network=lambda: self.transport,
        )

    def room(self, thread: str) -> str:
        """The room of ``thread``, opened by its customer if need be."""
        room = f"!{thread}:{SERVER}"
        if room not in self.server.rooms:
            self.server.names[customer(thread)] = f"Customer {thread}"
            self.server.open(room, customer(thread))
        return room

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        """See Stand; the first file has the text for its caption, the others follow."""
        room, who = self.room(thread), customer(thread)
        if self._strange:
            self.server.put(room, who, "org.example.unheard_of", {"body": "what is this"})
            self.server.put(room, who, "org.example.state", {}, "")
        if not files:
            return self.server.say(room, who, text)
        first = ""
        for number, (name, data) in enumerate(files):
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            content: dict[str, Any] = {
                "msgtype": "m.file",
                "body": name if number else text,
                "filename": name,
                "url": self.server.keep(data, kind),
                "info": {"mimetype": kind, "size": len(data)},
            }
            event = self.server.put(room, who, "m.room.message", content)
            first = first or event
        return first

    async def arrived(self) -> Sequence[Arrived]:
        """See Stand; files that were sent with a text are shown with it."""
        found: list[tuple[int, str, Arrived]] = []
        for room in self.server.rooms.values():
            for place, event in room.events:
                if event["type"] == "m.room.message" and ours([event]):
                    key = event["unsigned"].get("transaction_id", "")
                    found.append((place, key, self._arrived(room.id, event)))
        found.sort(key=lambda one: one[0])
        whole: list[tuple[str, Arrived]] = []
        for _, key, one in found:
            text = next((n for n, (k, _) in enumerate(whole) if key.startswith(f"{k}-file")), None)
            if text is None:
                whole.append((key, one))
            else:
                base, known = whole[text]
                whole[text] = (base, replace(known, files=known.files + one.files))
        return [one for _, one in whole]

    async def edit(self, remote_id: str, text: str) -> None:
        """See Stand."""
        room, who = self._place_of(remote_id)
        self.server.put(
            room,
            who,
            "m.room.message",
            {
                "msgtype": "m.text",
                "body": f"* {text}",
                "m.new_content": {"msgtype": "m.text", "body": text},
                "m.relates_to": {"rel_type": "m.replace", "event_id": remote_id},
            },
        )

    async def delete(self, remote_id: str) -> None:
        """See Stand."""
        room, who = self._place_of(remote_id)
        self.server.redact(room, who, remote_id)

    async def rename(self, name: str, *, thread: str = "one") -> None:
        """See Stand."""
        room = self.room(thread)
        self.server.names[customer(thread)] = name
        self.server.enter(room, customer(thread))

    async def react(self, remote_id: str, emoji: str) -> None:
        """See Stand."""
        room, _ = self._place_of(remote_id)
        who = customer(room[1:].partition(":")[0])
        relates = {"rel_type": "m.annotation", "event_id": remote_id, "key": emoji}
        self.server.put(room, who, "m.reaction", {"m.relates_to": relates})

    async def read(self, thread: str = "one") -> None:
        """See Stand."""
        room = self.room(thread)
        self.server.read(room, customer(thread), self.server.messages(room)[-1]["event_id"])

    async def type(self, thread: str = "one", *, on: bool = True) -> None:
        """See Stand."""
        self.server.type(self.room(thread), customer(thread), on=on)

    async def seen_typing(self, thread: str = "one") -> bool:
        """See Stand."""
        return US in self.server.rooms[self.room(thread)].typing

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        """See Stand."""
        self.transport.play(fault, times)

    def end_faults(self) -> None:
        """See Stand."""
        self.transport.end()

    def strange(self) -> None:
        """See Stand."""
        self._strange = True
        self.transport.strange(_ROOM_MAPS)

    def _arrived(self, room: str, event: dict[str, Any]) -> Arrived:
        thread = room[1:].partition(":")[0]
        content = event["content"]
        if not content:
            return Arrived(EffectKind.SEND, thread, "", deleted=True)
        edits = [
            one["content"]["m.new_content"]
            for one in self.server.messages(room)
            if one["content"].get("m.relates_to", {}).get("event_id") == event["event_id"]
            and "m.new_content" in one["content"]
        ]
        shown = edits[-1] if edits else content
        if "url" in shown:
            name, data = shown["filename"], self.server.media[shown["url"]][1]
            return Arrived(EffectKind.SEND, thread, "", ((name, data),))
        return Arrived(EffectKind.SEND, thread, shown["body"])

    def _place_of(self, event: str) -> tuple[str, str]:
        """The room of an event, and who sent it."""
        for room in self.server.rooms:
            found = self.server.find(room, event)
            if found is not None:
                return room, str(found["sender"])
        raise LookupError(event)


def customer(thread: str) -> str:
    """The Matrix user of a thread's customer."""
    return f"@{thread}:{SERVER}"
