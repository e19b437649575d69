"""Who the customer is: identities, notes and every conversation on every channel."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.geometry import Size
from textual.strip import Strip

from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Conversation
from agent_tui.model.customer import Customer, IdentityKind
from agent_tui.store import conversations, customers
from agent_tui.ui import draw
from agent_tui.ui.cells import Glyphs, fit, folded
from agent_tui.ui.lines import say_time
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.rows import Piece, stars
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Part


class CustomerPane(Pane):
    """What we know above, the conversations below; the cursor goes through these."""

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
        self._customer: Customer | None = None
        self._claims: Sequence[tuple[IdentityKind, str]] = ()  # what they say to be
        self._shown: int | None = None  # the conversation that is read
        self._conversations: Sequence[Conversation] = ()
        self._head: list[Line] = []
        self._cursor = 0
        self._top = 0
        self._laid_out: Size | None = None  # what head and view were made for
        self._view: list[Strip] = []

    @property
    def current(self) -> Conversation | None:
        """The conversation under the cursor."""
        if not self._conversations:
            return None
        return self._conversations[min(self._cursor, len(self._conversations) - 1)]

    def show(self, conversation: Conversation | None) -> None:
        """Show the customer of ``conversation``; nothing is drawn when nothing is different."""
        before = (self._customer, self._claims, self._conversations, self._shown)
        same = conversation is not None and conversation.id == self._shown
        if conversation is None:
            self._customer, self._claims = None, ()
            self._conversations, self._shown = (), None
        else:
            self._shown, db = conversation.id, self._shell.db
            self._customer = customers.get(db, conversation.customer_id)
            self._claims = customers.claims(db, conversation.customer_id)
            self._conversations = conversations.of_customer(db, conversation.customer_id)
        if before == (self._customer, self._claims, self._conversations, self._shown):
            return
        if not same:
            self._top = 0
            places = [row.id for row in self._conversations]
            self._cursor = places.index(self._shown) if self._shown in places else 0
        self._laid_out = None
        self._show()

    def move(self, rows: int) -> None:
        most = max(len(self._conversations) - 1, 0)
        self._cursor = min(max(self._cursor + rows, 0), most)
        self._keep_in_view()
        self._show()

    def turn(self, pages: float) -> None:
        self.move(int(pages * max(self.size.height // 2, 1)))

    def jump(self, *, end: bool) -> None:
        self.move(len(self._conversations) * (1 if end else -1))

    def activate(self) -> None:
        if self.current is not None:
            self._opened(self.current.id)

    def forget_drawn(self) -> None:
        """Make the lines anew when they are next drawn."""
        self._laid_out = None
        self.refresh()

    def focus_changed(self) -> None:
        self._show()

    def render_line(self, y: int) -> Strip:
        if self._laid_out != self.size:
            self._view = self._drawn()
        return self._view[y]

    def _show(self) -> None:
        """Draw the lines that are different."""
        if self.size.width:
            before, self._view = self._view, self._drawn()
            draw.repaint(self, before, self._view)

    def _drawn(self) -> list[Strip]:
        if self._laid_out != self.size:
            self._laid_out = self.size
            self._head = self._head_lines(self._customer, self.size.width - 1)
            self._keep_in_view()
        return [self._line(y) for y in range(self.size.height)]

    def _line(self, y: int) -> Strip:
        width = self.size.width
        number = self._top + y
        if number < len(self._head):
            return draw.strip(self._head[number], width, self._shell.colours)
        index = (number - len(self._head)) // 2
        if index >= len(self._conversations):
            return draw.blank(width, self._shell.colours)
        second = (number - len(self._head)) % 2 == 1
        pieces = self._row(self._conversations[index], second=second, width=width)
        if index == self._cursor and self.has_focus:
            pieces = (Piece("".join(piece.text for piece in pieces), Part.CURSOR),)
            return draw.strip(pieces, width, self._shell.colours, Part.CURSOR)
        return draw.strip(pieces, width, self._shell.colours)

    def _head_lines(self, customer: Customer | None, width: int) -> list[Line]:
        if customer is None:
            return [(Piece("No customer.", Part.DIM),)]
        lines: list[Line] = [(Piece(_clean(customer.name), Part.CUSTOMER),)]
        for identity in customer.identities:
            lines += plain_lines(f"{identity.kind} {_clean(identity.value)}", Part.TEXT, width, 0)
        for _, value in self._claims:
            says = f"says: {_clean(value)}, unverified"
            lines += plain_lines(says, Part.WARNING, width, 0)
        since = f"customer since {say_time(customer.created_at, self._clock())}"
        lines += plain_lines(since, Part.DIM, width, 0)
        for paragraph in safe_text(customer.notes).splitlines():
            lines += plain_lines(paragraph, Part.NOTE, width, 0)
        channels = ", ".join(sorted({str(row.channel) for row in self._conversations}))
        count = len(self._conversations)
        what = "conversation" if count == 1 else "conversations"
        lines += [(), (Piece(f"{count} {what}: {channels}", Part.ACCENT, bold=True),)]
        return lines

    def _row(self, row: Conversation, *, second: bool, width: int) -> tuple[Piece, ...]:
        """Two lines: subject, then channel, status and time."""
        mark = "> " if row.id == self._shown else "  "
        if not second:
            subject = _clean(row.subject) or _clean(row.snippet)
            part = Part.UNREAD if row.unread else Part.TEXT
            return (Piece(fit(mark + subject, width, self._glyphs.more), part),)
        rated = f"{stars(row.rating, self._glyphs)} " if row.rating is not None else ""
        status = row.status.replace("_", " ")
        when = say_time(row.last_at, self._clock())
        return (Piece(fit(f"  {rated}{row.channel} {status} {when}", width), Part.DIM),)

    def _keep_in_view(self) -> None:
        height = max(self.size.height, 2)
        line = len(self._head) + 2 * self._cursor
        if line + 2 > self._top + height:
            self._top = line + 2 - height
        elif line < self._top or (self._cursor == 0 and self._top):
            self._top = 0 if line + 2 <= height else line


def _clean(text: str) -> str:
    return folded(safe_line(text))
