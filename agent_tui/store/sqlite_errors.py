"""What the disk or SQLite says of the store's file, as one sentence: what happened, where, what
to do."""

import errno
import os
import sqlite3
import sys
from pathlib import Path
from types import TracebackType

from agent_tui.store.database import Stopped, StoreError

BUSY_TIMEOUT_S = 5
"""Writes take milliseconds; whoever holds the lock for longer is stuck, and the screen waits."""


_FAILURES = (sqlite3.Error, OSError, UnicodeEncodeError, OverflowError)


class Told:
    """Raises what goes wrong inside as StoreError; one for all uses, as each statement has one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            raise Stopped("Nobody waits for this any more.") from error
        if isinstance(error, _FAILURES):
            raise StoreError(sentence(error, self._path)) from error


def sentence(error: Exception, path: Path) -> str:
    """``error`` as one sentence: what happened, where, what to do."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        error = _why_not(path) or error
    if isinstance(error, OSError):
        told = _OF_SYSTEM.get(error.errno or 0, _UNKNOWN)
    elif isinstance(error, sqlite3.Error):
        told = _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, _UNKNOWN)
    else:
        told = _NOT_A_VALUE
    said = (error.strerror or "").lower() if isinstance(error, OSError) else str(error)
    return told.format(path=path, folder=path.parent, error=said, seconds=BUSY_TIMEOUT_S)


_LITTLE = 256 * 1024
"""Bytes; SQLite calls it an I/O error when its shared index finds no room."""


def _why_not(path: Path) -> OSError | None:
    """What the system says where SQLite only says that it cannot. Of the folder: closing a handle
    of the file itself would give up the locks of other connections."""
    try:
        os.close(os.open(path.parent, os.O_RDONLY))
        room = _room(path.parent)
    except OSError as error:
        return error
    if room < _LITTLE:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return None


def _room(folder: Path) -> int:
    """Bytes that can be written where ``folder`` is; enough where the system does not tell."""
    if sys.platform == "win32":
        return _LITTLE
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


_UNKNOWN = "The store {path} failed: {error}. Run 'agent-tui doctor'."
_NOT_A_VALUE = "This cannot be stored: {error}."
_FULL = "The disk is full; free some space where {folder} is, nothing is lost."
_READ_ONLY_FILE = (
    "{path} cannot be written; make the file and its folder writable or choose another folder "
    "with --home."
)
_READ_ONLY_DISK = "{folder} is on a read-only disk; choose another folder with --home."
_FORBIDDEN = (
    "{path} cannot be opened: permission denied; make it yours or choose another folder with "
    "--home."
)
_NOT_THERE = "{path} cannot be opened or created; check the folder and its rights."
_BUSY = (
    "{path} is locked: another program has been writing to it for {seconds} s; nothing was "
    "changed, try again."
)
_TOO_MANY = (
    "{path} cannot be opened: too many files are open; end some programs or raise the limit "
    "(ulimit -n), nothing is lost."
)
_DISK_FAILS = "The disk of {folder} cannot be read or written ({error}); check the disk."
_FOREIGN = (
    "{path} is not a store of agent-tui, or its beginning is destroyed; move it away and start "
    "again, or bring back a copy with 'agent-tui restore FILE'."
)
_DAMAGED = (
    "{path} is damaged; bring back a copy with 'agent-tui restore FILE', or move it away and "
    "start again."
)

_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY_FILE,
    sqlite3.SQLITE_PERM: _FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: _NOT_THERE,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_IOERR: _DISK_FAILS,
    sqlite3.SQLITE_NOTADB: _FOREIGN,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
}

_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY_DISK,
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EEXIST: _NOT_THERE,
    errno.EISDIR: _NOT_THERE,
    errno.ENOTDIR: _NOT_THERE,
    errno.ENOENT: _NOT_THERE,
    errno.EIO: _DISK_FAILS,
    errno.EMFILE: _TOO_MANY,
    errno.ENFILE: _TOO_MANY,
}
