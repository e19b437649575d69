"""Opening what was read ahead against opening what was not: CPU of the thread that draws."""

import time
from pathlib import Path
from statistics import median

import pytest

from agent_tui.model.conversation import Conversation
from agent_tui.store import rereading
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.ahead import Ahead
from tests.bench.figures import show
from tests.factory import START, incoming, listed, mail_account, receive
from tests.ui.screen import Screen, screen

pytestmark = pytest.mark.bench

SIZES = (3, 50, 5_000)
_ROUNDS = 15
_TEXT = "This is a paragraph of what a customer writes about an order. " * 6


def fill(db: SqliteDatabase) -> None:
    """A conversation of each size, and an empty one to go away to."""
    mail_account(db)
    for size in (1, *SIZES):
        first = incoming(_TEXT, subject=f"{size} messages", sender=f"c{size}@x.example", at=START)
        receive(db, first)
        number = max(one.id for one in listed(db))
        db.run(
            "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :n)"
            " INSERT INTO messages (id, conversation_id, account, direction, author, address, at,"
            " subject, text) SELECT (:at + i) * 1000 + :id, :id, 'mail', 'inbound', 'Ada', 'a@x',"
            " :at + i, 'Parcel', i || '. ' || :text FROM r WHERE :n > 1",
            {"n": size, "at": START, "id": number, "text": _TEXT},
        )


async def opened(s: Screen, one: Conversation, other: Conversation) -> float:
    """What showing ``one`` takes until it is drawn, in seconds of CPU of this thread."""
    s.app.desk.reading.show(other)
    await s.pilot.pause()
    begin = time.thread_time()
    s.app.desk.reading.show(one)
    await s.pilot.pause()
    return time.thread_time() - begin


async def test_a_conversation_that_was_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = SqliteDatabase(tmp_path / "store.db")
    fill(db)
    rows = []
    async with screen(db, tmp_path, size=(120, 40)) as s:
        monkeypatch.setattr(Ahead, "prepare", lambda *_: None)  # by hand here
        found = {one.subject: one for one in listed(db)}
        for size in SIZES:
            one, other = found[f"{size} messages"], found["1 messages"]
            ahead = s.app.desk.ahead
            without, prepared = [], []
            for _ in range(_ROUNDS):
                s.app.desk.ahead = Ahead(db, s.app.run_worker)
                without.append(await opened(s, one, other))
                s.app.desk.ahead = ahead
                ahead._keep(one.id, rereading.read(db, one.id))
                prepared.append(await opened(s, one, other))
            rows.append(
                [
                    f"{size:,} messages",
                    f"{median(without) * 1000:.1f} ms",
                    f"{median(prepared) * 1000:.1f} ms",
                    f"{median(prepared) / median(without):.2f}",
                ]
            )
    head = ["", "read when opened", "read ahead", "ratio"]
    show(f"CPU until it is drawn, 120x40, medians of {_ROUNDS}", head, rows)
