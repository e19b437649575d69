"""One private file for many threads and processes: what is committed stays, nobody waits long."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent_tui.store import agents, sqlite
from agent_tui.store.database import Stopped, StoreError
from agent_tui.store.sqlite import SqliteDatabase


def handles(db: SqliteDatabase) -> list[str]:
    return [agent.handle for agent in agents.every(db)]


def in_a_thread(work: Callable[[], object]) -> None:
    """Run ``work`` in a thread that has ended when this returns."""
    failed: list[BaseException] = []

    def caught() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again where the test sees it
            failed.append(error)

    thread = threading.Thread(target=caught)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    if failed:
        raise failed[0]


def in_another_process(path: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` with the store as ``db`` in a Python of its own."""
    opened = (
        "import pathlib, sys\n"
        "from agent_tui.store import agents, sqlite\n"
        "db = sqlite.SqliteDatabase(pathlib.Path(sys.argv[1]))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", opened + code, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Private


def test_the_store_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    with umask(0):
        db = SqliteDatabase(tmp_path / "data" / "store.db")
        agents.put(db, "maria", "Maria")
        files = {path.name: mode(path) for path in (tmp_path / "data").iterdir()}
        db.close()

    assert files == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}
    assert mode(tmp_path / "data") == 0o700


def test_a_copy_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    SqliteDatabase(path).close()
    path.chmod(0o644)

    db = SqliteDatabase(path)
    agents.put(db, "maria", "Maria")

    assert mode(path) == 0o600
    assert mode(tmp_path / "store.db-wal") == 0o600
    db.close()


# Transactions


def test_a_transaction_that_fails_leaves_nothing(db: SqliteDatabase) -> None:
    def fail() -> None:
        with db.transaction():
            agents.put(db, "maria", "Maria")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert handles(db) == []


def test_a_nested_transaction_is_part_of_the_outer_one(db: SqliteDatabase) -> None:
    def fail() -> None:
        with db.transaction():
            with db.transaction():
                agents.put(db, "maria", "Maria")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert handles(db) == []


def test_a_transaction_whose_commit_fails_is_over(db: SqliteDatabase) -> None:
    def fail() -> None:
        with db.transaction():
            db.run("PRAGMA defer_foreign_keys = ON")
            db.run("INSERT INTO participants (conversation_id, address) VALUES (99, 'a@x')")

    with pytest.raises(StoreError, match="FOREIGN KEY"):
        fail()

    agents.put(db, "maria", "Maria")  # must not join what is over
    db.close()
    again = SqliteDatabase(db.path)
    assert handles(again) == ["maria"]
    again.close()


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])  # FULL, NORMAL
def test_durable_means_synced_and_plain_does_not(
    db: SqliteDatabase, durable: bool, level: int
) -> None:
    with db.transaction(durable=not durable):
        pass
    with db.transaction(durable=durable):
        row = db.one("PRAGMA synchronous")

    assert row is not None
    assert row["synchronous"] == level


def test_a_write_of_its_own_after_a_durable_one_does_not_wait_for_the_disk(
    db: SqliteDatabase,
) -> None:
    with db.transaction(durable=True):
        agents.put(db, "maria", "Maria")

    agents.put(db, "jonas", "Jonas")

    row = db.one("PRAGMA synchronous")
    assert row is not None
    assert row["synchronous"] == 1


def test_what_must_be_durable_cannot_hide_in_a_transaction_that_is_not(
    db: SqliteDatabase,
) -> None:
    with pytest.raises(RuntimeError, match="durable"), db.transaction():  # noqa: SIM117
        with db.transaction(durable=True):
            pass


def test_many_rows_are_written_together_or_not_at_all(db: SqliteDatabase) -> None:
    rows = [{"h": "maria", "n": "Maria"}, {"h": "maria", "n": "again"}]

    with pytest.raises(StoreError):
        db.many("INSERT INTO agents (handle, name) VALUES (:h, :n)", rows)

    assert handles(db) == []


# Threads


def test_threads_see_what_others_committed_and_nothing_before(db: SqliteDatabase) -> None:
    seen: list[list[str]] = []
    with db.transaction():
        agents.put(db, "maria", "Maria")
        in_a_thread(lambda: seen.append(handles(db)))
    in_a_thread(lambda: seen.append(handles(db)))

    assert seen == [[], ["maria"]]


def open_files(path: Path) -> int:
    """How often this process has the file open."""
    links = Path("/proc/self/fd")
    found = 0
    for link in list(links.iterdir()):
        try:
            found += link.readlink() == path
        except FileNotFoundError:  # the one that listed the folder
            continue
    return found


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="open files are counted in /proc"
)


@needs_proc
def test_a_thread_that_ends_takes_its_connection_along(db: SqliteDatabase) -> None:
    for _ in range(20):
        in_a_thread(lambda: handles(db))

    assert open_files(db.path) <= 2  # ours, and one that SQLite keeps for whoever comes next


class _Asked(threading.Event):
    """Whether to stop; that it is asked says that the statement runs."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = threading.Event()

    def is_set(self) -> bool:
        self.runs.set()
        return super().is_set()


def test_a_forked_process_does_not_wait_for_threads_that_it_lacks(db: SqliteDatabase) -> None:
    stop = _Asked()

    def count() -> None:
        with db.stoppable(stop), suppress(Stopped):
            db.one(
                "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r)"
                " SELECT max(i) FROM r"
            )

    counting = threading.Thread(target=count)
    counting.start()
    assert stop.runs.wait(30)
    child = os.fork()  # in the child Python drops what the other threads had
    if child == 0:
        os._exit(0)
    for _ in range(1_000):
        done, _status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.01)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    stop.set()
    counting.join()
    assert done == child


@needs_proc
def test_closing_closes_the_connections_of_living_threads(db: SqliteDatabase) -> None:
    opened, closed = threading.Event(), threading.Event()

    def work() -> None:
        handles(db)
        opened.set()
        closed.wait(30)

    thread = threading.Thread(target=work)
    thread.start()
    assert opened.wait(30)
    assert open_files(db.path) == 2

    db.close()
    left = open_files(db.path)
    closed.set()
    thread.join()

    assert left == 0


def test_a_closed_store_says_so_and_opens_nothing(db: SqliteDatabase) -> None:
    db.close()

    with pytest.raises(StoreError, match="is closed"):
        handles(db)


def test_threads_that_write_at_once_lose_nothing(db: SqliteDatabase) -> None:
    def work(name: int) -> None:
        for n in range(25):
            agents.put(db, f"{name}-{n}", "x")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(handles(db)) == 100


# Processes


def test_the_stamp_changes_when_another_process_commits_and_only_then(db: SqliteDatabase) -> None:
    agents.put(db, "maria", "Maria")
    before = db.stamp()
    assert db.stamp() == before

    in_another_process(db.path, "agents.put(db, 'jonas', 'Jonas')")

    assert db.stamp() != before
    assert handles(db) == ["jonas", "maria"]


def test_processes_that_open_a_new_store_at_once_all_get_it(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\n"
        "from agent_tui.store import agents, sqlite\n"
        "sys.stdin.read()\n"
        "db = sqlite.SqliteDatabase(pathlib.Path(sys.argv[1]))\n"
        "agents.put(db, sys.argv[2], 'x')\n"
    )
    path = tmp_path / "store.db"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(n)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    told = [process.communicate(timeout=60)[1] for process in processes]

    assert told == ["", "", "", ""]
    db = SqliteDatabase(path)
    assert handles(db) == ["0", "1", "2", "3"]
    db.close()


def test_who_cannot_write_for_seconds_is_told_and_nothing_is_changed(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0)

    with db.transaction(), pytest.raises(StoreError, match=r"is locked.*try again") as told:
        in_a_thread(lambda: agents.put(db, "jonas", "Jonas"))

    assert "\n" not in str(told.value)
    assert handles(db) == []


def test_a_short_write_comes_between_long_ones_without_a_pause(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite has no queue: without a gap the short one would wait for the end of all."""
    monkeypatch.setattr(sqlite, "_LONG_S", 0.0)
    begun, done = threading.Event(), threading.Event()
    rounds = 0

    def hog() -> None:
        nonlocal rounds
        while rounds < 300 and not done.is_set():
            with db.transaction():
                begun.set()
                agents.put(db, "hog", str(rounds))
                time.sleep(0.005)
            rounds += 1

    thread = threading.Thread(target=hog)
    thread.start()
    begun.wait(30)
    agents.put(db, "maria", "Maria")
    done.set()
    thread.join(30)

    assert rounds < 300
