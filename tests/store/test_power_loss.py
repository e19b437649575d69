"""What was shown as saved, queued or sent survives a power cut: whatever the disk had not been told
to keep is dropped, at every point."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from agent_tui.actions import reply
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.outbox import Filed, OutboxItem
from agent_tui.store import agents, drafts, outbox
from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.store.sqlite_file import wal
from tests.factory import START, Desk, incoming, mail_account, only, receive

UNSYNCED = (0, 1, 500, 5_000)
"""Bytes of what came after the last sync that reached the disk all the same."""

State = tuple[list[tuple[str, ...]], list[tuple[str, ...]]]


@dataclass
class Point:
    """A moment at which the agent was told that something is safe."""

    main: Path  # the main file as it was
    synced: int  # bytes of the -wal that are on the disk for certain
    expected: State


class Recorder:
    """Notes what must survive at each point, and writes something unimportant after it."""

    def __init__(self, db: SqliteDatabase, folder: Path) -> None:
        self.db, self.folder, self.points = db, folder, list[Point]()

    def told(self, do: Callable[[], object]) -> None:
        do()
        main = self.folder / f"main{len(self.points)}"
        shutil.copy(self.db.path, main)
        synced = wal(self.db.path).stat().st_size
        if not self.db._connection().durable:  # SQLite has not asked the disk to keep it
            synced = self.points[-1].synced if self.points else 0
        self.points.append(Point(main, synced, state(self.db.path)))
        for number in range(5):
            agents.put(self.db, f"agent{number}", f"Agent {len(self.points)}")


def state(path: Path) -> State:
    """Drafts and outbox as they stand in the file."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return (
            connection.execute("SELECT body, subject FROM drafts ORDER BY id").fetchall(),
            connection.execute("SELECT key, state FROM outbox ORDER BY id").fetchall(),
        )


def test_no_draft_and_no_state_that_was_told_is_lost(tmp_path: Path) -> None:
    db = SqliteDatabase(tmp_path / "live" / "store.db")
    mail_account(db)
    receive(db, incoming())
    recorder = Recorder(db, tmp_path)
    desk = Desk(db)
    for number in range(4):
        play(desk, recorder, number)
    whole = wal(db.path).read_bytes()

    assert len(recorder.points) == 20
    for number, point in enumerate(recorder.points):
        for extra in UNSYNCED:
            path = tmp_path / f"cut{number}-{extra}" / "store.db"
            path.parent.mkdir()
            shutil.copy(point.main, path)
            wal(path).write_bytes(whole[: point.synced + extra])
            assert state(path) == point.expected
            shutil.rmtree(path.parent)
    db.close()


def play(desk: Desk, recorder: Recorder, number: int) -> None:
    """A reply from its first words to the server's word."""
    db = desk.db
    draft = reply.start(desk.context, only(db), DraftKind.REPLY)
    recorder.told(lambda: drafts.save(db, with_body(draft, f"The zip {number}.")))
    recorder.told(lambda: drafts.save(db, with_body(draft, f"The zip is on its way {number}.")))
    whole = with_body(draft, f"The zip is on its way {number}. Maria")
    recorder.told(lambda: reply.send(desk.context, whole))
    item = outbox.take(db, outbox.shown(db)[0])
    assert item is not None
    recorder.told(lambda: outbox.commit(db, item))
    recorder.told(lambda: outbox.sent(db, again(db, item), START, filed=Filed.NONE))


def with_body(draft: Draft, body: str) -> Draft:
    return replace(draft, body=body)


def again(db: Database, item: OutboxItem) -> OutboxItem:
    found = outbox.get(db, item.id)
    assert found is not None
    return found
