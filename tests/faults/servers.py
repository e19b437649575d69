"""The servers of a run: an SMTP server that keeps what it takes, and a mailbox.

Postfix where root has it installed, else the server of aiosmtpd alone; Dovecot where it is
installed, else a Maildir. What was accepted is read off the servers' own stores.
"""

import asyncio
import logging
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import suppress
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from agent_tui.model.clock import SECOND, Millis
from agent_tui.testing.dovecot import Dovecot
from agent_tui.testing.mailing import USER
from agent_tui.testing.proxy import FAREWELLS, Proxy
from agent_tui.testing.stand import StandMissing

_START_S = 20.0
_MOST = 64 << 20

_MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {base}/spool
data_directory = {base}/data
daemon_directory = {daemons}
meta_directory = /etc/postfix
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = localhost.example.test
mydestination =
relayhost = [127.0.0.1]:{sink}
disable_dns_lookups = yes
alias_maps =
alias_database =
mynetworks = 127.0.0.1/32
maillog_file = {base}/maillog
maillog_file_prefixes = {base}
message_size_limit = {most}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_junk_command_limit = 1000
smtpd_error_sleep_time = 0
smtpd_peername_lookup = no
"""
_MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
verify    unix  -       -       n       -       1       verify
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       n       -       -       smtp
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
"""
"""A Postfix of our own beside any other (postfix.org/postconf.5.html), relaying all to the sink."""


class Sink:
    """An SMTP server of aiosmtpd in a thread; ``mails`` is what it said 250 to, ``reached`` the
    recipients by Message-ID."""

    def __init__(self) -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self.mails: list[bytes] = []
        self.reached: dict[str, list[str]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    def copies(self) -> dict[str, int]:
        """How often each Message-ID, without brackets, was taken."""
        found: dict[str, int] = {}
        for mail in list(self.mails):
            key = _message_id(mail)
            found[key] = found.get(key, 0) + 1
        return found

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        self.reached.setdefault(_message_id(envelope.content), []).extend(envelope.rcpt_tos)
        return "250 2.0.0 taken"

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._session, "127.0.0.1", 0)

    async def _end(self) -> None:
        self._server.close()
        sessions = asyncio.all_tasks() - {asyncio.current_task()}
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    def _session(self) -> SMTP:
        return SMTP(self, hostname="localhost", data_size_limit=_MOST)


class Postfix:
    """A real mail server that hands everything on to ``sink``; needs root."""

    def __init__(self, base: Path, sink: Sink) -> None:
        self._config, self._spool = base / "etc", base / "spool"
        for folder in (self._config, self._spool, base / "data"):
            folder.mkdir(parents=True)
        shutil.chown(base / "data", "postfix")
        self.port = free_port()
        daemons = _postconf("daemon_directory")
        main = _MAIN_CF.format(base=base, daemons=daemons, sink=sink.port, most=_MOST)
        (self._config / "main.cf").write_text(main)
        (self._config / "master.cf").write_text(_MASTER_CF.format(port=self.port))
        self._do("start")
        deadline = time.monotonic() + _START_S
        while not _listens(self.port):
            if time.monotonic() > deadline:
                raise StandMissing("Postfix does not start here")
            time.sleep(0.05)

    @staticmethod
    def missing() -> str:
        """Why there can be none here; empty when there can."""
        if os.getuid() != 0:
            return "Postfix runs as root only"
        return "" if shutil.which("postfix", path=_PATH) else "Postfix is not installed"

    def wait_until_empty(self) -> None:
        """Until everything that was accepted has reached the sink."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if not any(self._waiting(name) for name in ("maildrop", "incoming", "active")):
                if not self._waiting("deferred"):
                    return
                subprocess.run(["postqueue", "-c", str(self._config), "-f"], check=False)
            time.sleep(0.05)
        raise TimeoutError("Postfix keeps mails in its queue")

    def restart(self) -> None:
        """End and begin anew; what was accepted is kept."""
        self._do("stop")
        self._do("start")

    def close(self) -> None:
        self._do("abort")

    def _waiting(self, name: str) -> bool:
        return any(path.is_file() for path in (self._spool / name).rglob("*"))

    def _do(self, command: str) -> None:
        with (self._config / "log").open("ab") as log:  # a pipe would stay open in its daemons
            subprocess.run(
                ["postfix", "-c", str(self._config), command],
                env={**os.environ, "PATH": _PATH},
                check=True,
                stdout=log,
                stderr=log,
            )


class Mailbox:
    """A Maildir that a Dovecot serves, through a proxy that can break; without one, by itself."""

    def __init__(self, base: Path, context: Any, *, dovecot: bool) -> None:
        self.proxy: Proxy | None = None
        self._path = base / "dovecot" / "mail"
        self._dovecot: Dovecot | None = None
        if dovecot:
            self._dovecot = Dovecot(base / "dovecot")
            asyncio.run(self._dovecot.start())
            self.proxy = Proxy(self._dovecot.port, context, FAREWELLS["IMAP"])
        for part in ("cur", "new", "tmp"):
            self._make(self._path / part)

    @staticmethod
    def missing() -> str:
        """Why there is no Dovecot here; empty when there is."""
        return "" if shutil.which("dovecot", path=_PATH) else "Dovecot is not installed"

    def settings(self) -> dict[str, object]:
        """What an account has to say to find it."""
        if self.proxy is None:
            return {"adapter": "maildir", "path": str(self._path)}
        return {
            "adapter": "imap",
            "host": "localhost",
            "port": self.proxy.port,
            "user": USER,
            "password": {"env": "MAIL_PASSWORD"},
        }

    def deliver(self, name: str, mail: bytes, off: Millis = 0) -> None:
        """As an MX does whose clock is ``off`` that much: written aside, then moved in. Dovecot
        says when a mail came (INTERNALDATE) by the time of its file."""
        aside = self._path / "tmp" / name
        aside.write_bytes(mail)
        aside.chmod(0o666)
        if off:
            came = time.time() + off / SECOND
            os.utime(aside, (came, came))
        aside.rename(self._path / "new" / name)

    def restart(self) -> None:
        """The server, if there is one, as after a power cut."""
        if self._dovecot is not None:
            asyncio.run(self._dovecot.restart())

    def filed(self) -> dict[str, int]:
        """How many copies of each Message-ID lie in Sent."""
        found: dict[str, int] = {}
        for path in self._path.glob(".Sent/*/*"):
            if path.parent.name in ("cur", "new"):
                key = _message_id(path.read_bytes())
                found[key] = found.get(key, 0) + 1
        return found

    def close(self) -> None:
        if self.proxy is not None:
            self.proxy.close()
        if self._dovecot is not None:
            asyncio.run(self._dovecot.stop())

    def _make(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._dovecot is not None and os.getuid() == 0:
            for path in (folder, folder.parent):
                shutil.chown(path, "nobody")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


def _postconf(name: str) -> str:
    done = subprocess.run(
        ["postconf", "-dh", name],
        env={**os.environ, "PATH": _PATH},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().strip()


def _message_id(mail: bytes) -> str:
    return str(BytesHeaderParser().parsebytes(mail)["Message-ID"] or "").strip().strip("<>")


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
