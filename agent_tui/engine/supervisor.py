"""Serves all accounts of a store: starts, restarts and stops them, and tells them of news."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from agent_tui.config.accounts import AccountConfig
from agent_tui.config.errors import ConfigError
from agent_tui.content.safe import safe_line
from agent_tui.engine import backoff, lease
from agent_tui.engine.bell import Bell
from agent_tui.engine.clocks import keep_time
from agent_tui.engine.lease import Leases
from agent_tui.engine.leased import LeasedRunner
from agent_tui.engine.room import Room
from agent_tui.engine.runner import AccountRunner
from agent_tui.engine.suspicion import Suspicion
from agent_tui.engine.thread import AccountThread
from agent_tui.model.account import AccountState
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.targets import Rules
from agent_tui.store import accounts
from agent_tui.store.database import StoreError

NOTICE_S = 0.15
"""How soon others' writes are noticed; looking so often takes 0.2 % of a core (P12: 1 %)."""

NOTICE_BUSY_S = 0.03
"""As soon while somebody is at work, so that an answer in a chat leaves at once: 0.9 %."""

_BUSY_S = 10.0
"""So long after a write somebody is at work: who types in a chat writes every few seconds."""

_MIND_S = 2.0
"""How soon a changed account file is noticed, and a thread that ended."""

_STOP_S = 1.6
_ENDING_S = 10.0
_BLOCKED_S = 25.0
"""With a beat in 5 s and a look in 2 s: told 20 to 27 s after it began."""


def look_again(since_write_s: float) -> float:
    """After how many seconds to look whether others have written."""
    return min(NOTICE_S, NOTICE_BUSY_S) if since_write_s < _BUSY_S else NOTICE_S


Work = Callable[[], Awaitable[None]]
"""A part of the supervisor that never ends by itself."""


@dataclass(slots=True)
class _Served:
    """An account that is being served."""

    config: AccountConfig
    thread: AccountThread
    failures: int = 0  # how often its thread ended by itself
    again_at: Millis | None = None  # when it is started again
    blocked: bool = False


@dataclass(slots=True)
class Supervisor:
    """All accounts of one store in one process."""

    room: Room
    leases: Leases
    load: Callable[[], Sequence[AccountConfig]]
    asked: Mapping[str, str]
    rules: Callable[[], Rules | None]
    _rules: Rules | None = None
    _served: dict[str, _Served] = field(default_factory=dict)
    _ending: dict[str, tuple[AccountThread, float]] = field(default_factory=dict)
    _bell: Bell | None = None
    _lost: asyncio.Event = field(default_factory=asyncio.Event)
    _suspicion: Suspicion = field(init=False)

    def __post_init__(self) -> None:
        self._suspicion = Suspicion(self.room, self.leases)

    async def run(self, stop: asyncio.Event) -> bool:
        """Serve until ``stop`` is set; False when another engine has taken over before."""
        self._bell = Bell(self.room.clock)
        work = {
            "accounts": self._minding,
            "leases": self._renewing,
            "news": self._noticing,
            "clocks": self._timing,
        }
        tasks = [asyncio.create_task(self._kept_up(name, do)) for name, do in work.items()]
        ends = [asyncio.create_task(event.wait()) for event in (stop, self._lost)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*tasks, *ends):
                task.cancel()
            await asyncio.gather(*tasks, *ends, return_exceptions=True)
            self._end_all()
        return not self._lost.is_set()

    def try_again(self) -> None:
        """A secret was told: whoever waits for one need not wait any longer."""
        for served in self._served.values():
            served.thread.try_again()

    async def _kept_up(self, name: str, work: Work) -> None:
        """Run ``work`` for ever; what goes wrong in it is logged, and it starts again."""
        failures = 0
        while True:
            try:
                await work()
            except (StoreError, ConfigError) as error:
                self.room.log.error("%s: %s", name, error)  # noqa: TRY400 - a sentence says all
            except Exception:  # a crashed part must not end the engine
                self.room.log.exception("%s crashed", name)
            failures += 1
            await asyncio.sleep(backoff.sync_delay(min(failures, 4), self.room.chance) / SECOND)

    async def _renewing(self) -> None:
        while True:
            await asyncio.sleep(lease.RENEWAL / SECOND)
            lost = self.leases.renew()
            if lease.ENGINE in lost:
                self._lost.set()
            for name, served in self._served.items():
                if lease.of_account(name) in lost:
                    served.thread.stop()

    async def _noticing(self) -> None:
        stamp, written = self.room.db.stamp(), -_BUSY_S
        while True:
            await asyncio.sleep(look_again(time.monotonic() - written))
            now = self.room.db.stamp()
            if now == stamp:
                continue
            stamp, written = now, time.monotonic()
            for served in self._served.values():
                served.thread.store_changed()
            if self._bell is not None:
                self._bell.ring()

    async def _timing(self) -> None:
        assert self._bell is not None
        await keep_time(self.room.db, self.room.clock, self._bell, self.rules)

    async def _minding(self) -> None:
        while True:
            self._adopt({config.name: config for config in self.load()})
            for name, served in self._served.items():
                self._mind(name, served)
            self._mind_rules()
            await asyncio.sleep(_MIND_S)

    def _mind_rules(self) -> None:
        """Tell the clocks when they are to go by others."""
        rules = self.rules()
        if rules != self._rules and self._bell is not None:
            self._rules = rules
            self._bell.ring()

    def _adopt(self, wanted: Mapping[str, AccountConfig]) -> None:
        """Serve what is wanted and nothing else."""
        for name, served in list(self._served.items()):
            if wanted.get(name) != served.config:
                self._end(name, served)
                if name not in wanted:
                    self._gone(name)
        for name, config in wanted.items():
            if name in self._served or not self._has_ended(name):
                continue
            if not self._suspicion.waits(config):
                self._served[name] = _Served(config, self._start(config))

    def _start(self, config: AccountConfig) -> AccountThread:
        desk = self.room.desk(config, lambda: self.leases.holds(lease.of_account(config.name)))

        def make() -> LeasedRunner:
            runner = AccountRunner(desk, lambda: self.room.make(config, self.asked, desk.log))
            return LeasedRunner(desk, runner, self.leases)

        self.room.log.info("serving '%s' (%s)", config.name, config.adapter)
        thread = AccountThread(config.name, make, desk.log)
        thread.start()
        return thread

    def _end(self, name: str, served: _Served) -> None:
        served.thread.stop()
        self._ending[name] = (served.thread, time.monotonic() + _ENDING_S)
        del self._served[name]

    def _has_ended(self, name: str) -> bool:
        """Whether an earlier thread of the account is gone, or is not worth waiting for."""
        if name not in self._ending:
            return True
        thread, patience = self._ending[name]
        if thread.alive and time.monotonic() < patience:
            return False
        del self._ending[name]
        return True

    def _gone(self, name: str) -> None:
        accounts.set_state(
            self.room.db,
            name,
            AccountState.STOPPED,
            self.room.clock(),
            problem=f"The file of the account '{name}' is gone, so it is not served any more.",
        )

    def _mind(self, name: str, served: _Served) -> None:
        """Start again what has ended by itself, and tell of what is blocked."""
        now = self.room.clock()
        blocked_s = served.thread.blocked_for()
        if not served.thread.alive:
            if served.again_at is None:
                served.failures += 1
                served.again_at = now + backoff.sync_delay(served.failures, self.room.chance)
            elif served.again_at <= now:
                served.thread, served.again_at = self._start(served.config), None
        elif blocked_s > _BLOCKED_S and not served.blocked:
            served.blocked = True
            self._tell_blocked(name, served.config, now)
        elif served.blocked and not blocked_s:
            served.blocked = False
            served.thread.restate()

    def _tell_blocked(self, name: str, config: AccountConfig, now: Millis) -> None:
        problem = safe_line(
            f"The adapter '{config.adapter}' blocks: it has not come back for "
            f"{_BLOCKED_S:.0f} s; the other accounts go on. Update it or tell its author."
        )
        accounts.set_state(self.room.db, name, AccountState.FAILING, now, problem=problem)
        self.room.log.warning("%s: %s", name, problem)

    def _end_all(self) -> None:
        until = time.monotonic() + _STOP_S
        threads = [served.thread for served in self._served.values()]
        threads += [thread for thread, _ in self._ending.values()]
        for thread in threads:
            thread.stop()
        ended = [thread.join(until) for thread in threads]
        if not all(ended):
            self.room.log.warning("%d accounts did not end in time", ended.count(False))
