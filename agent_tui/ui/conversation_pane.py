"""The open conversation: a title that stays, and messages scrolled below it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.geometry import Size
from textual.strip import Strip

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Conversation, Priority, Status
from agent_tui.model.event import Entity
from agent_tui.model.message import Message
from agent_tui.store import conversations, events, messages
from agent_tui.ui import draw
from agent_tui.ui.cells import Glyphs, folded
from agent_tui.ui.history import Happening, happenings
from agent_tui.ui.lines import Detail, Document, Place, document, first_unread, say_time
from agent_tui.ui.markup import Look
from agent_tui.ui.rows import Piece, stars
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Part

_TITLE = 3
"""Lines that do not scroll: subject, state, blank."""

_NEXT_DETAIL = {
    Detail.RENDERED: Detail.HEADERS,
    Detail.HEADERS: Detail.SOURCE,
    Detail.SOURCE: Detail.RENDERED,
}


class ConversationPane(Pane):
    """Shows one conversation; ``j`` and ``k`` scroll."""

    where: ClassVar[Where] = Where.READING

    def __init__(self, shell: Shell, glyphs: Glyphs, clock: Clock) -> None:
        super().__init__()
        self.conversation: Conversation | None = None
        self.messages: Sequence[Message] = ()
        self.detail = Detail.RENDERED
        self._shell, self._glyphs, self._clock = shell, glyphs, clock
        self._happened: list[Happening] = []
        self._earlier = 0
        self._document = Document(())
        self._place = Place(0, 0)
        self._hit: Place | None = None  # the searched word that was gone to
        self._laid_out: Size | None = None  # what document and view were made for
        self._view: list[Strip] = []
        self._opened_at_unread = True
        self._unfolded = False
        self._words: tuple[str, ...] = ()

    def show(self, conversation: Conversation, words: tuple[str, ...] = ()) -> None:
        """Open ``conversation`` at its first unread message, ``words`` of a search marked."""
        self.conversation = conversation
        self._words = tuple(word.lower() for word in words)
        self.detail, self._unfolded = Detail.RENDERED, False
        self._read(conversation)
        self._opened_at_unread = True
        self._make_anew()

    def clear(self) -> None:
        """Show nothing."""
        self.conversation, self.messages = None, ()
        self._document, self._place = Document(()), Place(0, 0)
        self._show()

    def reload(self) -> None:
        """Read the conversation again; the place in it stays, and nothing is drawn when nothing
        is different."""
        if self.conversation is None:
            return
        now = conversations.get(self._shell.db, self.conversation.id)
        if now is None:
            self.clear()
            return
        before = (self.conversation, self.messages, self._happened)
        self._read(now)
        if before != (now, self.messages, self._happened):
            self._opened_at_unread = False
            self._make_anew(follow=len(self.messages) > len(before[1]))

    def now_read(self) -> None:
        """Nothing of it is unread any more; what is on the screen stays as it is."""
        if self.conversation is not None:
            self.conversation = replace(self.conversation, unread=0)

    def first_message(self) -> Message | None:
        """The message at the top of the view, to which keys such as copy refer."""
        for block in self._document.blocks[self._place.block :]:
            if block.message is not None:
                return block.message
        return self.messages[-1] if self.messages else None

    def cycle_detail(self) -> Detail:
        """Rendered, with headers, source, and again."""
        self.detail = _NEXT_DETAIL[self.detail]
        self._make_anew()
        return self.detail

    def toggle_folds(self) -> bool:
        """Show quotes and signatures, or fold them; whether they are shown now."""
        self._unfolded = not self._unfolded
        self._make_anew()
        return self._unfolded

    def find(self, way: int) -> bool:
        """Scroll to the next searched word; False when there is none that way."""
        found = self._document.found(self._hit or self._place, way)
        if found is not None:
            self._hit = found
            self._go(found)
        return found is not None

    def mark(self, words: tuple[str, ...]) -> None:
        """Mark these searched words from now on."""
        wanted = tuple(word.lower() for word in words)
        if wanted != self._words:
            self._words = wanted
            self._make_anew()

    def move(self, rows: int) -> None:
        self._go(self._document.moved(self._place, rows, self._height))

    def turn(self, pages: float) -> None:
        whole = abs(pages) == 1
        lines = max(self._height - 1, 1) if whole else max(self._height // 2, 1)
        self.move(lines if pages > 0 else -lines)

    def jump(self, *, end: bool) -> None:
        self._go(self._document.end(self._height) if end else Place(0, 0))

    @property
    def at_end(self) -> bool:
        """Whether the last line is in view."""
        return self._document.moved(self._place, 1, self._height) == self._place

    def render_line(self, y: int) -> Strip:
        if self._laid_out != self.size:
            self._prepare()
            self._view = self._drawn()
        return self._view[y]

    def forget_drawn(self) -> None:
        """Make the lines anew when they are next drawn."""
        self._laid_out = None
        self.refresh()

    def focus_changed(self) -> None:
        """Nothing in the pane shows it: the list's cursor does."""

    @property
    def _height(self) -> int:
        return max(self.size.height - _TITLE, 1)

    @property
    def _inner(self) -> int:
        """One cell less than the pane: panes must not touch."""
        return max(self.size.width - 1, 1)

    def _read(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.messages = messages.of_conversation(self._shell.db, conversation.id)
        self._happened = happenings(
            events.of_entity(self._shell.db, Entity.CONVERSATION, conversation.id)
        )
        others = conversations.of_customer(self._shell.db, conversation.customer_id, limit=100)
        self._earlier = len([other for other in others if other.id != conversation.id])

    def _make_anew(self, *, follow: bool = False) -> None:
        """Show what has been read or chosen; hidden, it is made when it is first drawn."""
        if self.size.width and self.display:
            self._prepare(follow=follow)
            self._show()
        else:
            self._laid_out = None

    def _prepare(self, *, follow: bool = False) -> None:
        """Make the document for this width; ``follow``: stay at the end if we are there."""
        self._laid_out, self._hit = self.size, None
        if self.conversation is None:
            return
        at_end = follow and self._document.blocks and self.at_end
        look = Look(
            self._inner,
            self._glyphs,
            unfolded=self._unfolded or self.detail is Detail.SOURCE,
            words=self._words,
        )
        self._document = document(
            self.conversation, self.messages, self._happened, look, self.detail, self._clock()
        )
        if self._opened_at_unread:
            self._place = Place(first_unread(self.conversation, self._document), 0)
        block = min(self._place.block, max(len(self._document.blocks) - 1, 0))
        place = Place(block, self._place.line if block == self._place.block else 0)
        if self._document.blocks and self._document.lines(place, 1) == []:
            place = Place(block, 0)
        end = self._document.end(self._height) if at_end else place
        self._place = end if at_end else self._document.fitting(place, self._height)

    def _go(self, place: Place) -> None:
        self._opened_at_unread = False
        place = self._document.fitting(place, self._height)
        if place != self._place:
            self._place = place
            self._show()

    def _show(self) -> None:
        """Draw the lines that are different."""
        before, self._view = self._view, self._drawn()
        draw.repaint(self, before, self._view)

    def _drawn(self) -> list[Strip]:
        width, height = self.size
        theme, conversation = self._shell.colours, self.conversation
        if conversation is None:
            return [draw.blank(width, theme)] * height
        lines = self._document.lines(self._place, self._height)
        lines += [()] * (self._height - len(lines))
        view = [self._title(y, conversation) for y in range(_TITLE)]
        view += [draw.strip(line, width, theme) for line in lines]
        return view[:height]

    def _title(self, y: int, conversation: Conversation) -> Strip:
        width = self._inner
        if y == 0:
            subject = _clean(conversation.subject) or conversation.channel.capitalize()
            if conversation.rating is not None:
                subject = f"{stars(conversation.rating, self._glyphs)} {subject}"
            left = [Piece(subject, Part.UNREAD, bold=True)]
            right = [Piece(f" #{conversation.id}", Part.DIM)]
        elif y == 1:
            left = self._state(conversation)
            right = [Piece(f"  {self._earlier} earlier (x)", Part.DIM)] if self._earlier else []
        else:
            return draw.blank(self.size.width, self._shell.colours)
        line = draw.sides(left, right, width, self._shell.colours, Part.TEXT)
        return line.adjust_cell_length(self.size.width, self._shell.colours[Part.TEXT])

    def _state(self, conversation: Conversation) -> list[Piece]:
        """Customer, status, assignee, priority and labels."""
        status = conversation.status.replace("_", " ")
        if conversation.status is Status.SNOOZED and conversation.snoozed_until:
            status += f" until {say_time(conversation.snoozed_until, self._clock())}"
        dot = f" {self._glyphs.dot} "
        pieces = [
            Piece(_clean(conversation.customer), Part.CUSTOMER),
            Piece(f"{dot}{status}{dot}{_clean(conversation.assignee or 'unassigned')}", Part.DIM),
        ]
        if conversation.priority is not Priority.NORMAL:
            pieces.append(Piece(f"{dot}{conversation.priority.name.lower()}", Part.WARNING))
        if conversation.labels:
            labels = " ".join(_clean(label) for label in conversation.labels)
            pieces.append(Piece(f"{dot}{labels}", Part.ACCENT))
        return pieces


def _clean(text: str) -> str:
    return folded(safe_line(text))
