"""Ten thousand resolved and taken back: what it takes, and how long the screen lets a key wait.

The event loop is watched from within (the longest time between two of its turns), the answer to a
cursor key from the terminal's side, idle and while the writing goes on.
"""

import asyncio
import resource
import shutil
import time
from contextlib import suppress
from pathlib import Path
from statistics import median

import pytest

from agent_tui.model.conversation import Status
from agent_tui.store.sqlite import SqliteDatabase
from tests.bench.contest import leave
from tests.bench.figures import show
from tests.bench.test_pressed import keys, milliseconds, p95
from tests.factory import mail_account, many, receive
from tests.program import Home
from tests.terminal import Terminal
from tests.ui.screen import Screen, screen

pytestmark = pytest.mark.bench

MAILS = 10_000
_BATCH = 500
KEYS = 60
_RESOLVED = "SELECT count(*) FROM conversations WHERE status = 'resolved'"
_LOOK_S = 0.05
_IDLE_S = 3.0


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of mails, each of a conversation of its own, whose account hears of what is done."""
    path = tmp_path_factory.mktemp("filled") / "store.db"
    db = SqliteDatabase(path)
    mail_account(db)
    for _ in range(MAILS // _BATCH):
        receive(db, *many(_BATCH))
    db.close()
    return path


class Gaps:
    """How long the event loop was away from its work."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def watch(self) -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.001)
            now = time.monotonic()
            self.seconds.append(now - last)
            last = now


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def watched(s: Screen, name: str, keys: tuple[str, ...], ending: str) -> list[str]:
    """Press ``keys`` and look until ``ending`` is shown; what that took, as a row of the table."""
    gaps = Gaps()
    began, used = time.monotonic(), cpu()
    watching = asyncio.create_task(gaps.watch())
    await s.press(*keys)
    while ending not in s.text:
        await s.pilot.pause(_LOOK_S)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    took, used = time.monotonic() - began, cpu() - used
    longest = sorted(gaps.seconds)[-3:]
    shown = [f"{gap * 1000:.0f} ms" for gap in reversed(longest)]
    return [name, f"{used:.1f} s", f"{took:.1f} s", *shown]


async def idle(s: Screen) -> list[str]:
    """The same while nothing is done: what the machine itself takes away."""
    gaps = Gaps()
    watching = asyncio.create_task(gaps.watch())
    began = time.monotonic()
    while time.monotonic() - began < _IDLE_S:
        await s.pilot.pause(_LOOK_S)
        assert s.text
    watching.cancel()
    longest = sorted(gaps.seconds)[-3:]
    return ["idle", "", "", *(f"{gap * 1000:.0f} ms" for gap in reversed(longest))]


async def test_the_event_loop_during_a_bulk_of_ten_thousand(filled: Path, tmp_path: Path) -> None:
    db = SqliteDatabase(Path(shutil.copy(filled, tmp_path)))
    async with screen(db, tmp_path, size=(120, 40)) as s:
        rows = [await idle(s)]
        await s.press("*")
        await s.until(lambda: s.shows(f"{MAILS:,} selected"))
        await s.press("e")
        await s.until(lambda: s.shows("y/n"))
        rows.append(await watched(s, "resolve", ("y",), f"{MAILS:,} conversations resolved."))
        rows.append(await watched(s, "undo", ("u",), f"resolve, {MAILS:,} conversations."))
        rows.append(await watched(s, "undo again", ("u",), "nothing to undo"))
    found = db.all("SELECT status, count(*) AS n FROM conversations GROUP BY status")
    assert [(row["status"], row["n"]) for row in found] == [(Status.OPEN, MAILS)]
    head = ["", "CPU", "until said", "longest gaps", "", ""]
    show(f"{MAILS:,} conversations, 120x40, the event loop", head, rows)


def keys_until(terminal: Terminal, home: Home, resolved: int) -> list[float]:
    """Move the cursor up and down until so many are resolved; what each key took."""
    took: list[float] = []
    while home.rows(_RESOLVED) != [(resolved,)]:
        took += keys(terminal, 2)
    terminal.settle(1.0)
    return took


def test_a_cursor_key_during_a_bulk_of_ten_thousand(filled: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.settings('start_view = "All"')  # there they stay, so that there is where to move
    home.database.parent.mkdir(mode=0o700)
    shutil.copy(filled, home.database)
    with home.screen(cols=80, rows=24) as inbox:
        inbox.wait_for("Parcel")
        inbox.settle(1.0)
        still = keys(inbox, KEYS)
        inbox.press("*")
        inbox.wait_for(f"{MAILS:,} selected")
        inbox.press("e")
        inbox.wait_for("y/n")
        inbox.press("y")
        resolving = keys_until(inbox, home, MAILS)
        inbox.press("u")
        undoing = keys_until(inbox, home, 0)
        inbox.press("q")  # nothing is selected any more
        inbox.settle(1.0)
        leave(inbox)

    head = ["", "keys", "median", "95 of 100", "longest", "ratio of the 95"]
    rows = [
        [
            name,
            str(len(took)),
            milliseconds(median(took)),
            milliseconds(p95(took)),
            milliseconds(max(took)),
            f"{p95(took) / p95(still):.2f}",
        ]
        for name, took in (("idle", still), ("resolving", resolving), ("undoing", undoing))
    ]
    show(f"A cursor key while {MAILS:,} conversations are written, 80x24", head, rows)
