"""Whatever the program is doing when the disk is full: told in words, nothing lost, and it goes on
when there is room again. Fifty runs: five things that are done, ten amounts of room."""

import logging
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from agent_tui.actions import reply
from agent_tui.engine.log import open_log
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.store import agents, drafts, outbox, sqlite
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import NEWEST, SqliteDatabase
from tests.disks import Disk, disk
from tests.factory import Desk, incoming, listed, mail_account, many, only, receive
from tests.store.test_migrations import old_store

ROOM = (0, 4, 8, 16, 32, 64, 96, 128, 192, 256)
"""Kibibytes that are left."""

LONG = "The zip is on its way. " * 4_000


@pytest.fixture(params=ROOM)
def room(request: pytest.FixtureRequest) -> int:
    kibibytes: int = request.param
    return kibibytes


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    with disk(tmp_path_factory.mktemp("small") / "disk", "size=12m") as mounted:
        yield mounted


@pytest.fixture
def place(small: Disk) -> Iterator[Path]:
    """A folder of its own on the small disk."""
    path = small.path / "store"
    path.mkdir()
    yield path
    for file in [*path.rglob("*")]:
        if file.is_file():
            file.unlink()
    for folder in sorted(path.rglob("*"), reverse=True):
        folder.rmdir()
    path.rmdir()


@pytest.fixture
def full(place: Path) -> Iterator[SqliteDatabase]:
    db = SqliteDatabase(place / "store.db")
    mail_account(db)
    yield db
    db.close()


def sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def told(do: Callable[[], object]) -> bool:
    """Whether the disk was full for ``do``; then it was said in words."""
    try:
        do()
    except StoreError as error:
        said = str(error)
    else:
        return False
    assert said.startswith("The disk is full; free some space")
    assert "\n" not in said
    return True


def test_a_sync_stops_between_two_batches(full: SqliteDatabase, small: Disk, room: int) -> None:
    batches = [many(10, LONG[:3_000]) for _ in range(12)]
    taken = 0
    small.leave(room)
    while taken < len(batches) and not told(partial(receive, full, *batches[taken])):
        taken += 1
    assert len(listed(full)) == taken * 10

    small.free()
    for mails in batches:
        receive(full, *mails)
    assert len(listed(full)) == 120
    assert sound(full.path)


def test_a_draft_stays_as_it_was_saved_last(full: SqliteDatabase, small: Disk, room: int) -> None:
    draft = started(full)
    small.leave(room)
    longer = replace(draft, body=LONG)
    if told(lambda: drafts.save(full, longer)):
        assert drafts.get(full, draft.id) == draft
    small.free()

    drafts.save(full, longer)
    assert drafts.get(full, draft.id) == longer
    assert sound(full.path)


def started(db: SqliteDatabase) -> Draft:
    receive(db, incoming())
    draft = replace(reply.start(Desk(db).context, only(db), DraftKind.REPLY), body="The zip.")
    drafts.save(db, draft)
    return draft


def test_a_reply_is_queued_whole_or_stays_a_draft(
    full: SqliteDatabase, small: Disk, room: int
) -> None:
    draft = replace(started(full), body=LONG)
    drafts.save(full, draft)
    small.leave(room)
    if told(lambda: reply.send(Desk(full).context, draft)):
        assert outbox.shown(full) == []
        assert only(full).messages == 1
        assert drafts.get(full, draft.id) == draft
        small.free()
        reply.send(Desk(full).context, draft)
    else:
        small.free()

    assert len(outbox.shown(full)) == 1
    assert drafts.get(full, draft.id) is None
    assert sound(full.path)


def test_a_migration_is_done_whole_or_not_at_all(place: Path, small: Disk, room: int) -> None:
    path = place / "old" / "store.db"
    old_store(path, 1)
    small.leave(room)
    failed = told(lambda: SqliteDatabase(path).close())
    small.free()

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1 if failed else NEWEST,)
    db = SqliteDatabase(path)
    assert [agent.handle for agent in agents.every(db)] == ["tom"]
    db.close()
    assert sound(path)


def test_a_log_that_cannot_be_written_stops_nothing(place: Path, small: Disk, room: int) -> None:
    log = open_log(place / "state" / "agent-tui.log")
    small.leave(room)
    for number in range(3_000):
        log.info("line %d of a log that grows until there is no room for it", number)
    small.free()

    log.info("there is room again")

    for handler in log.handlers:
        handler.close()
    logging.getLogger("agent_tui").handlers.clear()
    assert (place / "state" / "agent-tui.log").read_text().endswith("there is room again\n")


def test_a_store_that_somebody_keeps_locked_is_told_and_the_draft_stays(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = started(db)
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0)
    with closing(sqlite3.connect(db.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="is locked: another program has been writing"):
            drafts.save(db, replace(draft, body=LONG))
        assert drafts.get(db, draft.id) == draft
        other.execute("COMMIT")

    drafts.save(db, replace(draft, body=LONG))


def test_too_many_open_files_are_told_and_the_store_goes_on_afterwards(tmp_path: Path) -> None:
    """In a process of its own: the limit is one of processes."""
    SqliteDatabase(tmp_path / "store.db").close()
    answer, say = os.pipe()
    if (child := os.fork()) == 0:
        os.write(say, told_without_handles(tmp_path / "store.db").encode())
        os._exit(0)
    os.close(say)
    with os.fdopen(answer) as said:
        text = said.read()
    os.waitpid(child, 0)

    assert text == (
        f"{tmp_path}/store.db cannot be opened: too many files are open; end some programs or "
        "raise the limit (ulimit -n), nothing is lost. Then it went on."
    )


def told_without_handles(path: Path) -> str:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, most))
    try:
        SqliteDatabase(path)
    except StoreError as error:
        said = str(error)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    SqliteDatabase(path).close()
    return f"{said} Then it went on."
