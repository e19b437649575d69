"""The composer: a reply, a forward, a new conversation or a note being written."""

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.timer import Timer
from textual.widget import Widget

from agent_tui.actions import reply
from agent_tui.actions.action import ActionError
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Account
from agent_tui.model.conversation import Conversation
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Body, Message
from agent_tui.store import customers, drafts, messages
from agent_tui.store.database import StoreError
from agent_tui.ui import canned, drafting, files
from agent_tui.ui.cells import glyphs_for
from agent_tui.ui.draft_keeper import DraftKeeper
from agent_tui.ui.fields import Fields
from agent_tui.ui.markup import Line, Look, body_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Choice, Pane, Shell, Where
from agent_tui.ui.text_pane import TextLine, TextPane
from agent_tui.ui.theme import Part
from agent_tui.ui.writing_area import WritingArea

SAVE_AFTER_S = 0.7
"""From the first unsaved key; with the write itself, a second is kept."""

_BESIDE = 110
_TALL = 20
_SHORTHAND = re.compile(r"(?:^|\s);(\S+)$")


@dataclass(frozen=True, slots=True)
class Writing:
    """What lies before the agent who writes."""

    draft: Draft
    conversation: Conversation | None
    account: Account | None
    thread: tuple[Message, ...]
    fresh: bool  # nothing was typed yet: leaving without a word leaves no draft

    @property
    def recipients(self) -> bool:
        """Whether To, Cc, Bcc and Subject mean something here."""
        if self.draft.kind is DraftKind.NOTE or self.account is None:
            return False
        return self.account.capabilities.recipients

    @property
    def limit(self) -> int | None:
        """The most characters that the provider takes."""
        if self.draft.kind is DraftKind.NOTE or self.account is None:
            return None
        return self.account.capabilities.reply_limit

    @property
    def attach(self) -> bool:
        return self.account is not None and self.account.capabilities.attach

    @property
    def who(self) -> str:
        """Whom the title names."""
        return self.conversation.customer if self.conversation else ""


class Composer(Pane):
    """Header fields, text, attachments, and the message that is being answered.

    Everything typed is on disk within a second, and before the pane goes.
    """

    where: ClassVar[Where] = Where.COMPOSER
    can_focus = False
    DEFAULT_CSS = """
    Composer { layout: vertical; height: 1fr; }
    Composer > TextPane { height: 5; display: none; }
    Composer.-above > TextPane { display: block; }
    Composer.-beside > TextPane { display: block; dock: right; width: 42%; height: 1fr; }
    Composer > Vertical { height: 1fr; }
    """

    def __init__(self, shell: Shell, writing: Writing) -> None:
        super().__init__()
        self._shell = shell
        self._writing = writing
        self._files = writing.draft.files
        self._keeper = DraftKeeper(shell.db, writing.draft)
        self._timer: Timer | None = None
        self._finished = False  # sent or discarded: there is nothing left to keep
        self._sending = False
        self._focused: Widget | None = None
        self._last = TextPane(
            shell, partial(_message_lines, drafting.answered(list(writing.thread)))
        )
        note = writing.draft.kind is DraftKind.NOTE
        self._head = TextLine(shell, Part.NOTE if note else Part.BAR_ACCENT)
        self._fields = Fields(shell, writing.draft, partial(customers.addresses, shell.db))
        self._body = WritingArea(shell, writing.draft.body)
        self._body.move_cursor(writing.draft.cursor)
        self._listed = TextLine(shell, Part.ACCENT)

    def compose(self) -> ComposeResult:
        self._place_message(self.app.size)
        yield self._last
        with Vertical():
            yield self._head
            if self._writing.recipients:
                yield self._fields
            yield self._body
            yield self._listed

    def on_mount(self) -> None:
        self._show_files()
        self._count()

    def focus_inside(self) -> None:
        """Put the cursor where it was last; at first on an empty To, else in the text."""
        if self._focused is not None and self._focused.is_attached:
            self.screen.set_focus(self._focused, scroll_visible=False)
        elif self._wants_fields():
            self._fields.focus_first()
        else:
            self._body.focus(scroll_visible=False)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self._focused = event.widget

    def on_resize(self, event: events.Resize) -> None:
        self._place_message(event.size)

    def _place_message(self, size: Size) -> None:
        beside = size.width >= _BESIDE
        self.set_class(beside, "-beside")
        self.set_class(not beside and size.height >= _TALL, "-above")

    def leave(self) -> None:
        """Write what is on the screen to disk; an answer nobody began leaves nothing behind."""
        if self._finished:
            return
        draft = self._draft()
        if self._writing.fresh and self._untouched(draft):
            self._finished = True
            drafts.delete(self._shell.db, draft.id)
        else:
            self._keeper.write(draft, self._keeper.number())

    def keep(self) -> None:
        """Close; the draft waits in the conversation."""
        self.leave()
        self._close("" if self._finished else "Kept as a draft.")

    async def send(self) -> None:
        """Send what is written, unless something speaks against it; the reason is said."""
        if self._sending or self._finished:
            return
        self._sending = True
        try:
            await self._send()
        finally:
            self._sending = False

    async def discard(self) -> None:
        """Throw the draft away, when the agent says so."""
        if await self._shell.ask("Discard this text? y/n ", keys=("y",)) != "y":
            return
        self._finished = True
        drafts.delete(self._shell.db, self._writing.draft.id)
        self._close("Discarded.")

    def edit_outside(self) -> None:
        """Go on in the agent's own editor; the screen is its own meanwhile."""
        from agent_tui.ui import editor

        self._save_now()
        command = self._shell.settings.editor
        with self.app.suspend():
            text = editor.edited(command, self._body.text, self._shell.paths.state / "editing")
        self.app.refresh(layout=True)
        if text.rstrip("\n") != self._body.text.rstrip("\n"):
            self._body.rewrite(text)
        self._save_now()

    async def attach(self) -> None:
        """Attach a file, or take one off again."""
        if not self._writing.attach:
            self._shell.say("No files can be attached here: the provider takes none.", error=True)
            return
        if self._files and (chosen := await self._choose_file()) != _ADD:
            if chosen is not None:
                self._set_files(tuple(path for path in self._files if path != chosen))
            return
        path = await files.ask(self._shell)
        if path is not None and path not in self._files:
            self._set_files((*self._files, path))

    def quote(self) -> None:
        """Insert what the customer wrote last, as a quote."""
        message = drafting.answered(list(self._writing.thread))
        if message is None:
            self._shell.say("There is no message to quote.", error=True)
        else:
            self._body.insert_block(drafting.quoted(message))

    async def insert_canned(self) -> None:
        """Choose a canned reply and insert it at the cursor."""
        text = await canned.choose(self._shell, self._asked_for())
        if text is not None:
            self._body.insert_text(text)

    def insert(self, text: str) -> None:
        """Insert ``text`` at the cursor."""
        self._body.insert_text(text)

    def switch_field(self, step: int) -> None:
        """Go from the text to the first or the last of the header fields."""
        if not self._writing.recipients:
            return
        if step > 0:
            self._fields.focus_first()
        else:
            self._fields.focus_last()

    def scroll_message(self, pages: float) -> None:
        """Scroll the message that is answered."""
        self._last.page(pages)

    def on_writing_area_tab(self, event: WritingArea.Tab) -> None:
        event.stop()
        found = _SHORTHAND.search(event.before)
        if found is None:
            self.switch_field(event.step)
        else:
            self._shell.follow(self._expand(found[1]))

    def on_text_area_changed(self) -> None:
        self._changed()
        self._count()

    def on_fields_changed(self, event: Fields.Changed) -> None:
        event.stop()
        self._changed()

    def on_fields_left(self, event: Fields.Left) -> None:
        event.stop()
        self._body.focus(scroll_visible=False)

    async def _send(self) -> None:
        draft = self._draft()
        self._keeper.write(draft, self._keeper.number())
        if drafting.says_nothing(draft.body, self._shell.settings.signature):
            self._shell.say("Not sent: there is no text.", error=True)
            return
        if not await self._seen_everything():
            return
        try:
            done = reply.send(self._shell.context, draft)
        except ActionError as error:
            self._body.go_to(reply.UNFINISHED)
            self._shell.say(str(error), error=True)
            return
        self._finished = True
        self._close(done.sentence)

    async def _seen_everything(self) -> bool:
        """Whether nobody wrote meanwhile, or the agent sends all the same."""
        conversation = self._writing.conversation
        if conversation is None or self._writing.draft.kind is DraftKind.NOTE:
            return True
        newest = messages.newest(self._shell.db, conversation.id)
        if newest is None or newest == self._writing.draft.seen_message:
            return True
        message = messages.get(self._shell.db, newest)
        who = message.author if message else "somebody"
        answer = await self._shell.ask(
            f"{safe_line(who)} wrote after you began; send anyway? y/n ", keys=("y",)
        )
        return answer == "y"

    async def _expand(self, name: str) -> None:
        """Put a canned reply in place of the ``;name`` before the cursor."""
        text = await canned.by_name(self._shell, self._asked_for(), name)
        if text is not None:
            self._body.replace_before(f";{name}", text)

    def _asked_for(self) -> canned.Asked:
        return canned.Asked(self._writing.conversation, self._writing.account)

    async def _choose_file(self) -> str | None:
        choices = [Choice(_ADD, "Attach another file")]
        choices += [
            Choice(path, f"Take off {drafting.file_text(path)}", path) for path in self._files
        ]
        return await self._shell.choose("Attachments", choices)

    def _set_files(self, paths: tuple[str, ...]) -> None:
        self._files = paths
        self._show_files()
        self._save_now()

    def _show_files(self) -> None:
        self._listed.display = bool(self._files)
        listed = ", ".join(safe_line(drafting.file_text(path)) for path in self._files)
        self._listed.show(f" Attached: {listed}")

    def _count(self) -> None:
        limit = self._writing.limit
        title = f" {safe_line(drafting.heading(self._writing.draft, self._writing.who))}"
        self._head.show(title, f"{len(self._body.text)}/{limit} " if limit is not None else "")

    def _changed(self) -> None:
        if self._timer is None:
            self._timer = self.set_timer(SAVE_AFTER_S, self._save_behind)

    async def _save_behind(self) -> None:
        """Write to disk in a thread: the disk's time is not the typist's."""
        self._timer = None
        if self._finished:
            return
        draft, number = self._draft(), self._keeper.number()
        try:
            await asyncio.to_thread(self._keeper.write, draft, number)
        except StoreError as error:
            self._shell.say(f"The draft is not saved yet: {error}", error=True)
            self._changed()

    def _save_now(self) -> None:
        self._keeper.write(self._draft(), self._keeper.number())

    def _draft(self) -> Draft:
        """The draft as it stands on the screen."""
        shown = replace(
            self._writing.draft,
            body=self._body.text,
            cursor=self._body.cursor_location,
            files=self._files,
            updated_at=self._shell.context.clock(),
        )
        return self._fields.filled_in(shown) if self._writing.recipients else shown

    def _untouched(self, draft: Draft) -> bool:
        before = self._writing.draft
        return (draft.body, draft.files, draft.subject, draft.recipients) == (
            before.body,
            before.files,
            before.subject,
            before.recipients,
        )

    def _wants_fields(self) -> bool:
        return not self._writing.draft.recipients.all() and self._writing.recipients

    def _close(self, sentence: str) -> None:
        self._shell.close_pane()
        self._shell.refresh_list()
        self._shell.refresh_conversation()
        if sentence:
            self._shell.say(sentence)


_ADD = "+"
"""The key of the choice that is no path."""


def _message_lines(message: Message | None, width: int) -> list[Line]:
    """What is answered: who and when, then the text without its quotes."""
    if message is None:
        return []
    at = datetime.fromtimestamp(message.at / 1000).astimezone()
    who = f" {safe_line(message.author)}, {at:%a %d %b %H:%M}"
    body = Body(drafting.own_text(message.body))
    return [
        (Piece(who, Part.CUSTOMER),),
        *body_lines(body, Look(width - 1, glyphs_for()), indent=1),
    ]
