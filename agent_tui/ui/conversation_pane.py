"""The open conversation: a title that stays, and messages scrolled below it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.geometry import Size
from textual.strip import Strip

from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Conversation
from agent_tui.model.message import Delivery, Direction, Message
from agent_tui.ui import conversation_head as head
from agent_tui.ui import draw
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.chat_lines import Chat
from agent_tui.ui.lines import Detail, Document, Place, document, first_unread
from agent_tui.ui.markup import Keys, Look
from agent_tui.ui.open_conversation import Change, OpenConversation
from agent_tui.ui.review_lines import facts
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Pane, Shell, Where
from agent_tui.ui.theme import Part

_LEAVING = frozenset({Delivery.QUEUED, Delivery.SENDING})
_CONTEXT = 2
"""Lines shown above the first unread message."""

_NEXT_DETAIL = {
    Detail.RENDERED: Detail.HEADERS,
    Detail.HEADERS: Detail.PLAIN,
    Detail.PLAIN: Detail.RENDERED,
}


class ConversationPane(Pane):
    """Shows one conversation; ``j`` and ``k`` scroll.

    At the end the view follows what comes in. Further up no line that is read moves: what would
    move one waits until the next key.
    """

    where: ClassVar[Where] = Where.READING

    def __init__(self, shell: Shell, glyphs: Glyphs, clock: Clock) -> None:
        super().__init__()
        self.detail = Detail.RENDERED
        self._shell, self._glyphs, self._clock = shell, glyphs, clock
        self._open: OpenConversation | None = None
        self._chat: Chat | None = None
        self._document = Document()
        self._place = Place(0, 0)
        self._hit: Place | None = None  # the searched word that was gone to
        self._laid_out: Size | None = None  # what document and view were made for
        self._view: list[Strip] = []
        self._opened_at_unread = True
        self._opened_at: int | None = None  # the message that was asked for
        self._unread_from: int | None = None  # the message below the line of what is new
        self._follows = False  # the end was in view when it was drawn last
        self._held = False  # lines in view are not what they would be by now
        self._below = 0  # messages that came in below the view
        self._unfolded = False
        self._words: tuple[str, ...] = ()

    @property
    def conversation(self) -> Conversation | None:
        """The one that is shown."""
        return self._open.conversation if self._open is not None else None

    @property
    def messages(self) -> Sequence[Message]:
        """Those of the conversation, oldest first."""
        return self._open.messages if self._open is not None else ()

    def show(
        self, conversation: Conversation, words: tuple[str, ...] = (), at: int | None = None
    ) -> None:
        """Open ``conversation`` at the message ``at``, else at its first unread one, ``words`` of
        a search marked."""
        db, agent = self._shell.db, self._shell.settings.agent
        ahead = self._shell.desk.ahead.seen(conversation.id)
        self._open = OpenConversation(db, agent.handle, self._clock, conversation, ahead)
        self._words = tuple(word.lower() for word in words)
        self.detail, self._unfolded = Detail.RENDERED, False
        self._chat, self._document, self._place = None, Document(), Place(0, 0)
        self._follows, self._held, self._below = False, False, 0
        self._unread_from = first_unread(conversation.unread, self.messages)
        self._opened_at_unread, self._opened_at = True, at
        self._make_anew()

    def clear(self) -> None:
        """Show nothing."""
        self._open = None
        self._document, self._place = Document(), Place(0, 0)
        self._show()

    def reload(self) -> None:
        """Read what is new of the conversation; the place in it stays, and nothing is drawn when
        nothing is different."""
        if self._open is None:
            return
        before, unread = self.messages, self._open.conversation.unread
        match self._open.read_again():
            case Change.GONE:
                self.clear()
            case Change.MESSAGES:
                self._opened_at_unread = self._opened_at_unread and self._laid_out is None
                self._came(before, unread)
                self._make_anew(hold=True)
            case Change.AROUND:
                self._show_if_drawn()

    def look_at_clock(self) -> None:
        """Who has stopped to write without a word does not write any more."""
        if self._open is not None and self._open.somebody_writes:
            self._open.read_writing()
            self._show_if_drawn()

    def now_read(self) -> None:
        """Nothing of it is unread any more; what is on the screen stays as it is."""
        if self._open is not None:
            self._open.now_read()

    def first_message(self) -> Message | None:
        """The message at the top of the view, to which keys such as copy refer."""
        for block in self._document.blocks[self._place.block :]:
            if block.message is not None:
                return block.message
        return self.messages[-1] if self.messages else None

    def cycle_detail(self) -> Detail:
        """As it reads best, with headers, as plain text, and again."""
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
        self._let_go()
        found = self._document.found(self._hit or self._place, way)
        if found is not None:
            self._hit = found
            self._go(self._document.fitting(found, self._height))
        return found is not None

    def mark(self, words: tuple[str, ...]) -> None:
        """Mark these searched words from now on."""
        wanted = tuple(word.lower() for word in words)
        if wanted != self._words:
            self._words = wanted
            self._make_anew()

    def move(self, rows: int) -> None:
        self._let_go()
        if rows < 0 or not self.at_end:
            self._go(self._document.moved(self._place, rows, self._height))

    def turn(self, pages: float) -> None:
        whole = abs(pages) == 1
        lines = max(self._height - 1, 1) if whole else max(self._height // 2, 1)
        self.move(lines if pages > 0 else -lines)

    def jump(self, *, end: bool) -> None:
        self._let_go()
        self._go(self._document.end(self._height) if end else Place(0, 0))

    @property
    def at_end(self) -> bool:
        """Whether the last line is in view."""
        return self._document.ends_within(self._place, self._height)

    def render_line(self, y: int) -> Strip:
        if self._laid_out != self.size:
            self._prepare()
            self._view = self._drawn()
        elif not self._view:
            self._view = self._drawn()
        return self._view[y]

    def forget_drawn(self) -> None:
        """Make the lines anew when they are next drawn."""
        self._laid_out = self._chat = None
        self.refresh()

    def focus_changed(self) -> None:
        """Nothing in the pane shows it: the list's cursor does."""

    @property
    def _is_chat(self) -> bool:
        return self._open is not None and self._open.is_live

    @property
    def _title(self) -> int:
        """Lines that do not scroll: subject, state, and in a mail or review who writes."""
        return 2 if self._is_chat else 3

    @property
    def _height(self) -> int:
        """Lines that scroll; the last one of a chat's pane says who writes."""
        return max(self.size.height - self._title - self._is_chat, 1)

    @property
    def _inner(self) -> int:
        """One cell less than the pane: panes must not touch."""
        return max(self.size.width - 1, 1)

    def _came(self, before: Sequence[Message], unread: int) -> None:
        """Count what came in after ``before``, of which ``unread`` were not read, and draw the line
        of what is new above the first that nobody has seen; who has written has seen all."""
        newest = before[-1].id if before else 0
        came = [message for message in self.messages[-100:] if message.id > newest]
        if any(self._is_mine(message) for message in came):
            self._unread_from, self._below, self._follows = None, 0, True
            return
        if not self._follows:
            self._below += len(came)
        away = not self._shown_to_agent
        inbound = [message for message in came if message.direction is Direction.INBOUND]
        first = self._unread_from is None or (away and not unread)
        if inbound and first and (away or not self._follows):
            self._unread_from = inbound[0].id
            self._opened_at_unread = self._opened_at_unread or (away and not self.display)

    @property
    def _shown_to_agent(self) -> bool:
        """Whether the agent is in this conversation, reading or writing."""
        return self.display and self._shell.where() is not Where.LIST

    def _is_mine(self, message: Message) -> bool:
        agent = self._shell.settings.agent
        if message.direction is Direction.NOTE:
            return agent.handle in (message.author, message.address)
        return message.direction is Direction.OUTBOUND and message.delivery in _LEAVING

    def _make_anew(self, *, hold: bool = False) -> None:
        """Show what has been read or chosen; hidden, it is made when it is first drawn."""
        if self.size.width and self.display:
            self._prepare(hold=hold)
            self._show()
        else:
            self._laid_out = None
            self.refresh()  # else Textual shows the lines that it has kept

    def _let_go(self) -> None:
        """Show lines as they are by now: a key was pressed, nobody reads on where they were."""
        self._opened_at_unread, self._opened_at = False, None
        if self._held and self.size.width:
            self._prepare()

    def _prepare(self, *, hold: bool = False) -> None:
        """Make the document for this width; ``hold``: no line in view moves, or at the end the
        view follows."""
        same_size = self._laid_out == self.size
        self._laid_out, self._hit = self.size, None
        if self._open is None:
            return
        before, self._document = self._document, self._made(self._open)
        height = self._height
        if self._opened_at_unread:
            self._place = self._opening(height)
        elif self._follows:
            self._place = self._following(before, height, hold=hold)
        else:
            self._place = self._document.same_place(before, self._place)
            hold = hold and same_size and self._is_chat
            self._held = hold and self._document.hold(before, self._place, height)
            self._place = self._document.fitting(self._place, height)
        self._arrived()

    def _following(self, before: Document, height: int, *, hold: bool) -> Place:
        """The end. What comes into a chat appears below what is read and moves it only when there
        is no room: then by a third of the pane, so that few messages cost a whole repaint."""
        if not self._is_chat or not hold:
            return self._document.end(height)
        place = self._document.same_place(before, self._place)
        fits = self._document.ends_within(place, height)
        return place if fits else self._document.end(max(height - height // 3, 1))

    def _made(self, shown: OpenConversation) -> Document:
        look = Look(
            self._inner,
            self._glyphs,
            unfolded=self._unfolded or self.detail is Detail.PLAIN,
            words=self._words,
            keys=Keys.bound(self._shell.keys_of),
            known=shown.known,
        )
        if not self._is_chat or self.detail is not Detail.RENDERED:
            return document(shown.messages, shown.happened, look, self.detail, self._clock())
        if self._chat is None or self._chat.look != look:
            self._chat = Chat(look)
        return self._chat.document(shown.messages, shown.happened, self._unread_from)

    def _opening(self, height: int) -> Place:
        """The message asked for or the first unread one, in a chat with some lines above it;
        else the end of a chat and the beginning of the newest mail."""
        blocks = self._document.blocks
        numbers = [n for n, block in enumerate(blocks) if block.message is not None]
        wanted = self._opened_at or self._unread_from
        if wanted is not None:
            of = (n for n in numbers if (found := blocks[n].message) and found.id == wanted)
            place = Place(next(of, 0), 0)
            if self._is_chat:
                place = self._document.moved(place, -_CONTEXT, height)
            return self._document.fitting(place, height)
        if self._is_chat:
            return self._document.end(height)
        return self._document.fitting(Place(numbers[-1] if numbers else 0, 0), height)

    def _go(self, place: Place) -> None:
        self._place = place
        self._arrived()
        self._show()

    def _arrived(self) -> None:
        """Note whether the end is in view: then nothing is below it."""
        self._follows = bool(self._document.blocks) and self.at_end
        if self._follows:
            self._below = 0

    def _show_if_drawn(self) -> None:
        if self.size.width and self.display and self._laid_out == self.size:
            self._show()
        else:
            self._view = []
            self.refresh()

    def _show(self) -> None:
        """Draw the lines that are different."""
        before, self._view = self._view, self._drawn()
        draw.repaint(self, before, self._view)

    def _drawn(self) -> list[Strip]:
        width, height = self.size
        theme, shown = self._shell.colours, self._open
        if shown is None:
            return [draw.blank(width, theme)] * height
        lines = self._document.lines(self._place, self._height)
        lines += [()] * (self._height - len(lines))
        view = self._titles(shown)
        view += [draw.strip(line, width, theme) for line in lines]
        if self._is_chat:
            keys = self._shell.keys_of("last")
            view.append(
                self._sides(
                    head.writing(*shown.writing, self._glyphs), head.below(self._below, keys)
                )
            )
        return view[:height]

    def _titles(self, shown: OpenConversation) -> list[Strip]:
        conversation = shown.conversation
        number = [Piece(f" #{conversation.id}", Part.DIM)]
        earlier = head.earlier(shown.earlier, self._shell.keys_of("customer"))
        lines = [
            self._sides(head.subject(conversation, self._glyphs), number),
            self._sides(head.state(conversation, self._glyphs, self._clock()), earlier),
        ]
        if self._is_chat:
            return lines
        writing = head.writing(*shown.writing, self._glyphs)
        return [*lines, self._sides(writing or facts(conversation, self._glyphs), [])]

    def _sides(self, left: Sequence[Piece], right: Sequence[Piece]) -> Strip:
        theme = self._shell.colours
        line = draw.sides(left, right, self._inner, theme, Part.TEXT)
        return line.adjust_cell_length(self.size.width, theme[Part.TEXT])
