"""From exec to the inbox: against the floor, and with a thousand times the conversations."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from tests.bench.contest import Ground, Open, ground, leave, open_floor, open_inbox
from tests.bench.figures import peak_memory, show

pytestmark = pytest.mark.bench

SIZES = (1_000, 1_000_000)
ROUNDS = 9


@dataclass
class Starts:
    """What the starts of one program on one ground took."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def measure(self, program: Open, on: Ground) -> None:
        begin = time.monotonic()
        with program(on, 80, 24) as terminal:
            terminal.wait_for(on.first)
            self.seconds.append(time.monotonic() - begin)
            terminal.settle()
            assert terminal.text().count("Order ") > 10, "a screen full of rows"
            self.memory.append(peak_memory(terminal.process.pid))
            leave(terminal)

    def row(self, conversations: int, floor: "Starts") -> list[str]:
        ratio = median(self.seconds) / median(floor.seconds)
        larger = max(self.memory) / max(floor.memory)
        return [
            f"{conversations:,}",
            f"{median(floor.seconds) * 1000:.0f} ms",
            f"{median(self.seconds) * 1000:.0f} ms",
            f"{ratio:.2f}",
            f"{max(floor.memory):.0f} MB",
            f"{max(self.memory):.0f} MB",
            f"{larger:.2f}",
        ]


def test_start_to_the_inbox(tmp_path: Path) -> None:
    grounds = [ground(tmp_path / str(size), size) for size in SIZES]
    ours, floor = [Starts() for _ in grounds], [Starts() for _ in grounds]

    for _ in range(ROUNDS):  # in turn, so that what slows the machine slows them all
        for number, on in enumerate(grounds):
            floor[number].measure(open_floor, on)
            ours[number].measure(open_inbox, on)

    head = ["conversations", "floor", "ours", "ratio", "floor's peak", "ours", "ratio"]
    rows = [ours[n].row(on.conversations, floor[n]) for n, on in enumerate(grounds)]
    show(f"Start to inbox, 80x24, medians of {ROUNDS}", head, rows)
    large, small = (median(ours[n].seconds) for n in (-1, 0))
    show("Large store against small", ["ratio"], [[f"{large / small:.2f}"]])
