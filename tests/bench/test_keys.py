"""A cursor key in the list, with the conversation beside it: time and bytes to the terminal."""

from pathlib import Path
from statistics import median

import pytest

from tests.bench.contest import ground, leave, open_floor, open_inbox
from tests.bench.figures import show
from tests.terminal import Answer, Terminal

pytestmark = pytest.mark.bench

CONVERSATIONS = 100_000
KEYS = 30
"""Fewer than rows on the screen: none turns the page."""

QUIET_S = 0.06
"""Ends the answer to a key: longer than a repaint in two writes, shorter than the preview waits."""


class Keys:
    """A program whose cursor goes down; ``settled`` are bytes with whatever follows a key."""

    def __init__(self, terminal: Terminal) -> None:
        self.answers: list[Answer] = []
        self.settled: list[int] = []
        self._terminal = terminal

    def measure(self) -> None:
        before = len(self._terminal.log)
        self.answers.append(self._terminal.answer("j", QUIET_S))
        self._terminal.settle()
        self.settled.append(len(self._terminal.log) - before)

    def row(self, name: str) -> list[str]:
        return [
            name,
            f"{self.milliseconds:.1f} ms",
            f"{median(answer.octets for answer in self.answers):.0f}",
            f"{max(answer.octets for answer in self.answers)}",
            f"{median(self.settled):.0f}",
            f"{max(self.settled)}",
        ]

    @property
    def milliseconds(self) -> float:
        return median(answer.seconds for answer in self.answers) * 1000


def test_a_cursor_key(tmp_path: Path) -> None:
    on = ground(tmp_path, CONVERSATIONS)
    with open_floor(on, 120, 40) as bare, open_inbox(on, 120, 40) as inbox:
        floor, ours = Keys(bare), Keys(inbox)
        for terminal in (bare, inbox):
            terminal.wait_for(on.first)
            terminal.settle(1.0)
        for _ in range(KEYS):
            floor.measure()
            ours.measure()
        leave(bare)
        leave(inbox)

    assert all(answer.octets for keys in (floor, ours) for answer in keys.answers)
    head = ["", "key", "bytes", "most", "with preview", "most"]
    rows = [floor.row("floor"), ours.row("ours")]
    show(f"Cursor key, 120x40, {CONVERSATIONS:,} conversations, medians of {KEYS}", head, rows)
    show("Ours to the floor", ["ratio"], [[f"{ours.milliseconds / floor.milliseconds:.2f}"]])
