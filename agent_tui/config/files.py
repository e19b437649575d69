"""Writes a file whole or not at all, readable by its owner only, one process after the other."""

import errno
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.paths import make_private, refuse_shared

_PATIENCE_S = 90.0
"""Longer than what is done under a lock may take, asking a log-in server included."""

_PAUSE_S = 0.05
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS})


@contextmanager
def locked(path: Path, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Hold the file or folder ``path`` against whoever does the same, in any thread or process; a
    process that dies lets go.

    On a file system that knows no locks nobody is held off. Raises ConfigError when ``path``
    cannot be opened, or is held by another for longer than ``patience_s``.
    """
    try:
        handle = _held(path, time.monotonic() + patience_s)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {reason(error)}.") from error
    try:
        yield
    finally:
        os.close(handle)


def write_private(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` with mode 0600; it is on disk when this returns.

    Raises ConfigError when the folder can be written by everybody, or nothing can be written.
    """
    make_private(path.parent)
    refuse_shared(path.parent)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        _write_new(temporary, data)
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):  # a disk that cannot be written cannot be tidied up either
            temporary.unlink()
        raise ConfigError(
            f"{path} cannot be written: {reason(error)}; "
            "check the folder's rights and free space, or choose another with --home."
        ) from error


def _held(path: Path, end: float) -> int:
    """The descriptor by which ``path`` is held."""
    while True:
        handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return handle
            os.close(handle)
            raise
        else:
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
            os.close(handle)  # it was written anew while we waited
        if time.monotonic() > end:
            raise ConfigError(f"Another agent-tui keeps {path} for too long; end that one.")
        time.sleep(_PAUSE_S)


def _write_new(path: Path, data: bytes) -> None:
    # O_EXCL and O_NOFOLLOW: a link that somebody laid in wait is neither followed nor replaced.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
