"""Finds the mails in an mbox file without ever holding more of it than a block (RFC 4155)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import BinaryIO

from agent_tui.adapters.maildir.folders import MOST_OCTETS
from agent_tui.content.headers import milliseconds
from agent_tui.model.clock import Millis
from agent_tui.model.incoming import Flags

BLOCK = 1 << 20
_AROUND = 512
"""Octets that are read on both sides of a block, so that no From_ line is cut in two."""

_SAMPLE = 1024

_FROM = re.compile(
    rb"From [^\r\n]*?\b\d{1,2}:\d\d(:\d\d)?\b[^\r\n]*?\b(19|20)\d\d\b[^\r\n]{0,40}\r?\n"
)
"""The line before a mail: an address and a date, in the many ways in which they are written.

Without a date it is a sentence of somebody who did not quote it.
"""

_DATE = re.compile(r"\b[A-Z][a-z]{2},? +\w{1,3} +\w{1,3} .*\d")
_STATUS = re.compile(rb"^(?:X-)?Status:[ \t]*([A-Z]+)", re.MULTILINE | re.IGNORECASE)
_HEADER_END = re.compile(rb"\n\r?\n")
_MOST_HEADER = 64_000
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a mail lies, from its From_ line to the next."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What an mbox file knows of a mail."""

    raw: bytes
    delivered: Millis | None
    flags: Flags


def spans_back(file: BinaryIO, end: int, start: int = 0) -> Iterator[Span]:
    """The mails between ``start`` and ``end``, the last one first.

    What lies before the first From_ line belongs to none.
    """
    for at in _starts_back(file, end, start):
        yield Span(at, end)
        end = at


def mail(file: BinaryIO, span: Span) -> Stored:
    """The mail in ``span`` as it was before it was put into the file, 50 MB of it at most."""
    file.seek(span.start)
    line, _, raw = file.read(min(span.end - span.start, MOST_OCTETS)).partition(b"\n")
    if raw.endswith(b"\r\n\r\n"):
        raw = raw[:-2]
    elif raw.endswith(b"\n\n"):
        raw = raw[:-1]
    if b"\n>" in raw:
        raw = _QUOTED.sub(rb"\1", raw)
    date = _DATE.search(line.decode("latin-1"))
    return Stored(raw, milliseconds(date[0]) if date else None, _flags(raw))


def span_at(file: BinaryIO, at: int) -> Span | None:
    """The mail whose From_ line stands at ``at``; None where none does."""
    if not begins_mail(file, at):
        return None
    base, tail = at, b""
    file.seek(at)
    while block := file.read(BLOCK):
        block = tail + block
        found = block.find(b"\nFrom ")
        while found >= 0 and base + found < at + MOST_OCTETS:
            if _is_start(block, found):
                return Span(at, base + found + 1)
            found = block.find(b"\nFrom ", found + 1)
        if base > at + MOST_OCTETS:
            break
        tail = block[-_AROUND:]
        base += len(block) - len(tail)
    return Span(at, base + len(tail))


def begins_mail(file: BinaryIO, at: int) -> bool:
    """Whether a From_ line stands at ``at``."""
    file.seek(at)
    return _FROM.match(file.read(_AROUND)) is not None


def ends_whole(file: BinaryIO, end: int) -> bool:
    """Whether what ends at ``end`` ends as a mail that was written to its end: in a blank line."""
    file.seek(max(0, end - 4))
    return file.read(min(end, 4)).endswith((b"\n\n", b"\n\r\n"))


def about(file: BinaryIO, end: int) -> int:
    """How many mails there are before ``end``, and at times a few more."""
    file.seek(0)
    found, left, tail = 1, end, b""
    while left > 0 and (block := file.read(min(BLOCK, left))):
        left -= len(block)
        found += (tail + block).count(b"\nFrom ")
        tail = block[-5:]
    return found


def fingerprint(file: BinaryIO, end: int) -> str:
    """Differs, but for chance, when what stood before ``end`` has been changed or moved."""
    file.seek(0)
    head = file.read(min(_SAMPLE, end))
    file.seek(max(0, end - _SAMPLE))
    return blake2b(head + file.read(min(_SAMPLE, end)), digest_size=8).hexdigest()


def _flags(raw: bytes) -> Flags:
    """What other programs wrote into Status and X-Status (mutt, Dovecot, c-client)."""
    end = _HEADER_END.search(raw, 0, _MOST_HEADER)
    letters = b"".join(_STATUS.findall(raw, 0, end.start() if end else _MOST_HEADER))
    return Flags(seen=b"R" in letters, answered=b"A" in letters)


def _starts_back(file: BinaryIO, end: int, start: int) -> Iterator[int]:
    """Where the From_ lines between ``start`` and ``end`` begin, the last one first."""
    upper = end
    while upper > start:
        lower = max(start, upper - BLOCK)
        base = max(0, lower - _AROUND)
        file.seek(base)
        block = file.read(upper - base + _AROUND)
        found = block.rfind(b"\nFrom ", 0, upper - base + len("From ") - 1)
        while found >= 0 and base + found + 1 >= lower:
            if _is_start(block, found):
                yield base + found + 1
            found = block.rfind(b"\nFrom ", 0, found + len("From "))
        if lower == 0 and _FROM.match(block):
            yield 0
        upper = lower


def _is_start(block: bytes, line_feed: int) -> bool:
    """Whether the line after ``line_feed`` is a From_ line: after a blank one, with a date."""
    blank = block[max(0, line_feed - 2) : line_feed].endswith((b"\n", b"\n\r"))
    return blank and _FROM.match(block, line_feed + 1) is not None
