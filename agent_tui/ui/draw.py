"""Pieces of styled text as the strips that Textual's line API wants."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.ui.cells import fit
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part, Theme

_BOLD = Style(bold=True)
_ITALIC = Style(italic=True)


def strip(pieces: Iterable[Piece], width: int, theme: Theme, base: Part = Part.TEXT) -> Strip:
    """The pieces on a line of exactly ``width`` cells; what is left is filled with ``base``."""
    segments: list[Segment] = []
    room = width
    for piece in pieces:
        size = cell_len(piece.text)
        text = piece.text if size <= room else fit(piece.text, room)
        if text:
            segments.append(Segment(text, _style(piece, theme)))
        room -= min(size, room)
    if room:
        _fill(segments, room, theme[base])
    return Strip(segments, width)


def blank(width: int, theme: Theme, part: Part = Part.TEXT) -> Strip:
    """A line of nothing."""
    return Strip([Segment(" " * width, theme[part])], width)


def sides(
    left: Iterable[Piece], right: Iterable[Piece], width: int, theme: Theme, base: Part
) -> Strip:
    """``left`` and ``right`` at the two ends of a line; the right side wins where room is short."""
    end = list(right)
    taken = sum(cell_len(piece.text) for piece in end)
    if taken > width // 2 + width // 4:
        end, taken = [], 0
    start = strip(left, width - taken, theme, base)
    return Strip([*start, *(Segment(piece.text, _style(piece, theme)) for piece in end)], width)


def _style(piece: Piece, theme: Theme) -> Style:
    style = theme[piece.part]
    if piece.bold:
        style += _BOLD
    return style + _ITALIC if piece.italic else style


def repaint(widget: Widget, before: Sequence[Strip], now: Sequence[Strip]) -> None:
    """Have Textual draw the lines that are different: it never compares by itself, and on a
    slow link bytes are waiting time."""
    if len(before) != len(now):
        widget.refresh()
        return
    width = widget.size.width
    lines = [Region(0, y, width, 1) for y, strip in enumerate(now) if strip != before[y]]
    if lines:
        widget.refresh(*lines)


def _fill(segments: list[Segment], room: int, style: Style) -> None:
    """Blanks join the last piece of the same style: each change of style is bytes."""
    if segments and segments[-1].style == style:
        segments[-1] = Segment(segments[-1].text + " " * room, style)
    else:
        segments.append(Segment(" " * room, style))
