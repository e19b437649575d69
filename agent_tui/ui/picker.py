"""The picker: one of many, found by typing a few letters of it, with a preview beside the list."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from agent_tui.ui import line_edit
from agent_tui.ui.cells import fit, folded
from agent_tui.ui.fuzzy import matches
from agent_tui.ui.line_edit import Line
from agent_tui.ui.shell import Choice, Dock, Free, More, Pane, Shell, Where
from agent_tui.ui.theme import Part
from agent_tui.ui.wrap import wrap

PreviewText = Callable[[str], str]
"""The text to show beside the list for the key under the cursor."""

_MOST_ROWS = 12
_ROWS_BESIDE_PREVIEW = 10
_LEAST_WIDTH_WITH_PREVIEW = 60
_MOST_NUMBERED = 9


async def choose(
    shell: Shell,
    title: str,
    items: Sequence[Choice],
    *,
    preview: PreviewText | None = None,
    free: Free | None = None,
    more: More | None = None,
) -> str | None:
    """As :meth:`Shell.choose`."""
    if not items and free is None and more is None:
        shell.say(f"{title}: there is nothing to choose from.")
        return None
    picker = Picker(shell, title, items, preview=preview, free=free, more=more)
    shell.open_pane(picker, Dock.BOTTOM)
    try:
        return await picker.answer
    finally:
        if picker.is_attached:
            shell.close_pane()


class Picker(Pane):
    """A title and a filter in one row, the lines that fit it below, the first one chosen.

    It lies over what is there: nothing else is laid out anew, or sent to the terminal.

    With nine lines or fewer a digit picks one at once, unless the filter itself is an answer.
    """

    where: ClassVar[Where] = Where.PICKER
    DEFAULT_CSS = """
    Picker { height: 6; dock: bottom; layer: prompt; margin-bottom: 1; }
    """

    def __init__(
        self,
        shell: Shell,
        title: str,
        items: Sequence[Choice],
        *,
        preview: PreviewText | None = None,
        free: Free | None = None,
        more: More | None = None,
    ) -> None:
        super().__init__()
        self.answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._shell = shell
        self._title = title
        self._items = list(map(_shown, items))
        self._preview = preview
        self._free = free
        self._more = more
        self._filter = Line()
        self._rows = list(self._items)
        self._cursor = 0
        self._top = 0

    @property
    def shown(self) -> Sequence[Choice]:
        """The lines that fit the filter, in their order."""
        return self._rows

    def leave(self) -> None:
        """Answer None, as Esc does."""
        self._finish(None)

    def on_mount(self) -> None:
        rows = len(self._items) + (self._free is not None)
        if self._preview is not None or self._more is not None:
            rows = max(rows, _ROWS_BESIDE_PREVIEW)
        most = max(min(_MOST_ROWS, self.app.size.height // 2), 3)
        self.styles.height = min(rows, most) + 1

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if self.answer.done():
            self._shell.give_back(event)
            return
        match event.key:
            case "escape" | "ctrl+c" | "ctrl+g":
                self._finish(None)
            case "enter":
                self._pick(self._cursor)
            case "down" | "ctrl+n" | "tab":
                self._move(1)
            case "up" | "ctrl+p" | "shift+tab":
                self._move(-1)
            case "pagedown":
                self._move(self._height(), wrap_around=False)
            case "pageup":
                self._move(-self._height(), wrap_around=False)
            case digit if digit.isdecimal() and self._numbered():
                self._pick(int(digit) - 1)
            case _:
                self._type(event)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self._narrow(line_edit.insert(self._filter, event.text))

    def on_click(self, event: events.Click) -> None:
        if event.y:
            self._pick(self._top + event.y - 1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self._shell.colours[Part.TEXT]
        if y == 0:
            return self._title_strip(width)
        beside = self._width_of_preview()
        row = self._row_segments(self._top + y - 1, width - beside, base)
        strip = Strip(row).adjust_cell_length(width - beside, base)
        if beside:
            strip = Strip([*strip, *self._preview_segments(y - 1, beside, base)])
        return strip.adjust_cell_length(width, base)

    def _title_strip(self, width: int) -> Strip:
        bar = self._shell.colours[Part.BAR]
        before, after = self._filter.before, self._filter.after
        under, rest = (after[:1], after[1:]) if after else (" ", "")
        count = f"{len(self._rows)}/{len(self._items)} "
        left = Strip(
            [
                Segment(f" {self._title}: ", self._shell.colours[Part.BAR_ACCENT]),
                Segment(before, bar),
                Segment(under, bar + Style(reverse=True)),
                Segment(rest, bar),
            ]
        )
        room = width - left.cell_length
        if room < cell_len(count) + 1:
            return left.adjust_cell_length(width, bar)
        return Strip([*left, Segment(count.rjust(room), bar)])

    def _row_segments(self, at: int, width: int, base: Style) -> list[Segment]:
        if at >= len(self._rows):
            typed = self._filter.text or self._more is None
            empty = "" if at else " Nothing fits." if typed else " Type a few letters."
            return [Segment(empty, self._shell.colours[Part.DIM])]
        item = self._rows[at]
        chosen = at == self._cursor
        style = self._shell.colours[Part.CURSOR] if chosen else base
        dim = style if chosen else self._shell.colours[Part.DIM]
        number = f"{at + 1} " if self._numbered() else ""
        mark = "> " if chosen else "  "
        title = f"{mark}{number}{item.title}"
        title = fit(title, min(cell_len(title), width))
        about = item.refused or item.about
        segments = [Segment(title, dim if item.refused else style)]
        room = width - cell_len(title) - 2
        if about and room > 0:
            segments.append(Segment("  " + fit(about, room), dim))
        return list(Strip(segments).adjust_cell_length(width, style))

    def _preview_segments(self, row: int, width: int, base: Style) -> list[Segment]:
        lines = self._preview_lines(width - 2)
        text = lines[row] if row < len(lines) else ""
        return [Segment("| ", self._shell.colours[Part.DIM]), Segment(text, base)]

    def _preview_lines(self, width: int) -> list[str]:
        if self._preview is None or not self._rows:
            return []
        text = wrap(self._preview(self._rows[self._cursor].key), width)
        return list(itertools.islice(text, self._height()))

    def _width_of_preview(self) -> int:
        wide = self.size.width >= _LEAST_WIDTH_WITH_PREVIEW
        return self.size.width // 2 if self._preview is not None and wide else 0

    def _numbered(self) -> bool:
        typed = self._free or self._more or self._filter.text
        return not typed and len(self._items) <= _MOST_NUMBERED

    def _height(self) -> int:
        return max(self.size.height - 1, 1)

    def _type(self, event: events.Key) -> None:
        edited = line_edit.edit(self._filter, event.key)
        if edited is None and event.is_printable and event.character:
            edited = line_edit.insert(self._filter, event.character)
        if edited is not None:
            self._narrow(edited)

    def _narrow(self, line: Line) -> None:
        if line.text != self._filter.text:
            self._cursor = self._top = 0
        self._filter = line
        self._rows = matches(line.text, self._items) if line.text.strip() else list(self._items)
        if self._more is not None and line.text.strip():
            there = {row.key for row in self._rows}
            self._rows += [_shown(row) for row in self._more(line.text) if row.key not in there]
        own = self._free(line.text) if self._free and line.text.strip() else None
        if own is not None:
            self._rows.insert(0, own)
        self.refresh()

    def _move(self, step: int, *, wrap_around: bool = True) -> None:
        count = len(self._rows)
        if not count:
            return
        before, top = self._cursor, self._top
        wanted = before + step
        self._cursor = wanted % count if wrap_around else min(max(wanted, 0), count - 1)
        height = self._height()
        if not self._top <= self._cursor < self._top + height:
            self._top = max(min(self._cursor - height // 2, count - height), 0)
        if self._top != top or self._preview is not None:
            self.refresh()
        else:
            self.refresh(self._row_region(before), self._row_region(self._cursor))

    def _row_region(self, at: int) -> Region:
        return Region(0, at - self._top + 1, self.size.width, 1)

    def _pick(self, at: int) -> None:
        if not 0 <= at < len(self._rows):
            return
        if self._rows[at].refused:
            self._shell.say(self._rows[at].refused, error=True)
        else:
            self._finish(self._rows[at].key)

    def _finish(self, key: str | None) -> None:
        if not self.answer.done():
            self._shell.hold_keys()
            self.answer.set_result(key)


def _shown(item: Choice) -> Choice:
    return item._replace(title=_row_text(item.title), about=_row_text(item.about))


def _row_text(text: str) -> str:
    """Text from outside on one line; its columns stay."""
    return folded(line_edit.one_line(text))
