"""Search as one types: the list narrows with each word, in a thread, and Esc brings it back."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from threading import Event
from typing import TypeVar

from agent_tui.query.syntax import QueryError
from agent_tui.store.database import Stopped
from agent_tui.ui.command_line import query_hint
from agent_tui.ui.inbox import Found
from agent_tui.ui.reading import completions
from agent_tui.ui.shell import Hint, Shell

_TYPED_S = 0.08
"""A search begins when nothing was typed for so long: not with each letter of a fast typist."""

_Read = TypeVar("_Read")

_ASKED = "words, customer:, label:, status:, older:1d ... Tab completes"


async def search(shell: Shell) -> None:
    """Narrow the view by a query, live while it is typed."""
    desk = shell.desk
    before = desk.narrowing
    live = _Live(shell)
    text: str | None = before
    while text is not None:
        text = await shell.ask(
            "/", text, complete=completions(shell), preview=live.preview, history="search"
        )
        if text is None:
            live.take_back()
        elif not query_hint(text).wrong:
            await _accept(shell, text, live)
            return  # else the line is asked for again, the word marked: nothing is typed anew


async def _accept(shell: Shell, text: str, live: "_Live") -> None:
    """List what the whole words match; what was found while they were typed stays until then."""
    if not text.strip() or text == live.begun:
        live.take_back()
        shell.search(text)
        return
    total = live.total(text)
    try:
        text, found = await _find(shell, text)
    finally:
        live.take_back()
    found.listing.total = total
    shell.desk.narrow(text, found)


async def _find(shell: Shell, text: str) -> tuple[str, Found]:
    """What the whole words match; where that is nothing, what the last one begins."""
    inbox, view = shell.desk.inbox, shell.desk.view
    found = await asyncio.to_thread(inbox.search, view, text)
    if not found.listing.rows and text[-1:].isalnum():
        longer = await asyncio.to_thread(inbox.search, view, f"{text}*")
        if longer.listing.rows:
            return f"{text}*", longer
    return text, found


class _Live:
    """What the list shows while a query is typed."""

    def __init__(self, shell: Shell) -> None:
        self.begun = shell.desk.narrowing
        self._shell = shell
        self._before = shell.desk.shown()
        self._changed = False

    def preview(self, text: str) -> Hint | Awaitable[Hint]:
        """What is wrong with the text, or what it finds."""
        hint = query_hint(text)
        if hint.wrong:
            self.take_back()
            return hint
        if not text.strip() or text == self.begun:
            self.take_back()
            return Hint(_ASKED)
        return self._find(text)

    def total(self, text: str) -> str:
        """How many were counted of ``text`` while it was typed: near enough until it is known."""
        listing = self._shell.desk.list.listing
        return listing.total if listing is not None and self._shell.desk.narrowing == text else ""

    def take_back(self) -> None:
        """Show again what was listed before."""
        if self._changed:
            self._changed = False
            self._shell.desk.show_again(self._before)

    async def _find(self, text: str) -> Hint:
        """Show what matches; who types on meanwhile stops it."""
        await asyncio.sleep(_TYPED_S)
        stop = Event()
        try:
            found = await asyncio.to_thread(self._unless, stop, partial(self._found, text))
            if found is not None:
                self._show(text, found)
                return await self._counted(found, stop)
        finally:
            stop.set()
        return Hint("")

    def _show(self, text: str, found: Found) -> None:
        if self._shell.desk.list.display:
            self._changed = True
            self._shell.desk.preview_search(text, found)

    async def _counted(self, found: Found, stop: Event) -> Hint:
        """How many there are: the first page is on the screen before they are counted, where it
        has not counted them itself."""
        listing = found.listing
        where = "all views" if found.everywhere else self._shell.desk.view.name
        if listing.known:
            return Hint(f"{listing.known} in {where}")
        total = await asyncio.to_thread(partial(self._unless, stop, listing.tally))
        if total:
            listing.total = total
            self._shell.desk.tell_bar()
        return Hint(f"{listing.total or 'more'} in {where}")

    def _found(self, text: str) -> Found:
        desk = self._shell.desk
        return desk.inbox.search(desk.view, text, growing=not text.endswith(" "))

    def _unless(self, stop: Event, read: Callable[[], _Read]) -> _Read | None:
        """What is read; None when ``stop`` was set meanwhile, or the text is no query yet."""
        try:
            with self._shell.db.stoppable(stop):
                return read()
        except (Stopped, QueryError):
            return None
