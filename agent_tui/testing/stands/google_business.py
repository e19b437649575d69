"""The stand of the Google Business adapter: its three APIs in memory, each held to a description.

Places and accounts are described by Google. The description of the reviews is derived by hand
from a client that Google's generator made, for Google publishes none any more.
Set ``AGENT_TUI_SHARED`` to a folder with ``contracts/google``.
"""

import logging
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import httpx

from agent_tui.adapters.contract import AccountContext, Adapter
from agent_tui.adapters.google_business import GoogleBusinessAdapter
from agent_tui.adapters.google_business.business import ACCOUNTS, PLACES, REVIEWS
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Clock, Millis, system_clock
from agent_tui.testing.contract import ContractTransport, Document
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.stand import Arrived, CannotPlay, Fault, Stand
from agent_tui.testing.stands.google_business_api import (
    AccountsApi,
    PlacesApi,
    ReviewsApi,
    Weather,
    Written,
)
from agent_tui.testing.stands.google_play_tokens import (
    CLIENT,
    HOST,
    REFRESH,
    Hosts,
    TokenServer,
    google_error,
)

PLACE = "accounts/11/locations/22"
STATUSES = dict.fromkeys((400, 401, 403, 404, 429), "Google's descriptions of APIs name no errors")
_FILES = {
    REVIEWS: "mybusiness-v4-reviews.derived.openapi.json",
    ACCOUNTS: "mybusinessaccountmanagement-v1.openapi.json",
    PLACES: "mybusinessbusinessinformation-v1.openapi.json",
}


class GoogleBusinessStand(Stand):
    """One place; whoever writes gives a review of their own."""

    adapter: ClassVar[type[Adapter]] = GoogleBusinessAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self._clock: Clock = system_clock
        self._changes = 0
        self._names: dict[str, str] = {}
        self.threads: dict[str, str] = {}  # of the reviews
        self.held: dict[str, ContractTransport] = {}
        document = _documents().get(REVIEWS)
        self.contract = document.title if document else ""

    async def start(self) -> None:
        self.tokens = TokenServer(lambda: self._clock())
        self.google = Weather(self.tokens.knows)
        self.api = ReviewsApi(self.google, self._now)
        self.api.places[PLACE] = {}
        self.places = PlacesApi(self.google)
        self.places.places["22"] = "Example Cafe"
        servers: dict[str, httpx.AsyncBaseTransport] = {
            REVIEWS: self.api,
            ACCOUNTS: AccountsApi(self.google),
            PLACES: self.places,
        }
        for base, document in _documents().items():
            self.held[base] = ContractTransport(servers[base], document, statuses=STATUSES)
        found = {_host(base): self.held.get(base, server) for base, server in servers.items()}
        self.weather = FaultTransport(Hosts(found | {HOST: self.tokens}), no_entry=_no_entry)

    async def stop(self) -> None:
        """Raises ContractViolation for what the adapter asked against a contract."""
        for held in self.held.values():
            if held.violations:
                raise held.violations[0]

    def context(self, clock: Clock) -> AccountContext:
        self._clock = clock
        client, secret = CLIENT
        return AccountContext(
            "google_business",
            {"client_id": client, "places": [], "days": 90, "name": "Cafe"},
            lambda option: {"client_secret": secret, "refresh_token": REFRESH}[option],
            logging.getLogger("agent_tui.account.google_business"),
            clock,
            network=lambda: self.weather,
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        if files:
            raise CannotPlay("reviews come without files")
        made = self.api.write(PLACE, self._names.get(thread, thread.capitalize()), text)
        self.threads[made.id] = thread
        return made.id

    async def arrived(self) -> Sequence[Arrived]:
        return [
            Arrived(EffectKind.SEND, self.threads[one.id], one.answer)
            for one in self.api.places[PLACE].values()
            if one.answer is not None
        ]

    async def edit(self, remote_id: str, text: str) -> None:
        self.api.change(self.review(remote_id), text, 2)

    async def delete(self, remote_id: str) -> None:
        del self.api.places[PLACE][remote_id]

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
        return self.api.places[PLACE][remote_id]

    def _now(self) -> Millis:
        """Growing with each change."""
        self._changes += 1
        return self._clock() + self._changes * SECOND


@cache
def _documents() -> dict[str, Document]:
    """What is described, by the address of the server."""
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        return {}
    folder = Path(shared) / "contracts" / "google"
    paths = {base: folder / name for base, name in _FILES.items()}
    return {base: Document.load(path) for base, path in paths.items() if path.is_file()}


def _host(base: str) -> str:
    return urlsplit(base).hostname or ""


def _no_entry() -> httpx.Response:
    return google_error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
