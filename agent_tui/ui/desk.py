"""The inbox: a view of conversations, the one that is read, and what becomes of both."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from agent_tui.config.settings import AfterResolve, Settings
from agent_tui.model.clock import Clock
from agent_tui.model.conversation import CLOSED, Conversation, View
from agent_tui.store import conversations
from agent_tui.store.database import Database, StoreError
from agent_tui.store.matches import Matches
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.empty import nothing_here
from agent_tui.ui.inbox import EVERYTHING, Found, Inbox, searched_words
from agent_tui.ui.layout import Slot
from agent_tui.ui.list_pane import ListPane
from agent_tui.ui.listing import Listing
from agent_tui.ui.panes import Panes
from agent_tui.ui.preview import Rest
from agent_tui.ui.shell import Shell

if TYPE_CHECKING:
    from agent_tui.ui.ahead import Ahead
    from agent_tui.ui.find_again import FindAgain

_HEADINGS = "headings of "


class Shown(NamedTuple):
    """What a search took the place of."""

    narrowing: str
    everywhere: bool
    listing: Listing | None


class Desk(Panes):
    """Keeps the panes on the same conversation."""

    def __init__(
        self,
        shell: Shell,
        inbox: Inbox,
        settings: Settings,
        glyphs: Glyphs,
        clock: Clock,
    ) -> None:
        self.inbox = inbox
        listed = ListPane(
            shell,
            glyphs,
            settings.agent.handle,
            clock,
            moved=self._cursor_moved,
            opened=self.open,
            selected=self.tell_bar,
            empty=self._nothing_here,
        )
        super().__init__(shell, listed, settings, glyphs, clock)
        self.view = inbox.view(settings.start_view)
        self.narrowing = ""
        self._everywhere = False
        self._db: Database = shell.db
        self._after = settings.after_resolve
        self._returns: dict[str, int] = {}  # the cursor's conversation of each view left
        self._rest = Rest(self._preview)

    def start(self) -> None:
        """Read the first page and lay the panes out."""
        self._list(self.inbox.listing(self.view))
        self.lay_out()

    @property
    def current(self) -> Conversation | None:
        """The conversation that keys are meant for."""
        if self.slot is not Slot.LIST and self.reading.conversation is not None:
            return self.reading.conversation
        return self.list.current

    @property
    def searched(self) -> View:
        """The view that the search narrows: the listed one, or all of them."""
        return EVERYTHING if self._everywhere else self.view

    @property
    def queries(self) -> list[str]:
        """All of these bound what is listed."""
        return [self.searched.query, self.narrowing] if self.narrowing else [self.view.query]

    def targets(self) -> list[int]:
        """The selected conversations, else the current one. What is read is meant alone unless
        it is one of the selected."""
        current, selected = self.current, self.list.selected()
        if selected and (self.slot is Slot.LIST or current is None or current.id in selected):
            return selected
        return [current.id] if current else []

    def show_view(self, view: View) -> None:
        """List ``view``, with the cursor where it was left; raises QueryError."""
        listing = self.inbox.listing(view)
        if self.list.current is not None and not self.narrowing:
            self._returns[self.view.name] = self.list.current.id
        if view.name != self.view.name:
            self.list.clear_selection()  # what is not to be seen is not worked on
        self.view, self.narrowing = view, ""
        self.list.mark(())
        if view.name in self._returns:
            listing.go_to(self._returns[view.name])
        self._list(listing)
        self.go(Slot.LIST)
        self._came_here()
        self.tell_bar()

    def step_view(self, by: int) -> None:
        """The next or previous view, around the ends."""
        names = [view.name for view in self.inbox.views]
        at = names.index(self.view.name) if self.view.name in names else 0
        self.show_view(self.inbox.views[(at + by) % len(names)])

    def search(self, text: str) -> None:
        """Narrow the view, or with an empty text show all of it; the same text once more
        searches all views. Raises QueryError."""
        if not text.strip():
            self.show_view(self.view)
            return
        widen = text == self.narrowing and not self._everywhere
        found = self.inbox.search(EVERYTHING if widen else self.view, text)
        self.narrow(text, Found(found.listing, found.everywhere or widen))

    def narrow(self, text: str, found: Found) -> None:
        """List what a search gave, and go there. Most of it is on the screen since it was typed:
        the conversation beside it comes with the same frame."""
        if self.list.current is not None and not self.narrowing:
            self._returns[self.view.name] = self.list.current.id
        self.preview_search(text, found)
        self.go(Slot.LIST)
        self._rest.cancel()
        if self._previews:
            self._preview()
        self.tell_bar()
        self.run_worker(self.count_matches())
        if found.everywhere and found.listing.rows:
            self._shell.say(f"Nothing in {self.view.name} matches; this is from all views.")

    def preview_search(self, text: str, found: Found) -> None:
        """List what a search gave while it is still being typed."""
        self.narrowing, self._everywhere = text, found.everywhere
        self.list.mark(searched_words(text))
        self._list(found.listing)
        self.tell_bar()

    async def count_matches(self) -> None:
        """Count what is listed, beside the keys, where the list does not know, and tell it."""
        listing = self.list.listing
        if listing is None or not self.narrowing or listing.known:
            return
        with suppress(StoreError):  # told where it is read to be shown
            listing.total = await asyncio.to_thread(listing.tally)
            self.tell_bar()

    def shown(self) -> Shown:
        """What is listed, for :meth:`show_again`."""
        return Shown(self.narrowing, self._everywhere, self.list.listing)

    def show_again(self, shown: Shown) -> None:
        """List again what was listed before."""
        self.narrowing, self._everywhere, listing = shown
        self.list.mark(searched_words(self.narrowing))
        if listing is not None:
            self._list(listing)
        self.tell_bar()

    def turn_headings(self) -> None:
        """Show headings in this view from now on, or do without."""
        listing = self.list.listing
        if listing is None or listing.searching:
            self._shell.say("Matches are in no order of days, so they have no headings.")
            return
        self.list.head(headed=not self.list.headed)
        self.kept.put(_HEADINGS + self.searched.name, "on" if self.list.headed else "off")
        self._shell.say("Headings." if self.list.headed else "No headings.")

    def _list(self, listing: Listing) -> None:
        """Show a listing of the view that is searched, with headings if that has them."""
        said = self.kept.get(_HEADINGS + self.searched.name)
        self.list.show(listing, headed=said == "on" if said else self._settings.headings)

    def open(self) -> None:
        """Read the conversation under the cursor."""
        if self.list.current is not None:
            self._read(self.list.current)

    def open_id(self, conversation_id: int, message_id: int | None = None) -> None:
        """Read any conversation, at that message; the list's cursor goes there if it has it."""
        found = conversations.get(self._db, conversation_id)
        if found is None:
            self._shell.say(f"There is no conversation #{conversation_id}.", error=True)
            return
        self.list.go_to(conversation_id)
        self._read(found, message_id)

    def return_to(self, conversation_id: int) -> None:
        """Go to a conversation that was changed back; while reading, read it."""
        self.list.go_to(conversation_id)
        if self.slot is Slot.READING:
            self.open_id(conversation_id)

    def step(self, by: int) -> None:
        """Read the next or previous conversation of the list; where the one that is read has left
        it, the next one has its place."""
        left = self.slot is not Slot.LIST and self.list.has_left(self.reading.conversation)
        before = None if left else self.list.current
        self.list.move(by - 1 if left and by > 0 else by)
        if self.slot is Slot.LIST:
            return
        if self.list.current is None or self.list.current == before:
            self._shell.say("That was the last one." if by > 0 else "That was the first one.")
            return
        self._read(self.list.current)

    def back(self) -> bool:
        """One step towards the whole list; False when it is there already."""
        if self._zoomed:
            self.zoom()
        elif self.slot is Slot.CUSTOMER and self.reading.conversation is not None:
            self.go(Slot.READING)
        elif self.slot is not Slot.LIST:
            self.go(Slot.LIST)
        elif self.list.clear_selection():
            pass
        elif self.narrowing:
            self.show_view(self.view)
        else:
            return False
        return True

    def arranged(self) -> None:
        if self._shows(Slot.READING) and self.reading.conversation is None:
            self._cursor_moved()
        self.tell_bar()

    def refresh_list(self) -> None:
        """Read the list again; the conversation beside it follows the cursor."""
        if self.list.listing is not None and self.list.listing.searching:
            self.find_again.begin()
        else:
            self._read_list_again()

    def _read_list_again(self, found: Matches | None = None) -> None:
        self.list.reload(found=found)
        self.tell_bar()
        if self.slot is Slot.LIST:
            self._cursor_moved()

    def refresh_conversation(self) -> None:
        self.reading.reload()
        if self._shows(Slot.CUSTOMER):
            self.customer.show(self.reading.conversation or self.list.current)

    def once_after(self, after: AfterResolve) -> None:
        """Where to go after the next action, whatever the setting says."""
        self._after = after

    def changed(self, ids: Iterable[int]) -> None:
        """Show what an action did; a conversation that left the list makes way for another."""
        after, self._after = self._after, self._settings.after_resolve
        listed, read = self.list.current, self.reading.conversation
        self.list.reload(own=True)
        self.list.drop_unlisted(ids)
        self.tell_bar()
        gone = read is not None and read.id in ids and self.list.has_left(read)
        if self.slot is Slot.LIST:
            self._cursor_moved()
        elif gone and (_id(read) == _id(listed) or self._is_closed(read)):
            self._make_way(after)
            return
        self.refresh_conversation()

    def tell_bar(self) -> None:
        """Draw views and counts where they are different."""
        matches = ""
        if self.narrowing and self.list.listing is not None:
            listing = self.list.listing
            count = listing.known or listing.total or "more"
            where = "all views" if self._everywhere else f"{self.view.name}  / Enter: all views"
            matches = f"{count} in {where}"
        others = () if self.views.display else self.inbox.views
        self.bar.show(
            others, self.inbox.counts, self.view, self.narrowing, matches, self._selection_told()
        )
        self.views.show(self.inbox.views, self.inbox.counts, self.view)

    def _selection_told(self) -> str:
        count = len(self.list.selected())
        began = self.list.selection.began is not None
        return f"{count:,} selected{', a range' if began else ''}" if count else ""

    def _read(self, conversation: Conversation, message_id: int | None = None) -> None:
        self._rest.cancel()
        shown = self.reading.conversation
        words = searched_words(self.narrowing) if self.narrowing else ()
        if shown is None or shown.id != conversation.id or message_id is not None:
            self.reading.show(conversation, words, message_id)
        self.reading.mark(words)
        if self.slot is not Slot.READING:
            self.go(Slot.READING)
        if self._shows(Slot.CUSTOMER):
            self.customer.show(conversation)
        self.customer.look_up(conversation.customer_id)
        self.call_after_refresh(self._look_ahead)
        if conversation.unread:
            self.mark_read(conversation)

    def mark_read(self, conversation: Conversation) -> None:
        """The agent has seen all of it, and the provider is told; soon, where somebody else
        writes to the store now."""
        if self._shell.turns.free:
            self._mark_read(conversation)
        else:
            self.run_worker(self._mark_read_in_turn(conversation))

    async def _mark_read_in_turn(self, seen: Conversation) -> None:
        """Unless something came meanwhile that nobody has seen."""
        await self._shell.turns.take_quietly()
        now = conversations.get(self._db, seen.id)
        shown = self.reading.conversation
        if now is not None and (now.unread == seen.unread or _id(shown) == seen.id):
            self._mark_read(now)

    def _mark_read(self, conversation: Conversation) -> None:
        from agent_tui.actions.provider import tell_read

        context = self._shell.context
        with self._db.transaction():
            conversations.mark_read(self._db, conversation.id)
            tell_read(context, conversation)
        self.list.reload()
        self.reading.now_read()

    def _is_closed(self, read: Conversation | None) -> bool:
        """Whether it is closed now, and was not: such as a review after it was answered."""
        now = conversations.get(self._db, read.id) if read is not None else None
        return bool(read and now and now.status in CLOSED and now.status is not read.status)

    def _make_way(self, after: AfterResolve) -> None:
        """Another conversation in place of one that left the view while it was read."""
        if after is AfterResolve.LIST or self.list.current is None:
            self.reading.clear()
            self.slot = Slot.LIST
            self.lay_out()
            self._shell.focus_back()
            self._cursor_moved()
            return
        if after is AfterResolve.PREVIOUS:
            self.list.move(-1)
        self.open()

    def _cursor_moved(self) -> None:
        """The preview follows once the cursor has come to rest."""
        self._rest.cancel()
        if self._previews:
            self._rest.begin()

    def _came_here(self) -> None:
        """Something else is listed: the preview follows at once."""
        self._rest.cancel()
        if self._previews:
            self._rest.skip()

    @property
    def _previews(self) -> bool:
        return self._shows(Slot.READING) and self.slot is Slot.LIST

    @cached_property
    def ahead(self) -> "Ahead":
        """What is read before somebody goes there."""
        from agent_tui.ui.ahead import Ahead  # after first paint

        return Ahead(self._db, self.run_worker)

    @cached_property
    def find_again(self) -> "FindAgain":
        """Finds what a search lists when the store has changed."""
        from agent_tui.ui.find_again import FindAgain  # after first paint

        return FindAgain(
            self._shell, lambda: self.list.listing, self._read_list_again, self.run_worker
        )

    def _look_ahead(self) -> None:
        """Read the conversations that the next key may show; the thread that does it would share
        the processor with the painting of this one."""
        listing = self.list.listing
        if listing is not None:
            self.ahead.prepare(one.id for one in listing.beside())

    def _preview(self) -> None:
        current = self.list.current
        if self.slot is not Slot.LIST or not self.is_attached:
            return
        if current is None:
            self.reading.clear()
        elif self.reading.conversation is None or self.reading.conversation.id != current.id:
            self.reading.show(current, searched_words(self.narrowing))
        else:
            self.reading.reload()
            self.reading.mark(searched_words(self.narrowing))
        if self._shows(Slot.CUSTOMER):
            self.customer.show(current)
        self.call_after_refresh(self._look_ahead)

    def _nothing_here(self) -> list[str]:
        return nothing_here(self._db, self.view, self.narrowing)


def _id(conversation: Conversation | None) -> int | None:
    return conversation.id if conversation is not None else None
