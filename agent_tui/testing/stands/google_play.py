"""The stand of the Google Play adapter: its API in memory, held to Google's description of it.

Set ``AGENT_TUI_SHARED`` to a folder with
``contracts/google/androidpublisher-v3-reviews.openapi.json``.
"""

import logging
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar

import httpx

from agent_tui.adapters.contract import AccountContext, Adapter
from agent_tui.adapters.google_play import GooglePlayAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Clock, system_clock
from agent_tui.testing.contract import ContractTransport, Document
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.stand import Arrived, CannotPlay, Fault, Stand
from agent_tui.testing.stands.google_play_api import PlayApi, Written
from agent_tui.testing.stands.google_play_tokens import (
    HOST,
    Hosts,
    TokenServer,
    google_error,
    key_file,
)

APP = "org.example.app"
STATUSES = dict.fromkeys((400, 401, 403, 404), "Google's descriptions of APIs name no errors")


class GooglePlayStand(Stand):
    """One app; whoever writes gives a review of their own."""

    adapter: ClassVar[type[Adapter]] = GooglePlayAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self._clock: Clock = system_clock
        self._changes = 0
        self._names: dict[str, str] = {}
        self.threads: dict[str, str] = {}  # of the reviews
        self.held: ContractTransport | None = None
        document = _document()
        self.contract = document.title if document else ""

    async def start(self) -> None:
        self.tokens = TokenServer(lambda: self._clock())
        self.api = PlayApi(self.tokens.knows, self._now)
        self.api.apps[APP] = {}
        inner: httpx.AsyncBaseTransport = self.api
        document = _document()
        if document is not None:
            self.held = inner = ContractTransport(inner, document, statuses=STATUSES)
        hosts = Hosts({HOST: self.tokens, "androidpublisher.googleapis.com": inner})
        self.weather = FaultTransport(hosts, no_entry=_no_entry)

    async def stop(self) -> None:
        """Raises ContractViolation for what the adapter asked against the contract."""
        if self.held is not None and self.held.violations:
            raise self.held.violations[0]

    def context(self, clock: Clock) -> AccountContext:
        self._clock = clock
        return AccountContext(
            "google_play",
            {"apps": [APP], "name": "Apps"},
            lambda option: {"key": key_file()}[option],
            logging.getLogger("agent_tui.account.google_play"),
            clock,
            network=lambda: self.weather,
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        if files:
            raise CannotPlay("reviews have no files")
        made = self.api.write(APP, self._names.get(thread, thread.capitalize()), f"Fine\t{text}")
        self.threads[made.id] = thread
        return made.id

    async def arrived(self) -> Sequence[Arrived]:
        return [
            Arrived(EffectKind.SEND, self.threads[one.id], one.answer)
            for one in self.api.apps[APP].values()
            if one.answer is not None
        ]

    async def edit(self, remote_id: str, text: str) -> None:
        self.api.change(self.review(remote_id), f"\t{text}", 2)

    async def delete(self, remote_id: str) -> None:  # noqa: ARG002 - the stand's
        raise CannotPlay("what is not listed may also be older than a week")

    async def rename(self, name: str, *, thread: str = "one") -> None:
        self._names[thread] = name

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange()

    def review(self, remote_id: str) -> Written:
        """A review at Google."""
        return self.api.apps[APP][remote_id]

    def _now(self) -> int:
        """Seconds, growing with each change."""
        self._changes += 1
        return self._clock() // SECOND + self._changes


@cache
def _document() -> Document | None:
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        return None
    path = Path(shared) / "contracts" / "google" / "androidpublisher-v3-reviews.openapi.json"
    return Document.load(path) if path.is_file() else None


def _no_entry() -> httpx.Response:
    return google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
