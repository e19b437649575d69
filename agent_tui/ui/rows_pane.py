"""A pane of rows with a cursor, and below them what there is to say about the one under it."""

from collections.abc import Sequence

from textual import events
from textual.geometry import Region
from textual.strip import Strip

from agent_tui.ui import draw
from agent_tui.ui.markup import Line
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Pane, Shell
from agent_tui.ui.theme import Part

_TICK_S = 1.0

_DETAIL = 4
"""Rows at the bottom for the detail, where the pane is high enough for both."""


class RowsPane(Pane):
    """What outbox and accounts share: a title, rows that follow the store, a cursor, a detail."""

    def __init__(self, shell: Shell, title: str, empty: str) -> None:
        """``empty`` is said when there are no rows."""
        super().__init__()
        self.shell = shell
        self.cursor = 0
        self._title = title
        self._empty = empty
        self._rows: Sequence[Line] = ()
        self._top = 0
        self._stamp = 0

    def on_mount(self) -> None:
        self.reload()
        self.set_interval(_TICK_S, self._tick)

    def reload(self) -> None:
        """Read the store again and show what it says."""
        self._stamp = self.shell.db.stamp()
        self.read_store()
        self.show_now()
        self._paint_detail()  # the row may look as before where what is said of it does not

    def read_store(self) -> None:
        """Take from the store what the rows are about."""
        raise NotImplementedError

    def show_now(self) -> None:
        """Show the rows as they are at this moment."""
        raise NotImplementedError

    def counts_down(self) -> bool:
        """Whether a row says how long something takes yet."""
        raise NotImplementedError

    def show(self, rows: Sequence[Line]) -> None:
        """Show these rows; only those that are different are painted."""
        before, self._rows = self._rows, rows
        if len(before) != len(rows):
            self.move(0)
            self.refresh()
            return
        for number, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self._paint(number)

    def detail(self, number: int, width: int) -> Sequence[Line]:
        """What to say about a row, in lines of ``width`` cells."""
        raise NotImplementedError

    def activate(self) -> None:
        """Enter was pressed on the row under the cursor."""
        raise NotImplementedError

    def move(self, rows: int) -> None:
        before, top = self.cursor, self._top
        self.cursor = min(max(self.cursor + rows, 0), max(len(self._rows) - 1, 0))
        height = max(self._height(), 1)
        if not self._top <= self.cursor < self._top + height:
            self._top = max(self.cursor - height // 2, 0)
        if self._top != top:
            self.refresh()
        elif self.cursor != before:
            self._paint(before)
            self._paint(self.cursor)
            self._paint_detail()

    def turn(self, pages: float) -> None:
        self.move(int(pages * max(self._height(), 1)))

    def jump(self, *, end: bool) -> None:
        self.move(len(self._rows) * (1 if end else -1))

    def on_click(self, event: events.Click) -> None:
        if 0 < event.y <= self._height():
            self.move(self._top + event.y - 1 - self.cursor)

    def on_resize(self) -> None:
        self.move(0)

    def render_line(self, y: int) -> Strip:
        width, theme = self.size.width, self.shell.colours
        if y == 0:
            return draw.strip([Piece(f" {self._title}", Part.BAR_ACCENT)], width, theme, Part.BAR)
        number = self._top + y - 1
        if y > self._height():
            return self._detail_strip(y - self._height() - 1, width)
        if number >= len(self._rows):
            said = f" {self._empty}" if y == 1 else ""
            return draw.strip([Piece(said, Part.DIM)], width, theme)
        if number == self.cursor:
            text = "".join(piece.text for piece in self._rows[number])
            return draw.strip([Piece(text, Part.CURSOR)], width, theme, Part.CURSOR)
        return draw.strip(self._rows[number], width, theme)

    def _detail_strip(self, line: int, width: int) -> Strip:
        theme = self.shell.colours
        lines = self.detail(self.cursor, width - 2) if self._rows and line else ()
        if not 0 < line <= len(lines):
            return draw.blank(width, theme)
        return draw.strip([Piece(" ", Part.TEXT), *lines[line - 1]], width, theme)

    def _tick(self) -> None:
        if self.shell.db.stamp() != self._stamp:
            self.reload()
        elif self.counts_down():
            self.show_now()

    def _height(self) -> int:
        """How many rows are seen."""
        high = self.size.height - 1
        return high - _DETAIL - 1 if high >= 3 * _DETAIL else high

    def _paint(self, number: int) -> None:
        line = number - self._top + 1
        if 0 < line <= self._height():
            self.refresh(self._line_region(line))

    def _paint_detail(self) -> None:
        for line in range(self._height() + 1, self.size.height):
            self.refresh(self._line_region(line))

    def _line_region(self, line: int) -> Region:
        return Region(0, line, self.size.width, 1)
