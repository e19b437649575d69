"""The proxy before mail servers: what each fault does to a line-based conversation over TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from agent_tui.testing.mailing import Authority
from agent_tui.testing.proxy import HTML, Proxy
from agent_tui.testing.stand import Fault

FAREWELL = b"* BYE\r\n"


class Echo:
    """A server that greets, and answers each line with the line; it counts what it has read."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(b"hello\r\n")
        with suppress(ConnectionError):
            while line := await reader.readline():
                self.lines.append(line)
                writer.write(line)


class Place:
    """The echo server behind the proxy, and a client's way there."""

    def __init__(self, echo: Echo, proxy: Proxy, ca_file: Path) -> None:
        self.echo = echo
        self.proxy = proxy
        self._trust = ssl.create_default_context(cafile=ca_file)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("localhost", self.proxy.port, ssl=self._trust)

    async def said(self, line: bytes) -> bytes:
        """What comes back after the greeting; empty when the connection broke."""
        reader, writer = await self.connect()
        try:
            await reader.readline()
            writer.write(line)
            return await reader.readline()
        except ConnectionError:
            return b""
        finally:
            writer.transport.abort()


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    echo, authority = Echo(), Authority(folder)
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    proxy = Proxy(server.sockets[0].getsockname()[1], authority.context, FAREWELL)
    try:
        yield Place(echo, proxy, authority.ca_file)
    finally:
        proxy.close()
        server.close()
        for writer in echo.writers:
            writer.transport.abort()
        await server.wait_closed()
        await asyncio.sleep(0)  # what was aborted lets go of its socket


async def test_fair_weather_lets_everything_through(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        assert await here.said(b"one\r\n") == b"one\r\n"


@pytest.mark.parametrize(
    ("fault", "answer", "read"),
    [
        (Fault.CUT_BEFORE, b"", []),
        (Fault.CUT_AFTER, b"", [b"one\r\n"]),
        (Fault.SERVER_ERROR, FAREWELL, []),
    ],
)
async def test_a_fault_strikes_once_and_only_a_late_cut_has_let_it_through(
    tmp_path: Path, fault: Fault, answer: bytes, read: list[bytes]
) -> None:
    async with place(tmp_path) as here:
        here.proxy.play(fault, 1)
        assert await here.said(b"one\r\n") == answer
        assert here.echo.lines == read
        assert await here.said(b"two\r\n") == b"two\r\n"


async def test_garbage_stands_in_place_of_an_answer(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.proxy.play(Fault.GARBAGE, 1)
        reader, writer = await here.connect()
        assert await reader.read() == HTML
        writer.transport.abort()


async def test_nobody_answers_until_the_refusal_ends(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.proxy.play(Fault.REFUSED, 1)
        with pytest.raises(OSError, match=r"[Cc]onnect"):
            await here.connect()
        here.proxy.end()
        assert await here.said(b"one\r\n") == b"one\r\n"


async def test_a_silence_ends_with_a_broken_connection(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        here.proxy.play(Fault.SILENCE, 1_000)
        waiting = asyncio.ensure_future(here.said(b"one\r\n"))
        done, _ = await asyncio.wait({waiting}, timeout=0.05)
        assert not done
        here.proxy.end()
        assert await waiting == b""
        assert here.echo.lines == []


async def test_what_is_the_servers_own_affair_cannot_be_played(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        with pytest.raises(ValueError, match="no entry"):
            here.proxy.play(Fault.NO_ENTRY, 1)
