"""Has what writes wait while another program holds the store, beside a screen that goes on.

SQLite lets one write at a time, and its own waiting would stop the screen. So whoever is about to
write takes a turn: at once where the store is free, else behind those who came before. What is
typed meanwhile waits, too, so that all happens in the order of the keys; Esc drops what waits.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from textual.events import Key, Paste

from agent_tui.store.database import Database
from agent_tui.ui import navigation
from agent_tui.ui.shell import Command, Shell
from agent_tui.ui.typeahead import TypeAhead

READS = frozenset(command.name for command in navigation.COMMANDS if command.name != "repeat") | {
    *("scroll-down", "scroll-up", "message-down", "message-up", "chat-newline"),
    *("palette", "command-line", "help", "help-writing", "search", "views", "outbox", "why"),
    *("copy", "links", "fold", "timeline", "timeline-search", "timeline-copy"),
}
"""Commands that need no turn: they write nothing before they have asked, or nothing at all. A
conversation that is opened takes a turn of its own to be marked as read."""

_SLICE_S, _LONG_SLICE_S = 0.002, 0.05
"""Between two looks: so soon that the gaps are met which an engine leaves between the batches of a
first sync (store.sqlite), and less often once somebody else keeps the store for seconds."""

_LONG_S = 5.0
_SAID_AFTER_S = 0.3
_SAID_AGAIN_S = 1.0
"""Others may want the status line, too."""


class Turns:
    """Who waits for the store, in order; belongs to one event loop."""

    def __init__(self, db: Database, keys: TypeAhead, say: Callable[[str], None]) -> None:
        self._db, self._keys, self._say = db, keys, say
        self._queue: list[object] = []
        self._waits = self._told = self._dropped = False  # of the one that keys wait for
        self._pressed = ""

    @property
    def free(self) -> bool:
        """Whether somebody may write now."""
        return not self._queue and self._db.is_free()

    async def take(self, what: str) -> bool:
        """Wait until ``what``, in words, may be written; False when the agent has dropped it.

        Keys wait as well, and go on doing so until something opens or the command has ended.
        """
        if self.free:
            return True
        self._keys.expect()
        self._waits, self._told, self._dropped = True, False, False
        try:
            with self._queued() as place:
                await self._come(place, what)
        finally:
            self._waits = False
        if self._dropped:
            self._keys.drop()
            self._say(f"'{what}' was not done.")
        elif self._told:
            self._say("")
        return not self._dropped

    async def run(self, shell: Shell, command: Command, count: int) -> None:
        """What a key does, in its turn."""
        if await self.take(command.title):
            going = command.run(shell, count)
            if going is not None:
                self._keys.hold()
                await going

    async def take_quietly(self) -> None:
        """Wait for a turn, for what no key waits for."""
        with self._queued() as place:
            began = asyncio.get_running_loop().time()
            while not self._is_next(place):
                await _rest(began)

    def pressed(self, event: Key | Paste) -> bool:
        """Whether a key is for what waits: Esc drops it, and who presses the same key once more,
        told to wait, does not mean it twice."""
        if not isinstance(event, Key):
            return False
        if not self._waits:
            self._pressed = event.key
            return False
        self._dropped |= self._told and event.key == "escape"
        again = self._told and event.key == self._pressed and not self._keys.holds
        return self._dropped or again

    async def _come(self, place: object, what: str) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        say_at = began + _SAID_AFTER_S
        while not (self._dropped or self._is_next(place)):
            if loop.time() >= say_at:
                self._told, say_at = True, loop.time() + _SAID_AGAIN_S
                self._say(f"The store is busy; '{what}' waits for it. Esc drops it.")
            await _rest(began)

    def _is_next(self, place: object) -> bool:
        return self._queue[0] is place and self._db.is_free()

    @contextmanager
    def _queued(self) -> Iterator[object]:
        place = object()
        self._queue.append(place)
        try:
            yield place
        finally:
            self._queue.remove(place)


async def _rest(began: float) -> None:
    """Until the next look, for who waits since ``began`` by the event loop's clock."""
    waited = asyncio.get_running_loop().time() - began
    await asyncio.sleep(_SLICE_S if waited < _LONG_S else _LONG_SLICE_S)
