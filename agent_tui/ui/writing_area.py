"""The text of a reply: Textual's text area, quiet, with pasted text made safe."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from agent_tui.content.safe import safe_text
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part


class WritingArea(TextArea):
    """Soft-wrapped Markdown without line numbers, borders or a blinking cursor."""

    DEFAULT_CSS = """
    WritingArea { border: none; padding: 1 1 0 1; scrollbar-size: 0 0; }
    WritingArea:focus { border: none; }
    WritingArea > .text-area--cursor { text-style: reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "redo", show=False)]

    @dataclass
    class Tab(Message):
        """Tab or Shift+Tab was pressed behind the text ``before`` of the line."""

        before: str
        step: int

    @dataclass
    class Up(Message):
        """Up was pressed where nothing is written."""

    def __init__(self, shell: Shell, text: str) -> None:
        super().__init__(
            text, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False, compact=True
        )
        self.cursor_blink = False
        self._shell = shell

    @property
    def before_cursor(self) -> str:
        """The text of the line in front of the cursor."""
        row, column = self.cursor_location
        return self.get_line(row).plain[:column]

    def on_mount(self) -> None:
        style = self._shell.colours[Part.TEXT]
        if style.bgcolor is not None:
            self.styles.background = style.bgcolor.name
        if style.color is not None:
            self.styles.color = style.color.name

    def on_key(self, event: events.Key) -> None:
        if event.key in ("tab", "shift+tab"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Tab(self.before_cursor, 1 if event.key == "tab" else -1))
        elif event.key == "up" and not self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.Up())

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert_text(event.text)

    def insert_text(self, text: str) -> None:
        """``text``, made safe, in place of the selection or at the cursor; the cursor behind it."""
        start, end = sorted(self.selection)
        self.replace(safe_text(text), start, end, maintain_selection_offset=False)

    def insert_block(self, text: str) -> None:
        """The same, beginning on a line of its own."""
        _, column = min(self.selection)
        self.insert_text(f"\n{text}" if column else text)

    def rewrite(self, text: str) -> None:
        """Another text for the whole; Ctrl+Z brings the old one back."""
        self.replace(safe_text(text), (0, 0), self.document.end)

    def replace_before(self, typed: str, text: str) -> None:
        """``text`` in place of the ``typed`` word before the cursor, if it still stands there."""
        row, column = self.cursor_location
        start = column - len(typed)
        if start >= 0 and self.get_line(row).plain[start:column] == typed:
            self.replace(
                safe_text(text), (row, start), (row, column), maintain_selection_offset=False
            )

    def go_to(self, words: str) -> None:
        """Put the cursor on the first ``words`` of the text, if they are in it."""
        at = self.text.find(words)
        if at >= 0:
            before = self.text[:at]
            self.move_cursor((before.count("\n"), at - (before.rfind("\n") + 1)))
