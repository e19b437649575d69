"""Who the customer is: identities, notes, what they bought and every conversation."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.geometry import Size
from textual.strip import Strip

from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Conversation
from agent_tui.model.record import Known
from agent_tui.ui import draw, orders, person_lines, records_lines
from agent_tui.ui.cells import Glyphs, fit
from agent_tui.ui.customer_rows import CustomerRows, Every, Row, key_of
from agent_tui.ui.lines import say_time
from agent_tui.ui.markup import Line
from agent_tui.ui.person_lines import clean
from agent_tui.ui.rows import Piece, stars
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Part

if TYPE_CHECKING:
    from agent_tui.ui.timeline_pane import Left


class CustomerPane(Pane):
    """What we know above, then the records and the conversations; the cursor goes through both."""

    where: ClassVar[Where] = Where.CUSTOMER

    def __init__(
        self,
        shell: Shell,
        glyphs: Glyphs,
        clock: Clock,
        *,
        opened: Callable[[int], None],
    ) -> None:
        """``opened`` is told which conversation Enter was pressed on."""
        super().__init__()
        self._shell, self._glyphs, self._clock = shell, glyphs, clock
        self._opened = opened
        self._rows = CustomerRows(shell.db)
        self._shown: int | None = None  # the conversation that is read
        self.timeline_left: Left | None = None  # where the timeline goes on
        self._head: list[Line] = []
        self._cursor = 0
        self._top = 0
        self._laid_out: Size | None = None  # what head and view were made for
        self._view: list[Strip] = []

    @property
    def record(self) -> Known | None:
        """The record under the cursor."""
        row = self._rows.at(self._cursor)
        return row if isinstance(row, Known) else None

    def show(self, conversation: Conversation | None) -> None:
        """Show the customer of ``conversation``; nothing is drawn when nothing is different."""
        shown, here = self._shown, key_of(self._rows.at(self._cursor))
        self._shown = conversation.id if conversation is not None else None
        same = conversation is not None and self._shown == shown
        if not self._rows.read(conversation, same=same):
            return
        if not same:
            self._top = 0
        self._cursor = self._rows.place_of(here, self._cursor) if same else 0
        self._laid_out = None
        self._show()

    def look_up(self, customer_id: int) -> None:
        """An agent reads a conversation of the customer: ask for what is not known or old, once
        the conversation is on the screen."""
        self.call_after_refresh(
            lambda: self.run_worker(orders.want_beside(self._shell, customer_id))
        )

    def go_to(self, known: Known) -> None:
        """Put the cursor on a record."""
        if not self._rows.holds(known.key):
            self._show_all_records()
            self._rows.reach(self._rows.facts.records, self.size.height)
        self._cursor = self._rows.place_of(known.key, self._cursor)
        self._keep_in_view()
        self._show()

    def move(self, rows: int) -> None:
        was, top, listed = self._cursor, self._top, self._rows.listed
        self._rows.reach(self._cursor + rows, self.size.height)
        self._cursor = min(max(self._cursor + rows, 0), max(len(self._rows.listed) - 1, 0))
        self._keep_in_view()
        if self._top == top and self._rows.listed is listed and self._laid_out == self.size:
            self._show_rows(was, self._cursor)
        else:
            self._show()

    def turn(self, pages: float) -> None:
        self.move(int(pages * max(self.size.height // 2, 1)))

    def jump(self, *, end: bool) -> None:
        self.move(self._rows.most if end else -self._rows.most)

    def activate(self) -> None:
        row = self._rows.at(self._cursor)
        if isinstance(row, Known):
            self._shell.follow(orders.details(self._shell, row))
        elif isinstance(row, Every):
            self._show_all_records()
            self._show()
        elif row is not None:
            self._opened(row.id)

    def forget_drawn(self) -> None:
        """Make the lines anew when they are next drawn."""
        self._laid_out = None
        self.refresh()

    def look_at_clock(self) -> None:
        """A minute has passed: it is later where the customer is, too."""
        customer = self._rows.customer
        if customer is not None and customer.time_zone:
            self._laid_out = None
            self._show()

    def focus_changed(self) -> None:
        self._keep_in_view()
        self._show()

    def render_line(self, y: int) -> Strip:
        if self._laid_out != self.size:
            self._view = self._drawn()
        return self._view[y]

    def _show_all_records(self) -> None:
        self._rows.show_all_records()
        self._laid_out = None

    def _line_of(self, row: int) -> int:
        """The first line of a row, counted from the head's first."""
        between = 2 if row >= self._rows.above else 0
        return len(self._head) + 2 * row + between

    def _show(self) -> None:
        """Draw the lines that are different."""
        if self.size.width:
            before, self._view = self._view, self._drawn()
            draw.repaint(self, before, self._view)

    def _show_rows(self, *rows: int) -> None:
        """Draw the lines of these rows, where nothing else can be different."""
        before, self._view = self._view, list(self._view)
        for row in rows:
            first = self._line_of(row) - self._top
            for y in (first, first + 1):
                if 0 <= y < len(self._view):
                    self._view[y] = self._line(self._top + y)
        draw.repaint(self, before, self._view)

    def _drawn(self) -> list[Strip]:
        if self._laid_out != self.size:
            self._laid_out = self.size
            self._head = self._head_lines(self.size.width - 1)
            self._keep_in_view()
        return [self._line(self._top + y) for y in range(self.size.height)]

    def _line(self, number: int) -> Strip:
        width, theme = self.size.width, self._shell.colours
        below = number - len(self._head)
        if below < 0:
            return draw.strip(self._head[number], width, theme)
        if self._rows.customer is None:
            return draw.blank(width, theme)
        if below in (2 * self._rows.above, 2 * self._rows.above + 1):
            title = self._conversations_line() if below % 2 else ()
            return draw.strip(title, width, theme)
        row, second = divmod(below if below < 2 * self._rows.above else below - 2, 2)
        if row >= len(self._rows.listed):
            return draw.blank(width, theme)
        pieces = self._pieces(self._rows.listed[row], second=bool(second), width=width)
        if row == self._cursor and self.has_focus:
            pieces = (Piece("".join(piece.text for piece in pieces), Part.CURSOR),)
            return draw.strip(pieces, width, theme, Part.CURSOR)
        return draw.strip(pieces, width, theme)

    def _pieces(self, row: Row, *, second: bool, width: int) -> Line:
        if row is None:
            return ()
        if isinstance(row, Known):
            return records_lines.rows(row, width - 1, self._glyphs, self._clock())[second]
        if isinstance(row, Every):
            keys = "/".join(self._shell.keys_of("open")[:1])
            return () if second else (Piece(f"  all {row.records:,} ({keys})", Part.ACCENT),)
        return self._conversation(row, second=second, width=width)

    def _head_lines(self, width: int) -> list[Line]:
        known, now = self._rows.known, self._clock()
        if known is None:
            return [(Piece("No customer.", Part.DIM),)]
        lines = person_lines.lines(known, now, width, self._shell.keys_of)
        bought = records_lines.facts_lines(self._rows.facts, now, width)
        return [*lines, (), *bought] if bought else lines

    def _conversations_line(self) -> Line:
        channels = ", ".join(str(channel) for channel, _ in self._rows.channels)
        count = self._rows.talks
        what = "conversation" if count == 1 else "conversations"
        return (Piece(f"{count:,} {what}: {channels}", Part.ACCENT, bold=True),)

    def _conversation(self, row: Conversation, *, second: bool, width: int) -> Line:
        """Two lines: subject, then channel, status and time."""
        mark = "> " if row.id == self._shown else "  "
        if not second:
            subject = clean(row.subject) or clean(row.snippet)
            part = Part.UNREAD if row.unread else Part.TEXT
            return (Piece(fit(mark + subject, width, self._glyphs.more), part),)
        rated = f"{stars(row.rating, self._glyphs)} " if row.rating is not None else ""
        status = row.status.replace("_", " ")
        when = say_time(row.last_at, self._clock())
        return (Piece(fit(f"  {rated}{row.channel} {status} {when}", width), Part.DIM),)

    def _keep_in_view(self) -> None:
        """Scroll to the cursor, by half a page, while keys go to it; else the head is what there is
        to see."""
        height = max(self.size.height, 2)
        line = self._line_of(self._cursor)
        if not self.has_focus or (not self._cursor and line + 2 <= height):
            self._top = 0
        elif not self._top <= line <= self._top + height - 2:
            end = self._line_of(len(self._rows.listed)) - height
            self._top = min(max(line - height // 2, 0), max(end, line + 2 - height, 0))
