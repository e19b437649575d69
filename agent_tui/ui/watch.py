"""Keeps the screen up to date: what other processes write, what the clock changes, counts."""

import asyncio
from collections.abc import Callable, Coroutine

from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.store.database import StoreError
from agent_tui.ui.bars import StatusLine
from agent_tui.ui.inbox import Inbox
from agent_tui.ui.shell import Shell

POLL_S = 0.25
"""How often the store is asked whether something is new; asking costs 20 us."""

_COUNT_EVERY_MS = 2 * SECOND

Spawn = Callable[[Coroutine[None, None, None]], object]
"""Runs something beside the keys; what it raises ends the program with its message."""


class Watch:
    """Compares the store and the clock with what is on the screen."""

    def __init__(
        self, shell: Shell, inbox: Inbox, status: StatusLine, up: str, spawn: Spawn
    ) -> None:
        """``up`` is the sign before the number of new conversations above the list."""
        self._shell, self._inbox, self._status, self._up = shell, inbox, status, up
        self._spawn = spawn
        self._stamp = shell.db.stamp()
        self._minute = shell.clock() // MINUTE
        self._new_above = 0
        self._heard: Millis = 0  # the newest message that the bell has rung for
        self._counted_at = 0
        self._counting = False
        self._count_is_due = False

    def begin(self) -> None:
        """Show what the first paint did without."""
        self._heard = self._shell.desk.newest_unread()
        self._inbox.read_views()
        self._tell_facts()
        self.count_soon()

    def look(self) -> None:
        """Show what is different since the last look; a store that fails is told."""
        try:
            self._look()
        except StoreError as error:
            self._shell.say(str(error), error=True)

    def count_soon(self) -> None:
        """Count all views in a thread, at most every other second."""
        self._count_is_due = True
        now = self._shell.clock()
        if self._counting or now - self._counted_at < _COUNT_EVERY_MS:
            return
        self._count_is_due, self._counting, self._counted_at = False, True, now
        self._spawn(self._count())

    def _look(self) -> None:
        desk = self._shell.desk
        minute, stamp = self._shell.clock() // MINUTE, self._shell.db.stamp()
        passed, written = minute != self._minute, stamp != self._stamp
        self._minute, self._stamp = minute, stamp
        if passed:
            desk.list.tick()
        if written:
            desk.refresh_list()
            desk.refresh_conversation()
            self.count_soon()
            self._ring_for(desk.newest_unread())
        elif self._count_is_due:
            self.count_soon()
        if passed or written or desk.list.new_above != self._new_above:
            self._tell_facts()

    def _ring_for(self, newest: Millis) -> None:
        if newest > self._heard and self._shell.settings.notify_bell:
            self._shell.ring()
        self._heard = max(self._heard, newest)

    def _tell_facts(self) -> None:
        from agent_tui.ui.facts import facts  # with the store of the outbox: after first paint

        self._new_above = self._shell.desk.list.new_above
        found = facts(self._shell.db, self._new_above, self._up, self._shell.clock())
        self._status.facts(found)

    async def _count(self) -> None:
        try:
            self._inbox.counts = await asyncio.to_thread(self._inbox.count)
        except StoreError as error:
            self._shell.say(str(error), error=True)
        finally:
            self._counting = False
        self._shell.desk.tell_bar()
