"""Text measured in terminal cells: what terminals disagree about is folded, never guessed."""

import os
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, get_character_cell_size, set_cell_size

from agent_tui.config.paths import ASCII_VARIABLE

_EMOJI = "\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_TONES = "\U0001f3fb-\U0001f3ff"
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_JOINED = re.compile(
    f"(?<=[{_EMOJI}])[\ufe0e\ufe0f{_TONES}]*(?:\u200d[{_EMOJI}][\ufe0e\ufe0f{_TONES}]*)+"
)
_VARIED = re.compile(
    f"(?<=[{_EMOJI}])[{_TONES}]|[\u00ad\u200b\u200e\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u20e3]"
    "|[\U000e0020-\U000e007f]"
)
_SUSPECT = re.compile(
    f"[\u00ad\u200b-\u200f\u2060-\u2064\u20e3\ufe00-\ufe0f\ufeff\U0001f1e6-\U0001f1ff{_TONES}"
    "\U000e0020-\U000e007f]"
)
_LETTER_A = 0x1F1E6


class Glyphs(NamedTuple):
    """The few characters that are drawn beside text."""

    unread: str = "●"
    waiting: str = "○"
    draft: str = "✎"
    file: str = "@"
    star: str = "★"
    no_star: str = "☆"
    more: str = "…"
    dash: str = "—"
    up: str = "↑"
    bullet: str = "•"
    dot: str = "·"
    rule: str = "─"
    bar: str = "│"
    note_bar: str = "┊"
    sent: str = "✓"
    answer: str = "↳"
    selected: str = "✓"


_LIKE = {
    sign: plain
    for plain, signs in {
        "'": "‘’‚‛",
        '"': "“”„‟«»",
        "-": "‐‑‒–—―−─",
        "|": "│┊",
        "*": "●★•",
        ".": "…·",
        ">": "→↳›",
        "<": "←‹",
        "^": "↑",
        "v": "↓",
        "+": "✓",
        "x": "×",
        "/": "÷",
        "s": "ß",
        "a": "æ",
        "o": "øœ○☆",
        "l": "ł",
        "d": "đð",
        "t": "þ",
        "i": "ı",
    }.items()
    for sign in signs
}
"""Signs and letters that do not come apart into an ASCII one and a mark."""

ASCII = Glyphs("*", "o", "d", "@", "*", "-", "~", "-", "^", "-", "-", "-", "|", ":", "+", ">", "+")
"""For terminals that show nothing else."""


def glyphs_for(env: Mapping[str, str] = os.environ) -> Glyphs:
    """The characters that the terminal of ``env`` can show: its locale says so."""
    if env.get(ASCII_VARIABLE):
        return ASCII
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    if env.get("TERM") in ("linux", "vt100", "vt220"):
        return ASCII
    if locale and not re.search(r"utf-?8", locale, re.IGNORECASE):
        return ASCII
    return Glyphs()


def in_ascii(text: str) -> str:
    """``text`` in ASCII and in just as many cells: letters without their marks, the usual signs
    as their nearest ones, and question marks for what has no likeness."""
    return text if text.isascii() else "".join(map(_likeness, text))


@lru_cache(maxsize=4096)
def _likeness(character: str) -> str:
    from unicodedata import normalize  # only terminals without Unicode pay for it

    if character.isascii():
        return character
    size = get_character_cell_size(character)
    base = "".join(c for c in normalize("NFKD", character) if c.isascii() and c.isprintable())
    like = _LIKE.get(character) or _LIKE.get(character.lower(), "").upper()
    return (like or base)[:size].ljust(size, "?")


def folded(text: str) -> str:
    """``text`` as every terminal measures it alike: of joined emoji the first, flags as their
    letters, no skin tones, variation selectors or invisible characters."""
    if text.isascii() or _SUSPECT.search(text) is None:
        return text
    text = _FLAG.sub(_letters, _JOINED.sub("", text))
    return _VARIED.sub("", text)


def fit(text: str, width: int, more: str = "…") -> str:
    """``text`` in exactly ``width`` cells: padded, or cut with ``more`` at the end."""
    length = cell_len(text)
    if length == width:
        return text
    if length < width:
        return text + " " * (width - length)
    if width <= len(more):
        return set_cell_size(text, max(width, 0))
    return set_cell_size(text, width - len(more)) + more


def fit_right(text: str, width: int) -> str:
    """``text`` at the right of exactly ``width`` cells."""
    length = cell_len(text)
    return " " * (width - length) + text if length <= width else set_cell_size(text, width)


def wrapped(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where the lines of one paragraph begin and end, as they are needed: broken at blanks,
    words longer than a line anywhere; a megabyte costs as much as is read of it.
    """
    width = max(width, 2)
    at = 0
    while at < len(text):
        piece = text[at : at + width + 1]
        fits = piece if cell_len(piece) <= width else chop_cells(piece, width)[0]
        cut = _break(text, at, max(len(fits), 1))
        yield at, at + cut
        at += cut
        while at < len(text) and text[at] == " ":
            at += 1


def _break(text: str, at: int, length: int) -> int:
    """How many of ``length`` characters from ``at`` stand on the line."""
    end = at + length
    if end >= len(text) or text[end] == " ":
        return length
    blank = text.rfind(" ", at, end)
    return blank - at if blank > at else length


def _letters(flag: re.Match[str]) -> str:
    return "".join(chr(ord(half) - _LETTER_A + ord("A")) for half in flag.groups())
