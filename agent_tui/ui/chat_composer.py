"""The composer below a chat: Enter sends, it stays open, and the conversation stays in sight."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from agent_tui.actions import closing, doubts, reply
from agent_tui.actions.action import ActionError
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.conversation import Conversation
from agent_tui.model.draft import Draft
from agent_tui.model.message import Delivery, Message
from agent_tui.model.via import via_name
from agent_tui.store import messages, presence
from agent_tui.store.database import StoreError
from agent_tui.ui import chat_messages
from agent_tui.ui.announcing import Announcer
from agent_tui.ui.chat_head import ChatHead, Facts, Window, window_text
from agent_tui.ui.draft_keeper import DraftKeeper
from agent_tui.ui.shell import TRIAGE, Shell, Where
from agent_tui.ui.theme import Part
from agent_tui.ui.writing_area import WritingArea
from agent_tui.ui.writing_pane import Writing, WritingPane

_MOST_LINES = 6
_LISTEN_EVERY: Millis = 1 * SECOND


class ChatComposer(WritingPane):
    """One line that grows with its text, below the conversation it is for."""

    where: ClassVar[Where] = Where.CHAT
    DEFAULT_CSS = """
    ChatComposer { layout: vertical; height: auto; }
    ChatComposer > WritingArea { height: auto; min-height: 1; padding: 0 1; }
    """

    def __init__(self, shell: Shell, writing: Writing, conversation: Conversation) -> None:
        super().__init__(shell, writing)
        self._conversation = conversation
        self._head = ChatHead(shell, Part.NOTE if self._note else Part.BAR_ACCENT)
        self._announcer = Announcer(shell, conversation.id, shell.chats.spawn)
        self._edited: Message | None = None  # a sent message whose text is being changed
        self._asking = False
        self._at_end = True
        self._writers: Sequence[str] = ()
        self._listened: Millis = 0
        self._stamp = -1
        self._failed = {m.id for m in self._thread if m.delivery is Delivery.FAILED}

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._body
        yield self._listed

    def on_mount(self) -> None:
        self._body.styles.max_height = max(min(_MOST_LINES, self.app.size.height // 3), 1)
        self._listen(self._shell.clock())
        self.call_after_refresh(self._stand_below)

    def on_resize(self) -> None:
        """The text has grown or shrunk, and the conversation above the other way."""
        self.call_after_refresh(self._stand_below)
        if self._at_end:
            self.call_after_refresh(self._shell.desk.reading.jump, end=True)

    def on_descendant_blur(self, _: events.DescendantBlur) -> None:
        self.call_after_refresh(self._left_by_mouse)

    # -- keys ------------------------------------------------------------------------------------

    async def send(self, *, resolve: bool = False) -> None:
        """Send what was typed before this key, however fast."""
        self._body.call_later(self._send_now, resolve=resolve)

    def new_line(self) -> None:
        """Break the line, behind what was typed before this key."""
        self._body.call_later(self._body.insert_text, "\n")

    def keep(self) -> None:
        if self._edited is not None:
            self._end_edit()
            self._shell.say("The message stays as it was.")
        else:
            super().keep()
            self._shell.chats.go_back()

    def leave(self) -> None:
        self._announcer.stopped()
        draft = self.draft()
        if self._finished or self._edited is not None:
            return
        self._finished = not draft.body.strip() and not draft.files
        if self._finished:
            self._keeper.drop()
        else:
            self._keeper.write(draft, self._keeper.number())

    def scroll_message(self, pages: float) -> None:
        reading = self._shell.desk.reading
        reading.turn(pages)
        self._at_end = reading.at_end

    def edit_last(self) -> None:
        """Change the last message that we sent."""
        if self._note or self._body.text:
            self._shell.say("Send or discard this text first; then you can edit.", error=True)
            return
        message = chat_messages.own_last(self._shell)
        self._edited = message
        self._body.load_text(message.body.text)
        self._body.move_cursor(self._body.document.end)
        self.show_count()

    def on_writing_area_up(self, event: WritingArea.Up) -> None:
        """Up in an empty text: the last message, to be edited."""
        event.stop()
        try:
            self.edit_last()
        except ActionError as error:
            self._shell.say(str(error), error=True)

    def on_text_area_changed(self) -> None:
        if self._note or self._edited is not None:
            return
        if self._body.text.strip():
            self._announcer.typed()
        else:
            self._announcer.stopped()

    # -- what others do --------------------------------------------------------------------------

    def look(self, now: Millis) -> None:
        """Show who writes, the limits, and what did not arrive; called several times a second."""
        stamp = self._shell.db.stamp()
        if stamp != self._stamp or (self._writers and now - self._listened >= _LISTEN_EVERY):
            self._stamp = stamp
            self._listen(now)
        at_hand = self._shell.chats.at_hand
        if at_hand is not None and at_hand.id == self._conversation.id:
            self._conversation = at_hand
            self._tell_failures()
        self.show_count()

    def show_count(self) -> None:
        conversation, now = self._conversation, self._shell.clock()
        limited = not self._note
        until = conversation.reply_until if limited else None
        self._head.show(
            Facts(
                title=self._title(),
                keys=self._keys(),
                writers=self._writers,
                used=self._writing.length(self._body.text),
                limit=self._limit if limited else None,
                window=Window(conversation.via, until) if until is not None else None,
            ),
            now,
        )

    def _listen(self, now: Millis) -> None:
        db, number = self._shell.db, self._conversation.id
        me = self._shell.settings.agent.handle
        customers = presence.writing(db, number, now, ours=False)
        colleagues = [who for who in presence.writing(db, number, now, ours=True) if who != me]
        self._writers = [safe_line(who) for who in (*customers, *colleagues)]
        self._listened = now

    def _tell_failures(self) -> None:
        for message in self._thread:
            if message.delivery is Delivery.FAILED and message.id not in self._failed:
                self._failed.add(message.id)
                where = ", ".join(self._shell.keys_of("outbox"))
                why = safe_line(message.problem).rstrip(".")
                self._shell.say(f"Not delivered: {why}. Esc and {where}: what to do.", error=True)

    @property
    def _thread(self) -> Sequence[Message]:
        """The messages as the conversation above shows them."""
        reading = self._shell.desk.reading
        shown = reading.conversation
        return reading.messages if shown and shown.id == self._conversation.id else ()

    @property
    def _limit(self) -> int | None:
        own = self._conversation.reply_limit
        return own if own is not None else self._writing.limit

    def _title(self) -> str:
        who = safe_line(self._conversation.customer)
        if self._edited is not None:
            return "Edit your message"
        return "Note, only colleagues see it" if self._note else f"To {who}"

    def _keys(self) -> str:
        """Which key does what, as they are bound."""
        send, line = (
            next(iter(self._shell.keys_of(name)), "") for name in ("chat-send", "chat-newline")
        )
        verb = "saves" if self._edited is not None or self._note else "sends"
        said = [f"{send} {verb}"] if send else []
        return ", ".join([*said, f"{line} new line"] if line else said)

    # -- sending ---------------------------------------------------------------------------------

    def _send_now(self, *, resolve: bool) -> None:
        if self._asking or self._finished:
            return
        try:
            self._send(resolve=resolve)
        except (ActionError, StoreError) as error:
            self._shell.say(str(error), error=True)

    def _send(self, *, resolve: bool) -> None:
        draft = self.draft()
        if self._edited is not None:
            self._send_edit(self._edited, draft.body)
            return
        self._refuse(draft)
        self._keeper.write(draft, self._keeper.number())
        known = doubts.newest(self._shell.context, self.draft())
        reasons = doubts.against(self._shell.context, self.draft())
        if reasons:
            self._asking = True
            self._shell.follow(self._ask(reasons, known, resolve=resolve))
        else:
            self._dispatch(resolve=resolve)

    async def _ask(self, reasons: Sequence[str], known: int, *, resolve: bool) -> None:
        """Something speaks against it: the agent decides, knowing the messages up to ``known``."""
        try:
            for reason in reasons:
                question = f"{safe_line(reason)} Send it all the same? y/n "
                if await self._shell.ask(question, keys=("y",)) != "y":
                    self._body.go_to(doubts.UNFINISHED)
                    return
            if not await self._shell.turns.take("Send"):
                return
        finally:
            self._asking = False
        self._dispatch(resolve=resolve, known=known)

    def _dispatch(self, *, resolve: bool, known: int | None = None) -> None:
        """Into the outbox; the text makes way for the next message."""
        self._keeper.write(self.draft(), self._keeper.number())
        send = closing.send_and_resolve if resolve else reply.send
        done = send(self._shell.context, self._keeper.kept, anyway=known is not None, known=known)
        self._announcer.stopped()
        if self._note or resolve:
            self._finished = True
            self._close(done.sentence, done.changed if resolve else ())
            return
        self._begin_next()
        self._shell.refresh_list()
        self._shell.refresh_conversation()
        self._follow_thread()
        self._shell.say(f"{done.sentence} Esc first." if self._is_held() else "")

    def _is_held(self) -> bool:
        """Whether a message can be called back for a while: not by default in a chat."""
        account = self._writing.account
        held = account.capabilities.undo_ms if account is not None else 0
        return self._shell.context.undo_ms.get(self._conversation.channel, held) > 0

    def _begin_next(self) -> None:
        newest = messages.newest(self._shell.db, self._conversation.id)
        draft = empty(self._writing.draft, newest)
        self._writing = replace(self._writing, draft=draft)
        self._keeper = DraftKeeper(self._shell.db, draft, self._shell.paths.unsaved)
        self._files = ()
        self._show_files()
        self._body.load_text("")
        self.show_count()

    def _follow_thread(self) -> None:
        self._at_end = True
        self._shell.desk.reading.jump(end=True)

    def _refuse(self, draft: Draft) -> None:
        """Raises ActionError when it cannot be sent as it is."""
        if not draft.body.strip() and not draft.files:
            raise ActionError("Not sent: there is no text.")
        if self._note:
            return
        conversation, now = self._conversation, self._shell.clock()
        until, limit = conversation.reply_until, self._limit
        size = self._writing.length(draft.body)
        if until is not None and until <= now:
            told = window_text(Window("", until), now)
            raise ActionError(f"Not sent: {told}; the customer must write first.")
        if limit is not None and size > limit:
            on = f" on {via_name(conversation.via)}" if conversation.via else ""
            raise ActionError(
                f"Not sent: the text has {size} characters; at most {limit} are allowed{on}."
            )

    def _send_edit(self, message: Message, text: str) -> None:
        if not text.strip():
            raise ActionError("Not changed: there is no text; :delete takes a message away.")
        if text != message.body.text:
            chat_messages.rewrite(self._shell, message, text)
        self._end_edit()

    def _end_edit(self) -> None:
        self._edited = None
        self._body.load_text("")
        self.show_count()

    def _changed(self) -> None:
        if self._edited is None:
            super()._changed()

    def _save_now(self) -> None:
        if self._edited is None:
            super()._save_now()

    def _stand_below(self) -> None:
        """Begin where the conversation begins: the eyes stay in one column."""
        left = self._shell.desk.reading.region.x
        if self.is_attached and self.styles.margin.left != left:
            self.styles.margin = (0, 0, 0, left)

    def _left_by_mouse(self) -> None:
        """Somebody clicked into the inbox: its keys are verbs, so the composer makes way."""
        if self.is_attached and self._shell.opened is self and self._shell.where() in TRIAGE:
            self.leave()
            self._shell.close_pane()


def empty(draft: Draft, seen: int | None) -> Draft:
    """A draft of the same kind in which nothing stands; it has no row yet."""
    return replace(draft, id=0, body="", files=(), cursor=(0, 0), seen_message=seen, asks=None)
