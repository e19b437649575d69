"""Sends the terminal only what looks different from what it shows already.

Textual never compares a frame with the screen: opening a prompt sends all of it again (10 kB at
80x24, and a picker twice that), of which some hundred bytes are new. Over a slow line bytes are
latency. Textual has no public name for the place where frames are written, so its private ones
are used here and nowhere else; what is not one of the two known kinds of update goes out as is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.cells import get_character_cell_size
from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from agent_tui.ui.cells import in_ascii

Update = RenderableType | CompositorUpdate | None
"""What Textual displays; updates of its compositor write themselves."""

_Cell = tuple[str, Style | None]


@dataclass(slots=True)
class Frames:
    """What the terminal shows, row by row, as far as it is known."""

    ascii_only: bool = False  # the terminal shows nothing else
    _rows: dict[int, Strip] = field(default_factory=dict)

    def forget(self) -> None:
        """The terminal was resized or written to by others: the next frame is sent whole."""
        self._rows.clear()

    def changes(self, update: Update) -> Update:
        """``update`` without what is on the terminal already, found out when it is written."""
        if isinstance(update, (LayoutUpdate, ChopsUpdate)):
            return _Changes(self, update)
        if update is not None:
            self.forget()
        return update

    def draw(self, console: Console, update: CompositorUpdate) -> str:
        """The escape sequences and texts that bring the terminal from its rows to ``update``."""
        pieces = _pieces(update)
        if self.ascii_only:
            pieces = ((row, column, _in_ascii(piece)) for row, column, piece in pieces)
        return "".join(
            Control.move_to(x, y).segment.text + strip.render(console)
            for row, column, piece in pieces
            for x, y, strip in self._put(row, column, piece)
        )

    def _put(self, y: int, x: int, new: Strip) -> Iterator[tuple[int, int, Strip]]:
        """Remember ``new`` at its place; what of it has to be written, and where."""
        end = x + new.cell_length
        row = self._rows.pop(y, Strip([]))
        if row.cell_length < end:
            if row.cell_length == x:
                self._rows[y] = Strip.join([row, new])
            yield x, y, new
            return
        if _tears(row, x) or _tears(row, end):  # what is left of a torn character is uncertain
            yield x, y, new
            return
        before, after = _cells(row.crop(x, end)), _cells(new)
        self._rows[y] = Strip.join([row.crop(0, x), new, row.crop(end, row.cell_length)])
        if before == after:
            return
        start, stop = _difference(before, after)
        yield x + start, y, Strip(_segments(after[start:stop]))


@dataclass(frozen=True, slots=True)
class _Changes(CompositorUpdate):
    """An update that is compared with the terminal at the moment it is written."""

    frames: Frames
    update: CompositorUpdate

    def render_segments(self, console: Console) -> str:
        return self.frames.draw(console, self.update)


def _in_ascii(strip: Strip) -> Strip:
    """The same cells with a likeness of each character."""
    texts = [segment._replace(text=in_ascii(segment.text)) for segment in strip]
    return Strip(texts, strip.cell_length)


def _pieces(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Row, column and content of everything in an update."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield y, update.region.x, Strip.join(line)
    elif isinstance(update, ChopsUpdate):
        for y, x1, x2 in update.spans:
            yield from _chops(update, y, x1, x2)


def _chops(update: ChopsUpdate, y: int, x1: int, x2: int) -> Iterator[tuple[int, int, Strip]]:
    for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
        if strip is None or x > x2 or end <= x1:
            continue
        whole = x1 <= x < x2 and end <= x2
        yield y, x, strip if whole else strip.crop(0, min(end, x2) - x)


def _cells(strip: Strip) -> list[_Cell]:
    return [(character, style) for text, style, _ in strip for character in text]


def _difference(before: list[_Cell], after: list[_Cell]) -> tuple[int, int]:
    """From where to where ``after`` is different. All of it where a character is not one cell
    wide: terminals disagree about those, and would draw a part at another place."""
    if len(before) != len(after) or _uneven(before) or _uneven(after):
        return 0, len(after)
    start = 0
    while before[start] == after[start]:
        start += 1
    stop = len(after)
    while before[stop - 1] == after[stop - 1]:
        stop -= 1
    return start, stop


def _tears(row: Strip, at: int) -> bool:
    """Whether a character lies on both sides of the column ``at``."""
    column = 0
    for character, _ in _cells(row):
        if column >= at:
            break
        column += 1 if character.isascii() else get_character_cell_size(character)
    return column > at


def _uneven(cells: list[_Cell]) -> bool:
    return any(
        not character.isascii() and get_character_cell_size(character) != 1
        for character, _ in cells
    )


def _segments(cells: list[_Cell]) -> Iterator[Segment]:
    """Neighbours of one style as one segment: each change of style is bytes."""
    text, style = "", None
    for character, its_style in cells:
        if text and its_style != style:
            yield Segment(text, style)
            text = ""
        text, style = text + character, its_style
    if text:
        yield Segment(text, style)
