"""Whatever is wrong with disk or file is said in one clear sentence, and nothing is lost."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agent_tui.store import agents
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.store.sqlite_errors import sentence


def told(path: Path) -> str:
    """What opening ``path`` says."""
    with pytest.raises(StoreError) as error:
        SqliteDatabase(path)
    return one_sentence(str(error.value))


def one_sentence(text: str) -> str:
    assert "\n" not in text
    assert text.endswith(".")
    assert "Error" not in text
    assert "Errno" not in text
    return text


def filled(path: Path, count: int = 300) -> None:
    """A store with some rows in it, all in the one file."""
    db = SqliteDatabase(path)
    db.many(
        "INSERT INTO agents (handle, name) VALUES (:h, :n)",
        [{"h": f"agent{n}", "n": "x" * 500} for n in range(count)],
    )
    db.close()


on_a_disk_of_its_own = pytest.mark.skipif(
    os.geteuid() != 0
    or shutil.which("unshare") is None
    or subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True,
        check=False,
    ).returncode
    != 0,
    reason="a file system of its own needs root and mount name spaces",
)


def on_disk(mount: Path, options: str, code: str) -> str:
    """Run ``code`` where ``mount`` is a small disk of its own; what it prints."""
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            'mount -t tmpfs -o "$1" tmpfs "$2" && exec "$3" -c "$4" "$2"',
            "sh",
            options,
            str(mount),
            sys.executable,
            code,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@on_a_disk_of_its_own
def test_a_read_only_disk_is_named(tmp_path: Path) -> None:
    code = """
import pathlib, sys
from agent_tui.store.sqlite import SqliteDatabase, StoreError
try:
    SqliteDatabase(pathlib.Path(sys.argv[1]) / "store.db")
except StoreError as error:
    print(error)
"""
    said = on_disk(tmp_path, "ro", code)

    assert one_sentence(said) == (
        f"{tmp_path} is on a read-only disk; choose another folder with --home."
    )


@on_a_disk_of_its_own
def test_a_full_disk_is_named_and_what_was_committed_is_there(tmp_path: Path) -> None:
    code = """
import pathlib, sys
from agent_tui.store import agents
from agent_tui.store.sqlite import SqliteDatabase, StoreError
db = SqliteDatabase(pathlib.Path(sys.argv[1]) / "store.db")
kept = 0
try:
    while True:
        with db.transaction():
            for n in range(10):
                agents.put(db, f"agent{kept + n}", "x" * 5000)
        kept += 10
except StoreError as error:
    print(error)
db.close()
db = SqliteDatabase(pathlib.Path(sys.argv[1]) / "store.db")
assert kept and len(agents.every(db)) == kept
"""
    said = on_disk(tmp_path, "size=2m", code)

    assert one_sentence(said) == (
        f"The disk is full; free some space where {tmp_path} is, nothing is lost."
    )


def test_a_store_that_was_full_goes_on_when_there_is_space_again(db: SqliteDatabase) -> None:
    pages = db.one("PRAGMA page_count")
    assert pages is not None
    db.one(f"PRAGMA max_page_count = {pages['page_count']}")
    with pytest.raises(StoreError, match="is full"):
        agents.put(db, "maria", "x" * 100_000)

    db.one("PRAGMA max_page_count = 100000")
    agents.put(db, "jonas", "Jonas")

    assert [agent.handle for agent in agents.every(db)] == ["jonas"]


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()

    assert f"{tmp_path}/store.db cannot be opened" in told(tmp_path / "store.db")


@pytest.mark.parametrize("below", ["store.db", "data/store.db"])
def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "home").write_text("")

    assert "cannot be opened or created" in told(tmp_path / "home" / below)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_ours_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    assert "permission denied" in told(tmp_path / "store.db")


def test_a_file_cut_short_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    filled(path)
    os.truncate(path, path.stat().st_size // 2)

    assert f"{path} is damaged" in told(path)


def test_a_file_with_a_hole_is_called_damaged_where_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    filled(path, 1000)  # the hole is behind the schema
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2 - 4096))

    with closing(SqliteDatabase(path)) as db, pytest.raises(StoreError) as error:
        agents.every(db)

    assert f"{path} is damaged" in one_sentence(str(error.value))


def raised(work: Callable[[], object]) -> Exception:
    """The error of SQLite or of the system that ``work`` runs into."""
    with pytest.raises((sqlite3.Error, OSError, ValueError, OverflowError)) as error:
        work()
    return error.value


def connection(*setup: str) -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    for statement in ("CREATE TABLE t (x UNIQUE)", *setup):
        made.execute(statement)
    return made


PATH = Path("/home/full/locked.db")
"""A path with words of other sentences in it."""


@pytest.mark.parametrize(
    ("setup", "statement", "value", "said"),
    [
        (["PRAGMA query_only = 1"], "INSERT INTO t VALUES (?)", 1, "cannot be written"),
        (["PRAGMA max_page_count = 3"], "INSERT INTO t VALUES (?)", "x" * 99999, "disk is full"),
        (["INSERT INTO t VALUES (1)"], "INSERT INTO t VALUES (?)", 1, "UNIQUE"),
        ([], "INSERT INTO t VALUES (?)", 2**70, "cannot be stored"),
        ([], "INSERT INTO t VALUES (?)", "\ud800", "cannot be stored"),
        ([], "SELECT ? FROM nowhere", 1, "no such table"),
    ],
)
def test_errors_of_sqlite_are_told_by_what_they_are(
    setup: list[str], statement: str, value: object, said: str
) -> None:
    with closing(connection(*setup)) as here:
        error = raised(lambda: here.execute(statement, (value,)))

    assert said in sentence(error, PATH)
    assert "\n" not in sentence(error, PATH)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "read-only disk"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, "cannot be read or written (input/output error)"),
    ],
)
def test_errors_of_the_system_are_told_by_number_not_by_words_of_the_path(
    number: int, said: str
) -> None:
    error = OSError(number, os.strerror(number), str(PATH))

    assert said in sentence(error, PATH)


def test_what_cannot_be_stored_is_said_and_changes_nothing(db: SqliteDatabase) -> None:
    with pytest.raises(StoreError, match="cannot be stored"):
        agents.put(db, "maria", "\ud800")

    assert agents.every(db) == []
