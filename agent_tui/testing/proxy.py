"""Bad weather before a line-based TCP server: a proxy that speaks TLS to us and plain text to it.

An exchange is what the client writes at once, and the answer to it.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from agent_tui.testing.stand import Fault

HTML = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Log in to this network</html>\r\n"

PLAYED = frozenset(
    {
        Fault.REFUSED,
        Fault.CUT_BEFORE,
        Fault.CUT_AFTER,
        Fault.GARBAGE,
        Fault.SERVER_ERROR,
        Fault.SILENCE,
    }
)
"""What a :class:`Proxy` can play; too many requests and a log-in are the server's own affair."""

_MOST = 65_536

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Line:
    """One connection through the proxy."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    doomed: bool = False  # the next answer is lost, and the connection with it
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def cut(self) -> None:
        for one in (self.client, self.server):
            one.transport.abort()


class Proxy:
    """Listens on a port of its own, in a thread of its own; its methods block for a moment.

    ``farewell`` is what the server says when it has a problem of its own and hangs up.
    """

    def __init__(self, target: int, context: ssl.SSLContext, farewell: bytes) -> None:
        self.port = 0
        self._target = target
        self._context = context
        self._farewell = farewell
        self._left: dict[Fault, int] = {}
        self._lines: set[_Line] = set()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._do(self._listen())

    def play(self, fault: Fault, times: int) -> None:
        """The next ``times`` exchanges meet ``fault``; a refusal lasts until :meth:`end`."""
        if fault not in PLAYED:
            raise ValueError(f"a proxy cannot play '{fault}'")
        self._do(self._play(fault, times))

    def end(self) -> None:
        """Fair weather; connections that were kept waiting break."""
        self._do(self._end())

    def hang_up(self) -> None:
        """Break all connections."""
        self._do(self._hang_up())

    def close(self) -> None:
        """Let go of everything."""
        self._do(self._deaf())
        self._do(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._context
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _deaf(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _play(self, fault: Fault, times: int) -> None:
        self._left[fault] = times
        if fault is Fault.REFUSED:
            await self._deaf()
            await self._hang_up()

    async def _end(self) -> None:
        waiting = self._left.pop(Fault.SILENCE, None) is not None
        self._left.clear()
        if waiting:
            await self._hang_up()
        if self._server is None:
            await self._listen()

    async def _hang_up(self) -> None:
        lines = list(self._lines)
        for line in lines:
            line.cut()
        await asyncio.gather(*(line.over.wait() for line in lines))
        await asyncio.sleep(0)  # what was cut lets go of its socket

    def _due(self, *faults: Fault) -> Fault | None:
        for fault in faults:
            if self._left.get(fault, 0) > 0:
                self._left[fault] -= 1
                return fault
        return None

    async def _serve(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):  # whoever hangs up first
            server, onward = await asyncio.open_connection("127.0.0.1", self._target)
            line = _Line(writer, onward)
            self._lines.add(line)
            pumps = [
                asyncio.ensure_future(self._pumped(client, line, self._up)),
                asyncio.ensure_future(self._pumped(server, line, self._down)),
            ]
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            line.cut()
            await asyncio.wait(pumps)
            self._lines.discard(line)
            line.over.set()

    async def _pumped(
        self, source: asyncio.StreamReader, line: _Line, hand: Callable[[_Line, bytes], bool]
    ) -> None:
        with contextlib.suppress(OSError):
            while octets := await source.read(_MOST):
                if not hand(line, octets):
                    return
                await asyncio.gather(line.client.drain(), line.server.drain())

    def _up(self, line: _Line, octets: bytes) -> bool:
        """What the client writes; whether the connection goes on."""
        match self._due(Fault.CUT_BEFORE, Fault.SERVER_ERROR, Fault.CUT_AFTER, Fault.SILENCE):
            case Fault.CUT_BEFORE:
                return False
            case Fault.SERVER_ERROR:
                return self._last_words(line, self._farewell)
            case Fault.SILENCE:
                return True
            case Fault.CUT_AFTER:
                line.doomed = True
        line.server.write(octets)
        return True

    def _down(self, line: _Line, octets: bytes) -> bool:
        """What the server writes; whether the connection goes on."""
        if line.doomed:
            return False
        if self._left.get(Fault.SILENCE, 0) > 0:
            return True
        if self._due(Fault.GARBAGE):
            return self._last_words(line, HTML)
        line.client.write(octets)
        return True

    def _last_words(self, line: _Line, octets: bytes) -> bool:
        line.client.write(octets)
        line.client.close()
        return False


FAREWELLS: Mapping[str, bytes] = {
    "IMAP": b"* BYE The server has a problem of its own\r\n",  # RFC 9051, 7.1.5
    "SMTP": b"421 4.3.0 The server has a problem of its own\r\n",  # RFC 5321, 4.2.1
}
