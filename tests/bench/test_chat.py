"""Keys while customers of fifty chats write twenty messages a second: from key to painted."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import pytest

from tests.bench.contest import Ground, ground, leave, open_inbox
from tests.bench.figures import show
from tests.terminal import Terminal

pytestmark = pytest.mark.bench

CONVERSATIONS = 10_000
KEYS = 100
RATE = 20
_REST_S = 0.15  # between keys, as a quick typist's
_LOW = 6
_LINE = "qwertzuiop"
_BACKSPACE = ("\x7f",)
_FEED = Path(__file__).with_name("feed.py")


@contextmanager
def busy(on: Ground) -> Iterator[None]:
    """Customers write meanwhile."""
    argv = [sys.executable, str(_FEED), str(on.home.database), str(RATE)]
    feeding = subprocess.Popen(argv, stdout=subprocess.PIPE, cwd=Path.cwd())
    try:
        assert feeding.stdout is not None
        assert feeding.stdout.readline()
        yield
    finally:
        feeding.terminate()
        feeding.communicate()


def cursor_keys(terminal: Terminal) -> list[float]:
    """Milliseconds from each cursor key until the cursor's row is painted, down and up again: the
    cursor goes with its conversation, which may come to the top by itself."""
    times = []
    for _ in range(KEYS):
        terminal.settle_for(_REST_S)
        before = terminal.marked_row()
        key = "j" if before < _LOW else "k"
        times.append(_timed(terminal, key, partial(_has_left, terminal, before)))
    return times


def typed_keys(terminal: Terminal) -> list[float]:
    """Milliseconds from each typed letter until it is painted; lines of ten, never sent."""
    times = []
    for number in range(KEYS):
        terminal.settle_for(_REST_S)
        text = _LINE[: number % len(_LINE) + 1]
        times.append(_timed(terminal, text[-1], partial(_shows, terminal, text)))
        if text == _LINE:
            terminal.press(*_BACKSPACE * len(_LINE))
    return times


def _has_left(terminal: Terminal, row: int) -> bool:
    return terminal.marked_row() != row


def _shows(terminal: Terminal, text: str) -> bool:
    return text in terminal.text()


def _timed(terminal: Terminal, key: str, painted: Callable[[], bool]) -> float:
    pressed = time.monotonic()
    terminal.press(key)
    return (terminal.read_until(painted) - pressed) * 1000


def test_keys_while_fifty_chats_receive_twenty_messages_a_second(tmp_path: Path) -> None:
    on = ground(tmp_path, CONVERSATIONS)
    with busy(on):
        pass  # the chats are there
    rows = []
    with open_inbox(on, 120, 40) as inbox:
        inbox.wait_for("is anybody there")
        inbox.settle(1.0)
        idle = cursor_keys(inbox)
        with busy(on):
            loaded = cursor_keys(inbox)
        rows.append(_row("cursor key in the list", idle, loaded))
        inbox.press("/", "channel:chat", "\r")
        inbox.settle(1.0)
        inbox.press("\r")
        inbox.settle(1.0)
        inbox.press("r")
        inbox.settle(1.0)
        idle = typed_keys(inbox)
        with busy(on):
            loaded = typed_keys(inbox)
        rows.append(_row("letter in the chat composer", idle, loaded))
        inbox.press("\x1b")
        inbox.settle(1.0)
        inbox.press("q")
        inbox.settle(1.0)
        inbox.press("q")
        inbox.settle(1.0)
        leave(inbox)
    head = ["", "idle median", "p95", "busy median", "p95", "p95 to p95"]
    show(f"Key to paint, {RATE} messages a second into 50 chats, 120x40", head, rows)


def _row(name: str, idle: list[float], loaded: list[float]) -> list[str]:
    calm, hurried = _p95(idle), _p95(loaded)
    return [
        name,
        f"{median(idle):.1f} ms",
        f"{calm:.1f} ms",
        f"{median(loaded):.1f} ms",
        f"{hurried:.1f} ms",
        f"{hurried / calm:.2f}",
    ]


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]
