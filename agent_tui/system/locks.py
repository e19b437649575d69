"""Locks on files: held through a descriptor, given up when it is closed or the process dies."""

import errno
import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS})


def hold(path: Path) -> int | None:
    """The descriptor by which the file or folder ``path`` is held against whoever does the same,
    in any thread or process; None while another holds it.

    On a file system that knows no locks nobody is held off. Raises OSError when ``path`` cannot be
    opened.
    """
    descriptor = _opened(path)
    try:
        ours = _locked(descriptor) and _is(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    if ours:
        return descriptor
    os.close(descriptor)
    return None


def hold_bytes(descriptor: int, first: int, size: int) -> bool:
    """Whether ``size`` bytes from ``first`` on are held now, as SQLite does it, against every other
    process; closing any descriptor of the file gives them up."""
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, first, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, size)
        else:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, size, first)
    except OSError:
        return False
    return True


if sys.platform == "win32":

    def _opened(path: Path) -> int:
        """A file beside ``path``: Windows opens no folder, and replaces no file that is open."""
        path.stat()
        return os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)

    def _locked(descriptor: int) -> bool:
        return hold_bytes(descriptor, 0, 1)
else:

    def _opened(path: Path) -> int:
        return os.open(path, os.O_RDONLY)

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        return True


def _is(descriptor: int, path: Path) -> bool:
    """Whether ``path`` was not written anew while another held it; what lies beside it never is."""
    return sys.platform == "win32" or os.path.samestat(os.fstat(descriptor), path.stat())
