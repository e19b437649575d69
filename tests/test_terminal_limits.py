"""The inbox on terminals that are too small, absent, or go away while somebody writes."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.disks import disk
from tests.mailbox import with_mail
from tests.program import Home
from tests.terminal import DEADLINE_S, Terminal, agent_tui

TYPED = "Dear Ada, we are so sorry"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one open conversation that can be answered."""
    return with_mail(Home(tmp_path / "home"), tmp_path / "mail")


def write_reply(screen: Terminal, text: str = TYPED) -> None:
    """Open the first conversation and type an answer."""
    screen.wait_for("My zip broke")
    screen.press("\r")
    screen.wait_for("The zip of my bag")
    screen.press("r")
    screen.wait_for("Reply to Ada Park")
    screen.settle()
    screen.press(text)
    screen.wait_for(text)


def processes(home: Home) -> list[int]:
    """Every process that works for ``home``."""
    mark = f"AGENT_TUI_HOME={home.path}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:  # it has ended, or is not ours to look at
            continue
    return found


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether ``condition`` comes to hold."""
    end = time.monotonic() + DEADLINE_S
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_a_terminal_that_is_too_small_says_so_until_it_has_grown(home: Home) -> None:
    with home.screen(cols=20, rows=5) as screen:
        screen.wait_for("Terminal too small")
        assert " ".join(screen.text().split()) == (
            "Terminal too small (20x5); make it at least 40x10, or press q"
        )

        screen.resize(80, 24)
        screen.wait_for("My zip broke")
        assert "too small" not in screen.text()

        screen.resize(20, 5)
        screen.wait_for("Terminal too small")
        screen.press("e", "q")
        assert screen.wait_for_exit() == 0
    assert [row["status"] for row in home.listed()] == ["open"], "keys do nothing unseen"


def test_a_terminal_that_shrinks_keeps_what_is_being_written(home: Home) -> None:
    with home.screen() as screen:
        write_reply(screen)
        screen.resize(20, 5)
        screen.wait_for("Terminal too small")
        screen.press("q")
        assert screen.wait_for_exit() == 0
    assert home.rows("SELECT body FROM drafts") == [(TYPED,)]


def test_without_a_terminal_it_names_the_commands_for_scripts(home: Home) -> None:
    done = home.run()

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "agent-tui: The inbox needs a terminal; in scripts use 'agent-tui list', 'show', 'reply' "
        "or 'do'.\n"
    )


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", ["hang up", "SIGHUP", "SIGTERM", "SIGINT"])
def test_an_end_from_outside_keeps_the_draft_and_leaves_no_process(home: Home, how: str) -> None:
    with home.screen() as screen:
        write_reply(screen)
        assert eventually(lambda: len(processes(home)) == 2), "inbox and engine"
        screen.press("!")
        screen.wait_for(f"{TYPED}!")

        if how == "hang up":
            screen.hang_up()
            screen.process.wait(DEADLINE_S)
        else:
            screen.process.send_signal(signal.Signals[how])
            assert screen.wait_for_exit() == 0

        assert eventually(lambda: not processes(home))
    assert home.rows("SELECT body FROM drafts") == [(f"{TYPED}!",)]


def test_a_full_disk_is_told_while_an_answer_is_written_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    with disk(tmp_path / "disk", "size=20m") as small:
        home = with_mail(Home(small.path), tmp_path / "mail")
        with home.screen(cols=120) as screen:
            write_reply(screen)
            small.fill()
            screen.press(" for this.")
            screen.wait_for("The draft is not saved yet: The disk is full; free some space")
            small.free()
            screen.press(" Maria")
            screen.wait_for("Maria")
            screen.press("\x1b")
            screen.wait_for("Kept as a draft")
            screen.press("q", "q")
            assert screen.wait_for_exit() == 0
        assert home.rows("SELECT body FROM drafts") == [(f"{TYPED} for this. Maria",)]


def test_an_end_on_a_full_disk_says_why_the_last_words_are_not_kept(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", "size=20m") as small:
        home = with_mail(Home(small.path), tmp_path / "mail")
        with home.screen() as screen:
            write_reply(screen)
            assert eventually(lambda: home.rows("SELECT body FROM drafts") == [(TYPED,)])
            small.fill()
            screen.press(" for this.")
            screen.wait_for("The draft is not saved yet: The disk is full")
            screen.process.send_signal(signal.SIGTERM)
            assert screen.wait_for_exit() == 1
            assert "agent-tui: The disk is full; free some space" in screen.text()
        small.free()
        assert home.rows("SELECT body FROM drafts") == [(TYPED,)]


def test_a_window_that_goes_ends_it_even_where_hang_ups_are_ignored(home: Home) -> None:
    ignoring = ["sh", "-c", 'trap "" HUP; exec "$0"', *agent_tui()]
    with Terminal(ignoring, env=home.env) as screen:
        write_reply(screen)
        screen.hang_up()
        screen.process.wait(DEADLINE_S)
        assert eventually(lambda: not processes(home))
    assert home.rows("SELECT body FROM drafts") == [(TYPED,)]
