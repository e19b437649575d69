"""Full-text search in a million messages: the first page against the floor's, and typing it."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from tests.bench.contest import ground, leave, open_floor, open_inbox
from tests.bench.figures import show
from tests.terminal import Terminal

pytestmark = pytest.mark.bench

SIZES = (100_000, 1_000_000)
ROUNDS = 15
_TYPING_S = 0.03
"""Until the letters are on the screen."""

_HITS = {"one message": "77777", "every message": "parcel"}
_THERE = r"\A.*/{word} (?s:.*)Order \d+(?s:.*)(Enter open|Nothing in)"
"""The word above the list, what it found, and below it the hints instead of the prompt."""

_NEWEST = "SELECT subject FROM conversations ORDER BY last_at DESC, id DESC LIMIT 1"


@dataclass
class Search:
    """How long one word took: from Enter to the first page, and each of its letters."""

    pages: list[float] = field(default_factory=list)
    letters: list[float] = field(default_factory=list)

    def measure(self, terminal: Terminal, word: str, found: str) -> None:
        """Type the word, and read from Enter until it is found; a search begins while it is
        typed only after a rest, for which nobody waits here."""
        terminal.press("/" + word)
        terminal.settle(_TYPING_S)
        begin = time.monotonic()
        terminal.press("\r")
        terminal.wait_for(found)
        self.pages.append(time.monotonic() - begin)
        terminal.settle()

    def type(self, terminal: Terminal, word: str) -> None:
        """Type the word, each letter as soon as the one before is there; then leave it."""
        terminal.press("/")
        terminal.settle()
        for count in range(1, len(word) + 1):
            begin = time.monotonic()
            terminal.press(word[count - 1])
            terminal.wait_for(rf"\A(?:.*\n)+/{word[:count]}")
            self.letters.append(time.monotonic() - begin)
        terminal.press("\x1b")
        terminal.settle()


def test_the_first_page_of_a_search(tmp_path: Path) -> None:
    rows = []
    for size in SIZES:
        on = ground(tmp_path / str(size), size)
        ((newest,),) = on.home.rows(_NEWEST)
        bare_shows = dict(zip(_HITS, (r"Order 77777\n*\Z", rf"{newest}\b"), strict=True))
        for hits, word in _HITS.items():
            ours, floor = Search(), Search()
            with open_inbox(on, 80, 24) as inbox, open_floor(on, 80, 24) as bare:
                for terminal in (inbox, bare):
                    terminal.wait_for(on.first)
                    terminal.settle(1.0)
                for _ in range(ROUNDS):
                    ours.type(inbox, word)
                    ours.measure(inbox, word, _THERE.format(word=word))
                    floor.measure(bare, word, bare_shows[hits])
                    inbox.press("q")
                    bare.press("a")
                    for terminal in (inbox, bare):
                        terminal.wait_for(on.first)
                        terminal.settle()
                for terminal in (inbox, bare):
                    leave(terminal)
            rows.append([f"{size:,}", hits, *_row(ours, floor)])
    head = ["messages", "found in", "floor", "ours", "ratio", "a letter", "most"]
    show(f"Enter to the first page, 80x24, medians of {ROUNDS}", head, rows)


def _row(ours: Search, floor: Search) -> list[str]:
    times = median(floor.pages), median(ours.pages), median(ours.letters), max(ours.letters)
    page, mine, letter, most = (f"{seconds * 1000:.1f} ms" for seconds in times)
    return [page, mine, f"{times[1] / times[0]:.2f}", letter, most]
