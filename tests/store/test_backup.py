"""A copy of the store is whole, and bringing it back sends nothing by itself."""

import os
import sqlite3
import threading
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from agent_tui.model.message import Delivery
from agent_tui.model.outbox import OutboxItem, OutboxState
from agent_tui.store import agents, events, leaving, messages, outbox
from agent_tui.store.backup import backup, copies_beside, restore
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, START, many, receive
from tests.store.test_outbox import queued, with_message
from tests.stores import new_store

RUNS = 50

S = OutboxState


def sound(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_fifty_copies_made_while_others_write_are_each_of_one_moment(tmp_path: Path) -> None:
    """Each batch adds three mails and three to a counter, in one transaction."""
    store = tmp_path / "store.db"
    db = new_store(store)
    stop = threading.Event()

    def write() -> None:
        mails = iter(many(9_000))
        while not stop.is_set() and (three := list(islice(mails, 3))):
            with db.transaction():
                receive(db, *three)
                db.run(
                    "INSERT INTO cursors VALUES ('count', '', '3') ON CONFLICT DO UPDATE"
                    " SET cursor = cursor + 3"
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(RUNS):
            backup(store, tmp_path / f"copy{number}.db")
    finally:
        stop.set()
        writer.join()
        db.close()

    seen = []
    for number in range(RUNS):
        copy = tmp_path / f"copy{number}.db"
        sound(copy)
        with closing(sqlite3.connect(copy)) as connection:
            (mails,) = connection.execute("SELECT count(*) FROM messages").fetchone()
            row = connection.execute("SELECT cursor FROM cursors WHERE account='count'").fetchone()
            events_there = connection.execute("SELECT count(*) FROM events").fetchone()[0]
        assert mails == events_there == int(row[0] if row else 0)
        seen.append(mails)
    assert seen == sorted(seen)
    assert seen[-1] > seen[0]


def test_a_copy_is_one_private_file_that_is_never_written_over_another(tmp_path: Path) -> None:
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    SqliteDatabase(store).close()
    before = os.umask(0)
    try:
        backup(store, copy)
    finally:
        os.umask(before)

    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.db", "store.db"]
    with pytest.raises(StoreError, match="is there already; choose another name"):
        backup(store, copy)
    (tmp_path / "link.db").symlink_to(tmp_path / "precious")
    with pytest.raises(StoreError, match="is there already"):
        backup(store, tmp_path / "link.db")
    assert not (tmp_path / "precious").exists()


def test_there_is_nothing_to_copy_without_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store at"):
        backup(tmp_path / "store.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def brought_back(db: SqliteDatabase, tmp_path: Path) -> SqliteDatabase:
    """The store of a copy that was made of ``db``, in its place."""
    copy = tmp_path / "copy.db"
    backup(db.path, copy)
    db.close()
    restore(copy, db.path, agent="maria", now=START)
    return SqliteDatabase(db.path)


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (S.QUEUED, S.CHECK),
        (S.HELD, S.CHECK),
        (S.SENDING, S.CHECK),
        (S.COMMITTED, S.CHECK),
        (S.UNCERTAIN, S.CHECK),
        (S.CHECK, S.CHECK),
        (S.SENT, S.SENT),
        (S.FAILED, S.FAILED),
        (S.CANCELLED, S.CANCELLED),
    ],
)
def test_what_had_not_left_waits_for_a_word_after_a_restore(
    tmp_path: Path, state: OutboxState, after: OutboxState
) -> None:
    db = new_store(tmp_path / "store.db")
    item = queued(db, state)

    db = brought_back(db, tmp_path)

    found = outbox.get(db, item.id)
    assert found is not None
    assert found.state is after
    assert leaving.due(db, ACCOUNT, START * 2) == []
    assert outbox.recover(db, ACCOUNT) == 0
    assert leaving.uncertain(db, ACCOUNT) == []
    assert outbox.take(db, found) is None
    db.close()


def shown_delivery(db: SqliteDatabase, item: OutboxItem) -> Delivery:
    assert item.message_id is not None
    message = messages.get(db, item.message_id)
    assert message is not None
    return message.delivery


def test_the_message_says_so_and_each_of_the_three_choices_ends_it(tmp_path: Path) -> None:
    db = new_store(tmp_path / "store.db")
    item = with_message(db)
    db = brought_back(db, tmp_path)
    found = outbox.get(db, item.id)
    assert found is not None
    assert "brought back from a copy" in found.problem
    assert shown_delivery(db, found) is Delivery.UNCERTAIN
    assert outbox.undecided(db) == 1

    outbox.settle_sent(db, found, START)
    assert shown_delivery(db, found) is Delivery.SENT
    db.run("UPDATE outbox SET state = 'check'")
    outbox.retry(db, found, START, "")
    assert [i.id for i in leaving.due(db, ACCOUNT, START)] == [item.id]
    db.run("UPDATE outbox SET state = 'check'")
    assert outbox.cancel(db, found)
    db.close()


def test_a_restore_keeps_the_present_store_aside_and_is_in_the_log(tmp_path: Path) -> None:
    store, copy = tmp_path / "store.db", tmp_path / "backups" / "old.db"
    copy.parent.mkdir()
    db = SqliteDatabase(store)
    agents.put(db, "maria", "Maria")
    backup(store, copy)
    agents.put(db, "tom", "Tom")
    db.close()

    done = restore(copy, store, agent="maria", now=START)

    db = SqliteDatabase(store)
    assert [a.handle for a in agents.every(db)] == ["maria"]
    (event,) = events.of_batch(db, events_batch(db))
    assert (event.stamp.actor, event.stamp.action, event.after) == ("maria", "restore", 0)
    assert events.last_to_undo(db, "maria") is None
    db.close()
    assert done.aside is not None
    aside = SqliteDatabase(done.aside)
    assert [a.handle for a in agents.every(aside)] == ["maria", "tom"]
    aside.close()
    assert copies_beside(store) == [copy, done.aside]
    sound(store)


def events_batch(db: SqliteDatabase) -> str:
    row = db.one("SELECT batch FROM events")
    assert row is not None
    return str(row["batch"])


def test_a_restore_is_refused_while_somebody_has_the_store_open(tmp_path: Path) -> None:
    """In another process, as it always is: locks of files belong to processes."""
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    SqliteDatabase(store).close()
    backup(store, copy)
    answer, say = os.pipe()
    stay, end = os.pipe()
    if (child := os.fork()) == 0:
        db = SqliteDatabase(store)
        os.write(say, b"x")
        os.close(end)
        os.read(stay, 1)
        db.close()
        os._exit(0)
    os.read(answer, 1)
    before = store.read_bytes()
    try:
        with pytest.raises(StoreError, match="is open in another agent-tui; leave it"):
            restore(copy, store, agent="maria", now=START)
    finally:
        os.close(end)
        os.waitpid(child, 0)
        os.close(stay)

    assert store.read_bytes() == before
    restore(copy, store, agent="maria", now=START)


@pytest.mark.parametrize("damage", ["cut", "text", "foreign", "newer", "missing"])
def test_what_is_no_sound_copy_changes_nothing(tmp_path: Path, damage: str) -> None:
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    db = SqliteDatabase(store)
    receive(db, *many(20, "x" * 5000))
    backup(store, copy)
    db.close()
    spoil(copy, damage)
    before = store.read_bytes()

    with pytest.raises(StoreError) as told:
        restore(copy, store, agent="maria", now=START)

    assert "\n" not in str(told.value)
    assert store.read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} <= {"store.db", "copy.db"}


def spoil(copy: Path, damage: str) -> None:
    match damage:
        case "cut":
            copy.write_bytes(copy.read_bytes()[:30_000])
        case "text":
            copy.write_text("Dear diary")
        case "foreign" | "newer":
            name, value = ("application_id", 7) if damage == "foreign" else ("user_version", 999)
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute(f"PRAGMA {name} = {value}")
                connection.commit()
        case _:
            copy.unlink()
