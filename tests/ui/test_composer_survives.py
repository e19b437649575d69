"""A half-written reply is there again after the terminal, or the program, has gone."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_tui.store import drafts
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import incoming, mail_account, receive
from tests.terminal import DEADLINE_S, Terminal

PROGRAM = """
import sys
from pathlib import Path
from agent_tui.config.load import load_settings
from agent_tui.config.paths import find_paths
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.app import AgentApp
paths = find_paths(Path(sys.argv[2]), {})
settings = load_settings(paths, {})
AgentApp(SqliteDatabase(Path(sys.argv[1])), settings, paths).run()
"""


@pytest.fixture
def composing(db: SqliteDatabase, tmp_path: Path) -> Iterator[Terminal]:
    """The program in a terminal, with a reply begun."""
    mail_account(db)
    receive(db, incoming("My zip broke", name="Ada"))
    config = tmp_path / "home/config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text('[agent]\nhandle = "maria"\nname = "Maria"\n')
    argv = [sys.executable, "-c", PROGRAM, str(tmp_path / "store.db"), str(tmp_path / "home")]
    env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}
    with Terminal(argv, env=env) as terminal:
        terminal.wait_for("Inbox")
        terminal.press("r")
        terminal.wait_for("Reply to Ada")
        yield terminal


def kept(db: SqliteDatabase) -> str:
    found = drafts.of_agent(db, "maria")
    return found[0].body if found else ""


def wait_until(condition: Callable[[], bool], terminal: Terminal) -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, terminal.text()
        terminal.settle(0.05)


def test_a_kill_loses_nothing_that_was_on_the_screen_a_moment_ago(
    composing: Terminal, db: SqliteDatabase
) -> None:
    composing.press("Hello Ada, it is on its way.")
    composing.wait_for("on its way")
    wait_until(lambda: kept(db) == "Hello Ada, it is on its way.", composing)
    composing.process.send_signal(signal.SIGKILL)
    composing.process.wait()
    assert kept(db) == "Hello Ada, it is on its way."


@pytest.mark.parametrize("end", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_terminal_keeps_the_last_letter(
    end: signal.Signals, composing: Terminal, db: SqliteDatabase
) -> None:
    composing.press("Half a sen")
    composing.wait_for("Half a sen")
    composing.process.send_signal(end)
    composing.wait_for_exit()
    assert kept(db) == "Half a sen"


def test_a_bracketed_paste_presses_no_key(composing: Terminal, db: SqliteDatabase) -> None:
    composing.press("\x1b[200~ctrl\x13 and\r\nlines\x07\x1b[201~!")
    composing.wait_for("lines.*!")
    wait_until(lambda: kept(db).endswith("!"), composing)
    assert "lines" in kept(db)
    assert kept(db).replace("\n", "").isprintable()
    assert "Reply to Ada" in composing.text()


def test_counting_the_undo_window_down_costs_a_short_line_a_second(composing: Terminal) -> None:
    composing.press("It is on its way.")
    composing.wait_for("on its way")
    composing.press("\x13")
    seen = composing.wait_for(r"leaves in [4-9] s")
    left = int(seen.rpartition("leaves in ")[2][0])
    before = len(composing.log)
    composing.wait_for(rf"leaves in [1-{left - 1}] s")
    assert len(composing.log) - before <= left * 400
