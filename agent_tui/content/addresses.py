"""Reads address lists of mail headers (RFC 5322, 3.4), however broken, in linear time."""

import re
from dataclasses import dataclass, field

from agent_tui.content.charset import decoded_words
from agent_tui.content.links import ascii_host
from agent_tui.content.safe import safe_line
from agent_tui.model.message import Address


def addresses(value: str, most: int) -> tuple[Address, ...]:
    """The mailboxes of a header's undecoded ``value``, at most ``most``; groups are flattened.

    One without an ``@`` keeps what was written as its name and has an empty address.
    """
    simple = _SIMPLE.fullmatch(value)
    if simple and "=?" not in value:
        return (_address(simple[1] or "", simple[2]),)
    found: list[Address] = []
    box = _Mailbox()
    for match in _TOKEN.finditer(value):
        if box.take(match):
            found += box.flushed()
            box = _Mailbox()
            if len(found) >= most:
                return tuple(found[:most])
    return tuple([*found, *box.flushed()][:most])


@dataclass(slots=True)
class _Mailbox:
    """The pieces of one mailbox, gathered from left to right."""

    words: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    depth: int = 0
    angle: str | None = None
    glued: bool = False  # the next word belongs to the one before, as in "a b"@c

    def take(self, match: re.Match[str]) -> bool:
        """Takes a token in; True where it ends the mailbox."""
        piece = match[0]
        if piece == "(":
            self.depth += 1
        elif piece == ")":
            self.depth = max(0, self.depth - 1)
        elif self.depth:
            self.comment.append(piece)
        elif piece in ",;":
            return True
        elif piece == ":":
            self._colon()
        elif piece.startswith("<"):
            self.angle = piece.strip("<>")
        else:
            self._word(piece)
        return False

    def flushed(self) -> list[Address]:
        """The mailbox, or nothing where nothing was said."""
        comment = decoded_words("".join(self.comment))
        if self.angle is not None and self.angle.strip():
            return [_address(decoded_words(" ".join(self.words)) or comment, self.angle)]
        at = next((word for word in self.words if "@" in word), None)
        if at is not None:
            others = " ".join(word for word in self.words if word is not at)
            return [_address(decoded_words(others) or comment, at)]
        name = decoded_words(" ".join(self.words)) or comment
        whole = _SIMPLE.fullmatch(name)  # some programs encode the address along with the name
        if whole:
            return [_address(whole[1] or "", whole[2])]
        return [Address(safe_line(name, _LONGEST_NAME), "")] if name.strip() else []

    def _colon(self) -> None:
        if self.words and self.words[-1].lower() == "mailto":
            self.words.pop()
        elif not any("@" in word for word in self.words):
            self.words.clear()  # the name of a group

    def _word(self, piece: str) -> None:
        quoted = piece.startswith('"')
        if quoted:
            piece = _ESCAPED.sub(r"\1", piece[1:].removesuffix('"'))
        if self.words and self.glued and piece.startswith("@"):
            self.words[-1] += piece
        elif piece.strip():
            self.words.append(piece)
        self.glued = quoted


def _address(name: str, email: str) -> Address:
    spec = email.rpartition(":")[2] if email.startswith("@") else email  # RFC 5322, 4.4: a route
    local, at, domain = "".join(safe_line(spec).split()).rpartition("@")
    return Address(
        safe_line(name, _LONGEST_NAME).strip("\"' "),
        f"{local}{at}{ascii_host(domain) if at else domain}"[:_LONGEST_ADDRESS],
    )


_LONGEST_NAME = 200
_LONGEST_ADDRESS = 320  # RFC 3696, 3: 64 octets, an @ and 255
_SIMPLE = re.compile(
    r'\s*+(?:"?+([^"<>,;:()@\\]*+)"?+\s*+<)?\s*+([^\s<>,;:()"@]+@[^\s<>,;:()"@]+)>?\s*+'
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|<[^<>]*+>?|[(),;:]|[^\s"(),;:<>]++|\s++(?=\S)')
_ESCAPED = re.compile(r"\\(.)")
