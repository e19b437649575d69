"""Files of their owner only: read when nobody else can, written whole or not at all, by one process
after the other."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.paths import make_private, refuse_shared
from agent_tui.system import locks, private

_PATIENCE_S = 90.0
"""Longer than what is done under a lock may take, asking a log-in server included."""

_PAUSE_S = 0.05


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


def read_private(path: Path, longest: int) -> bytes:
    """The first ``longest`` bytes of the secret file ``path``.

    Raises ConfigError when it cannot be read, is no plain file of this user's, or others can read
    it too.
    """
    try:
        handle = private.opened(path, private.READ)
    except OSError as error:
        raise ConfigError(f"The secret file {path} cannot be read: {reason(error)}.") from error
    with os.fdopen(handle, "rb") as file:
        if not private.is_plain_and_ours(handle):
            raise ConfigError(f"The secret file {path} must be a plain file of yours.")
        if private.is_open_to_others(handle):
            raise ConfigError(
                f"Others can read the secret file {path}; close it with: chmod 600 '{path}'"
            )
        return file.read(longest)


def write_private(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` with mode 0600; it is on disk when this returns.

    Raises ConfigError when the folder can be written by everybody, or nothing can be written.
    """
    make_private(path.parent)
    refuse_shared(path.parent)
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        _write_new(temporary, data)
        temporary.replace(path)
        private.sync_folder(path.parent)
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
        handle = locks.hold(path)
        if handle is not None:
            return handle
        if time.monotonic() > end:
            raise ConfigError(f"Another agent-tui keeps {path} for too long; end that one.")
        time.sleep(_PAUSE_S)


def _write_new(path: Path, data: bytes) -> None:
    with os.fdopen(private.opened(path, private.NEW), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
