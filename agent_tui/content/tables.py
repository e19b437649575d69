"""Lays the tables of HTML mails out as text: data as aligned columns, layout as plain blocks."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SPACE = "\u00a0"
"""Keeps the columns apart; ordinary blanks are folded when the page is put together."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell."""

    text: str
    heading: bool
    holds_table: bool


def laid_out(rows: Sequence[Sequence[Cell]], *, presentation: bool) -> str:
    """The table as text; ``presentation`` where the page says that it is mere layout."""
    filled = [[cell for cell in row if cell.text] for row in rows]
    filled = [row for row in filled if row]
    if not presentation and _is_data(filled):
        return _columns([[cell.text for cell in row] for row in rows if any(c.text for c in row)])
    return "\n\n".join(_row(row) for row in filled) if _is_airy(filled) else _dense(filled)


def width(text: str) -> int:
    """Terminal columns that ``text`` takes, near enough to align by."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _is_data(rows: Sequence[Sequence[Cell]]) -> bool:
    several = [row for row in rows if len(row) > 1]
    if len(several) < 2 or not all(_is_short(cell) for row in rows for cell in row):
        return False
    headed = any(cell.heading for row in rows for cell in row)
    return headed or len(several) == len(rows)


def _is_short(cell: Cell) -> bool:
    return not cell.holds_table and "\n" not in cell.text and len(cell.text) <= _WIDEST_CELL


def _is_airy(rows: Sequence[Sequence[Cell]]) -> bool:
    return any("\n" in cell.text for row in rows for cell in row)


def _dense(rows: Sequence[Sequence[Cell]]) -> str:
    return "\n".join(_row(row) for row in rows)


def _row(row: Sequence[Cell]) -> str:
    if all(_is_short(cell) for cell in row) and sum(len(cell.text) for cell in row) <= _WIDEST:
        return (SPACE * 2).join(cell.text.lstrip("# ") for cell in row)
    return "\n\n".join(cell.text for cell in row)


def _columns(rows: Sequence[Sequence[str]]) -> str:
    count = max(len(row) for row in rows)
    table = [[*row, *[""] * (count - len(row))] for row in rows]
    kept = [i for i in range(count) if any(row[i] for row in table)]
    widths = [max(width(row[i]) for row in table) for i in kept]
    aligned = sum(widths) + 3 * len(widths) <= _WIDEST
    lines = []
    for row in table:
        cells = [
            row[i] + SPACE * (columns - width(row[i]) if aligned else 0)
            for i, columns in zip(kept, widths, strict=True)
        ]
        lines.append(f"{SPACE}|{SPACE}".join(cells).rstrip(SPACE))
    return "\n".join(lines)


_WIDEST = 100  # columns; wider tables are not aligned, since they wrap on most terminals
_WIDEST_CELL = 60
