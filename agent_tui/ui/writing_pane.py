"""What all composers have in common: a text that is kept while it is typed, files, canned replies.

Everything typed is on disk within a second, and before the pane goes.
"""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from textual.timer import Timer

from agent_tui.model.account import Account, Counted
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.mention import begun
from agent_tui.model.message import Direction, Message
from agent_tui.store import messages
from agent_tui.store.database import StoreError
from agent_tui.ui import canned, drafting, files, mentions
from agent_tui.ui.draft_keeper import DraftKeeper
from agent_tui.ui.shell import Choice, Pane, Shell
from agent_tui.ui.text_pane import TextLine
from agent_tui.ui.theme import Part
from agent_tui.ui.writing_area import WritingArea

SAVE_AFTER_S = 0.7
"""From the first unsaved key; with the write itself, a second is kept."""

_SHORTHAND = re.compile(r"(?:^|\s);(\S+)$")
_ADD = "+"
"""The key of the choice that is no path."""


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
        if self.draft.kind is DraftKind.NOTE:
            return None
        own = self.conversation.reply_limit if self.conversation else None
        if own is not None or self.account is None:
            return own
        return self.account.capabilities.reply_limit

    def length(self, text: str) -> int:
        """How much of the limit ``text`` uses."""
        return len(text) if self.account is None else self.account.capabilities.counted.length(text)

    @property
    def unit(self) -> str:
        """What the limit counts, where that is not what everybody thinks."""
        counted = self.account.capabilities.counted if self.account else Counted.CHARACTERS
        return "" if counted is Counted.CHARACTERS else f" {counted}"

    @property
    def public(self) -> bool:
        """Whether everybody can read the answer."""
        return self.conversation is not None and self.conversation.channel is Channel.REVIEW

    @property
    def again(self) -> bool:
        """Whether an answer of ours is changed: this one, or the one that there can be only."""
        if self.draft.edits is not None:
            return True
        if self.account is None or not self.account.capabilities.single_reply:
            return False
        return any(
            message.direction is Direction.OUTBOUND and message.deleted_at is None
            for message in self.thread
        )

    @property
    def attach(self) -> bool:
        """Whether files can go with it."""
        return self.account is not None and self.account.capabilities.attach

    @property
    def who(self) -> str:
        """Whom the title names."""
        return self.conversation.customer if self.conversation else ""


class WritingPane(Pane):
    """A pane in which a draft is written."""

    can_focus = False

    def __init__(self, shell: Shell, writing: Writing) -> None:
        super().__init__()
        self._shell = shell
        self._writing = writing
        self._files = writing.draft.files
        self._keeper = DraftKeeper(shell.db, writing.draft, shell.paths.unsaved)
        self._timer: Timer | None = None
        self._note = writing.draft.kind is DraftKind.NOTE
        self._hinted = False  # the status line says who may be named
        self._finished = False  # sent or discarded: there is nothing left to keep
        self._body = WritingArea(shell, writing.draft.body)
        self._body.move_cursor(writing.draft.cursor)
        self._listed = TextLine(shell, Part.ACCENT)

    @property
    def draft_id(self) -> int:
        """The row of what is written; 0 while there is none."""
        return self._keeper.kept.id

    def on_mount(self) -> None:
        self._show_files()
        self.show_count()

    def focus_inside(self) -> None:
        self._body.focus(scroll_visible=False)

    async def send(self, *, resolve: bool = False) -> None:
        """Send what is written, unless something speaks against it; the reason is said. With
        ``resolve`` the conversation is done with then."""

    def show_count(self) -> None:
        """Show the title and how many of the allowed characters are used."""

    def scroll_message(self, pages: float) -> None:
        """Scroll what is answered."""

    def leave(self) -> None:
        """Write what is on the screen to disk; an answer nobody began leaves nothing behind."""
        if self._finished:
            return
        draft = self.draft()
        if self._writing.fresh and self._untouched(draft):
            self._finished = True
            self._keeper.drop()
        else:
            self._keeper.write(draft, self._keeper.number())

    def keep(self) -> None:
        """Close; the draft waits in the conversation."""
        self.leave()
        self._close("" if self._finished else "Kept as a draft.")

    async def discard(self) -> None:
        """Throw the draft away, when the agent says so."""
        if await self._shell.ask("Discard this text? y/n ", keys=("y",)) != "y":
            return
        if not await self._shell.turns.take("Discard"):
            return
        self._finished = True
        self._keeper.drop()
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

    async def attach(self) -> None:
        """Attach a file, or take one off again; of a message that is passed on its own, too."""
        if not self._writing.attach:
            self._shell.say("No files can be attached here: the provider takes none.", error=True)
            return
        fetched = self._fetched_since()
        if (self._files or fetched) and (chosen := await self._choose_file(fetched)) != _ADD:
            if chosen in self._files:
                self._set_files(tuple(path for path in self._files if path != chosen))
            elif chosen is not None:
                self._set_files((*self._files, chosen))
            return
        path = await files.ask(self._shell)
        if path is not None and path not in self._files:
            self._set_files((*self._files, path))

    async def insert_canned(self) -> None:
        """Choose a canned reply and insert it at the cursor."""
        text = await canned.choose(self._shell, self._asked_for())
        if text is not None:
            self._body.insert_text(text)

    def insert(self, text: str) -> None:
        """Insert ``text`` at the cursor; behind other words on a line of its own."""
        self._body.insert_block(text)

    def tab(self, step: int) -> None:
        """Tab or Shift+Tab behind something that is no ``;name``."""

    def on_writing_area_tab(self, event: WritingArea.Tab) -> None:
        event.stop()
        found = _SHORTHAND.search(event.before)
        named = begun(event.before) if self._note else None
        if named is not None:
            self._shell.follow(self._mention(named))
        elif found is not None:
            self._shell.follow(self._expand(found[1]))
        else:
            self.tab(event.step)

    def on_text_area_changed(self) -> None:
        self._changed()
        self.show_count()
        if self._note:
            self._hint_at_colleagues()

    def draft(self) -> Draft:
        """The draft as it stands on the screen."""
        return replace(
            self._writing.draft,
            id=self._keeper.kept.id,
            body=self._body.text,
            cursor=self._body.cursor_location,
            files=self._files,
            updated_at=self._shell.context.clock(),
        )

    def _untouched(self, draft: Draft) -> bool:
        before = self._writing.draft
        return (draft.body, draft.files, draft.subject, draft.recipients) == (
            before.body,
            before.files,
            before.subject,
            before.recipients,
        )

    async def _expand(self, name: str) -> None:
        """Put a canned reply in place of the ``;name`` before the cursor."""
        text = await canned.by_name(self._shell, self._asked_for(), name)
        if text is not None:
            self._body.replace_before(f";{name}", text)

    async def _mention(self, typed: str) -> None:
        """Put the handle of a colleague in place of the one that is begun before the cursor."""
        handle = await mentions.complete(self._shell, typed)
        if handle is not None:
            self._body.replace_before(f"@{typed}", f"@{handle} ")

    def _hint_at_colleagues(self) -> None:
        """Say who may be meant while a colleague is being named, and nothing any more behind it."""
        hint = mentions.hint(self._shell.db, self._body.before_cursor)
        if hint or self._hinted:
            self._shell.say(hint)
        self._hinted = bool(hint)

    def _asked_for(self) -> canned.Asked:
        return canned.Asked(self._writing.conversation, self._writing.account)

    def _fetched_since(self) -> tuple[str, ...]:
        """Files of the message that is passed on that are here now and not with it."""
        passed = drafting.answered(list(self._writing.thread))
        if passed is None or self._writing.draft.kind is not DraftKind.FORWARD:
            return ()
        now = messages.get(self._shell.db, passed.id)
        here = drafting.fetched_files(now) if now is not None else ()
        return tuple(path for path in here if path not in self._files)

    async def _choose_file(self, fetched: Sequence[str]) -> str | None:
        choices = [Choice(path, f"Attach {drafting.file_text(path)}", path) for path in fetched]
        choices += [Choice(_ADD, "Attach another file")]
        choices += [
            Choice(path, f"Take off {drafting.file_text(path)}", path) for path in self._files
        ]
        return await self._shell.choose("Attachments", choices)

    def _set_files(self, paths: tuple[str, ...]) -> None:
        self._files = paths
        self._show_files()
        self._changed()

    def _show_files(self) -> None:
        self._listed.display = bool(self._files)
        self._listed.show(f" Attached: {drafting.files_text(self._files)}")

    def _changed(self) -> None:
        if self._timer is None:
            self._timer = self.set_timer(SAVE_AFTER_S, self._save_behind)

    async def _save_behind(self) -> None:
        """Write to disk in a thread: the time of disk and store is not the typist's."""
        self._timer = None
        if self._finished:
            return
        draft, number = self.draft(), self._keeper.number()
        try:
            kept = await asyncio.to_thread(self._keeper.write_behind, draft, number)
        except StoreError as error:
            self._shell.say(f"The draft is not saved yet: {error}", error=True)
            kept = False
        if not kept:
            self._changed()

    def _save_now(self) -> None:
        self._keeper.write(self.draft(), self._keeper.number())

    def _close(self, sentence: str, resolved: Iterable[int] = ()) -> None:
        """Go; what is ``resolved`` makes way for the next one, as the setting says."""
        self._shell.close_pane()
        if resolved:
            self._shell.desk.changed(resolved)
        self._shell.refresh_list()
        self._shell.refresh_conversation()
        if sentence:
            self._shell.say(sentence)
