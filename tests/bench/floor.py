"""The floor: the barest Textual list over a paged SQLite store; run as ``floor.py STORE``.

What a program on Textual cannot be faster than: no panes, no columns, no status line. It reads
the same conversations as the inbox, a page at a time; ``j``, ``k``, Enter and ``q`` do the same.
"""

import sqlite3
import sys

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.events import Key
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

_PAGE = (
    "SELECT c.last_at, c.id, cu.name, c.subject FROM conversations c"
    " JOIN customers cu ON cu.id = c.customer_id"
    " WHERE c.status = 'open' AND (c.last_at, c.id) < (?, ?)"
    " ORDER BY c.last_at DESC, c.id DESC LIMIT 50"
)
_TEXTS = "SELECT text FROM messages WHERE conversation_id = ? ORDER BY at, id"
_NEWEST = (2**62, 0)
_PLAIN, _CURSOR = Style(), Style(reverse=True)


class Rows(Widget):
    """The open conversations, newest first; half a page comes in when the cursor leaves."""

    DEFAULT_CSS = "Rows { height: 1fr; }"

    def __init__(self, store: sqlite3.Connection) -> None:
        super().__init__()
        self._store = store
        self._rows: list[tuple[int, int, str, str]] = []
        self._top = self._cursor = 0

    def move(self, by: int) -> None:
        old, height = self._cursor, self.size.height
        self._cursor = max(old + by, 0) if self._has(old + by) else old
        if 0 <= self._cursor - self._top < height:
            lines = {old - self._top, self._cursor - self._top}
            self.refresh(*(Region(0, line, self.size.width, 1) for line in lines))
        else:
            self._top = max(self._cursor - height // 2, 0)
            self.refresh()

    def read(self) -> str:
        """The messages of the conversation under the cursor, one below the other."""
        identifier = self._rows[self._cursor][1]
        return "\n\n".join(text for (text,) in self._store.execute(_TEXTS, (identifier,)))

    def render_line(self, y: int) -> Strip:
        width, index = self.size.width, self._top + y
        text = "  ".join(self._rows[index][2:]) if self._has(index) else ""
        style = _CURSOR if index == self._cursor else _PLAIN
        return Strip([Segment(text[:width].ljust(width), style)], width)

    def _has(self, index: int) -> bool:
        """Whether there is such a row; reads the pages up to it."""
        while index >= len(self._rows):
            after = self._rows[-1][:2] if self._rows else _NEWEST
            page = self._store.execute(_PAGE, after).fetchall()
            if not page:
                return False
            self._rows += page
        return True


class Messages(Screen[None]):
    """A conversation and nothing else."""

    DEFAULT_CSS = "Messages { overflow: hidden; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(self._text, markup=False)

    def key_q(self, event: Key) -> None:
        event.stop()
        self.app.pop_screen()


class Floor(App[None]):
    """The list, and a conversation where one is opened."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, store: sqlite3.Connection) -> None:
        super().__init__()
        self._list = Rows(store)

    def compose(self) -> ComposeResult:
        yield self._list

    def on_key(self, event: Key) -> None:
        if event.key == "q":
            self.exit()
        elif event.key == "enter":
            self.push_screen(Messages(self._list.read()))
        else:
            self._list.move({"j": 1, "k": -1}.get(event.key, 0))


if __name__ == "__main__":
    Floor(sqlite3.connect(sys.argv[1])).run()
