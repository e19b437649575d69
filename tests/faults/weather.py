"""A relay before a real SMTP server that knows at which stage a session is, and can end it there.

It speaks STARTTLS and takes the log-in itself, so that any server on loopback can stand behind
it; all else is the server's own word, unless a fault of the run replaces it.
"""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.plan import BODY, Stage

_LIMIT_S = 30.0
_AT_ONCE = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a relay that holds nothing back
_STAGES = {
    b"EHLO": Stage.EHLO,
    b"STARTTLS": Stage.STARTTLS,
    b"AUTH": Stage.AUTH,
    b"MAIL": Stage.MAIL,
    b"RCPT": Stage.RCPT,
    b"DATA": Stage.DATA,
    b"QUIT": Stage.QUIT,
}


@dataclass(slots=True)
class Fault:
    """What happens at a stage, the next ``times`` times."""

    stage: Stage
    reply: bytes = b""  # said instead of the server's answer, which is never asked
    then: Callable[[], None] | None = None  # called; all goes on. Without: the connection breaks
    before: bool = True  # before the server hears of it, else after its answer
    times: int = 1_000_000
    skip: int = 0  # how often the stage passes before that


class _Cut(Exception):  # noqa: N818 - the weather
    """The connection breaks now."""


class Relay:
    """Listens on loopback until closed; sessions run in threads."""

    def __init__(self, target: int, context: ssl.SSLContext) -> None:
        self.sessions = 0  # how often a client has come
        self._target = target
        self._context = context
        self._fault: Fault | None = None
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def meet(self, fault: Fault | None) -> None:
        """From now on sessions meet ``fault``; None is fair weather."""
        with self._lock:
            self._fault = fault

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def due(self, stage: Stage, *, before: bool) -> Fault | None:
        """The fault that happens here, once less often from now on."""
        with self._lock:
            fault = self._fault
            if fault is None or fault.stage is not stage or fault.before is not before:
                return None
            if fault.times <= 0:
                return None
            if fault.skip:
                fault.skip -= 1
                return None
            fault.times -= 1
            return fault

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.sessions += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        session = _Session(self, client, self._context)
        try:
            with contextlib.suppress(OSError, EOFError, _Cut):
                session.run(self._target)
        finally:
            session.close()


class _Session:
    def __init__(self, relay: Relay, client: socket.socket, context: ssl.SSLContext) -> None:
        client.settimeout(_LIMIT_S)
        client.setsockopt(*_AT_ONCE)
        self._relay = relay
        self._client = client
        self._context = context
        self._heard = client.makefile("rb")
        self._server: socket.socket | None = None
        self._said = self._heard
        self._secret = False  # TLS has begun
        self._size = 0

    def run(self, target: int) -> None:
        self._meet(Stage.CONNECT, before=True)
        self._server = socket.create_connection(("127.0.0.1", target), _LIMIT_S)
        self._server.setsockopt(*_AT_ONCE)
        self._said = self._server.makefile("rb")
        if not self._replaced(Stage.BANNER):
            self._hand_back(Stage.BANNER, self._reply())
        while line := self._heard.readline():
            stage = _STAGES.get(line.split()[0].upper() if line.split() else b"")
            if stage is Stage.STARTTLS:
                self._begin_tls()
            elif stage is None:
                self._exchange_plain(line)
            elif not self._replaced(stage):
                self._exchange(stage, line)

    def close(self) -> None:
        """Break both ends; what the other end has not read yet is lost (SO_LINGER 0)."""
        for file in (self._heard, self._said):
            with contextlib.suppress(OSError, ValueError):
                file.close()
        for one in (self._client, self._server):
            if one is not None:
                with contextlib.suppress(OSError):
                    one.close()

    def _exchange(self, stage: Stage, line: bytes) -> None:
        if stage is Stage.MAIL:
            _, _, size = line.upper().partition(b"SIZE=")
            self._size = int(size.split()[0]) if size.split() else 0
        answer = b"235 2.7.0 welcome\r\n" if stage is Stage.AUTH else self._asked(line)
        if stage is Stage.EHLO:
            answer = self._features(answer)
        self._hand_back(stage, answer)
        if stage is Stage.DATA and answer.startswith(b"3"):
            self._text()

    def _exchange_plain(self, line: bytes) -> None:
        self._client.sendall(self._asked(line))

    def _text(self) -> None:
        assert self._server is not None
        taken = 0
        marks = {stage: share * self._size for stage, share in BODY.items()}
        while (line := self._heard.readline()) != b".\r\n":
            if not line:
                raise EOFError
            self._server.sendall(line)
            taken += len(line)
            for stage in [stage for stage, mark in marks.items() if taken >= mark]:
                del marks[stage]
                self._meet(stage, before=True)
        if self._replaced(Stage.DOT):
            return
        answer = self._asked(b".\r\n")
        self._meet(Stage.TAKEN, before=True)
        self._hand_back(Stage.DOT, answer)

    def _replaced(self, stage: Stage) -> bool:
        """Whether a fault has answered instead of the server; it may also end the session."""
        fault = self._meet(stage, before=True)
        if fault is None or not fault.reply:
            return False
        self._client.sendall(fault.reply)
        if fault.reply.startswith(b"421") or stage in (Stage.BANNER, Stage.DOT):
            raise _Cut  # the server knows nothing of what the client was told
        return True

    def _hand_back(self, stage: Stage, answer: bytes) -> None:
        self._meet(stage, before=False)
        self._client.sendall(answer)

    def _meet(self, stage: Stage, *, before: bool) -> Fault | None:
        fault = self._relay.due(stage, before=before)
        if fault is None or fault.reply:
            return fault
        if fault.then is None:
            linger = struct.pack("ii", 1, 0)
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            raise _Cut
        fault.then()
        return fault

    def _asked(self, line: bytes) -> bytes:
        assert self._server is not None
        self._server.sendall(line)
        return self._reply()

    def _reply(self) -> bytes:
        lines = b""
        while True:
            line = self._said.readline()
            if not line:
                raise EOFError
            lines += line
            if line[3:4] != b"-":
                return lines

    def _features(self, answer: bytes) -> bytes:
        """The server's features, with encryption or, once encrypted, the log-in."""
        kept = [
            line[4:]
            for line in answer.splitlines()
            if not line[4:].upper().startswith((b"STARTTLS", b"AUTH"))
        ]
        kept.append(b"AUTH PLAIN" if self._secret else b"STARTTLS")
        return b"".join(
            b"250%s%s\r\n" % (b" " if line is kept[-1] else b"-", line) for line in kept
        )

    def _begin_tls(self) -> None:
        if self._replaced(Stage.STARTTLS):
            return
        self._meet(Stage.STARTTLS, before=False)
        self._client.sendall(b"220 2.0.0 go on\r\n")
        self._heard.close()
        self._client = self._context.wrap_socket(self._client, server_side=True)
        self._heard = self._client.makefile("rb")
        self._secret = True
