"""What the program writes is its owner's alone, and holds no secret of theirs."""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from agent_tui.cli.main import run
from agent_tui.config.paths import HOME_VARIABLE
from tests.mailbox import ADA, with_mail
from tests.program import LIMIT_S, Home
from tests.terminal import agent_tui

CANARY = "4711:sk-live-CANARY"


class Echo(BaseHTTPRequestHandler):
    """A bot server that lets nobody in and repeats what it was told, token and all."""

    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.asked.append(self.path)
        said = json.dumps(
            {"ok": False, "error_code": 401, "description": f"Unauthorized: {self.path}"}
        ).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST  # noqa: N815 - of http.server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - of http.server
        """Quiet."""


@pytest.fixture
def echo() -> Iterator[str]:
    """Its address."""
    Echo.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def secret_file(path: Path) -> Path:
    path.touch(mode=0o600)
    path.write_text(f"{CANARY}-file\n")
    return path


@pytest.fixture
def home(tmp_path: Path, echo: str) -> Home:
    """An account for each place that a secret can come from."""
    home = with_mail(Home(tmp_path / "home", {"BOT_TOKEN": f"{CANARY}-env"}), tmp_path / "mail")
    where = {
        "env": {"env": "BOT_TOKEN"},
        "file": {"file": str(secret_file(tmp_path / "secret"))},
        "cmd": {"cmd": ["head", "-1", str(secret_file(tmp_path / "told"))]},
    }
    for name, ref in where.items():
        home.account(name, "telegram", api=echo, token=ref)
    return home


def written_to(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def command_lines(started: "subprocess.Popen[bytes]") -> bytes:
    """Of all processes while ``started`` runs."""
    seen = b""
    end = time.monotonic() + LIMIT_S
    while started.poll() is None and time.monotonic() < end:
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen += entry.read_bytes()
            except OSError:
                continue
    return seen


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_a_secret_is_in_no_file_no_output_and_no_command_line(home: Home, tmp_path: Path) -> None:
    said = ""
    started = home.start("sync", "--once")
    lines = command_lines(started)
    conversation = str(home.listed()[0]["id"])
    for command in (
        ["sync", "--once"],
        ["account", "check"],
        ["account", "list", "--json"],
        ["doctor"],
        ["reply", conversation, "--text", "On its way."],
        ["backup", str(tmp_path / "home" / "copy.db")],
        ["customer", "export", "ada@customer.test", str(tmp_path / "home" / "out")],
        ["show", conversation, "--json"],
    ):
        done = home.run(*command)
        said += done.out + done.err

    assert b"sync" in lines
    for text in (lines, said.encode(), written_to(home.path)):
        assert CANARY.encode() not in text
    assert sum(CANARY in path for path in Echo.asked) >= 6, "the secrets were fetched and used"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_all_that_is_written_is_private_whatever_the_umask(
    umask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    with_mail(home, tmp_path / "mail", [])
    for folder in (home.path / "data", home.path / "state"):
        shutil.rmtree(folder)
    (tmp_path / "mail" / "new" / "1").write_bytes(ADA)
    before = os.umask(umask)
    try:
        for command in (
            ["sync", "--once"],
            ["backup"],
            ["customer", "export", "ada@customer.test", str(home.path / "out")],
            ["transcript", "1", "--output", str(home.path / "talk.txt")],
        ):
            assert in_process(home, monkeypatch, command) == 0
    finally:
        os.umask(before)

    ours = (entry for entry in home.path.iterdir() if entry.name != "config")  # that is the test's
    made = [path for entry in ours for path in (entry, *entry.rglob("*"))]
    wrong = [
        f"{path.relative_to(home.path)} {path.stat().st_mode & 0o777:o}"
        for path in made
        if path.stat().st_mode & 0o777 != (0o700 if path.is_dir() else 0o600)
    ]
    assert wrong == []
    assert {path.name for path in made} >= {"store.db", "agent-tui.log", "talk.txt"}


def in_process(home: Home, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> int:
    monkeypatch.setenv(HOME_VARIABLE, str(home.path))
    return run(command)


@pytest.mark.parametrize("name", ["talk.txt", "out", "copy.db"])
def test_a_link_where_something_is_saved_is_neither_followed_nor_replaced(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = with_mail(Home(tmp_path / "home"), tmp_path / "mail")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    link = tmp_path / name
    link.symlink_to(precious)
    commands = {
        "talk.txt": ["transcript", "1", "--output", str(link)],
        "out": ["customer", "export", "ada@customer.test", str(link)],
        "copy.db": ["backup", str(link)],
    }

    assert in_process(home, monkeypatch, commands[name]) == 1

    assert precious.read_text() == "mine"
    assert link.is_symlink()


@pytest.mark.parametrize("kind", ["world-writable", "foreign"])
def test_settings_that_others_can_write_are_refused(kind: str, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    file = home.settings('theme = "default"\n')
    if kind == "foreign":
        if os.geteuid() != 0:
            pytest.skip("only root can give a file away")
        os.chown(file, 65534, 65534)
    else:
        file.chmod(0o666)

    done = home.run("list")

    assert done.code == 2
    assert "close it with: chmod" in done.err or "belongs to another user" in done.err


def test_the_program_starts_with_a_locked_keyring_and_says_so(tmp_path: Path) -> None:
    """As over SSH: no D-Bus, no window that could ask."""
    home = Home(tmp_path / "home")
    home.account("shop", "telegram", token={"keyring": "agent-tui/none"})
    done = subprocess.run(
        agent_tui("sync", "--once"),
        env=home.env | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )

    assert done.returncode == 1
    assert "no keyring that can be used without a prompt" in done.stdout
    assert done.stderr == ""
