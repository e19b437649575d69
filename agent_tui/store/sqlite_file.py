"""The store's files on the disk: private, complete, and in nobody's hands while they are changed.

What is looked at here costs microseconds, so that every start can afford it; whether each page is
sound only ``agent-tui doctor`` finds out.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent_tui.store.database import StoreError
from agent_tui.system import locks, private

_WAL_HEADER = 32
_FRAME_HEADER = 24
"""Bytes, see https://www.sqlite.org/fileformat2.html#the_write_ahead_log."""

_SMALLEST = 512
"""Bytes of the smallest page. SQLite takes a shorter file for a new one."""

_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
"""The bytes by which every open connection in WAL mode holds its database file (os_unix.c)."""


def make_private(path: Path) -> None:
    """Make the file when there is none, with mode 0600; one that others can read is closed.

    Raises OSError; StoreError for a file without one whole page, unless it is really new:
    SQLite would begin anew in it, and throw away the last changes that lie beside it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        status = os.fstat(file)
        private.close_to_others(file)  # a restored copy; the files beside it take its mode
    finally:
        os.close(file)
    if status.st_size < _SMALLEST and (status.st_size or _size(wal(path))):
        raise StoreError(_incomplete(path))


def refuse_without_wal(path: Path) -> None:
    """Raise StoreError when the file with the last changes was taken away.

    SQLite makes it before the shared index and removes it after it: an index alone is what is
    left when somebody else has removed it.
    """
    index = _beside(path, "-shm")
    log = wal(path)
    # Twice: another process may just be opening or closing them.
    if index.exists() and not log.exists() and index.exists() and not log.exists():
        raise StoreError(
            f"{log} is missing, and with it what was written last; put it back, or go on "
            f"without it: agent-tui restore '{path}'"
        )


def refuse_incomplete(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError when the file is shorter than its own count of pages says."""
    connection.execute("BEGIN")  # nobody cuts pages off while we read
    try:
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        size: int = connection.execute("PRAGMA page_size").fetchone()[0]
        there = path.stat().st_size // size
        if there < pages and there + _frames(path, size) < pages:
            raise StoreError(_incomplete(path))
    finally:
        connection.execute("COMMIT")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Nobody has the file open, and nobody gets in, until this ends.

    Raises StoreError when somebody has. Nothing of this process may have it open either: closing
    any handle of a file gives up all its locks.
    """
    if not path.exists():
        yield
        return
    with path.open("r+b") as file:
        if not locks.hold_bytes(file.fileno(), _SHARED_FIRST, _SHARED_SIZE):
            raise StoreError(
                f"{path} is open in another agent-tui; leave it, stop 'agent-tui engine' if it "
                "runs by itself, and try again."
            )
        yield


def wal(path: Path) -> Path:
    """The file with the changes that are not in the main file yet."""
    return _beside(path, "-wal")


def parts(path: Path) -> list[Path]:
    """The main file and those that SQLite keeps beside it, where they are."""
    return [p for p in (path, wal(path), _beside(path, "-shm")) if p.exists()]


def _incomplete(path: Path) -> str:
    return (
        f"{path} is cut short; bring back a copy with 'agent-tui restore FILE', or move it away "
        "and start again."
    )


def _frames(path: Path, page_size: int) -> int:
    return max(_size(wal(path)) - _WAL_HEADER, 0) // (page_size + _FRAME_HEADER)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
