"""Files of their owner alone: made with mode 0600, opened without following a link, which somebody
may have laid in wait. On Windows the rights of the user's own folders do that."""

import os
import stat
import sys
from pathlib import Path

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL
"""To write a file that must not be there yet."""

APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
OVERWRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
CHANGE = os.O_RDWR

if sys.platform == "win32":
    READ = os.O_RDONLY
    _ALWAYS = os.O_BINARY
else:
    READ = os.O_RDONLY | os.O_NONBLOCK  # a pipe is opened, not waited for
    _ALWAYS = os.O_NOFOLLOW

_OTHERS = 0o077


def opened(path: Path | str, how: int) -> int:
    """The descriptor of ``path``, opened for ``how``, one of the above; for ``os.fdopen``.

    Raises OSError, also for a link.
    """
    return os.open(path, how | _ALWAYS, 0o600)


def is_plain_and_ours(descriptor: int) -> bool:
    """Whether it is a file, no pipe or device, and this user's."""
    status = os.fstat(descriptor)
    if sys.platform == "win32":
        return stat.S_ISREG(status.st_mode)
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid()


def is_open_to_others(descriptor: int) -> bool:
    """Whether the rights of the file let anybody else read or write it."""
    return sys.platform != "win32" and bool(os.fstat(descriptor).st_mode & _OTHERS)


def close_to_others(descriptor: int) -> None:
    """Give the file mode 0600 where it has another. Raises OSError."""
    if sys.platform != "win32" and is_open_to_others(descriptor):
        os.fchmod(descriptor, 0o600)


def sync_folder(folder: Path) -> None:
    """Return when the names in ``folder`` are on the disk; Windows has nothing to ask for that.
    Raises OSError."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
