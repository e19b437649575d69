"""The stand of the Chatwoot adapter: a Chatwoot in memory, held to the published API if it is here.

Set ``AGENT_TUI_SHARED`` to a folder with ``contracts/chatwoot/chatwoot-4.14.0-application.json``.
The websocket is a real one on a port of this machine.
"""

import logging
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar

import httpx

from agent_tui.adapters.chatwoot import ChatwootAdapter
from agent_tui.adapters.chatwoot.routes import (
    LOOSE_FIELDS,
    UNCOVERED,
    UNCOVERED_ANSWERS,
    UNCOVERED_QUERY,
)
from agent_tui.adapters.contract import AccountContext, Adapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Clock, system_clock
from agent_tui.testing.contract import Amendment, ContractTransport, Document
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.server import answer_json
from agent_tui.testing.stand import Arrived, CannotPlay, Fault, Stand
from agent_tui.testing.stands.chatwoot_api import ChatwootApi
from agent_tui.testing.stands.chatwoot_world import ACCOUNT

TOKEN = "tPu1nVQxJmKoYcB4wzDk"  # noqa: S105 - nobody's

_MAPS = ("content_attributes",)


class ChatwootStand(Stand):
    """One account with a website's chat; each thread is a conversation of its own customer."""

    adapter: ClassVar[type[Adapter]] = ChatwootAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self._clock: Clock = system_clock
        self._threads: dict[str, int] = {}
        self.held: ContractTransport | None = None
        document = _document()
        self.contract = document.title if document else ""
        self.api = ChatwootApi(TOKEN, lambda: self._clock() / SECOND, "")

    async def start(self) -> None:
        await self.api.cable.start()
        self.api.host = self.url
        inner: httpx.AsyncBaseTransport = self.api
        document = _document()
        if document is not None:
            self.held = inner = ContractTransport(
                inner, document, uncovered=UNCOVERED, statuses=UNCOVERED_ANSWERS
            )
        self.weather = FaultTransport(inner, no_entry=_no_entry, silence_s=None)

    async def stop(self) -> None:
        await self.api.cable.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api.cable.port}"

    def context(self, clock: Clock) -> AccountContext:
        return self.context_with(clock)

    def context_with(self, clock: Clock, **settings: object) -> AccountContext:
        """The account with other settings than usual."""
        self._clock = clock
        return AccountContext(
            "chatwoot",
            {"url": self.url, "account_id": ACCOUNT, **settings},
            {"access_token": self.api.token}.__getitem__,
            logging.getLogger("agent_tui.account.chatwoot"),
            clock,
            network=lambda: self.weather,
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        kept = [(name, octets, "application/octet-stream") for name, octets in files]
        try:
            return str(self.api.say(self.number(thread), text, files=kept).id)
        except ValueError as error:
            raise CannotPlay from error

    async def arrived(self) -> Sequence[Arrived]:
        rows = [
            (row, thread)
            for thread, number in self._threads.items()
            for row in self.api.talk(number).rows
            if row.kind == 1
        ]
        return [
            Arrived(
                EffectKind.NOTE if row.private else EffectKind.SEND,
                thread,
                row.content or "",
                tuple((name, octets) for name, octets, _ in row.files),
                deleted=bool(row.attributes.get("deleted")),
            )
            for row, thread in sorted(rows, key=lambda one: one[0].id)
        ]

    async def edit(self, remote_id: str, text: str) -> None:
        self.api.change(self._conversation(remote_id), int(remote_id), content=text)

    async def delete(self, remote_id: str) -> None:
        self.api.erase(self._conversation(remote_id), int(remote_id))

    async def rename(self, name: str, *, thread: str = "one") -> None:
        self.api.talk(self.number(thread)).contact["name"] = name

    async def read(self, thread: str = "one") -> None:
        self.api.read(self.number(thread))

    async def type(self, thread: str = "one", *, on: bool = True) -> None:
        self.api.type(self.number(thread), on=on)

    async def seen_typing(self, thread: str = "one") -> bool:
        return self.api.talk(self.number(thread)).typing

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange(_MAPS)

    def number(self, thread: str) -> int:
        """The conversation of ``thread``."""
        return self._threads.setdefault(thread, 11 + len(self._threads))

    def _conversation(self, remote_id: str) -> int:
        return next(
            talk.id
            for talk in self.api.talks.values()
            if any(str(row.id) == remote_id for row in talk.rows)
        )


@cache
def _document() -> Document | None:
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        return None
    path = Path(shared) / "contracts" / "chatwoot" / "chatwoot-4.14.0-application.json"
    return Document.load(path, _amendments()) if path.is_file() else None


def _amendments() -> list[Amendment]:
    """What the adapter says the contract lacks, as changes of the contract."""
    found = []
    for route, parameters in UNCOVERED_QUERY.items():
        for name, reason in parameters.items():
            parameter = {"name": name, "in": "query", "schema": {"type": "integer", "minimum": 1}}
            place = ("paths", route, "get", "parameters", "-")
            found.append(Amendment(place, parameter, reason))
    for (schema, name), reason in LOOSE_FIELDS.items():
        place = ("components", "schemas", schema, "properties", name)
        found.append(Amendment(place, {"type": ["string", "number", "null"]}, reason))
    return found


def _no_entry() -> httpx.Response:
    return answer_json({"error": "Invalid Access Token"}, 401)
