"""The answers that the long poll has brought, until a pull has stored them.

The long poll runs ahead of the pulls. What it brings is kept, so that each event crosses the
wire once: a pull that stands where an answer begins takes that answer instead of asking.
"""

import asyncio
from dataclasses import dataclass

from agent_tui.adapters.matrix.wire import Sync

_MOST_KEPT = 64
"""Further ahead of a store that cannot be written to, nobody polls."""


@dataclass(slots=True)
class Step:
    """An answer with what it follows on; None: nothing that has to be stored."""

    since: set[str]
    sync: Sync | None
    next: str


class Feed:
    """A chain of answers from where the store stands to where the long poll stands."""

    def __init__(self) -> None:
        self.tip = ""  # from where the next long poll goes on; empty before the first sync
        self.polling: str | None = None  # from where one is on its way
        self._steps: list[Step] = []
        self._changed = asyncio.Event()

    async def ready(self) -> str:
        """From where to poll, once that is known and there is room."""
        while not self.tip or len(self._steps) >= _MOST_KEPT:
            self._changed.clear()
            await self._changed.wait()
        return self.tip

    def begin(self, since: str) -> None:
        """A pull begins at ``since``: everything before is stored."""
        places = [number for number, step in enumerate(self._steps) if since in step.since]
        if places:
            del self._steps[: places[0]]
        else:
            self.moved(since)
        self._changed.set()

    def moved(self, tip: str) -> None:
        """A pull has asked for itself and got as far as ``tip``; empty: begin anew."""
        self._steps.clear()
        self.tip = tip
        self._changed.set()

    def after(self, since: str) -> Step | None:
        """What follows on ``since``, if it is here."""
        return next((step for step in self._steps if since in step.since), None)

    def add(self, since: str, sync: Sync) -> bool:
        """Keep the answer of a long poll from ``since``; False if a pull has overtaken it."""
        if since != self.tip:
            return False
        last = self._steps[-1] if self._steps else None
        if sync.news() or last is None or last.sync is not None:
            if sync.next_batch != since:
                self._steps.append(Step({since}, sync if sync.news() else None, sync.next_batch))
        else:
            last.since.add(since)
            last.next = sync.next_batch
        self.tip = sync.next_batch
        return True
