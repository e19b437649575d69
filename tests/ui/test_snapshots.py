"""Every screen of the demo shop at four sizes, line by line, as it was last found good.

``UPDATE_SNAPSHOTS=1 uv run pytest tests/ui/test_snapshots.py`` writes them anew; read the
difference before it is committed.
"""

import os
import re
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from agent_tui.cli.demo import demo_home
from agent_tui.cli.screenshots import NOON
from agent_tui.cli.world import open_store, settings_of
from agent_tui.config.paths import Paths
from agent_tui.ui import typeahead
from tests.factory import Now
from tests.ui.screen import Screen, screen

_FOLDER = Path(__file__).parent / "snapshots"
_SIZES = [(60, 20), (80, 24), (120, 40), (200, 60)]


_REAL = re.compile(r"ok since \d\d \w{3} \d\d:\d\d")
"""The account was synced by the machine's own clock."""


class Step(NamedTuple):
    """Keys that lead from the screen before to another one."""

    name: str
    keys: Sequence[str]
    shows: str  # a pattern that is there once the screen is
    leaves: Sequence[str] = ()  # keys that lead back


_STEPS = (
    Step("inbox", (), "Inbox"),
    Step("headings", ("g", "d"), "— Today"),
    Step("due headings", ("5", "g", "d"), "Overdue", ("g", "d", "1", "g", "d")),
    Step("search", ("slash", *"status:o"), "/status:o", ("escape",)),
    Step("snooze", ("s",), "Snooze", ("escape",)),
    Step("palette", ("ctrl+p", *"ass"), "Assign", ("escape",)),
    Step("command line", (":", *"snooze tom"), "snooze tom", ("escape",)),
    Step("conversation", ("j", "j", "j", "enter"), "#"),
    Step("headers", ("d",), "Message-ID"),
    Step("source", ("d", "d"), "Source:", ("d",)),
    Step("canned reply", ("r", "ctrl+y", *"refund"), "Canned reply: refund", ("escape",)),
    Step("composer", (), "Reply to", ("escape",)),
    Step("note", ("i", *"Ask Sam"), "Ask Sam", ("escape",)),
    Step("customer", ("x",), "customer since", ("q",)),
    Step("help", ("question_mark",), "Keys in", ("q",)),
    Step("outbox", ("B",), "Outbox", ("q",)),
    Step("accounts", ("A",), "larkfell", ("q", "q")),
    Step("reviews", ("6",), "^ Reviews 5"),  # a digit alone is taken for a count at first
    Step("review", ("enter",), "/5 ", ("q",)),
    Step("ratings", ("g", "r"), "All reviews", ("q",)),
    Step("timeline", ("g", "t"), "newest first", ("q",)),
    Step("chats", ("g", "c"), "Chats", ("escape",)),
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Paths]:
    monkeypatch.setattr(typeahead, "PATIENCE_S", 10.0)  # a busy machine opens things late
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with demo_home(seed=1, frozen=True, now=NOON) as found:
        yield found
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("size", _SIZES, ids=[f"{w}x{h}" for w, h in _SIZES])
async def test_each_screen_looks_as_it_did(world: Paths, size: tuple[int, int]) -> None:
    db = open_store(world)
    settings = settings_of(world)
    seen: list[str] = []
    try:
        async with screen(
            db, world.config.parent, size=size, clock=Now(NOON), agent=settings.agent
        ) as window:
            await window.until(lambda: window.app.desk.inbox.counts)
            for step in _STEPS:
                await window.press(*step.keys)
                await window.until(partial(_shows, window, step.shows))
                seen.append(f"== {step.name} ==\n{await _settled(window)}")
                await window.press(*step.leaves)
    finally:
        db.close()
    _compare(_FOLDER / f"{size[0]}x{size[1]}.txt", "\n\n".join(seen) + "\n")


def _shows(window: Screen, pattern: str) -> bool:
    return re.search(pattern, window.text) is not None


async def _settled(window: Screen) -> str:
    """The screen once it has stopped changing: previews and counts come a little later."""
    before = ""
    while before != window.text:
        before = window.text
        await window.pilot.pause(0.25)
    return "\n".join(
        _REAL.sub("ok since .. ... ..:..", line).rstrip() for line in before.splitlines()
    )


def _compare(file: Path, seen: str) -> None:
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(seen, "utf-8")
    assert seen == file.read_text("utf-8")
