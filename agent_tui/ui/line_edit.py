"""Editing one line of text: pure steps on a text and a cursor, joined characters kept whole."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent_tui.content.safe import safe_text

_ZWJ = "\u200d"
_BEFORE = re.compile(r"\S+\s*$")
_AFTER = re.compile(r"\s*\S+")
_BREAKS = re.compile(r"[\n\t]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A text without line ends, and the cursor's offset in it."""

    text: str = ""
    cursor: int = 0

    @classmethod
    def of(cls, text: str) -> "Line":
        """A line with the cursor at its end."""
        return cls(text, len(text))

    @property
    def before(self) -> str:
        """What stands before the cursor."""
        return self.text[: self.cursor]

    @property
    def after(self) -> str:
        """What stands behind it."""
        return self.text[self.cursor :]


def insert(line: Line, typed: str) -> Line:
    """``typed`` or pasted text at the cursor: control characters marked, line ends as blanks."""
    clean = one_line(typed)
    return Line(line.before + clean + line.after, line.cursor + len(clean))


def one_line(text: str) -> str:
    """Text from a clipboard as it goes into a line; blanks at its ends stay, line ends go."""
    return _BREAKS.sub(" ", safe_text(text).strip("\n"))


def replace(line: Line, start: int, end: int, text: str) -> Line:
    """``text`` in place of the characters from ``start`` to ``end``, the cursor behind it."""
    return Line(line.text[:start] + text + line.text[end:], start + len(text))


def edit(line: Line, key: str) -> Line | None:
    """The line after ``key`` (Textual's name of it); None when the key edits nothing here."""
    step = _STEPS.get(key)
    return None if step is None else step(line)


def character_end(text: str, at: int) -> int:
    """Where the character that begins at ``at`` ends, with all that is joined to it."""
    end = at + 1
    while end < len(text) and _joined(text, end):
        end += 1
    return min(end, len(text))


def _joined(text: str, at: int) -> bool:
    """Whether the code point at ``at`` belongs to the one before it."""
    here, before = text[at], text[at - 1]
    if before == _ZWJ or here == _ZWJ or unicodedata.category(here) in ("Mn", "Me"):
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff":  # skin tones
        return True
    return _regional(here) and _regional(before) and _regionals_before(text, at) % 2 == 1


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _regionals_before(text: str, at: int) -> int:
    start = at
    while start and _regional(text[start - 1]):
        start -= 1
    return at - start


def _left_of(line: Line) -> int:
    start = max(line.cursor - 1, 0)
    while start and _joined(line.text, start):
        start -= 1
    return start


def _left(line: Line) -> Line:
    return Line(line.text, _left_of(line))


def _right(line: Line) -> Line:
    return Line(line.text, character_end(line.text, line.cursor) if line.after else line.cursor)


def _home(line: Line) -> Line:
    return Line(line.text, 0)


def _end(line: Line) -> Line:
    return Line.of(line.text)


def _word_start(line: Line) -> int:
    found = _BEFORE.search(line.before)
    return found.start() if found else 0


def _word_end(line: Line) -> int:
    found = _AFTER.match(line.text, line.cursor)
    return found.end() if found else len(line.text)


def _word_left(line: Line) -> Line:
    return Line(line.text, _word_start(line))


def _word_right(line: Line) -> Line:
    return Line(line.text, _word_end(line))


def _delete_left(line: Line) -> Line:
    return replace(line, _left_of(line), line.cursor, "")


def _delete_right(line: Line) -> Line:
    return replace(line, line.cursor, _right(line).cursor, "")


def _delete_word(line: Line) -> Line:
    return replace(line, _word_start(line), line.cursor, "")


def _delete_to_start(line: Line) -> Line:
    return Line(line.after, 0)


def _delete_to_end(line: Line) -> Line:
    return Line.of(line.before)


_STEPS: Mapping[str, Callable[[Line], Line]] = MappingProxyType(
    {
        "left": _left,
        "ctrl+b": _left,
        "right": _right,
        "ctrl+f": _right,
        "home": _home,
        "ctrl+a": _home,
        "end": _end,
        "ctrl+e": _end,
        "ctrl+left": _word_left,
        "alt+b": _word_left,
        "ctrl+right": _word_right,
        "alt+f": _word_right,
        "backspace": _delete_left,
        "ctrl+h": _delete_left,
        "delete": _delete_right,
        "ctrl+d": _delete_right,
        "ctrl+w": _delete_word,
        "alt+backspace": _delete_word,
        "ctrl+u": _delete_to_start,
        "ctrl+k": _delete_to_end,
    }
)
