"""The views down the left side of a wide screen, with their counts."""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.model.conversation import View
from agent_tui.ui import draw
from agent_tui.ui.bars import counted
from agent_tui.ui.cells import fit
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part


class ViewsPane(Widget):
    """One view a line; digits choose them."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._views: Sequence[View] = ()
        self._counts: Mapping[str, int] = {}
        self._current = ""

    def show(self, views: Sequence[View], counts: Mapping[str, int], current: View) -> None:
        """Draw anew when something is different."""
        now = (views, dict(counts), current.name)
        if now != (self._views, self._counts, self._current):
            self._views, self._counts, self._current = now
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._views):
            return draw.blank(width, self._shell.colours)
        view = self._views[y]
        digit = str(y + 1) if y < 9 else " "
        count = counted(self._counts.get(view.name))
        name = fit(f"{digit} {view.name}", max(width - cell_len(count) - 3, 0))
        if view.name == self._current:
            pieces = [Piece(f" {name} {count} ", Part.CURSOR_AWAY, bold=True)]
        else:
            pieces = [Piece(f" {name} ", Part.TEXT), Piece(f"{count} ", Part.DIM)]
        return draw.strip(pieces, width, self._shell.colours)
