"""The octets of a mail as text to look at: nothing is obeyed, nothing is hidden."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from agent_tui.content.safe import safe_text

MOST_SHOWN = 250_000
"""Octets shown of a mail; what follows is nearly always a file in base64."""

_TAB = 4
_STRANGE = re.compile(r"[^ -~\t\xa1-\xac\xae-\xff]+")
"""Where a look is worth while: almost every line of a mail is ASCII."""


class Piece(NamedTuple):
    """A part of a line."""

    text: str
    spelt: bool = False  # it stands for what cannot be shown, such as \\x1b


Line = tuple[Piece, ...]


def lines(octets: bytes, most: int = MOST_SHOWN) -> Iterator[Line]:
    """The lines of the first ``most`` octets.

    What no terminal shows is spelt out: ``\\x9b`` for an octet that is no UTF-8, ``\\u202e`` for a
    character that a terminal would obey or a reader would not see.
    """
    shown = octets[:most].replace(b"\r\n", b"\n").removesuffix(b"\n")
    for line in shown.split(b"\n"):
        yield tuple(_pieces(line.decode("utf-8", "surrogateescape").expandtabs(_TAB)))


def _pieces(line: str) -> Iterator[Piece]:
    at = 0
    for match in _STRANGE.finditer(line):
        for start, character in enumerate(match[0], match.start()):
            if not character.isprintable():
                yield from _plain(line[at:start])
                yield Piece(_spelt(character), spelt=True)
                at = start + 1
    yield from _plain(line[at:])


def _plain(text: str) -> Iterator[Piece]:
    if text:
        yield Piece(safe_text(text))  # floods of marks above one letter are printable, too


def _spelt(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # an octet, as "surrogateescape" carries it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
