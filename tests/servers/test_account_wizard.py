"""The installed program adds an account of real servers: from a script, and asked on a terminal."""

import json
import os
import pty
import select
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.real import Dovecot, Postfix, User

pytestmark = pytest.mark.server

_PATIENCE_S = 60


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def servers(tmp_path: Path, dovecot: Dovecot, postfix: Postfix, user: User) -> list[str]:
    """The options that fit the servers on loopback."""
    authorities = tmp_path / "ca.pem"
    authorities.write_text(dovecot.ca.read_text() + postfix.ca.read_text())
    options = {
        "host": "localhost",
        "port": dovecot.imaps,
        "smtp_host": "localhost",
        "smtp_port": postfix.submissions,
        "ca_file": authorities,
    }
    return [word for name, value in options.items() for word in ("--set", f"{name}={value}")]


def command(home: Path, *argv: str) -> list[str]:
    return [sys.executable, "-m", "agent_tui", "--home", str(home), *argv]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", **more}


def script(home: Path, *argv: str, password: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(home, *argv),
        env=environment(SHOP_PASSWORD=password),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
    )


def test_a_script_adds_checks_and_removes_an_account(
    home: Path, user: User, servers: list[str]
) -> None:
    adding = ("account", "add", user.address, "--name", "shop", "--password-env", "SHOP_PASSWORD")

    added = script(home, *adding, *servers, "--json", password=user.password)
    checked = script(home, "account", "check", "--json", password=user.password)
    listed = script(home, "account", "list", "--json", password="")
    removed = script(home, "account", "remove", "shop", "--yes", password="")

    assert added.returncode == 0, added.stderr
    findings = json.loads(added.stdout)["findings"]
    assert {f"Receiving from localhost:{port(servers, 'port')}"} <= {f["what"] for f in findings}
    assert "error" not in {finding["severity"] for finding in findings}
    assert checked.returncode == 0, checked.stdout
    assert json.loads(listed.stdout)["address"] == user.address
    assert removed.returncode == 0
    assert not (home / "config" / "accounts" / "shop.toml").exists()


def test_a_wrong_password_saves_nothing_and_is_one_sentence(
    home: Path, user: User, servers: list[str]
) -> None:
    argv = ("account", "add", user.address, "--password-env", "SHOP_PASSWORD", *servers)

    refused = script(home, *argv, password="sk-live-CANARY")

    assert refused.returncode == 1
    assert "refused the user name or password" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "CANARY" not in refused.stderr + refused.stdout
    assert not list((home / "config").rglob("*.toml"))


def test_a_person_is_led_through_on_a_terminal(home: Path, user: User, servers: list[str]) -> None:
    argv = command(home, "account", "add", *servers)

    with conversation(argv) as person:
        person.answers("Mail address", user.address)
        person.answers("The name customers see beside it", "Shop")
        person.answers("A short name for the account [example]", "")
        person.answers("Secret for example.password (not shown)", user.password)
        person.answers("Where shall the secret come from?", "")
        person.answers("Number [1]", "4")
        person.sees("The account 'example' is saved")
        code = person.waits()

    saved = tomllib.loads((home / "config" / "accounts" / "example.toml").read_text())
    assert code == 0
    assert saved["address"] == user.address
    assert saved["name"] == "Shop"
    assert saved["password"] == {"file": str(home / "config" / "accounts" / "example.secret")}
    assert user.password not in person.screen


class Conversation:
    """A program on a pseudo-terminal, and what it has shown."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int) -> None:
        self._process = process
        self._terminal = terminal
        self._read = 0
        self.screen = ""

    def sees(self, words: str) -> None:
        """Wait for ``words`` after what was seen before."""
        deadline = time.monotonic() + _PATIENCE_S
        while words not in self.screen[self._read :]:
            ready, _, _ = select.select([self._terminal], [], [], 1)
            if ready:
                self.screen += os.read(self._terminal, 4096).decode()
            assert time.monotonic() < deadline, self.screen
        self._read = self.screen.index(words, self._read) + len(words)

    def answers(self, question: str, answer: str) -> None:
        self.sees(question)
        if not question.endswith("?"):
            self.sees(": ")
            os.write(self._terminal, f"{answer}\n".encode())

    def waits(self) -> int:
        return self._process.wait(_PATIENCE_S)


@contextmanager
def conversation(argv: Sequence[str]) -> Iterator[Conversation]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        argv, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    try:
        yield Conversation(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def port(servers: Sequence[str], name: str) -> str:
    return next(word.partition("=")[2] for word in servers if word.startswith(f"{name}="))
