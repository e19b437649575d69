"""The timeline of a customer on the screen: a line an entry, under the day it was."""

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.geometry import Region
from textual.strip import Strip

from agent_tui.model.customer import Person
from agent_tui.model.record import Known
from agent_tui.model.timeline import Place
from agent_tui.query.entries import FEW, compile_entries
from agent_tui.query.parse import parse
from agent_tui.query.syntax import EVERYTHING
from agent_tui.store import lookups, people, timeline
from agent_tui.store.timeline import Entry, Said
from agent_tui.ui import draw, orders
from agent_tui.ui import timeline_lines as lines
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.records_lines import clean
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Part
from agent_tui.ui.timeline_window import Window

_TICK_S = 1.0
_MOST_COUNTED = 1_000
_AHEAD = 50
"""Entries that are in memory below the cursor before a key asks for them."""


class Left(NamedTuple):
    """Where an agent was in a timeline when a conversation was opened from it."""

    person: int
    text: str
    place: Place


class TimelinePane(Pane):
    """Entries of a :class:`Window`; when the cursor leaves the view, half a page comes in."""

    where: ClassVar[Where] = Where.TIMELINE

    def __init__(
        self, shell: Shell, person: Person, glyphs: Glyphs, opened: Callable[[Left], None]
    ) -> None:
        """``opened`` is told from where a conversation is opened. Raises StoreError."""
        super().__init__()
        self._shell, self._glyphs, self._person = shell, glyphs, person
        self._opened = opened
        self._members = people.members(shell.db, person.id)
        every = compile_entries(EVERYTHING, shell.db, me="", now=0)
        self._few = timeline.count(shell.db, self._members, every, limit=FEW + 1) <= FEW
        self.text = ""
        self._query, self._counted = every, 0
        self._window = Window(self._read)
        self._stamp = shell.db.stamp()
        self._looking = self._is_looked_up()
        self._day = lines.day(shell.clock())
        self._lines: list[int] = []  # the entry of each line; of a day's heading what follows it
        self._line_of: list[int] = []  # each entry's line
        self._drawn: dict[tuple[int, int, int], Strip] = {}  # Textual asks twice for a new pane
        self._top = 0
        self._number()

    @property
    def current(self) -> Entry | None:
        """The entry under the cursor."""
        return self._window.current

    def filter(self, text: str) -> None:
        """Show what matches a query, or everything; its last word may go on. Raises QueryError."""
        query = parse(text)
        shell = self._shell
        self._query = compile_entries(
            query,
            shell.db,
            me=shell.context.agent,
            now=shell.clock(),
            few=self._few,
            prefix=True,
        )
        self.text = text.strip()
        self._counted = self._count() if self.text else 0
        self._window = Window(self._read)
        self._top = 0
        self._number()
        self.refresh()

    def go_to(self, place: Place) -> None:
        """Put the cursor on an entry, or on what is next when it is gone."""
        self._window.go_to(place)
        self._number()
        self._keep_in_view()
        self.refresh()

    def back(self) -> bool:
        """Show everything again."""
        if not self.text:
            return False
        self.filter("")
        return True

    def move(self, rows: int) -> None:
        before, old, offset = self._window.rows, self._window.cursor, self._offset()
        self._window.move(rows)
        if self._window.rows is not before:
            self._number()
            self._top = self._line() - offset - rows
        self._show_move(old, anew=self._window.rows is not before)
        self.call_after_refresh(self._read_ahead)

    def turn(self, pages: float) -> None:
        self.move(int(pages * max(self.size.height - 2, 1)))

    def jump(self, *, end: bool) -> None:
        if end:
            self._window.last()
        else:
            self._window.first()
        self._number()
        self._top = 0
        self._keep_in_view()
        self.refresh()

    def activate(self) -> None:
        entry = self.current
        if entry is None:
            return
        if isinstance(entry.about, Known):
            self._shell.follow(orders.details(self._shell, entry.about))
        elif entry.conversation_id is None:
            self._shell.say("That was done to the customer; there is no more to show.")
        else:
            self._opened(Left(self._person.id, self.text, entry.place))
            message = entry.about.id if isinstance(entry.about, Said) else None
            self._shell.show_conversation(entry.conversation_id, message)

    def on_mount(self) -> None:
        self.set_interval(_TICK_S, self._tick)
        self.call_after_refresh(lambda: self.run_worker(self._look_up()))

    def on_resize(self) -> None:
        self._keep_in_view()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on an entry, a second one opens it."""
        line = self._top + event.y - 1
        if event.y and line < len(self._lines) and self._is_entry(line):
            self.move(self._lines[line] - self._window.cursor)
            if event.chain > 1:
                self.activate()

    def focus_changed(self) -> None:
        self._repaint(self._window.cursor)

    def render_line(self, y: int) -> Strip:
        width, theme = self.size.width, self._shell.colours
        if y == 0:
            return draw.sides(self._title(), self._state(), width, theme, Part.BAR)
        if not self._window.rows:
            said = self._nothing()
            text = said[y - 2] if 0 <= y - 2 < len(said) else ""
            return draw.strip([Piece(f"  {text}", Part.TEXT)], width, theme)
        line = self._top + y - 1
        if line >= len(self._lines):
            return draw.blank(width, theme)
        number = self._lines[line]
        entry = self._window.rows[number]
        if not self._is_entry(line):
            day = lines.heading(entry.at, self._shell.clock())
            return draw.strip([Piece(f" {day}", Part.ACCENT, bold=True)], width, theme)
        if number == self._window.cursor:
            part = Part.CURSOR if self.has_focus else Part.CURSOR_AWAY
            pieces = lines.row(entry, width, self._glyphs)
            return draw.strip([Piece("".join(p.text for p in pieces), part)], width, theme)
        key = number, width, id(theme)
        if key not in self._drawn:
            self._drawn[key] = draw.strip(lines.row(entry, width, self._glyphs), width, theme)
        return self._drawn[key]

    def _read(self, after: Place | None, backwards: bool, limit: int) -> list[Entry]:
        return timeline.page(
            self._shell.db,
            self._members,
            self._query,
            after=after,
            backwards=backwards,
            limit=limit,
        )

    def _count(self) -> int:
        return timeline.count(self._shell.db, self._members, self._query, limit=_MOST_COUNTED + 1)

    def _read_ahead(self) -> None:
        """Have the next page in memory, with what is on the screen where it is."""
        offset = self._offset()
        if self._window.ahead(_AHEAD):
            self._number()
            self._top = max(self._line() - offset, 0)

    def _tick(self) -> None:
        """Show what has come in or was taken back, and by what day it is."""
        stamp, day = self._shell.db.stamp(), lines.day(self._shell.clock())
        if (stamp, day) == (self._stamp, self._day):
            return
        before, offset = self._view(), self._offset()
        self._stamp, self._day = stamp, day
        self._members = people.members(self._shell.db, self._person.id)
        self._counted = self._count() if self.text else 0
        self._looking = self._is_looked_up()
        self._window.refresh()
        self._number()
        self._top = max(self._line() - offset, 0)
        self._keep_in_view()
        draw.repaint(self, before, self._view())

    def _number(self) -> None:
        """Count the lines: an entry has one, and the first of a day its heading above it."""
        self._lines, self._line_of, self._drawn = [], [], {}
        before: int | None = None
        for number, entry in enumerate(self._window.rows):
            day = lines.day(entry.at)
            if day != before:
                self._lines.append(number)
                before = day
            self._line_of.append(len(self._lines))
            self._lines.append(number)

    def _is_entry(self, line: int) -> bool:
        return self._line_of[self._lines[line]] == line

    def _line(self) -> int:
        """The line of the cursor."""
        return self._line_of[self._window.cursor] if self._line_of else 0

    def _offset(self) -> int:
        """How far below the top of the view the cursor stands."""
        return self._line() - self._top

    def _show_move(self, old: int, *, anew: bool) -> None:
        top = self._top
        self._keep_in_view()
        if anew or self._top != top:
            self.refresh()
        else:
            self._repaint(old, self._window.cursor)

    def _keep_in_view(self) -> None:
        """Bring the cursor into view by half a page, with the day above it."""
        height, line = max(self.size.height - 1, 2), self._line()
        first = line - 1 if line and not self._is_entry(line - 1) else line
        if first < self._top or line >= self._top + height:
            self._top = first - height // 2
        self._top = max(min(self._top, len(self._lines) - height), 0)

    def _repaint(self, *rows: int) -> None:
        width, height = self.size
        numbers = {self._line_of[row] - self._top + 1 for row in rows if row < len(self._line_of)}
        seen = [y for y in sorted(numbers) if 0 < y < height]
        if seen:
            self.refresh(*(Region(0, y, width, 1) for y in seen))

    def _view(self) -> list[Strip]:
        return [self.render_line(y) for y in range(self.size.height)]

    def _title(self) -> Sequence[Piece]:
        name = Piece(f" {clean(self._person.name)}  ", Part.BAR_ACCENT)
        if not self.text:
            return (name, Piece("everything, newest first", Part.BAR))
        many = f"{_MOST_COUNTED:,}+" if self._counted > _MOST_COUNTED else f"{self._counted:,}"
        entries = "entry" if self._counted == 1 else "entries"
        back = self._shell.keys_of("back")[-1:]
        return (
            name,
            Piece(f"/{clean(self.text)}  {many} {entries}", Part.BAR_ACCENT),
            Piece("".join(f"  {key}: everything" for key in back), Part.BAR),
        )

    def _state(self) -> Sequence[Piece]:
        """What is still to come."""
        return (Piece("looking orders up ... ", Part.BAR),) if self._looking else ()

    async def _look_up(self) -> None:
        """Have orders asked for that are not known or old, once the rest is on the screen."""
        await orders.want_beside(self._shell, self._person.id)
        before, self._looking = self._looking, self._is_looked_up()
        if before != self._looking:
            self.refresh(Region(0, 0, self.size.width, 1))

    def _is_looked_up(self) -> bool:
        asked = lookups.of_customer(self._shell.db, self._person.id)
        return any(one.wanted_at is not None and not one.problem for one in asked)

    def _nothing(self) -> Sequence[str]:
        if self.text:
            keys = self._shell.keys_of("timeline-search")[:1]
            back = self._shell.keys_of("back")[-1:]
            return (
                f"Nothing of this customer matches: {clean(self.text)}",
                "",
                f"{'/'.join(keys)} changes the filter, {'/'.join(back)} shows everything again.",
            )
        return ("Nothing has happened with this customer yet.",)
