"""After an engine died, adapters of other packages wait: one of them may have ended it.

An adapter runs in the engine's process, and no Python can keep it from ending that (``os._exit``, a
crash in C). What can be done is to let everybody else be served before it has another chance.
"""

import time
from dataclasses import dataclass, field

from agent_tui.adapters import registry
from agent_tui.config.accounts import AccountConfig
from agent_tui.content.safe import safe_line
from agent_tui.engine.lease import Leases
from agent_tui.engine.room import Room
from agent_tui.model.account import AccountState
from agent_tui.model.clock import SECOND
from agent_tui.store import accounts

WAIT_S = 30.0
"""Enough to pull, to send what waits, and to be seen."""


@dataclass(slots=True)
class Suspicion:
    """Who has to wait; belongs to one engine, from its start."""

    room: Room
    leases: Leases
    _began: float = field(default_factory=time.monotonic)
    _trusted: frozenset[str] | None = None  # names of adapters that come with the program
    _told: set[str] = field(default_factory=set)

    def waits(self, config: AccountConfig) -> bool:
        """Whether the account must not be started yet; says so in its state."""
        if not self.leases.after_death or time.monotonic() - self._began > WAIT_S:
            return False
        if self._trusted is None:  # looked up only now: it takes tens of milliseconds
            every = registry.found().values()
            self._trusted = frozenset(one.name for one in every if one.built_in)
        if config.adapter in self._trusted:
            return False
        if config.name not in self._told:
            self._told.add(config.name)
            self._tell(config)
        return True

    def _tell(self, config: AccountConfig) -> None:
        problem = safe_line(
            f"The engine died, and the adapter '{config.adapter}' may have ended it: it is started "
            f"{WAIT_S:.0f} s after the others. If that goes on, update it or remove the account."
        )
        now = self.room.clock()
        retry_at = now + int(WAIT_S * SECOND)
        accounts.set_state(
            self.room.db, config.name, AccountState.FAILING, now, problem=problem, retry_at=retry_at
        )
        self.room.log.warning("%s: %s", config.name, problem)
