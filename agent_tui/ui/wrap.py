"""Breaks text into lines of a width in terminal cells."""

import re

from rich.cells import cell_len

from agent_tui.ui.line_edit import character_end

_PIECES = re.compile(r"\s+|\S+")
_TAB = 4


def wrap(text: str, width: int) -> list[str]:
    """The lines of ``text`` with none wider than ``width`` cells, broken at blanks if possible.

    Blanks at the beginning of a line stay, those at a break go.
    """
    return [
        part
        for line in text.expandtabs(_TAB).split("\n")
        for part in _wrap_line(line, max(width, 2))
    ]


def _wrap_line(line: str, width: int) -> list[str]:
    if cell_len(line) <= width:
        return [line]
    lines: list[str] = []
    current = ""
    for piece in _PIECES.findall(line):
        if cell_len(current) + cell_len(piece) <= width:
            current += piece
        elif piece.isspace():
            lines.append(current)
            current = ""
        else:
            if current.strip():
                lines.append(current.rstrip())
            *full, current = _chop(piece, width)
            lines += full
    if current.strip() or not lines:
        lines.append(current)
    return lines


def _chop(word: str, width: int) -> list[str]:
    """A word wider than a line, in pieces that fit; joined characters stay whole."""
    parts, current, at = [], "", 0
    while at < len(word):
        end = character_end(word, at)
        if current and cell_len(current) + cell_len(word[at:end]) > width:
            parts.append(current)
            current = ""
        current += word[at:end]
        at = end
    return [*parts, current]
