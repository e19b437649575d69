"""A key held down, and single keys while ten thousand mails come in: against the floor and idle."""

import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.bench.contest import Ground, ground, leave, open_floor, open_inbox
from tests.bench.figures import show
from tests.bench.test_keys import CONVERSATIONS, QUIET_S
from tests.terminal import Terminal

pytestmark = pytest.mark.bench

MAILS = 10_000
_RATE = 30
_HELD = 90
_ROUNDS = 6
_KEYS = 60
_BETWEEN_S = 0.05
"""A quick hand's pause between two keys."""

_INTAKE = Path(__file__).with_name("intake.py")


def backlog(terminal: Terminal, key: str) -> float:
    """Hold ``key`` for some seconds; how long it went on after the last one, in seconds."""
    begin = time.monotonic()
    for number in range(1, _HELD):
        terminal.press(key)
        terminal.settle_for(max(begin + number / _RATE - time.monotonic(), 0))
    return terminal.answer(key, QUIET_S).seconds


def keys(terminal: Terminal, count: int) -> list[float]:
    """What so many cursor keys take, up and down in turn, until the mark is on another row:
    whatever else is drawn at the same time is no answer to the key."""
    took: list[float] = []
    for number in range(count):
        terminal.settle_for(_BETWEEN_S)
        before, pressed_at = terminal.marked_row(), time.monotonic()
        terminal.press("jk"[number % 2])
        moved_at = terminal.read_until(lambda before=before: terminal.marked_row() != before)  # type: ignore[misc]
        took.append(moved_at - pressed_at)
    return took


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


@pytest.fixture(scope="module")
def on(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return ground(tmp_path_factory.mktemp("pressed"), CONVERSATIONS)


def test_a_key_held_down(on: Ground) -> None:
    floor: list[float] = []
    ours: list[float] = []
    with open_floor(on, 120, 40) as bare, open_inbox(on, 120, 40) as inbox:
        for terminal in (bare, inbox):
            terminal.wait_for(on.first)
            terminal.settle(1.0)
        for number in range(_ROUNDS):  # in turn: what slows the machine slows both
            for terminal, found in ((bare, floor), (inbox, ours)):
                found.append(backlog(terminal, "jk"[number % 2]))
                terminal.settle()
        leave(bare)
        leave(inbox)

    head = ["", "median", "most"]
    rows = [
        [name, milliseconds(median(found)), milliseconds(max(found))]
        for name, found in (("floor", floor), ("ours", ours))
    ]
    what = f"Held down {_HELD} times at {_RATE} a second, 120x40: what is left after release"
    show(what, head, rows)
    show("Ours beyond the floor", ["median"], [[milliseconds(median(ours) - median(floor))]])


def test_a_key_while_mails_come_in(on: Ground) -> None:
    with open_inbox(on, 80, 24) as inbox:
        inbox.wait_for(on.first)
        inbox.settle(1.0)
        still = keys(inbox, _KEYS)
        coming = subprocess.Popen(
            [sys.executable, str(_INTAKE), str(on.home.database), str(MAILS)], env=on.home.env
        )
        meanwhile: list[float] = []
        while coming.poll() is None:
            meanwhile += keys(inbox, 2)
        leave(inbox)

    assert coming.returncode == 0
    head = ["", "keys", "median", "95 of 100", "most"]
    rows = [
        [
            name,
            str(len(found)),
            milliseconds(median(found)),
            milliseconds(p95(found)),
            milliseconds(max(found)),
        ]
        for name, found in (("idle", still), ("while mails come in", meanwhile))
    ]
    show(f"A cursor key while {MAILS:,} mails are taken in, 80x24", head, rows)
    show("To idle", ["95 of 100"], [[f"{p95(meanwhile) / p95(still):.2f}"]])
