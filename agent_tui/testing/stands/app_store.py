"""The stand of the App Store adapter: App Store Connect in memory, held to no contract."""

import logging
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from agent_tui.adapters.app_store import AppStoreAdapter
from agent_tui.adapters.app_store.store import API
from agent_tui.adapters.contract import AccountContext, Adapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Clock, Millis, system_clock
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.stand import Arrived, CannotPlay, Fault, Stand
from agent_tui.testing.stands.app_store_api import (
    ISSUER,
    KEY_ID,
    ConnectApi,
    Written,
    key_file,
    no_entry,
)
from agent_tui.testing.stands.google_play_tokens import Hosts

APP = "1234567890"


class AppStoreStand(Stand):
    """One app; whoever writes gives a review of their own."""

    adapter: ClassVar[type[Adapter]] = AppStoreAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self._clock: Clock = system_clock
        self._changes = 0
        self._names: dict[str, str] = {}
        self.threads: dict[str, str] = {}  # of the reviews

    async def start(self) -> None:
        self.api = ConnectApi(lambda: self._clock(), self._now)
        self.api.apps[APP] = "Example"
        self.api.reviews[APP] = {}
        hosts = Hosts({urlsplit(API).hostname or "": self.api})
        self.weather = FaultTransport(hosts, no_entry=no_entry)

    async def stop(self) -> None:
        """Nothing to take down."""

    def context(self, clock: Clock) -> AccountContext:
        self._clock = clock
        return AccountContext(
            "app_store",
            {"issuer_id": ISSUER, "key_id": KEY_ID, "apps": [], "days": 90, "name": "Apps"},
            lambda option: {"key": key_file().replace("\n", "\\n")}[option],
            logging.getLogger("agent_tui.account.app_store"),
            clock,
            network=lambda: self.weather,
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        if files:
            raise CannotPlay("reviews have no files")
        author = self._names.get(thread, thread.capitalize())
        made = self.api.write(APP, author, "A title", text)
        self.threads[made.id] = thread
        return made.id

    async def arrived(self) -> Sequence[Arrived]:
        return [
            Arrived(EffectKind.SEND, self.threads[one.id], one.answer)
            for one in self.api.reviews[APP].values()
            if one.answer is not None
        ]

    async def edit(self, remote_id: str, text: str) -> None:
        """Apple's reference names no date of a change, so the date stays what it was."""
        self.review(remote_id).text = text

    async def delete(self, remote_id: str) -> None:
        del self.api.reviews[APP][remote_id]

    async def rename(self, name: str, *, thread: str = "one") -> None:
        self._names[thread] = name

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange()

    def review(self, remote_id: str) -> Written:
        """A review at Apple."""
        return self.api.reviews[APP][remote_id]

    def _now(self) -> Millis:
        """Growing with each change."""
        self._changes += 1
        return self._clock() + self._changes * SECOND
