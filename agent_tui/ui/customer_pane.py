"""Who the customer is: identities, notes, what they bought and every conversation."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.geometry import Size
from textual.strip import Strip

from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.customer import Person
from agent_tui.model.record import Known
from agent_tui.store import customer_pages, lookups, records
from agent_tui.store.database import Database
from agent_tui.ui import draw, orders, person_lines, records_lines
from agent_tui.ui.cells import Glyphs, fit
from agent_tui.ui.lines import say_time
from agent_tui.ui.markup import Line
from agent_tui.ui.person_lines import clean
from agent_tui.ui.records_lines import Facts
from agent_tui.ui.rows import Piece, stars
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Part

if TYPE_CHECKING:
    from agent_tui.ui.timeline_pane import Left

_PAGE = 60
"""Conversations and records that are read at a time, as the cursor comes near."""

_LATEST = 4
"""Records above the conversations until all are asked for: most questions are about these."""


class _Every(NamedTuple):
    """The row on which Enter shows all records."""

    records: int


class _Read(NamedTuple):
    """What the store has of the customer, as far as it was read."""

    known: person_lines.Known | None = None
    facts: Facts = Facts()
    records: Sequence[Known] = ()
    conversations: Sequence[Conversation] = ()
    skipped: int = 0  # conversations before these: then these are the last of all
    channels: Sequence[tuple[Channel, int]] = ()

    @property
    def customer(self) -> Person | None:
        """Who it is."""
        return self.known.person if self.known is not None else None

    @property
    def talks(self) -> int:
        """How many conversations there are."""
        return sum(count for _, count in self.channels)


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
        self._read = _Read()
        self._shown: int | None = None  # the conversation that is read
        self.timeline_left: Left | None = None  # where the timeline goes on
        self._all_records = False
        self._rows: Sequence[Known | _Every | Conversation | None] = ()  # None: not read
        self._head: list[Line] = []
        self._cursor = 0
        self._top = 0
        self._laid_out: Size | None = None  # what head and view were made for
        self._view: list[Strip] = []

    @property
    def record(self) -> Known | None:
        """The record under the cursor."""
        row = self._row_here()
        return row if isinstance(row, Known) else None

    def show(self, conversation: Conversation | None) -> None:
        """Show the customer of ``conversation``; nothing is drawn when nothing is different."""
        before, shown = self._read, self._shown
        self._shown = conversation.id if conversation is not None else None
        same = conversation is not None and self._shown == shown
        if not same:
            self._all_records = False
        self._read = _Read() if conversation is None else self._read_again(conversation, before)
        if before == self._read and same:
            return
        here = self._key(self._row_here()) if same else None
        self._make_rows()
        if not same:
            self._top = 0
        self._cursor = self._place_of(here) if same else 0
        self._laid_out = None
        self._show()

    def look_up(self, customer_id: int) -> None:
        """An agent reads a conversation of the customer: ask for what is not known or old, once
        the conversation is on the screen."""
        self.call_after_refresh(
            lambda: orders.want_beside(self._shell.db, customer_id, self._shell.clock())
        )

    def go_to(self, known: Known) -> None:
        """Put the cursor on a record."""
        if known.key not in map(self._key, self._rows):
            self._show_all_records()
            self._read_on(self._read.facts.records)
        self._cursor = self._place_of(known.key)
        self._keep_in_view()
        self._show()

    def move(self, rows: int) -> None:
        was, top, known = self._cursor, self._top, self._rows
        self._read_on(self._cursor + rows)
        self._cursor = min(max(self._cursor + rows, 0), max(len(self._rows) - 1, 0))
        self._keep_in_view()
        if self._top == top and self._rows is known and self._laid_out == self.size:
            self._show_rows(was, self._cursor)
        else:
            self._show()

    def turn(self, pages: float) -> None:
        self.move(int(pages * max(self.size.height // 2, 1)))

    def jump(self, *, end: bool) -> None:
        every = self._read.facts.records + 1 + self._read.talks
        self.move(every if end else -every)

    def activate(self) -> None:
        row = self._row_here()
        if isinstance(row, Known):
            self._shell.follow(orders.details(self._shell, row))
        elif isinstance(row, _Every):
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
        customer = self._read.customer
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

    def _read_again(self, conversation: Conversation, before: _Read) -> _Read:
        """What there is now, as much of it as there was before."""
        db, number = self._shell.db, conversation.customer_id
        same = before.customer is not None and before.customer.id == conversation.person_id
        known = max(_PAGE, len(before.records)) if self._all_records else _LATEST
        now = _Read(
            person_lines.read(db, number, before.known),
            _facts(db, number),
            records.of_customer(db, number, known),
            channels=list(customer_pages.channels(db, number).items()),
        )
        if same and before.skipped:
            return _to_the_last(db, number, now, len(before.conversations))
        talked: Sequence[Conversation] = customer_pages.conversations_of(db, number, _PAGE)
        if same and len(before.conversations) > _PAGE:
            if talked == before.conversations[:_PAGE] and now.channels == before.channels:
                talked = before.conversations  # whatever is new comes to the top
            else:
                far = len(before.conversations)
                talked = customer_pages.conversations_of(db, number, far)
        return now._replace(conversations=talked)

    def _read_on(self, wanted: int) -> None:
        """Have the row number ``wanted`` in memory, and half a page around it."""
        read, db = self._read, self._shell.db
        if read.customer is None:
            return
        number, needed = read.customer.id, wanted + _PAGE // 2
        known = len(read.records)
        if self._all_records and known <= needed and 0 < known < read.facts.records:
            last = read.records[-1]
            place = (last.record.at, last.id)
            more = records.of_customer(db, number, needed - known + _PAGE, place)
            read = read._replace(records=[*read.records, *more])
        read = _read_talks(db, number, read, wanted - self._above(read), self.size.height)
        if read is not self._read:
            self._read = read
            self._make_rows()

    def _show_all_records(self) -> None:
        """All records instead of the latest ones; their pages come as the cursor does."""
        customer = self._read.customer
        if customer is None:
            return
        self._all_records = True
        every = records.of_customer(self._shell.db, customer.id, _PAGE)
        self._read = self._read._replace(records=every)
        self._make_rows()
        self._laid_out = None

    def _make_rows(self) -> None:
        read = self._read
        every = [_Every(read.facts.records)] if self._above(read) > len(read.records) else []
        self._rows = [*read.records, *every, *[None] * read.skipped, *read.conversations]

    def _above(self, read: _Read) -> int:
        """How many rows stand above the conversations."""
        hidden = 0 if self._all_records else read.facts.records - len(read.records)
        return len(read.records) + (hidden > 0)

    def _row_here(self) -> Known | _Every | Conversation | None:
        return self._rows[min(self._cursor, len(self._rows) - 1)] if self._rows else None

    def _place_of(self, key: object) -> int:
        """Where a row is now; where the cursor was when it is gone."""
        places = (place for place, row in enumerate(self._rows) if self._key(row) == key)
        return next(places, min(self._cursor, max(len(self._rows) - 1, 0)))

    def _key(self, row: Known | _Every | Conversation | None) -> object:
        """What names a row across readings."""
        if isinstance(row, Known):
            return row.key
        return row.id if isinstance(row, Conversation) else type(row)

    @property
    def _records(self) -> int:
        """Rows above the conversations."""
        return len(self._rows) - len(self._read.conversations) - self._read.skipped

    def _line_of(self, row: int) -> int:
        """The first line of a row, counted from the head's first."""
        between = 2 if row >= self._records else 0
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
        if self._read.customer is None:
            return draw.blank(width, theme)
        if below in (2 * self._records, 2 * self._records + 1):
            title = self._conversations_line() if below % 2 else ()
            return draw.strip(title, width, theme)
        row, second = divmod(below if below < 2 * self._records else below - 2, 2)
        if row >= len(self._rows):
            return draw.blank(width, theme)
        pieces = self._pieces(self._rows[row], second=bool(second), width=width)
        if row == self._cursor and self.has_focus:
            pieces = (Piece("".join(piece.text for piece in pieces), Part.CURSOR),)
            return draw.strip(pieces, width, theme, Part.CURSOR)
        return draw.strip(pieces, width, theme)

    def _pieces(
        self, row: Known | _Every | Conversation | None, *, second: bool, width: int
    ) -> Line:
        if row is None:
            return ()
        if isinstance(row, Known):
            return records_lines.rows(row, width - 1, self._glyphs, self._clock())[second]
        if isinstance(row, _Every):
            keys = "/".join(self._shell.keys_of("open")[:1])
            return () if second else (Piece(f"  all {row.records:,} ({keys})", Part.ACCENT),)
        return self._conversation(row, second=second, width=width)

    def _head_lines(self, width: int) -> list[Line]:
        known, now = self._read.known, self._clock()
        if known is None:
            return [(Piece("No customer.", Part.DIM),)]
        lines = person_lines.lines(known, now, width, self._shell.keys_of)
        bought = records_lines.facts_lines(self._read.facts, now, width)
        return [*lines, (), *bought] if bought else lines

    def _conversations_line(self) -> Line:
        channels = ", ".join(str(channel) for channel, _ in self._read.channels)
        count = self._read.talks
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
            end = self._line_of(len(self._rows)) - height
            self._top = min(max(line - height // 2, 0), max(end, line + 2 - height, 0))


def _read_talks(db: Database, customer_id: int, read: _Read, at: int, margin: int) -> _Read:
    """``read`` with the conversation number ``at`` and as many as ``margin`` around it.

    Whoever goes to the very last of thousands gets the last page alone, and reads upwards from
    there; to the very first, the first page again.
    """
    held, margin = read.skipped + len(read.conversations), max(margin, _PAGE // 2)
    at = min(max(at, 0), read.talks - 1)
    if not read.conversations:
        return read
    if read.skipped and at < margin:
        talked = customer_pages.conversations_of(db, customer_id, margin + _PAGE)
        return read._replace(conversations=talked, skipped=0)
    if read.skipped and at - margin < read.skipped:
        few = read.skipped - (at - margin) + _PAGE
        found = customer_pages.conversations_of(
            db, customer_id, min(few, read.skipped), read.conversations[0], backwards=True
        )
        skipped = read.skipped - len(found)
        return read._replace(conversations=[*found, *read.conversations], skipped=skipped)
    if held == read.talks or at + margin < held:
        return read
    if at == read.talks - 1 and at - held > _PAGE:
        return _to_the_last(db, customer_id, read, margin + _PAGE)
    few = at + margin - held + _PAGE
    found = customer_pages.conversations_of(db, customer_id, few, read.conversations[-1])
    return read._replace(conversations=[*read.conversations, *found])


def _to_the_last(db: Database, customer_id: int, read: _Read, limit: int) -> _Read:
    """``read`` with the last conversations and no others."""
    last = customer_pages.conversations_of(db, customer_id, limit, backwards=True)
    return read._replace(conversations=last, skipped=max(read.talks - len(last), 0))


def _facts(db: Database, customer_id: int) -> Facts:
    """What is known of the customer; one question where nobody was ever asked."""
    asked = lookups.of_customer(db, customer_id)
    if not asked:
        return Facts()
    return Facts(
        asked,
        records.count(db, customer_id),
        records.spent(db, customer_id),
        records.open_ones(db, customer_id),
    )
