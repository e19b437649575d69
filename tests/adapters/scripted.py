"""A server that says what a test tells it to, over TLS of a test's own authority."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

Talk = Callable[["Wire"], None]
"""One conversation with a client; ends by returning."""


class Wire:
    """The server's end of a connection."""

    def __init__(self, sock: socket.socket, heard: list[bytes]) -> None:
        self._sock = sock
        self._file = sock.makefile("rb")
        self.heard = heard

    def line(self) -> bytes:
        """The client's next line without its end; raises EOFError when it has hung up."""
        line = self._file.readline()
        self.heard.append(line)
        if not line:
            raise EOFError
        return line.rstrip(b"\r\n")

    def say(self, text: str) -> None:
        """Send lines; each line feed becomes CRLF."""
        self._sock.sendall(text.replace("\n", "\r\n").encode())

    def raw(self, octets: bytes) -> None:
        self._sock.sendall(octets)

    def begin_tls(self, context: ssl.SSLContext) -> None:
        """What follows STARTTLS."""
        self._file.close()
        self._sock = context.wrap_socket(self._sock, server_side=True)
        self._file = self._sock.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self._sock.close()


@dataclass
class Scripted:
    """A running scripted server."""

    port: int
    heard: list[bytes] = field(default_factory=list)  # lines of clients, all connections

    def heard_text(self) -> str:
        return b"".join(self.heard).decode("utf-8", "replace")


@dataclass(frozen=True)
class Authority:
    """A private certificate authority."""

    ca: trustme.CA
    ca_file: Path

    def server(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """The context of a server called ``names``."""
        until = datetime.now(UTC) - timedelta(days=1) if expired else None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.ca.issue_cert(*(names or ("localhost",)), not_after=until).configure_cert(context)
        return context


def self_signed() -> ssl.SSLContext:
    """The context of a server that vouches for itself."""
    alone = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with alone.cert_pem.tempfile() as certificate, alone.private_key_pem.tempfile() as key:
        context.load_cert_chain(certificate, key)
    return context


@contextlib.contextmanager
def serve(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """A server on a free port of 127.0.0.1; with ``context`` it speaks TLS from the start."""
    listener = socket.create_server(("127.0.0.1", 0))
    scripted = Scripted(listener.getsockname()[1])
    wires: list[Wire] = []

    def accept() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:  # the test is over
                return
            with contextlib.suppress(OSError, EOFError):  # clients hang up as they like
                if context is not None:
                    sock = _begun(sock, context)
                wires.append(Wire(sock, scripted.heard))
                try:
                    talk(wires[-1])
                finally:
                    wires[-1].close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield scripted
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _begun(sock: socket.socket, context: ssl.SSLContext) -> socket.socket:
    try:
        return context.wrap_socket(sock, server_side=True)
    except OSError:
        sock.close()
        raise
