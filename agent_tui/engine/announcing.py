"""Tells customers that somebody writes to them, as long as an agent does."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

from agent_tui.adapters.contract import Adapter, AdapterError, Effect
from agent_tui.engine.contain import call
from agent_tui.engine.desk import Desk
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Millis
from agent_tui.store import presence

RENEWAL: Millis = 20 * SECOND
"""Providers forget it after 5 to 30 seconds; adapters whose provider forgets sooner know that."""

_LIMIT_S = 10.0


@dataclass(slots=True)
class Announcer:
    """Where the customers of one account see us write."""

    desk: Desk
    _told: dict[str, Millis] = field(default_factory=dict)  # thread: when it was last told

    async def work(self, adapter: Adapter) -> None:
        """Tell what has begun, what has ended and, now and then, what goes on."""
        now = self.desk.clock()
        writing = presence.typing_agents(self.desk.db, self.desk.account, now).keys()
        ended = self._told.keys() - writing
        due = {key for key in writing if self._told.get(key, 0) + RENEWAL <= now}
        for key in ended:
            del self._told[key]
        self._told.update(dict.fromkeys(due, now))
        work = [self._tell(adapter, key, on=False) for key in ended]
        work += [self._tell(adapter, key, on=True) for key in due]
        await asyncio.gather(*work)

    def next_at(self) -> Millis | None:
        """When there is something to tell again, if nobody begins."""
        if not self._told:
            return None
        renewal = min(self._told.values()) + RENEWAL
        end = presence.next_end(self.desk.db, self.desk.account, self.desk.clock())
        return renewal if end is None else min(end, renewal)

    async def _tell(self, adapter: Adapter, thread_key: str, *, on: bool) -> None:
        """Nobody misses it when it fails: it is only logged."""
        effect = Effect(EffectKind.TYPING, key=uuid4().hex, on=on, thread_key=thread_key)
        doing = self.desk.doing("telling that somebody writes", _LIMIT_S)
        try:
            await call(doing, adapter.deliver(effect, _nothing))
        except AdapterError as error:
            self.desk.log.info("typing: %s %s", error, error.detail)


async def _nothing() -> None:
    """There is no step of no return."""
