"""One sentence in place of the screen: said when the terminal is too small for anything else."""

from textual.strip import Strip
from textual.widget import Widget

from agent_tui.ui import draw
from agent_tui.ui.cells import wrapped
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part


class Notice(Widget):
    """Shows its sentence, wrapped; hidden while there is none."""

    DEFAULT_CSS = "Notice { height: 1fr; display: none; }"

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._sentence = ""

    def show(self, sentence: str) -> None:
        """Show ``sentence``; an empty one hides the notice."""
        self._sentence = sentence
        self.display = bool(sentence)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, text = self.size.width, self._sentence
        lines = [text[start:end] for start, end in wrapped(text, width)]
        line = [Piece(lines[y], Part.TEXT)] if y < len(lines) else []
        return draw.strip(line, width, self._shell.colours)
