"""A wait that ends at a time or when somebody rings."""

import asyncio

from agent_tui.model.clock import SECOND, Clock, Millis

_LONGEST_NAP = 30 * SECOND
"""Timers of the event loop stand still while a laptop sleeps and know nothing of a clock that
was set: the time is looked at again this often."""


_SET_BACK = 2 * SECOND
"""More than the small corrections of time servers."""


class Bell:
    """Rung by whoever has news; belongs to one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the wait that is going on, or else the next one."""
        self._rung.set()

    async def wait(self, until: Millis | None = None) -> bool:
        """Until ``until`` or a ring, whichever is first; True when somebody rang.

        Also until the clock is set back: ``until`` was reckoned by another time then.
        """
        before = self._clock()
        while not self._rung.is_set():
            now = self._clock()
            if until is not None and (until <= now or now < before - _SET_BACK):
                return False
            before = now
            left = None if until is None else until - now
            await self._nap(left)
        self._rung.clear()
        return True

    async def _nap(self, left: Millis | None) -> None:
        seconds = None if left is None else min(left, _LONGEST_NAP) / SECOND
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
