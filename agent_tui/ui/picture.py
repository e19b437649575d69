"""The picture of an attachment, drawn on the terminal when the agent asks for it."""

import os
import struct
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

if sys.platform != "win32":
    import fcntl
    import termios

from textual.strip import Strip

from agent_tui.actions.action import ActionError
from agent_tui.content.picture import Picture
from agent_tui.model.message import Attachment
from agent_tui.ui import draw, kitty, pixels, reading
from agent_tui.ui.cells import ASCII, glyphs_for
from agent_tui.ui.decoding import decoded
from agent_tui.ui.lines import clean, is_picture
from agent_tui.ui.markup import plain_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Depth, Part

_CELL = (8, 16)
"""Pixels of a cell where the terminal does not tell."""

_MOST = (1600, 1200)
"""Pixels that are handed to a terminal that draws itself."""


async def show(shell: Shell) -> None:
    """Choose a picture among the attachments, have it fetched, draw it. Raises ActionError."""
    if find_spec("PIL") is None:
        raise ActionError("Pictures need Pillow: pip install 'support-agent-tui[images]'.")
    file = await reading.choose_file(shell, "Show picture", "pictures", is_picture)
    here = await reading.fetched(shell, file) if file is not None else None
    if here is not None:
        shell.say("")
        shell.open_pane(PicturePane(shell, here))


class PicturePane(Pane):
    """One picture, made as big as the pane; nothing of it stays when the pane goes."""

    where: ClassVar[Where] = Where.VIEWER
    DEFAULT_CSS = """
    PicturePane { height: 1fr; }
    """

    def __init__(self, shell: Shell, file: Attachment) -> None:
        super().__init__()
        self._shell = shell
        self._file = file
        self._told = "Decoding ..."
        self._part = Part.DIM
        self._full = ""
        self._rows: list[Strip] = []
        self._handed = False  # the terminal has the picture

    @property
    def file(self) -> str:
        return self._file.path or ""

    def on_resize(self) -> None:
        self.run_worker(self._draw(), exclusive=True)

    def on_unmount(self) -> None:
        self.leave()

    def leave(self) -> None:
        if self._handed:
            self._handed = False
            self._shell.write(kitty.gone())

    def render_line(self, y: int) -> Strip:
        width, theme = self.size.width, self._shell.colours
        if y == 0:
            title = [Piece(f" {clean(self._file.name)}", Part.BAR_ACCENT)]
            right = [Piece(f"{self._full} ", Part.BAR_ACCENT)]
            return draw.sides(title, right, width, theme, Part.BAR_ACCENT)
        if self._rows:
            row = self._rows[y - 1] if y <= len(self._rows) else Strip([])
            return row.adjust_cell_length(width, theme[Part.TEXT])
        told = list(plain_lines(self._told, self._part, width, 1))
        return draw.strip(told[y - 2] if 0 <= y - 2 < len(told) else (), width, theme)

    async def _draw(self) -> None:
        columns, rows = self.size.width, min(self.size.height - 1, kitty.MOST_ROWS)
        if columns < 1 or rows < 1:
            return
        itself = _draws_itself()
        wide, high = _cell() if itself else (1, 2)
        most = _MOST if itself else (columns, 2 * rows)
        room = min(columns * wide, most[0]), min(rows * high, most[1])
        ground = self._shell.colours.ground.removeprefix("#")
        ground = ground if len(ground) == len("rrggbb") else "000000"
        try:
            picture = await decoded(Path(self.file), *room, ground)
        except ActionError as problem:
            self._rows, self._told, self._part = [], str(problem), Part.ERROR
        else:
            self._full = f"{picture.full_width} x {picture.full_height}"
            self._rows = self._strips(picture, -(-picture.width // wide), itself=itself)
        self.refresh()

    def _strips(self, picture: Picture, columns: int, *, itself: bool) -> list[Strip]:
        theme = self._shell.colours
        if itself:
            rows = -(-picture.height // _cell()[1])
            self._shell.write(kitty.sent(picture, columns, rows))
            self._handed = True
            return kitty.placeholders(columns, rows)
        if theme.depth is Depth.FULL and glyphs_for() != ASCII:
            return pixels.coloured(picture)
        return pixels.grey(picture, theme[Part.TEXT], dark=theme.dark)


def _draws_itself() -> bool:
    """Whether the terminal draws pictures; one at the other end of a line is not given them
    unasked: a hundred times the bytes."""
    return kitty.draws(os.environ) and not os.environ.get("SSH_CONNECTION")


def _cell() -> tuple[int, int]:
    """Pixels of a cell, across and down, as far as the terminal tells (TIOCGWINSZ)."""
    rows, columns, wide, high = struct.unpack("HHHH", _window_size())
    if not (rows and columns and wide and high):
        return _CELL
    return max(wide // columns, 1), max(high // rows, 1)


def _window_size() -> bytes:
    """Four numbers as the terminal tells them; zeros where it does not."""
    nothing = bytes(8)
    if sys.platform != "win32" and sys.__stdout__ is not None:
        with suppress(OSError, ValueError):
            return fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, nothing)
    return nothing
