"""The timeline of a customer of 5,000 conversations and 500 orders: opened, against a conversation
of 50 messages; gone through, against the list; filtered."""

import time
from statistics import median

import pytest

from tests.bench.contest import Ground, leave, open_floor, open_inbox
from tests.bench.figures import show
from tests.bench.test_customer import ROUNDS, Opened, _ratio
from tests.bench.test_customer import on as on
from tests.bench.test_keys import Keys

pytestmark = pytest.mark.bench

KEYS = 100
"""Several screens: pages are read ahead meanwhile."""

_THERE = "everything, newest first"


def test_opening_the_timeline_of_a_large_customer(on: Ground) -> None:
    prepared, large = Opened(), Opened()
    with open_inbox(on, 80, 24) as terminal:  # no preview: both are drawn when they are opened
        terminal.wait_for("Prepared")
        terminal.settle(1.0)
        for key in ("\r", "q"):  # what is made when it is first asked for
            terminal.press(key)
            terminal.settle(0.5)
        for _ in range(ROUNDS):
            prepared.measure(terminal, "\r", r"Broken cup +#\d+")
            terminal.press("q")
            terminal.settle()
            terminal.press("j", "g")
            terminal.settle()
            large.measure(terminal, "t", _THERE)
            terminal.press("q")
            terminal.settle()
            terminal.press("k")
            terminal.settle()
        leave(terminal)

    rows = [prepared.row("a conversation of 50 messages"), large.row("the timeline")]
    show(f"Opened, 80x24, medians of {ROUNDS}", ["", "on the screen", "bytes"], rows)
    show("Timeline to conversation", ["ratio"], [[_ratio(large.seconds, prepared.seconds)]])


def test_going_through_the_timeline_of_a_large_customer(on: Ground) -> None:
    with (
        open_floor(on, 120, 40) as bare,
        open_inbox(on, 120, 40) as inbox,
        open_inbox(on, 120, 40) as beside,
    ):
        floor, keys, ours = Keys(bare), Keys(inbox), Keys(beside)
        for terminal in (bare, inbox, beside):
            terminal.wait_for("Prepared|Broken|Room 1")
            terminal.settle(1.0)
        beside.press("j", "g", "t")
        beside.wait_for(_THERE)
        beside.settle(1.0)
        for _ in range(KEYS):
            floor.measure()
            keys.measure()
            ours.measure()
        end = beside.answer("G", 0.4)
        begin = time.monotonic()
        beside.press("/", *"kind:review", "\r")
        beside.wait_for("/kind:review  500 entries")
        filtered = time.monotonic() - begin
        for terminal in (bare, inbox):
            leave(terminal)
        beside.press("\x1b")
        beside.settle(0.5)
        beside.press("q")
        beside.settle(0.5)
        leave(beside)

    head = ["", "key", "bytes", "most", "settled", "most"]
    rows = [floor.row("floor"), keys.row("the list"), ours.row("the timeline")]
    show(f"Cursor key, 120x40, medians of {KEYS}", head, rows)
    ratios = [f"{ours.milliseconds / other.milliseconds:.2f}" for other in (floor, keys)]
    show("Timeline to", ["floor", "list"], [ratios])
    show("Other", ["to its end", "filtered"], [[_ms(end.seconds), _ms(filtered)]])
    assert median(answer.octets for answer in ours.answers) <= 400


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
