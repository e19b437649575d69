"""The stand of the Telegram adapter: a Bot API in memory, held to the published one if it is here.

Set ``AGENT_TUI_SHARED`` to a folder with ``contracts/telegram/telegram-bot-api.openapi.json``.
"""

import logging
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import httpx

from agent_tui.adapters.contract import AccountContext, Adapter
from agent_tui.adapters.telegram import TelegramAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Clock, system_clock
from agent_tui.testing.contract import ContractTransport, Document
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.server import answer_json
from agent_tui.testing.stand import Arrived, Fault, Stand
from agent_tui.testing.stands.telegram_api import TelegramApi

TOKEN = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcXX"  # noqa: S105 - nobody's

UNCOVERED = {
    "GET /file/bot{token}/{folder}/{name}": "files are no method, so the document leaves them out"
}
_FIRST_USER = 5_000_001


class TelegramStand(Stand):
    """One bot; the customer of each thread has a private chat with it."""

    adapter: ClassVar[type[Adapter]] = TelegramAdapter
    faults: ClassVar[frozenset[Fault]] = frozenset(Fault)

    def __init__(self) -> None:
        self._clock: Clock = system_clock
        self._people: dict[str, int] = {}
        self._reacted: dict[tuple[int, int], list[str]] = {}
        self.held: ContractTransport | None = None
        document = _document()
        self.contract = document.title if document else ""

    async def start(self) -> None:
        self.api = TelegramApi(TOKEN, lambda: self._clock() // SECOND)
        inner: httpx.AsyncBaseTransport = self.api
        document = _document()
        if document is not None:
            self.held = inner = ContractTransport(inner, document, uncovered=UNCOVERED)
        self.weather = FaultTransport(
            inner, slow_down=_slow_down, no_entry=_no_entry, silence_s=None
        )

    async def stop(self) -> None:
        """Raises ContractViolation for what the adapter asked against the contract."""
        if self.held is not None and self.held.violations:
            raise self.held.violations[0]

    def context(self, clock: Clock) -> AccountContext:
        self._clock = clock
        return AccountContext(
            "telegram",
            {"name": "Help", "api": "https://api.telegram.org"},
            lambda option: {"token": self.api.token}[option],
            logging.getLogger("agent_tui.account.telegram"),
            clock,
            network=lambda: self.weather,
        )

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        chat = await self.chat(thread)
        number = await self.api.say(chat, self.person(thread), text=text)
        for name, content in files:
            about: dict[str, Any] = {"file_id": self.api.keep(name, content)}
            about |= {"file_unique_id": name, "file_name": name, "file_size": len(content)}
            await self.api.say(chat, self.person(thread), document=about)
        return f"{chat}:{number}"

    async def arrived(self) -> Sequence[Arrived]:
        threads = {chat: thread for thread, chat in self._people.items()}
        return [
            Arrived(EffectKind.SEND, threads[sent.chat], sent.text, sent.files, sent.deleted)
            for sent in self.api.sent
            if sent.chat in threads
        ]

    async def edit(self, remote_id: str, text: str) -> None:
        chat, number = map(int, remote_id.split(":"))
        await self.api.change(chat, number, self.person(self._thread(chat)), text=text)

    async def react(self, remote_id: str, emoji: str) -> None:
        chat, number = map(int, remote_id.split(":"))
        await self.api.put(chat, number, self.person(self._thread(chat)), [emoji])

    async def seen_typing(self, thread: str = "one") -> bool:
        return self.api.types(await self.chat(thread))

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.weather.strange()
        self.api.strange = True

    async def chat(self, thread: str) -> int:
        """The private chat of ``thread``'s customer, who has the same number (as at Telegram)."""
        if thread not in self._people:
            self._people[thread] = _FIRST_USER + len(self._people)
            person = self.person(thread)
            del person["is_bot"]
            await self.api.chat(person | {"type": "private"})
        return self._people[thread]

    def person(self, thread: str) -> dict[str, Any]:
        """The customer of ``thread`` as the API's User."""
        number = self._people[thread]
        return {
            "id": number,
            "is_bot": False,
            "first_name": thread.capitalize(),
            "last_name": "Doe",
            "username": f"u{number}",
        }

    def _thread(self, chat: int) -> str:
        return next(thread for thread, number in self._people.items() if number == chat)


@cache
def _document() -> Document | None:
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        return None
    path = Path(shared) / "contracts" / "telegram" / "telegram-bot-api.openapi.json"
    return Document.load(path) if path.is_file() else None


def _slow_down() -> httpx.Response:
    description = "Too Many Requests: retry after 1"
    return answer_json(
        {
            "ok": False,
            "error_code": 429,
            "description": description,
            "parameters": {"retry_after": 1},
        },
        429,
    )


def _no_entry() -> httpx.Response:
    return answer_json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
