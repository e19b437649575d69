"""Finds again what a search lists when the store has changed, beside the keys.

In a list of few that takes 0.3 s at a million messages.
"""

import asyncio
from collections.abc import Callable, Coroutine

from agent_tui.store.database import StoreError
from agent_tui.store.matches import Matches
from agent_tui.ui.listing import Listing
from agent_tui.ui.shell import Shell

Spawn = Callable[[Coroutine[None, None, None]], object]
"""Runs something beside the keys."""


class FindAgain:
    """One search runs at a time; the list is read again with what it has found."""

    def __init__(
        self,
        shell: Shell,
        listed: Callable[[], Listing | None],
        show: Callable[[Matches], object],
        spawn: Spawn,
    ) -> None:
        """``listed`` gives what the list shows now, ``show`` has it read again."""
        self._shell, self._listed, self._show, self._spawn = shell, listed, show, spawn
        self.running = self._is_due = False

    def begin(self) -> None:
        """Find again, once more where that is going on already."""
        self._is_due = True
        if not self.running:
            self.running = True
            self._spawn(self._run())

    async def _run(self) -> None:
        """What an action of the agent has found since is newer than what is found here."""
        try:
            while self._is_due and (listing := self._listed()) is not None:
                self._is_due, refreshed = False, listing.refreshed
                found = await asyncio.to_thread(listing.find_again)
                if (
                    found is not None
                    and self._listed() is listing
                    and listing.refreshed == refreshed
                ):
                    self._show(found)
        except StoreError as error:
            self._shell.say(str(error), error=True)
        finally:
            self.running = False
