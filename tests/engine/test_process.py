"""The engine as a process: it begins once, ends when told, and ends with its parent."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_tui.config.paths import Paths, find_paths, make_private
from agent_tui.engine.process import secrets_in
from agent_tui.model.clock import system_clock
from agent_tui.store import accounts
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.system import signals
from tests.mailbox import ADA, maildir

DEADLINE_S = 30.0

Engine = subprocess.Popen[bytes]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    paths = find_paths(tmp_path, {})
    make_private(paths.accounts)
    account = paths.accounts / "shop.toml"
    account.write_text(f'adapter = "maildir"\npath = "{maildir(tmp_path / "mail", [ADA])}"\n')
    account.chmod(0o600)
    return tmp_path


@pytest.fixture
def paths(home: Path) -> Paths:
    return find_paths(home, {})


@pytest.fixture
def engines(home: Path) -> Iterator[list[Engine]]:
    """Engines that the test has started; killed at its end."""
    started: list[Engine] = []
    yield started
    for engine in started:
        with engine:  # closes its pipes and waits
            engine.kill()


def start(home: Path, engines: list[Engine], *more: str) -> Engine:
    engine = subprocess.Popen(
        [sys.executable, "-m", "agent_tui", "--home", str(home), "engine", *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_heed_signals,
    )
    engines.append(engine)
    return engine


def _heed_signals() -> None:
    """Who runs the tests in the background, or by nohup, ignores some of them."""
    for number in signals.ENDING:
        signal.signal(number, signal.SIG_DFL)


def holder(paths: Paths) -> str | None:
    if not paths.store.exists():
        return None
    db = SqliteDatabase(paths.store)
    try:
        return accounts.lease_holder(db, "engine", system_clock())
    finally:
        db.close()


def wait_for(paths: Paths, engine: Engine) -> None:
    """Until the engine serves its account."""
    until(paths.store.exists, engine)
    db = SqliteDatabase(paths.store)
    until(lambda: any(account.state == "ok" for account in accounts.every(db)), engine)
    db.close()


def until(condition: Callable[[], bool], engine: Engine) -> None:
    """Look again and again while ``engine`` is running."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert engine.poll() is None, engine.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("line", "secrets"),
    [
        (b'{"shop.password": "x", "a.b": 1}', {"shop.password": "x"}),
        (b"{}", {}),
        (b"[1]", {}),
        (b"\xff not JSON", {}),
        (b"", {}),
    ],
)
def test_what_the_parent_says_is_taken_only_as_secrets(
    line: bytes, secrets: dict[str, str]
) -> None:
    assert secrets_in(line) == secrets


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(
    home: Path, paths: Paths, engines: list[Engine], number: signal.Signals
) -> None:
    engine = start(home, engines)
    wait_for(paths, engine)

    engine.send_signal(number)
    code = engine.wait(DEADLINE_S)

    assert code == 0
    assert holder(paths) is None


def test_a_child_ends_when_its_parent_closes_the_pipe(
    home: Path, paths: Paths, engines: list[Engine]
) -> None:
    engine = start(home, engines, "--child")
    assert engine.stdin is not None
    engine.stdin.write(json.dumps({"shop.password": "x"}).encode() + b"\n")
    engine.stdin.flush()
    wait_for(paths, engine)

    engine.stdin.close()

    assert engine.wait(DEADLINE_S) == 0
    assert holder(paths) is None


def test_a_second_engine_says_who_serves_and_ends_well(
    home: Path, paths: Paths, engines: list[Engine]
) -> None:
    first = start(home, engines)
    wait_for(paths, first)

    second = start(home, engines)
    _, told = second.communicate(timeout=DEADLINE_S)

    assert second.returncode == 0
    assert told.decode().count("\n") == 1
    assert f"process {first.pid}" in told.decode()


def test_after_a_kill_the_next_engine_begins_at_once(
    home: Path, paths: Paths, engines: list[Engine]
) -> None:
    first = start(home, engines)
    wait_for(paths, first)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    second = start(home, engines)
    until(lambda: f":{second.pid}:" in (holder(paths) or ""), second)


def test_an_account_added_while_it_runs_is_served(
    home: Path, paths: Paths, engines: list[Engine]
) -> None:
    account = paths.accounts / "shop.toml"
    text = account.read_text()
    account.unlink()
    engine = start(home, engines)
    until(lambda: holder(paths) is not None, engine)

    account.write_text(text)
    account.chmod(0o600)

    wait_for(paths, engine)


def test_its_log_holds_no_message(home: Path, paths: Paths, engines: list[Engine]) -> None:
    engine = start(home, engines)
    wait_for(paths, engine)
    engine.terminate()
    engine.wait()

    log = paths.log.read_text()

    assert "serving 'shop'" in log
    assert "zip" not in log
    assert "customer.test" not in log
    assert paths.log.stat().st_mode & 0o777 == 0o600
