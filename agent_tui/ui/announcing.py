"""Lets teammates, and where the provider can the customer, see that the agent writes."""

import asyncio
from collections.abc import Callable, Coroutine

from agent_tui.model.clock import SECOND, Millis
from agent_tui.store import presence
from agent_tui.store.database import StoreError
from agent_tui.ui.shell import Shell

EVERY: Millis = 3 * SECOND
"""Of a chat. It holds for two turns, so that a slow one is no gap."""
OF_MAIL: Millis = 20 * SECOND
"""Whoever answers a mail thinks for longer; nobody but colleagues sees it."""


class Announcer:
    """Keeps one row of presence up to date, in a thread: no key waits for it."""

    def __init__(
        self,
        shell: Shell,
        conversation_id: int,
        spawn: Callable[[Callable[[], Coroutine[None, None, None]]], object],
        every: Millis = EVERY,
    ) -> None:
        """``every``: how often it is written down while keys come; it holds for two of them."""
        self._every = every
        self._shell, self._conversation_id, self._spawn = shell, conversation_id, spawn
        self._at: Millis | None = None  # when it was announced last; None: they do not write
        self._wanted: Millis | None = None  # until when; None: nothing is to stand there
        self._written: Millis | None = None
        self._busy = False

    def typed(self) -> None:
        """A key was typed into a text."""
        now = self._shell.clock()
        if self._at is None or abs(now - self._at) >= self._every:
            self._at = now
            self._want(now + 2 * self._every)

    def stopped(self) -> None:
        """It was sent, taken away or left."""
        if self._at is not None:
            self._at = None
            self._want(None)

    def _want(self, until: Millis | None) -> None:
        self._wanted = until
        if not self._busy:
            self._busy = True
            self._spawn(self._write)

    async def _write(self) -> None:
        """Write what is wanted, and again what was wanted meanwhile: the last word counts."""
        try:
            while self._written != self._wanted:
                until = self._wanted
                await asyncio.to_thread(self._put, until)
                self._written = until
        except StoreError as error:
            self._shell.say(f"Others do not see that you write: {error}", error=True)
        finally:
            self._busy = False

    def _put(self, until: Millis | None) -> None:
        db, who = self._shell.db, self._shell.settings.agent.handle
        if until is None:
            presence.stop(db, self._conversation_id, who, ours=True)
        else:
            presence.write(db, self._conversation_id, who, ours=True, until=until)
