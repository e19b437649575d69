"""A half-written reply is there again after the terminal, or the program, has gone."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.store import drafts
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import incoming, mail_account, receive
from tests.terminal import Terminal
from tests.ui.alone import answering


@pytest.fixture
def composing(db: SqliteDatabase, tmp_path: Path) -> Iterator[Terminal]:
    """The program in a terminal, with a reply begun."""
    mail_account(db)
    receive(db, incoming("My zip broke", name="Ada"))
    with answering(db, tmp_path / "home", "Reply to Ada") as terminal:
        yield terminal


def kept(db: SqliteDatabase) -> str:
    found = drafts.of_agent(db, "maria")
    return found[0].body if found else ""


def test_a_kill_loses_nothing_that_was_on_the_screen_a_moment_ago(
    composing: Terminal, db: SqliteDatabase
) -> None:
    composing.press("Hello Ada, it is on its way.")
    composing.wait_for("on its way")
    composing.read_until(lambda: kept(db) == "Hello Ada, it is on its way.")
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
    composing.read_until(lambda: kept(db).endswith("!"))
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
