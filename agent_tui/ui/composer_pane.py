"""The composer: a reply, a forward, a new conversation or a note being written."""

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.widget import Widget

from agent_tui.actions import closing, doubts, reply
from agent_tui.actions.action import ActionError, Doubtful
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Body, Message
from agent_tui.store import customers, presence
from agent_tui.store.database import StoreError
from agent_tui.ui import drafting
from agent_tui.ui.announcing import OF_MAIL, Announcer
from agent_tui.ui.cells import glyphs_for
from agent_tui.ui.fields import Fields
from agent_tui.ui.markup import Line, Look, body_lines
from agent_tui.ui.review_lines import rated
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Shell, Where
from agent_tui.ui.text_pane import TextLine, TextPane
from agent_tui.ui.theme import Part
from agent_tui.ui.writing_pane import Writing, WritingPane

_BESIDE = 110
_TALL = 20
_LISTEN_S = 1.0


class Composer(WritingPane):
    """Header fields, text, attachments, and the message that is being answered."""

    where: ClassVar[Where] = Where.COMPOSER
    DEFAULT_CSS = """
    Composer { layout: vertical; height: 1fr; }
    Composer > TextPane { height: 5; display: none; }
    Composer.-above > TextPane { display: block; }
    Composer.-beside > TextPane { display: block; dock: right; width: 42%; height: 1fr; }
    Composer > Vertical { height: 1fr; }
    """

    def __init__(self, shell: Shell, writing: Writing) -> None:
        super().__init__(shell, writing)
        self._sending = False
        self._focused: Widget | None = None
        answered = drafting.answered(list(writing.thread))
        rating = writing.conversation.rating if writing.conversation else None
        self._last = TextPane(shell, partial(_message_lines, answered, rating))
        note = writing.draft.kind is DraftKind.NOTE
        self._head = TextLine(shell, Part.NOTE if note else Part.BAR_ACCENT)
        self._fields = Fields(shell, writing.draft, partial(customers.addresses, shell.db))
        number = writing.conversation.id if writing.conversation and not note else None
        self._number = number  # of the conversation in which colleagues see us write
        self._announcer = Announcer(shell, number or 0, shell.chats.spawn, OF_MAIL)
        self._writers: list[str] = []
        self._stamp = -1

    def compose(self) -> ComposeResult:
        self._place_message(self.app.size)
        yield self._last
        with Vertical():
            yield self._head
            if self._writing.recipients:
                yield self._fields
            yield self._body
            yield self._listed

    def focus_inside(self) -> None:
        """Put the cursor where it was last; at first on an empty To, else in the text."""
        if self._focused is not None and self._focused.is_attached:
            self.screen.set_focus(self._focused, scroll_visible=False)
        elif self._wants_fields():
            self._fields.focus_first()
        else:
            self._body.focus(scroll_visible=False)

    def on_mount(self) -> None:
        if self._number is not None:
            self._announcer.typed()
            self._listen()
            self.set_interval(_LISTEN_S, self._listen)

    def leave(self) -> None:
        self._announcer.stopped()
        super().leave()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._focused = event.widget

    def on_resize(self, event: events.Resize) -> None:
        self._place_message(event.size)

    def _place_message(self, size: Size) -> None:
        beside = size.width >= _BESIDE
        self.set_class(beside, "-beside")
        self.set_class(not beside and size.height >= _TALL, "-above")

    async def send(self, *, resolve: bool = False) -> None:
        if self._sending or self._finished:
            return
        self._sending = True
        try:
            await self._send(resolve=resolve)
        finally:
            self._sending = False

    async def send_later(self) -> None:
        """Ask when it is to leave, and put it into the outbox until then."""
        from agent_tui.ui import choices

        if self._writing.draft.kind is DraftKind.NOTE:
            self._shell.say("A note stays here: it is not sent, now or later.", error=True)
        elif not (self._sending or self._finished):
            self._save_now()
            self._sending = True
            try:
                if (at := await choices.send_time(self._shell)) is not None:
                    await self._send(at=at)
            finally:
                self._sending = False

    def quote(self) -> None:
        """Insert what the customer wrote last, as a quote."""
        message = drafting.answered(list(self._writing.thread))
        if message is None:
            self._shell.say("There is no message to quote.", error=True)
        else:
            self._body.insert_block(drafting.quoted(message))

    def tab(self, step: int) -> None:
        """Go from the text to the first or the last of the header fields."""
        if not self._writing.recipients:
            return
        if step > 0:
            self._fields.focus_first()
        else:
            self._fields.focus_last()

    def scroll_message(self, pages: float) -> None:
        self._last.page(pages)

    def on_fields_changed(self, event: Fields.Changed) -> None:
        event.stop()
        self._changed()

    def on_fields_left(self, event: Fields.Left) -> None:
        event.stop()
        self._body.focus(scroll_visible=False)

    def show_count(self) -> None:
        """Draw the title, with how much of the limit is used."""
        writing = self._writing
        limit, used = writing.limit, writing.length(self._body.text)
        title = drafting.heading(
            writing.draft, writing.who, public=writing.public, again=writing.again
        )
        count = f"{used}/{limit}{writing.unit} " if limit is not None else ""
        self._head.show(f" {safe_line(title)}{self._who_else()}", count)

    def on_text_area_changed(self) -> None:
        if self._number is not None:
            self._announcer.typed()

    def draft(self) -> Draft:
        shown = super().draft()
        return self._fields.filled_in(shown) if self._writing.recipients else shown

    def _listen(self) -> None:
        """Show who else answers this; looks when something was written, or somebody may stop."""
        with suppress(StoreError):  # the look at all of the store, several times a second, tells
            others = self._read_others()
            if others != self._writers:
                self._writers = others
                self.show_count()

    def _read_others(self) -> list[str]:
        db, me = self._shell.db, self._shell.settings.agent.handle
        stamp = db.stamp()
        if self._number is None or (stamp == self._stamp and not self._writers):
            return self._writers
        self._stamp = stamp
        writing = presence.writing(db, self._number, self._shell.clock(), ours=True)
        return [who for who in writing if who != me]

    def _who_else(self) -> str:
        who = ", ".join(map(safe_line, self._writers))
        return (
            f"  {who} {'is' if len(self._writers) == 1 else 'are'} writing here too" if who else ""
        )

    async def _send(self, *, resolve: bool = False, at: Millis | None = None) -> None:
        draft = self.draft()
        self._keeper.write(draft, self._keeper.number())
        if drafting.says_nothing(draft.body, self._shell.settings.signature):
            self._shell.say("Not sent: there is no text.", error=True)
            return
        known = doubts.newest(self._shell.context, draft)
        anyway = await self._sure(draft)
        if anyway is None:  # the agent thinks again
            self._body.go_to(doubts.UNFINISHED)
            return
        if not await self._shell.turns.take("Send"):
            return
        try:
            if resolve:
                done = closing.send_and_resolve(
                    self._shell.context, draft, anyway=anyway, known=known
                )
            else:
                done = reply.send(self._shell.context, draft, anyway=anyway, known=known, at=at)
        except Doubtful as doubt:  # since a moment ago
            self._shell.say(doubt.reason, error=True)
            return
        except ActionError as error:
            self._shell.say(str(error), error=True)
            return
        self._finished = True
        self._close(done.sentence, done.changed if resolve else ())
        self._shell.count_down(done)

    async def _sure(self, draft: Draft) -> bool | None:
        """Whether the agent, told each reason not to, sends it all the same; False when there is
        none, None when they do not."""
        if reply.problems(self._shell.context, draft):
            return False  # that is said first
        doubtful = doubts.against(self._shell.context, draft)
        for number, doubt in enumerate(doubtful, start=1):
            which = f"({number} of {len(doubtful)}) " if len(doubtful) > 1 else ""
            question = f"{which}{safe_line(doubt)} Send it all the same? y/n "
            if await self._shell.ask(question, keys=("y",)) != "y":
                return None
        return bool(doubtful)

    def _wants_fields(self) -> bool:
        return not self._writing.draft.recipients.all() and self._writing.recipients


def _message_lines(message: Message | None, rating: int | None, width: int) -> list[Line]:
    """What is answered: who and when, a review's stars, then the text without its quotes."""
    if message is None:
        return []
    glyphs = glyphs_for()
    at = datetime.fromtimestamp(message.at / 1000).astimezone()
    stars = f" {rated(rating, glyphs)}" if rating is not None else ""
    who = f"{stars} {safe_line(message.author)}, {at:%a %d %b %H:%M}"
    body = Body(drafting.own_text(message.body))
    return [(Piece(who, Part.CUSTOMER),), *body_lines(body, Look(width - 1, glyphs), indent=1)]
