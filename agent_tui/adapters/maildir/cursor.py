"""What a Maildir folder's cursor says: which of its mails were taken, and with what flags.

While a first import lasts, the cursor is two ends of a range: some 60 octets, since it is written
with each batch. After it, the cursor is the set of all mails, 11 octets each (1.1 MB for 100,000),
written only when the folder has changed. A set, since names need not come in the order of time:
a mail may be copied in under an old name.
"""

import base64
import binascii
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import xor

from agent_tui.adapters.maildir.folders import Entry
from agent_tui.model.clock import Millis

Key = tuple[Millis, int]
"""Orders the mails of a folder: time of delivery and id."""


@dataclass(frozen=True, slots=True)
class Importing:
    """A first import has taken the mails from ``oldest`` to ``newest``, both included."""

    newest: Key
    oldest: Key
    mix: int  # of their ids

    def __str__(self) -> str:
        ends = " ".join(f"{at} {number:x}" for at, number in (self.newest, self.oldest))
        return f"import {ends} {self.mix:x}"


@dataclass(frozen=True, slots=True)
class Whole:
    """The folder was taken in as it was at ``stamp``; (-1, -1): look at it again."""

    stamp: tuple[int, int]
    states: frozenset[int]  # ids with flags, see Entry.state

    def __str__(self) -> str:
        packed = base64.b64encode(array("Q", sorted(self.states)).tobytes()).decode()
        return f"whole {self.stamp[0]} {self.stamp[1]} {packed}"


Cursor = Importing | Whole


def loads(text: str | None) -> Cursor | None:
    """The cursor written as ``text``; None for one that is no longer understood."""
    if text is None:
        return None
    if found := _IMPORTING.fullmatch(text):
        newest_at, newest, oldest_at, oldest, mix = found.groups()
        return Importing(
            (int(newest_at), int(newest, 16)), (int(oldest_at), int(oldest, 16)), int(mix, 16)
        )
    if found := _WHOLE.fullmatch(text):
        return _whole((int(found[1]), int(found[2])), found[3])
    return None


def key(entry: Entry) -> Key:
    """Where ``entry`` stands in the order of a folder."""
    return entry.arrived, entry.id


def mixed(ids: Iterable[int]) -> int:
    """A number that differs, but for chance, for different sets of ids; one more id is mixed in
    by exclusive or, as ids are evenly spread already."""
    return reduce(xor, ids, 0)


def _whole(stamp: tuple[int, int], packed: str) -> Whole | None:
    states = array("Q")
    try:
        states.frombytes(base64.b64decode(packed, validate=True))
    except (binascii.Error, ValueError):
        return None
    return Whole(stamp, frozenset(states))


_IMPORTING = re.compile(r"import (\d+) ([0-9a-f]+) (\d+) ([0-9a-f]+) ([0-9a-f]+)")
_WHOLE = re.compile(r"whole (-?\d+) (-?\d+) ([A-Za-z0-9+/=]*)")
