"""A Dovecot of our own for one stand: one user, plain IMAP on loopback, all in a private folder."""

import asyncio
import imaplib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

if sys.platform != "win32":
    from grp import getgrgid
    from pwd import getpwnam, getpwuid

from agent_tui.system import processes
from agent_tui.testing.mailing import PASSWORD, USER
from agent_tui.testing.stand import StandMissing

INSTALL = "apt-get install -y --no-install-recommends dovecot-imapd"

_START_S = 20.0
_BETWEEN_S = 0.02

T = TypeVar("T")

_CONFIG = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_location = maildir:{base}/mail
mail_max_userip_connections = 100
mailbox_idle_check_interval = 1s
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/home
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Archive {{
    auto = subscribe
    special_use = \\Archive
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
"""Settings of Dovecot 2.3 (doc.dovecot.org/2.3); ``chroot =`` lets it run without being root, and
without the penalty a wrong password does not slow down the next log-in."""


class Dovecot:
    """Runs from :meth:`start` to :meth:`stop`; as root its processes are those of nobody."""

    def __init__(self, base: Path) -> None:
        self.port = 0
        self._base = base
        self._password = PASSWORD
        self._command: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Raises StandMissing where there is no Dovecot."""
        binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if binary is None:
            raise StandMissing(f"Dovecot is not installed; {INSTALL}")
        self.port = _free_port()
        user, group = _owner()
        for name in ("run", "state", "mail", "home"):
            (self._base / name).mkdir(parents=True)
        config = self._base / "dovecot.conf"
        text = _CONFIG.format(base=self._base, user=user, group=group, port=self.port)
        config.write_text(text)
        self._write_user(PASSWORD)
        for path in (self._base, *self._base.rglob("*")):
            shutil.chown(path, user, group)
        self._command = [binary, "-F", "-c", str(config)]
        await asyncio.to_thread(self._run, self._command)
        await self._answers()

    async def restart(self) -> None:
        """As after a power cut: all sessions break, and it begins anew on the same port."""
        await self.stop()
        await asyncio.to_thread(self._run, self._command)
        await self._answers()

    async def stop(self) -> None:
        if self._process is not None:
            # All at once and without farewell: nothing in the folder is needed any more.
            processes.kill_all(self._process)
            await asyncio.to_thread(self._process.wait, 10)

    def let_in(self, password: str) -> None:
        """Only ``password`` is right from now on; blocks until Dovecot has seen it, which looks
        at its file once a second."""
        if password == self._password:
            return
        self._write_user(password)
        deadline = monotonic() + _START_S
        while not self._lets_in(password):
            if monotonic() > deadline:
                raise TimeoutError("Dovecot goes on with the old password")
            sleep(_BETWEEN_S)

    def _run(self, command: list[str]) -> None:
        self._process = subprocess.Popen(command, start_new_session=True)

    def _lets_in(self, password: str) -> bool:
        with imaplib.IMAP4("127.0.0.1", self.port) as session:
            try:
                session.login(USER, password)
            except imaplib.IMAP4.error:
                return False
        return True

    def _write_user(self, password: str) -> None:
        self._password = password
        users = self._base / "users"
        fresh = users.with_suffix(".new")
        fresh.write_text(f"{USER}:{password}\n")
        fresh.chmod(0o644)
        fresh.replace(users)

    async def append(self, mail: bytes) -> str:
        """Put a mail into the INBOX; "UIDVALIDITY:UID" (RFC 4315)."""

        def put(session: imaplib.IMAP4) -> str:
            kind, data = session.append("INBOX", "", "", mail)
            if kind != "OK":
                raise OSError(f"Dovecot did not take a mail: {data!r}")
            _, _, said = bytes(data[0]).partition(b"APPENDUID ")
            validity, uid = said.split(b"]")[0].split()
            return f"{validity.decode()}:{uid.decode()}"

        return await self._session(put)

    async def _session(self, talk: Callable[[imaplib.IMAP4], T]) -> T:
        def run() -> T:
            with imaplib.IMAP4("127.0.0.1", self.port) as session:
                session.login(USER, PASSWORD)
                return talk(session)

        return await asyncio.to_thread(run)

    async def _answers(self) -> None:
        """Until it takes connections."""
        assert self._process is not None
        deadline = monotonic() + _START_S
        while not await asyncio.to_thread(_listens, self.port):
            if self._process.poll() is not None or monotonic() > deadline:
                log = self._base / "dovecot.log"
                said = log.read_text(errors="replace") if log.exists() else ""
                raise StandMissing(f"Dovecot does not start here: {said[-500:]}")
            await asyncio.sleep(_BETWEEN_S)


def _owner() -> tuple[str, str]:
    """As which user and group it runs."""
    if sys.platform != "win32":
        user = getpwnam("nobody") if os.getuid() == 0 else getpwuid(os.getuid())
        return user.pw_name, getgrgid(user.pw_gid).gr_name
    raise StandMissing("There is no Dovecot for Windows.")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
