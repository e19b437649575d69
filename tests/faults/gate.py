"""Providers in memory as servers on loopback: another process can ask them over HTTP."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

_HOP = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})
"""Headers of the one connection that the provider's answer never had (RFC 9110, 7.6.1)."""


class Gate:
    """One event loop in a thread on which all providers live, and a port for each."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._servers: list[ThreadingHTTPServer] = []
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        """Carry ``what`` out on the providers' loop, from any other thread."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result()

    def serve(self, provider: httpx.AsyncBaseTransport) -> str:
        """The address at which ``provider`` answers from now on; a connection that its transport
        says is broken breaks."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, provider))
        server.daemon_threads = True
        self._servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def close(self) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._loop.call_soon_threadsafe(self._loop.stop)


def _handler(gate: Gate, provider: httpx.AsyncBaseTransport) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            octets = self.rfile.read(size)
            if len(octets) < size:  # who asked was killed in the middle
                self._break()
                return
            url = f"http://{self.headers['Host']}{self.path}"
            request = httpx.Request(self.command, url, headers=self.headers.items(), content=octets)
            try:
                answer = gate.do(_whole(provider, request))
            except (httpx.TransportError, CancelledError):
                self._break()
                return
            with suppress(OSError):  # the client is gone
                self.send_response(answer.status_code)
                for name, value in answer.headers.items():
                    if name.lower() not in _HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815 - the library's

        def handle(self) -> None:
            with suppress(OSError):  # whoever was killed hangs up in the middle
                super().handle()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

        def _break(self) -> None:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return Handler


async def _whole(provider: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
    answer = await provider.handle_async_request(request)
    await answer.aread()
    return answer
