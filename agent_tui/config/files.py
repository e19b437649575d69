"""Writes a file whole or not at all, readable by its owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from agent_tui.config.errors import ConfigError, reason
from agent_tui.config.paths import make_private, refuse_shared


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
