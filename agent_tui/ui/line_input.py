"""A one-line input drawn by the line API; Textual's own costs start-up time and blinks."""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from agent_tui.ui import line_edit
from agent_tui.ui.cells import fit
from agent_tui.ui.line_edit import Line
from agent_tui.ui.shell import Hint, Shell
from agent_tui.ui.theme import Part

NO_HINT = Hint("")

_CURSOR = Style(reverse=True)
_WRONG = Style(underline=True)


class Look(NamedTuple):
    """The theme's parts that an input is drawn with."""

    text: Part
    label: Part
    hint: Part
    wrong: Part


FIELD = Look(Part.TEXT, Part.DIM, Part.DIM, Part.ERROR)
BAR = Look(Part.BAR, Part.BAR_ACCENT, Part.BAR, Part.BAR_ACCENT)


class LineInput(Widget, can_focus=True):
    """A label, an editable line and a hint to its right, in one row.

    What is typed or pasted is made safe and never reaches a key binding. Keys that edit nothing
    go on to the parents.
    """

    DEFAULT_CSS = """
    LineInput { height: 1; }
    """

    @dataclass
    class Changed(Message):
        """The text is different now."""

        input: "LineInput"

        @property
        def control(self) -> "LineInput":
            return self.input

    def __init__(
        self, shell: Shell, label: str = "", text: str = "", *, look: Look = FIELD
    ) -> None:
        super().__init__()
        self._shell = shell
        self._look = look
        self.label = label
        self.line = Line.of(text)
        self.hint = NO_HINT

    @property
    def text(self) -> str:
        """What has been typed."""
        return self.line.text

    def set_line(self, line: Line) -> None:
        """Show ``line``; tells when the text is another one."""
        changed = line.text != self.line.text
        self.line = line
        if changed:
            self.post_message(self.Changed(self))
        self._show()

    def set_hint(self, hint: Hint) -> None:
        """Say ``hint`` to the right of the line."""
        if hint != self.hint:
            self.hint = hint
            self.refresh()

    def on_key(self, event: events.Key) -> None:
        edited = line_edit.edit(self.line, event.key)
        if edited is None and event.is_printable and event.character:
            edited = line_edit.insert(self.line, event.character)
        if edited is not None:
            event.stop()
            event.prevent_default()
            self.set_line(edited)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.set_line(line_edit.insert(self.line, event.text))

    def on_focus(self) -> None:
        self._show()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        column = event.x - cell_len(self.label)
        for end in range(len(self.text) + 1):
            if cell_len(self.text[:end]) > column + self._scroll():
                self.set_line(Line(self.text, max(end - 1, 0)))
                return
        self.set_line(Line.of(self.text))

    def render_line(self, y: int) -> Strip:
        base = self._style(self._look.text)
        width = self.size.width
        if y:
            return Strip.blank(width, base)
        label = Segment(self.label, self._style(self._look.label))
        room = max(width - label.cell_length, 1)
        text = Strip(self._text_segments(base)).crop(self._scroll(), self._scroll() + room)
        segments = [label, *text]
        left = room - text.cell_length
        if self.hint.text and left > 4:
            segments += self._hint_segments(base, left)
        return Strip(segments).adjust_cell_length(width, base)

    def _text_segments(self, base: Style) -> list[Segment]:
        """The line in pieces: plain, under the cursor, what the hint is about."""
        text = self.text + " "
        start, end = self.hint.span or (0, 0)
        cursor = self.line.cursor if self.has_focus else len(text)
        cuts = {0, len(text), start, end, cursor, line_edit.character_end(text, cursor)}
        ordered = sorted(cut for cut in cuts if 0 <= cut <= len(text))
        segments = []
        for at, until in itertools.pairwise(ordered):
            style = base
            if start <= at < end:
                style += _WRONG
            if at == cursor:
                style += _CURSOR
            segments.append(Segment(text[at:until], style))
        return segments

    def _hint_segments(self, base: Style, room: int) -> list[Segment]:
        style = self._style(self._look.wrong if self.hint.wrong else self._look.hint)
        shown = fit(self.hint.text, min(cell_len(self.hint.text), room - 2))
        gap = room - cell_len(shown) - 1
        return [Segment(" " * gap, base), Segment(shown, style), Segment(" ", base)]

    def _scroll(self) -> int:
        """How many cells of the text lie left of the first one shown."""
        room = max(self.size.width - cell_len(self.label), 1)
        return max(cell_len(self.line.before) - room + 2, 0)

    def _style(self, part: Part) -> Style:
        return self._shell.colours[part]

    def _show(self) -> None:
        """Paint the line, and put the terminal's cursor there for input methods."""
        self.refresh()
        if self.has_focus:
            column = cell_len(self.label) + cell_len(self.line.before) - self._scroll()
            self.app.cursor_position = self.region.offset + Offset(column, 0)
