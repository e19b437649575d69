"""Takes what is new in an mbox file, in batches that can be resumed after any of them."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from agent_tui.adapters.mail import Own, Place, read
from agent_tui.adapters.maildir import mbox
from agent_tui.adapters.maildir.mbox import Span
from agent_tui.adapters.maildir.pull import BATCH
from agent_tui.model.clock import SECOND, Clock, Millis
from agent_tui.model.incoming import Batch, Incoming, Progress

MAILBOX = "mbox"

_MOST_OCTETS = 16_000_000
"""Of mails in one batch."""

_WRITTEN: Millis = 5 * SECOND
"""A file that nobody has written to for so long holds its last mail completely."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The mails between ``low`` and ``end`` were taken, ``done`` of them."""

    low: int
    end: int
    done: int
    changed: int  # when the file was, in ns
    mark: str  # fingerprint of what stood before ``end``

    def holds(self, size: int, changed: int) -> bool:
        """Whether a file of such a size that changed last then was taken in already."""
        return (self.low, self.end, self.changed) == (0, size, changed)

    def __str__(self) -> str:
        return f"{self.low} {self.end} {self.done} {self.changed} {self.mark}"


def loads(text: str | None) -> Cursor | None:
    """The cursor written as ``text``; None for one that is no longer understood."""
    found = _CURSOR.fullmatch(text or "")
    if found is None:
        return None
    low, end, done, changed, mark = found.groups()
    return Cursor(int(low), int(end), int(done), int(changed), mark)


def batches(path: Path, committed: str | None, own: Own, clock: Clock) -> Iterator[Batch]:
    """What is new in the file at ``path`` since ``committed``; newest first at the first import.

    Blocks while it reads. Raises OSError when the file cannot be read. When the file is no
    longer what it was, but for mails at its end, everything is taken again: the store knows
    mails that it has by what is in them.
    """
    before = loads(committed)
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if before and before.holds(status.st_size, status.st_mtime_ns):
            return
        pull = _Pull(file, status.st_mtime_ns, own)
        written = clock() - status.st_mtime_ns // 1_000_000 > _WRITTEN
        end = _end(file, status.st_size, written=written)
        if before is None or not _continues(file, before, status.st_size):
            yield from pull.back(Cursor(end, end, 0, 0, ""), reset=committed is not None)
        else:
            grown = before
            for batch in pull.on(before, end):
                yield batch
                grown = loads(batch.cursor) or grown
            yield from pull.back(grown, reset=False)


@dataclass(frozen=True, slots=True)
class _Pull:
    """One pull of an open file."""

    file: BinaryIO
    changed: int
    own: Own

    def on(self, taken: Cursor, end: int) -> Iterator[Batch]:
        """The mails that were added behind what was taken, in their order."""
        spans = list(mbox.spans_back(self.file, end, taken.end))[::-1]
        done = taken.done
        for run in _runs(spans):
            done += len(run)
            yield self._batch(run, self._cursor(taken.low, run[-1].end, done))

    def back(self, taken: Cursor, *, reset: bool) -> Iterator[Batch]:
        """The mails before what was taken, newest first, to the beginning of the file."""
        done, low = taken.done, taken.low
        if low == 0:
            return
        total = done + mbox.about(self.file, low)
        for run in _runs(mbox.spans_back(self.file, low)):
            done, low = done + len(run), run[-1].start
            total = max(total, done)
            cursor = self._cursor(low, taken.end, done)
            yield self._batch(run, cursor, reset=reset, progress=Progress(done, total))
            reset = False
        if low or reset:  # what lies before the first From_ line is no mail
            cursor = self._cursor(0, taken.end, done)
            yield Batch(MAILBOX, str(cursor), reset=reset, progress=Progress(done, done))

    def _cursor(self, low: int, end: int, done: int) -> Cursor:
        return Cursor(low, end, done, self.changed, mbox.fingerprint(self.file, end))

    def _batch(
        self,
        run: list[Span],
        cursor: Cursor,
        *,
        reset: bool = False,
        progress: Progress | None = None,
    ) -> Batch:
        messages = tuple(self._message(span) for span in run)
        return Batch(MAILBOX, str(cursor), messages, reset=reset, progress=progress)

    def _message(self, span: Span) -> Incoming:
        stored = mbox.mail(self.file, span)
        arrived = stored.delivered or self.changed // 1_000_000
        return read(stored.raw, Place(str(span.start), arrived, stored.flags), self.own)


def _runs(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """``spans`` in batches of so many, and of so many octets if more than one."""
    run: list[Span] = []
    octets = 0
    for span in spans:
        octets += span.end - span.start
        if run and (len(run) == BATCH or octets > _MOST_OCTETS):
            yield run
            run, octets = [], span.end - span.start
        run.append(span)
    if run:
        yield run


def _end(file: BinaryIO, size: int, *, written: bool) -> int:
    """Where the last mail that was written completely ends."""
    if written or mbox.ends_whole(file, size):
        return size
    return next((span.start for span in mbox.spans_back(file, size)), 0)


def _continues(file: BinaryIO, before: Cursor, size: int) -> bool:
    """Whether the file is what it was, and what was added to it begins with a new mail."""
    if size < before.end or mbox.fingerprint(file, before.end) != before.mark:
        return False
    return size == before.end or mbox.begins_mail(file, before.end)


_CURSOR = re.compile(r"(\d+) (\d+) (\d+) (\d+) ([0-9a-f]*)")
