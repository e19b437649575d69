"""Which effects are on their way at the moment: a few at once, each conversation in order."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from agent_tui.adapters.contract import AccountProblem, Adapter
from agent_tui.engine.delivery import deliver
from agent_tui.engine.desk import Desk
from agent_tui.model.account import TO_CUSTOMER, EffectKind
from agent_tui.model.clock import Millis
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import leaving, outbox

_MOST = 3
"""A server that takes ten minutes to answer the final dot must not hold up the other customers;
more than three wrong passwords a minute, on the other hand, lock an account."""

_MOST_UNSEEN = 2
"""Of those, effects that no customer waits for: a reply always finds room beside them."""


@dataclass(slots=True)
class Dispatch:
    """The deliveries of one account."""

    desk: Desk
    adapter: Adapter
    ended: Callable[[], None] = lambda: None  # called when a delivery has ended
    begun: int = 0
    ended_well: int = 0
    _running: "dict[asyncio.Task[None], EffectKind]" = field(default_factory=dict)
    _problems: list[BaseException] = field(default_factory=list)
    _half_done: bool = False  # the store failed while an outcome was written down

    def begin(self) -> None:
        """Begin what is due, as far as there is room.

        Raises what went wrong in deliveries since the last call: AccountProblem when only a
        person can help, StoreError; every effect is where the outbox says.
        """
        if self._problems:
            problem = self._problems[-1]
            self._problems.clear()
            raise problem
        if self._half_done and not self._running:
            outbox.recover(self.desk.db, self.desk.account)
            self._half_done = False
        if self.full:
            return
        for item in leaving.due(self.desk.db, self.desk.account, self.desk.clock()):
            if self._has_room(item):
                self._begin(item)

    @property
    def full(self) -> bool:
        """Whether nothing can begin before something ends."""
        return len(self._running) >= _MOST

    def next_due(self) -> Millis | None:
        """When something may leave for which there is room now."""
        if self.full:
            return None
        return leaving.next_due(self.desk.db, self.desk.account, only_seen=self._crowded)

    @property
    def _crowded(self) -> bool:
        """Whether the room that is left is kept for what customers wait for."""
        unseen = sum(kind not in TO_CUSTOMER for kind in self._running.values())
        return unseen >= _MOST_UNSEEN

    def _has_room(self, item: OutboxItem) -> bool:
        return not self.full and (item.kind in TO_CUSTOMER or not self._crowded)

    def _begin(self, item: OutboxItem) -> None:
        taken = outbox.take(self.desk.db, item)
        if taken is not None:  # not called back meanwhile
            task = asyncio.create_task(deliver(self.desk, self.adapter, taken))
            self._running[task] = item.kind
            task.add_done_callback(self._end)
            self.begun += 1

    async def all(self) -> None:
        """Deliver until nothing is due and nothing is on its way. Raises as :meth:`begin`."""
        try:
            self.begin()
            while self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(0)  # the ended ones are struck off
                self.begin()
        except Exception:
            await asyncio.gather(*self._running, return_exceptions=True)
            raise
        finally:
            await self.stop()

    async def stop(self) -> None:
        """End all deliveries; each has a moment to write down where it stands."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _end(self, task: "asyncio.Task[None]") -> None:
        self._running.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is None:
            self.ended_well += 1
        else:
            self._half_done |= not isinstance(error, AccountProblem)
            self._problems.append(error)
        self.ended()
