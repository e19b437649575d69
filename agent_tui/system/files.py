"""Whether files are there, whatever the system says of the way to them."""

from pathlib import Path


def is_there(path: str | Path) -> bool:
    """Whether a plain file is at ``path``: also no where its folder is closed to us, or was on a
    drive that has gone."""
    try:
        return Path(path).is_file()
    except OSError:
        return False


def size_of(path: str | Path) -> int:
    """In bytes; 0 where the file is not there."""
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0
