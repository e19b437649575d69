"""The folders of a Maildir tree and the mails in them (https://cr.yp.to/proto/maildir.html)."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.incoming import Flags

ROOT = "INBOX"
"""The mailbox of the mails in the root of the tree."""

MOST_OCTETS = 50_000_000
"""What is read of one mail; mail servers refuse mails of such a size."""

_NOT_MAIL = frozenset({"drafts", "junk", "spam", "trash", "deleted items", "deleted messages"})
"""Folders that hold nothing a customer waits for an answer to."""

_INFO = re.compile(r"[:;!]2,")
"""Before the flags; file systems without colons have the other two."""

_FIRST_MAIL = 631_152_000
"""1990-01-01 in seconds: a name that begins with a smaller number does not tell a time."""

_HIDDEN = frozenset("TD")
"""Trashed and draft."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of mails; ``mailbox`` is its path below the root of the tree."""

    mailbox: str
    path: Path


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A mail in a folder; orders by the time of its delivery."""

    arrived: Millis
    id: int  # 62 bits made of the unique name, in the upper bits of 64
    file: str  # relative to the folder
    letters: str  # its flags

    @property
    def remote_id(self) -> str:
        """Stays when the mail moves from ``new`` to ``cur`` or its flags change."""
        return remote_id(self.id)

    @property
    def flags(self) -> Flags:
        """What other programs have done with it."""
        return Flags(seen="S" in self.letters, answered="R" in self.letters)

    @property
    def state(self) -> int:
        """``id`` with the flags in its two lowest bits."""
        return self.id | ("S" in self.letters) | ("R" in self.letters) << 1


def remote_id(state: int) -> str:
    """The remote id of the mail with ``state``."""
    return f"{state >> 2:016x}"


def folders(root: Path) -> list[Folder]:
    """All folders of mails below ``root``: the root first, then Maildir++ and nested ones.

    Raises OSError when the root cannot be read.
    """
    os.scandir(root).close()  # os.walk would pass over a root that cannot be read
    found = [Folder(_mailbox(root, path), path) for path in _walk(root)]
    return sorted(found, key=lambda one: (one.mailbox != ROOT, one.mailbox))


def has_any(root: Path) -> bool:
    """Whether there is a folder of mails below ``root``; raises OSError as :func:`folders`."""
    os.scandir(root).close()
    return any(True for _ in _walk(root))


def stamp(folder: Folder) -> tuple[int, int]:
    """When the lists of names in ``new`` and ``cur`` changed last, in ns."""
    return _changed(folder.path / "new"), _changed(folder.path / "cur")


def entries(folder: Folder) -> dict[int, Entry]:
    """The mails in ``folder`` by id, without drafts and what is in the trash."""
    found = (
        _entry(folder.path, sub, name)
        for sub in ("new", "cur")
        for name in _names(folder.path / sub)
    )
    return {entry.id: entry for entry in found if _HIDDEN.isdisjoint(entry.letters)}


def entry_called(folder: Folder, remote_id: str) -> Entry | None:
    """The mail in ``folder`` with this remote id, wherever its file has moved."""
    found = (entry for entry in entries(folder).values() if entry.remote_id == remote_id)
    return next(found, None)


def octets(folder: Folder, entry: Entry) -> bytes | None:
    """The mail itself, :data:`MOST_OCTETS` of it at most; None when it is there no longer.

    Raises OSError when it is there and cannot be read.
    """
    try:
        with (folder.path / entry.file).open("rb", buffering=0) as file:
            return file.read(MOST_OCTETS)
    except (FileNotFoundError, IsADirectoryError):
        return None


def _walk(root: Path) -> Iterator[Path]:
    for where, subs, _ in os.walk(root):
        if "cur" in subs or "new" in subs:
            yield Path(where)
        subs[:] = sorted(
            sub for sub in subs if sub not in {"cur", "new", "tmp"} and not _is_not_mail(sub)
        )


def _is_not_mail(name: str) -> bool:
    return name.rpartition(".")[2].lower() in _NOT_MAIL


def _mailbox(root: Path, path: Path) -> str:
    return ROOT if path == root else path.relative_to(root).as_posix()


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _names(path: Path) -> list[str]:
    try:
        with os.scandir(path) as found:
            return [one.name for one in found if not one.name.startswith(".")]
    except FileNotFoundError:
        return []


def _entry(folder: Path, sub: str, name: str) -> Entry:
    info = _INFO.search(name)
    unique, letters = (name[: info.start()], name[info.end() :]) if info else (name, "")
    digest = int.from_bytes(blake2b(os.fsencode(unique), digest_size=8).digest(), "big")
    file = f"{sub}/{name}"
    return Entry(_delivered(folder, unique, file), digest & ~3, file, letters)


def _delivered(folder: Path, unique: str, file: str) -> Millis:
    """When the mail was delivered: its name tells, else its file does."""
    seconds = unique.partition(".")[0]
    if seconds.isascii() and seconds.isdigit() and _FIRST_MAIL <= int(seconds) < 1 << 33:
        return int(seconds) * SECOND
    try:
        return int((folder / file).stat().st_mtime * SECOND)
    except FileNotFoundError:
        return 0
