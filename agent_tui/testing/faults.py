"""Bad weather between an HTTP adapter and its provider: cuts, refusals, garbage, silence.

Stands outermost, so that what it makes up is not held against the provider's contract:
``FaultTransport(ContractTransport(server, document))``.
"""

import asyncio
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import httpx

from agent_tui.testing.stand import Fault

Only = Callable[[httpx.Request], bool]
Made = Callable[[], httpx.Response]

UNHEARD_OF = "org.example.unheard_of"
"""The name of what :meth:`FaultTransport.strange` adds."""


def every(request: httpx.Request) -> bool:  # noqa: ARG001 - any request will do
    """No request is spared."""
    return True


def slow_down() -> httpx.Response:
    """The 429 that most APIs give: a second, in the header (RFC 9110, 10.2.3)."""
    return httpx.Response(429, headers={"Retry-After": "1"}, json={"error": "slow down"})


def no_entry() -> httpx.Response:
    """The 401 that most APIs give."""
    return httpx.Response(401, json={"error": "the token is not valid any more"})


@dataclass(slots=True)
class _Play:
    fault: Fault
    left: int
    only: Only


class FaultTransport(httpx.AsyncBaseTransport):
    """Hands requests to ``inner`` but for those that are told to meet a fault.

    ``slow_down`` and ``no_entry`` make the provider's own 429 and 401. A silence lasts until the
    caller gives up, :meth:`end` is called, or ``silence_s`` seconds have passed (None: the
    client's own time-out for reading), and is then an ``httpx.ReadTimeout``.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        slow_down: Made = slow_down,
        no_entry: Made = no_entry,
        silence_s: float | None = None,
    ) -> None:
        self.met: list[tuple[Fault, httpx.Request]] = []  # who has met which fault, in order
        self._inner = inner
        self._slow_down = slow_down
        self._no_entry = no_entry
        self._silence_s = silence_s
        self._plays: list[_Play] = []
        self._fair = asyncio.Event()
        self._maps: Collection[str] | None = None  # None: nothing strange is added

    def play(self, fault: Fault, times: int = 1, only: Only = every) -> None:
        """The next ``times`` requests for which ``only`` holds meet ``fault``."""
        self._fair.clear()
        self._plays.append(_Play(fault, times, only))

    def end(self) -> None:
        """Fair weather: no more faults, and silences end."""
        self._plays.clear()
        self._fair.set()

    def strange(self, maps: Collection[str] = ()) -> None:
        """From now on each JSON object of an answer has fields that nobody knows.

        ``maps`` names the fields whose objects have ids for keys, such as Matrix's ``join``: they
        get none, what lies in them does.
        """
        self._maps = maps

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        fault = self._due(request)
        if fault is None:
            return await self._answer(request)
        self.met.append((fault, request))
        return await self._played(fault, request)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _due(self, request: httpx.Request) -> Fault | None:
        for play in self._plays:
            if play.left > 0 and play.only(request):
                play.left -= 1
                return play.fault
        return None

    async def _played(self, fault: Fault, request: httpx.Request) -> httpx.Response:
        match fault:
            case Fault.REFUSED:
                raise httpx.ConnectError("Connection refused", request=request)
            case Fault.CUT_BEFORE:
                raise httpx.ReadError("cut before the provider read it", request=request)
            case Fault.CUT_AFTER:
                answer = await self._inner.handle_async_request(request)
                await answer.aclose()
                raise httpx.ReadError("cut while the answer was coming", request=request)
            case Fault.SILENCE:
                await self._silence(request)
                raise httpx.ReadTimeout("no answer came", request=request)
            case _:
                return self._made_up(fault)

    def _made_up(self, fault: Fault) -> httpx.Response:
        match fault:
            case Fault.GARBAGE:
                return httpx.Response(200, html="<html><body>Log in to this network</body></html>")
            case Fault.SERVER_ERROR:
                return httpx.Response(503, json={"error": "down for maintenance"})
            case Fault.SLOW_DOWN:
                return self._slow_down()
            case Fault.NO_ENTRY:
                return self._no_entry()
            case _:
                raise ValueError(f"{fault} is no answer")

    async def _silence(self, request: httpx.Request) -> None:
        timeouts = request.extensions.get("timeout", {})
        limit = timeouts.get("read") if self._silence_s is None else self._silence_s
        try:
            await asyncio.wait_for(self._fair.wait(), limit)
        except TimeoutError:
            return

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        if self._maps is None or "json" not in answer.headers.get("Content-Type", ""):
            return answer
        content = json.loads(await answer.aread())
        await answer.aclose()
        kept = [(k, v) for k, v in answer.headers.raw if k.lower() not in _OF_THE_BODY]
        body = json.dumps(_strange(content, self._maps))
        return httpx.Response(answer.status_code, headers=kept, content=body)


_OF_THE_BODY = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


def _strange(value: Any, maps: Collection[str], *, is_map: bool = False) -> Any:
    """``value`` with unknown fields in all its objects."""
    if isinstance(value, list):
        return [_strange(one, maps) for one in value]
    if not isinstance(value, dict):
        return value
    same = {name: _strange(one, maps, is_map=name in maps) for name, one in value.items()}
    return same if is_map else {**same, UNHEARD_OF: {"since": "next year", "deep": [1, None]}}
