"""The two that are compared, on stores of any size: our inbox and the floor."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent_tui.store.sqlite import SqliteDatabase
from tests.program import Home
from tests.store.many import fill
from tests.terminal import Terminal

_FIRST = (
    "SELECT subject FROM conversations WHERE status = 'open' ORDER BY last_at DESC, id DESC LIMIT 1"
)
_FLOOR = Path(__file__).with_name("floor.py")


@dataclass(frozen=True, slots=True)
class Ground:
    """A home with many conversations; ``first`` matches the screen once the newest is shown."""

    home: Home
    conversations: int
    first: str


Open = Callable[[Ground, int, int], Terminal]
"""Starts a program on a ground, on a terminal of so many columns and rows."""


def ground(folder: Path, conversations: int) -> Ground:
    """A store with that many conversations below ``folder``."""
    home = Home(folder)
    home.database.parent.mkdir(mode=0o700, parents=True)
    db = SqliteDatabase(home.database)
    fill(db, conversations)
    db.close()
    ((subject,),) = home.rows(_FIRST)
    return Ground(home, conversations, rf"{subject}\b")


def open_inbox(on: Ground, cols: int, rows: int) -> Terminal:
    """``agent-tui``, as an agent starts it."""
    return on.home.screen(cols=cols, rows=rows)


def open_floor(on: Ground, cols: int, rows: int) -> Terminal:
    """The floor on the same store."""
    argv = [sys.executable, str(_FLOOR), str(on.home.database)]
    return Terminal(argv, env=on.home.env, cols=cols, rows=rows)


def leave(terminal: Terminal) -> None:
    """Quit, so that nothing of it is at work while the next is measured."""
    terminal.press("q")
    assert terminal.wait_for_exit() == 0
