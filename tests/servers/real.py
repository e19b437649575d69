"""Real servers on loopback, started by the recipes in $AGENT_TUI_SHARED/servers."""

import contextlib
import imaplib
import os
import shutil
import smtplib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import Path

import jwt
import pytest

USERS = 200
"""Mail users of one Dovecot: each test gets one of its own."""

_OAUTH_SECRET = "0123456789abcdef0123456789abcdef"  # of the recipe


@dataclass(frozen=True, slots=True)
class User:
    """A mail user with nothing in the mailbox yet."""

    name: str
    password: str

    @property
    def address(self) -> str:
        return f"{self.name}@example.test"


@dataclass(frozen=True, slots=True)
class Dovecot:
    """IMAP with STARTTLS and TLS, LMTP to deliver by, submission, SASL for Postfix."""

    base: Path
    imap: int
    imaps: int
    submission: int
    lmtp: int
    sieve: int
    sasl: int
    users: Iterator[User] = field(repr=False)

    @property
    def ca(self) -> Path:
        return self.base / "tls" / "ca.pem"

    def deliver(self, mail: EmailMessage | bytes, user: User) -> None:
        """As an MX does, by LMTP."""
        octets = mail if isinstance(mail, bytes) else mail.as_bytes()
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            lmtp.sendmail("customer@shop.test", [user.address], octets)

    def seed(self, user: User, count: int) -> None:
        """Put ``count`` mails into a mailbox that nobody has opened yet."""
        recipe = shared() / "servers" / "dovecot" / "seed_maildir.py"
        home = self.base / "mail" / user.name
        run([sys.executable, str(recipe), str(home / "mail"), str(count)])
        if os.getuid() == 0:
            run(["chown", "-R", "nobody", str(home)])

    def put(self, user: User, number: int, octets: bytes) -> None:
        """Put one mail of any octets into the maildir, past every check."""
        folder = self.base / "mail" / user.name / "mail" / "new"
        if not folder.exists():
            self.seed(user, 0)
        path = folder / f"{1_795_000_000 + number}.M{number}.test"
        path.write_bytes(octets)
        path.chmod(0o644)

    @contextlib.contextmanager
    def session(self, user: User, mailbox: str = "INBOX") -> Iterator[imaplib.IMAP4_SSL]:
        """A mail program of somebody else's, looking into ``mailbox``."""
        context = ssl.create_default_context(cafile=self.ca)
        session = imaplib.IMAP4_SSL("localhost", self.imaps, ssl_context=context)
        try:
            session.login(user.name, user.password)
            session.select(mailbox)
            yield session
        finally:
            session.logout()

    def token(self, user: User, lifetime: int = 60) -> str:
        """An OAuth access token for ``user``."""
        now = int(time.time())
        claims = {"email": user.address, "sub": user.name, "iat": now, "exp": now + lifetime}
        return jwt.encode(claims, _OAUTH_SECRET, "HS256", headers={"kid": "default"})


@dataclass(frozen=True, slots=True)
class Sink:
    """A submission server (STARTTLS, log-in) that keeps what it gets; rejects reject@,
    defers defer@."""

    port: int
    folder: Path
    ca: Path
    user: str = "support"
    password: str = "secret"

    def raw(self) -> list[bytes]:
        """What arrived, each with X-Mail-From and X-Rcpt-To on top."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*.eml"))]

    def mails(self) -> list[Message]:
        """What arrived, parsed."""
        return [BytesParser().parsebytes(raw) for raw in self.raw()]

    def mails_of(self, message_id: str) -> list[Message]:
        """The copies of one mail."""
        return [mail for mail in self.mails() if mail["Message-ID"] == f"<{message_id}>"]


@dataclass(frozen=True, slots=True)
class Postfix:
    """A real mail server: example.test goes to Dovecot, everything else to the sink."""

    submission: int
    submissions: int
    ca: Path


@dataclass(frozen=True, slots=True)
class FaultProxy:
    """Stands before a server and breaks what it is told to."""

    port: int
    control: int

    def say(self, command: str) -> str:
        """One of: latency MS, rate N, stall, drop, refuse, cut N, garble P, clear, stat."""
        with socket.create_connection(("127.0.0.1", self.control)) as line:
            line.sendall(f"{command}\n".encode())
            with line.makefile("r") as answer:
                return answer.readline()


def shared() -> Path:
    """The folder of shared test data; skips the test where there is none."""
    folder = os.environ.get("AGENT_TUI_SHARED")
    if not folder:
        missing("set AGENT_TUI_SHARED to the folder that holds servers/")
    return Path(folder or "")


def missing(what: str) -> None:
    """Skip, or fail where AGENT_TUI_REQUIRE_SERVERS=1 says that servers must be there."""
    if os.environ.get("AGENT_TUI_REQUIRE_SERVERS") == "1":
        pytest.fail(what)
    pytest.skip(what)


def require(binary: str, packages: str) -> None:
    """Skip with the line that installs ``binary`` where it is not there."""
    if shutil.which(binary, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        missing(f"{binary} is missing: apt-get install -y --no-install-recommends {packages}")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        found = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in found]


def run(command: list[str], **env: str) -> None:
    """Run a command to its end; its output is in the message where it fails."""
    variables = os.environ | {"PY": sys.executable} | env
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def base_folder(name: str) -> Iterator[Path]:
    """A folder that servers without privileges can read, unlike pytest's own."""
    base = Path(tempfile.mkdtemp(prefix=f"agent-tui-{name}-"))
    base.chmod(0o755)
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextlib.contextmanager
def recipe(name: str, base: Path, given: Sequence[int | Path], **env: str) -> Iterator[None]:
    """A server between its start.sh, which is ``given`` ports and folders, and its stop.sh.

    One that does not start on a machine full of tests is started once more, from nothing.
    """
    folder = shared() / "servers" / name
    stop = ["bash", str(folder / "stop.sh"), str(base)]
    trouble = _started(folder, base, given, env)
    if trouble is not None:
        run(stop)
        shutil.rmtree(base)
        base.mkdir(mode=0o755)
        trouble = _started(folder, base, given, env)
    try:
        if trouble is not None:
            pytest.fail(f"{name} did not start: {trouble}")
        yield
    finally:
        run(stop)


def _started(
    folder: Path, base: Path, given: Sequence[int | Path], env: dict[str, str]
) -> str | None:
    """Start a server; None when it runs, else what it and its parts have said."""
    # To files, not pipes: the servers keep them open, and reading to the end would wait for them.
    with (base / "start.log").open("w+") as log:
        command = ["bash", str(folder / "start.sh"), str(base), *map(str, given)]
        variables = os.environ | {"PY": sys.executable} | env
        started = subprocess.run(command, env=variables, stdout=log, stderr=log, check=False)
    if not started.returncode:
        return None
    logs = [base / "start.log", *(file for file in base.glob("log/*") if file.is_file())]
    return "\n".join(f"{file.name}: {file.read_text(errors='replace')[-2000:]}" for file in logs)


@contextlib.contextmanager
def program(command: list[str], port: int) -> Iterator[None]:
    """A program that listens on ``port`` while we use it."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: answers(port), f"something listens on {port}")
        yield
    finally:
        process.terminate()
        process.wait(10)


def answers(port: int) -> bool:
    """Whether something listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def eventually(condition: Callable[[], bool], claim: str, seconds: float = 20) -> None:
    """Wait until ``condition`` holds; fail with ``claim`` when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"after {seconds:g} s it is still not so that {claim}")
        time.sleep(0.02)
