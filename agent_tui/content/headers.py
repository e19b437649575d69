"""Reads the header of a mail or of one of its parts, however broken, in linear time."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from urllib.parse import unquote_to_bytes

from agent_tui.content.charset import decoded_text, decoded_words
from agent_tui.content.safe import safe_line


class Headers:
    """Header fields in the order they came; values unfolded, not decoded, not yet safe."""

    __slots__ = ("_by_name", "fields")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self.fields = tuple(fields)
        self._by_name: dict[str, list[str]] = {}
        for name, value in self.fields:
            self._by_name.setdefault(name.lower(), []).append(value)

    def first(self, name: str) -> str:
        """The value of the first field called ``name`` (in lower case); empty where none is."""
        values = self._by_name.get(name)
        return values[0] if values else ""

    def every(self, name: str) -> Sequence[str]:
        """The values of all fields called ``name`` (in lower case)."""
        return self._by_name.get(name, ())


@dataclass(frozen=True, slots=True)
class Header:
    """A header and where it ended."""

    headers: Headers
    body: int  # offset of the first octet after it
    cut: bool  # True where fields or values were left out


@dataclass(frozen=True, slots=True)
class Parameterised:
    """A value such as ``text/plain; charset=utf-8`` taken apart."""

    value: str  # in lower case
    parameters: dict[str, str]  # names in lower case, values decoded


def read_headers(raw: bytes, start: int, end: int) -> Header:
    """The header that begins at ``start`` of ``raw``; it and its body end at ``end``.

    A line that is no field ends the header, as RFC 5322 parsers do, unless fields go on after
    it: then it is a broken continuation of the field before.
    """
    empty = _LINE_END.match(raw, start, end)
    if empty:
        return Header(Headers(), empty.end(), cut=False)
    limit = min(end, start + _MOST_OCTETS)
    blank = _BLANK_LINE.search(raw, start, limit)
    lines, early = _field_lines(raw[start : blank.start() if blank else limit])
    kept = lines[:_MOST_FIELDS]
    whole = len(lines) == len(kept) and all(len(line) <= _LONGEST_VALUE for line in kept)
    if early is not None:
        body = start + early
    else:
        body = blank.end() if blank else end
        whole = whole and (blank is not None or limit == end)
    return Header(Headers(_field(line) for line in kept), body, cut=not whole)


def parameterised(value: str) -> Parameterised:
    """``value`` with its parameters, continued and encoded ones (RFC 2231) put together."""
    head, semicolon, _ = value.partition(";")
    head = head.partition("(")[0].strip().lower()
    if not semicolon:
        return Parameterised(head, {})
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, number, star, text in _parameters(value[:_LONGEST_PARAMETERS]):
        pieces.setdefault(name, {}).setdefault(number, (text, star))
    found = {name: _joined(of_name) for name, of_name in pieces.items()}
    return Parameterised(head, found)


def message_ids(value: str) -> tuple[str, ...]:
    """The ids in ``value`` without their brackets, each safe and of at most 998 characters."""
    bracketed = _BRACKETED.findall(value)
    found = bracketed or [word for word in value.split() if "@" in word]
    cleaned = ("".join(safe_line(text).split())[:_LONGEST_ID] for text in found)
    return tuple(text for text in cleaned if text)


def milliseconds(date: str) -> int | None:
    """A Date value in milliseconds since the epoch; None where it is absent or absurd."""
    try:
        fields = parsedate_tz(date[:_LONGEST_DATE])
        if fields is None:
            return None
        local = datetime(*fields[:6], tzinfo=UTC)
        moment = local - timedelta(seconds=fields[9] or 0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None  # the standard library's parser fails in all these ways on odd dates
    if not _EARLIEST <= moment < _LATEST:
        return None
    return int(moment.timestamp()) * 1000


def plain_text(value: str, limit: int | None = None) -> str:
    """A header's value for people: encoded words decoded, one safe line."""
    return safe_line(decoded_words(value), limit)


def _field_lines(block: bytes) -> tuple[list[bytes], int | None]:
    """The unfolded fields of ``block``, and where its body begins if that is within it."""
    fields: list[list[bytes]] = []
    position = 0
    rows = block.split(b"\n")
    for index, row in enumerate(rows):
        if _FIELD.match(row):
            fields.append([row.rstrip()])
        elif fields and (row.startswith((b" ", b"\t")) or _goes_on(rows, index)):
            fields[-1].append(row.strip())
        elif fields or not (_MBOX_LINE.match(row) or _goes_on(rows, index)):
            return [b" ".join(field) for field in fields], position
        position += len(row) + 1
    return [b" ".join(field) for field in fields], None


def _goes_on(rows: list[bytes], index: int) -> bool:
    """Whether fields go on after the row ``index``, so that it is a slip among them."""
    if rows[index].startswith(b"--"):  # the first part of a mail without its blank line
        return False
    after = rows[index + 1 : index + 3]
    fields = sum(_FIELD.match(row) is not None for row in after)
    folded = sum(row[:1] in {b" ", b"\t"} for row in after)
    return fields > 0 and fields + folded == len(after)


def _field(line: bytes) -> tuple[str, str]:
    if len(line) > _LONGEST_VALUE:
        # Both ends, because the newest of the References stand last.
        line = line[: _LONGEST_VALUE // 2] + b" " + line[-_LONGEST_VALUE // 2 :]
    name, _, value = decoded_text(line, None).partition(":")
    return name.strip(), value.strip()


def _parameters(value: str) -> Iterator[tuple[str, int, bool, str]]:
    """Name, number of the piece, whether it is percent-encoded, and text of each parameter."""
    for match in _PARAMETER.finditer(value):
        text = match[2] or ""
        if text.startswith('"'):
            text = _ESCAPED.sub(r"\1", text[1:].removesuffix('"'))
        else:
            text = text.strip()
        name, *rest = match[1].lower().split("*")
        number = int(rest[0]) if rest and rest[0].isdecimal() and len(rest[0]) < 5 else 0
        yield name, number, bool(rest) and rest[-1] == "", text


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    first, encoded = pieces[min(pieces)]
    if not any(star for _, star in pieces.values()):
        return decoded_words("".join(pieces[number][0] for number in sorted(pieces)))
    charset, quote, rest = first.partition("'") if encoded else ("", "", first)
    if quote:
        pieces[min(pieces)] = (rest.partition("'")[2], True)
    octets = b"".join(
        unquote_to_bytes(text) if star else text.encode("utf-8", "replace")
        for text, star in (pieces[number] for number in sorted(pieces))
    )
    return decoded_text(octets, charset)


_MOST_OCTETS = 2_000_000
_MOST_FIELDS = 1000
_LONGEST_VALUE = 65_536
_LONGEST_PARAMETERS = 16_384
_LONGEST_ID = 998  # a line of RFC 5322
_LONGEST_DATE = 100
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_MBOX_LINE = re.compile(rb">?From ")
_BRACKETED = re.compile(r"<([^<>]{1,2000})>")
_PARAMETER = re.compile(r';\s*+([^\s=;"]+)\s*+=\s*+("(?:[^"\\]|\\.)*+"?|[^;]*+)')
_ESCAPED = re.compile(r"\\(.)")
