"""The floor: the barest Textual list over a paged SQLite store; run as ``floor.py STORE``.

What a program on Textual cannot be faster than: no panes, no columns, no status line. It reads
the same conversations as the inbox, a page at a time; ``j``, ``k``, Enter and ``q`` do the same.
``/`` finds the newest messages with a word, which is not drawn while it is typed; ``a`` shows all
again.
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
_FOUND = "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC"
_OF_MESSAGE = (
    "SELECT c.last_at, c.id, cu.name, c.subject FROM messages m"
    " JOIN conversations c ON c.id = m.conversation_id JOIN customers cu ON cu.id = c.customer_id"
    " WHERE m.id = ?"
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
        self._found: list[tuple[int]] | None = None  # the messages, when they were searched for
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

    def all(self) -> None:
        """Show the open conversations."""
        self._rows, self._found = [], None
        self._top = self._cursor = 0
        self.refresh()

    def find(self, word: str) -> None:
        """Show what has the word instead."""
        self._rows, self._found = [], self._store.execute(_FOUND, (word,)).fetchall()
        self._top = self._cursor = 0
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, index = self.size.width, self._top + y
        text = "  ".join(self._rows[index][2:]) if self._has(index) else ""
        style = _CURSOR if index == self._cursor else _PLAIN
        return Strip([Segment(text[:width].ljust(width), style)], width)

    def _has(self, index: int) -> bool:
        """Whether there is such a row; reads the pages up to it."""
        while index >= len(self._rows):
            page = self._page() if self._found is None else self._page_found(self._found)
            if not page:
                return False
            self._rows += page
        return True

    def _page(self) -> list[tuple[int, int, str, str]]:
        after = self._rows[-1][:2] if self._rows else _NEWEST
        return self._store.execute(_PAGE, after).fetchall()

    def _page_found(self, found: list[tuple[int]]) -> list[tuple[int, int, str, str]]:
        more = found[len(self._rows) :][:50]
        return [self._store.execute(_OF_MESSAGE, message).fetchone() for message in more]


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
        self._word: str | None = None

    def compose(self) -> ComposeResult:
        yield self._list

    def on_key(self, event: Key) -> None:
        if self._word is not None:
            self._type(event)
        elif event.character == "/":
            self._word = ""
        elif event.key == "q":
            self.exit()
        elif event.key == "a":
            self._list.all()
        elif event.key == "enter":
            self.push_screen(Messages(self._list.read()))
        else:
            self._list.move({"j": 1, "k": -1}.get(event.key, 0))

    def _type(self, event: Key) -> None:
        assert self._word is not None
        if event.key == "enter":
            self._list.find(self._word)
            self._word = None
        else:
            self._word += event.character or ""


if __name__ == "__main__":
    Floor(sqlite3.connect(sys.argv[1])).run()
