"""Prepared lines drawn by the line API: one of them, as many as scroll, or a page of its own."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.ui import draw
from agent_tui.ui.markup import Line
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Pane, Shell
from agent_tui.ui.theme import Part

Prepare = Callable[[int], Sequence[Line]]
"""Makes the lines for a width."""


class TextLine(Widget):
    """One row: something at the left, something at the right."""

    DEFAULT_CSS = """
    TextLine { height: 1; }
    """

    def __init__(self, shell: Shell, part: Part, left: str = "", right: str = "") -> None:
        super().__init__()
        self._shell = shell
        self._part = part
        self._left = left
        self._right = right

    def show(self, left: str, right: str = "") -> None:
        """Show these texts, made safe by the caller; nothing is painted when they are the same."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        if y:
            return draw.blank(self.size.width, self._shell.colours, self._part)
        left, right = [Piece(self._left, self._part)], [Piece(self._right, self._part)]
        return draw.sides(left, right, self.size.width, self._shell.colours, self._part)


class TextPane(ScrollView):
    """Lines prepared for a width; prepared again only when the width is another one."""

    DEFAULT_CSS = """
    TextPane { scrollbar-size: 0 0; }
    """

    def __init__(self, shell: Shell, prepare: Prepare) -> None:
        super().__init__()
        self._shell = shell
        self._prepare = prepare
        self._lines: Sequence[Line] = ()
        self._prepared_for = 0

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    def prepare(self, prepare: Prepare) -> None:
        """Show other lines, from their first."""
        self._prepare = prepare
        self._prepared_for = 0
        self._layout_lines()
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def page(self, pages: float) -> None:
        """Scroll by a part of what is seen, up when negative."""
        step = int(self.size.height * pages) or (1 if pages > 0 else -1)
        self.scroll_to(y=self.scroll_offset.y + step, animate=False)

    def on_resize(self) -> None:
        self._layout_lines()

    def render_line(self, y: int) -> Strip:
        self._prepare_lines()
        at = y + self.scroll_offset.y
        line = self._lines[at] if at < len(self._lines) else ()
        return draw.strip(line, self.size.width, self._shell.colours)

    def _layout_lines(self) -> None:
        self._prepare_lines()
        self.virtual_size = Size(self.size.width, len(self._lines))

    def _prepare_lines(self) -> None:
        width = self.size.width
        if width != self._prepared_for:
            self._prepared_for = width
            self._lines = self._prepare(width)


class PagePane(Pane):
    """A title, and below it lines to scroll through."""

    DEFAULT_CSS = """
    PagePane { layout: vertical; height: 1fr; }
    PagePane > TextPane { height: 1fr; }
    """

    def __init__(self, shell: Shell, title: str, prepare: Prepare) -> None:
        super().__init__()
        self.shell = shell
        self._head = TextLine(shell, Part.BAR_ACCENT, f" {title}")
        self._page = TextPane(shell, prepare)

    @property
    def lines(self) -> Sequence[Line]:
        """What is on the page, at its width."""
        return self._page.lines

    def compose(self) -> ComposeResult:
        self._page.can_focus = False
        yield self._head
        yield self._page

    def show(self, title: str, prepare: Prepare, right: str = "") -> None:
        """Show another page, from its first line."""
        self._head.show(f" {title}", right)
        self._page.prepare(prepare)

    def move(self, rows: int) -> None:
        """Scroll by so many half pages: a single line would send the whole page again."""
        self._page.page(0.5 if rows > 0 else -0.5)

    def turn(self, pages: float) -> None:
        self._page.page(pages)

    def jump(self, *, end: bool) -> None:
        self._page.page(len(self.lines) * (1.0 if end else -1.0))
