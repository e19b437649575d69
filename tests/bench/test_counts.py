"""The counts of all views, refreshed: what they cost with a million conversations."""

import time
from pathlib import Path
from statistics import median

import pytest

from agent_tui.model.clock import system_clock
from agent_tui.model.conversation import BUILT_IN_VIEWS
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.inbox import Inbox
from tests.bench.contest import ground
from tests.bench.figures import show

pytestmark = pytest.mark.bench

SIZES = (1_000, 1_000_000)
ROUNDS = 15


def test_the_counts_of_all_views(tmp_path: Path) -> None:
    rows = []
    for size in SIZES:
        on = ground(tmp_path / str(size), size)
        db = SqliteDatabase(on.home.database)
        inbox = Inbox(db, "maria", system_clock, BUILT_IN_VIEWS)
        took = [_cpu(inbox) for _ in range(ROUNDS)]
        rows.append([f"{size:,}", str(len(inbox.views)), f"{median(took) * 1000:.1f} ms"])
        db.close()
    show(f"CPU of a refresh of all counts, medians of {ROUNDS}", ["size", "views", "CPU"], rows)


def _cpu(inbox: Inbox) -> float:
    begin = time.process_time()
    assert inbox.count()["Inbox"]
    return time.process_time() - begin
