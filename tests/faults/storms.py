"""The faults of a soak: each begins, lasts a while beside the work, and ends in fair weather."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from threading import Lock

from agent_tui.testing.stand import Fault as Weather
from tests.disks import Disk
from tests.faults.channels import WEATHER, Channels
from tests.faults.plan import Stage
from tests.faults.usage import processes
from tests.faults.weather import Fault
from tests.faults.world import World

_CODES = (421, 451, 452, 550, 552, 554)
_ANSWERED = (Stage.BANNER, Stage.EHLO, Stage.AUTH, Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT)
_IMAP = (
    Weather.CUT_BEFORE,
    Weather.CUT_AFTER,
    Weather.GARBAGE,
    Weather.SERVER_ERROR,
    Weather.REFUSED,
)
_MOST_TOUCHES = 300

End = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Storm:
    """One fault: what it is called, and the call that begins it and gives the one that ends it."""

    name: str
    begin: Callable[[], End]


@dataclass(slots=True)
class Storms:
    """Makes faults, each by chance; ``disk`` is the home's own, if it has one that can fill."""

    world: World
    channels: Channels
    chance: Random
    calm: Lock
    disk: Disk | None = None

    def engines(self) -> list[int]:
        """The processes that serve the store, whoever started them."""
        found = processes(f"AGENT_TUI_HOME={self.world.home.path}")
        return [pid for pid, command in found.items() if "engine" in command]

    def draw(self, *, deadly: bool) -> Storm:
        """A fault; one that ends an engine only if ``deadly``."""
        kinds: list[Callable[[], Storm]] = [
            self._cut,
            self._refusal,
            self._latency,
            self._mailbox,
            self._hang_up,
            self._provider,
            self._provider,
            self._stop,
            self._restart,
        ]
        if self.disk is not None:
            kinds.append(self._full_disk)
        if deadly:
            kinds += [self._kill, self._kill_at_touch, self._terminate] * 2
        return self.chance.choice(kinds)()

    def _kill(self) -> Storm:
        return Storm("kill -9 of the engine", partial(self._signal, signal.SIGKILL))

    def _terminate(self) -> Storm:
        return Storm("SIGTERM to the engine", partial(self._signal, signal.SIGTERM))

    def _signal(self, number: signal.Signals) -> End:
        for pid in self.engines():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return _nothing

    def _kill_at_touch(self) -> Storm:
        touch = self.chance.randint(1, _MOST_TOUCHES)

        def begin() -> End:
            self.world.engine.kill_at(touch)
            return partial(self.world.engine.kill_at, 0)

        return Storm(f"kill -9 of the engine at touch {touch} of the store", begin)

    def _cut(self) -> Storm:
        stage, times = self.chance.choice(list(Stage)), self.chance.randint(1, 3)
        return self._smtp(f"SMTP cut at {stage}", Fault(stage, times=times))

    def _refusal(self) -> Storm:
        stage, code = self.chance.choice(_ANSWERED), self.chance.choice(_CODES)
        reply = b"%d 5.0.0 not like this\r\n" % code
        return self._smtp(f"SMTP says {code} at {stage}", Fault(stage, reply=reply, times=2))

    def _latency(self) -> Storm:
        stage, wait = self.chance.choice(list(Stage)), self.chance.uniform(0.3, 3)
        slow = Fault(stage, then=partial(time.sleep, wait))
        return self._smtp(f"SMTP takes {wait:.1f} s at {stage}", slow)

    def _smtp(self, name: str, fault: Fault) -> Storm:
        def begin() -> End:
            self.world.relay.meet(fault)
            return partial(self.world.relay.meet, None)

        return Storm(name, begin)

    def _mailbox(self) -> Storm:
        proxy, fault = self.world.mailbox.proxy, self.chance.choice(_IMAP)
        if proxy is None:
            return self._provider()

        def begin() -> End:
            proxy.play(fault, self.chance.randint(1, 3))
            return proxy.end

        return Storm(f"IMAP: {fault}", begin)

    def _hang_up(self) -> Storm:
        proxy = self.world.mailbox.proxy
        if proxy is None:
            return self._provider()

        def begin() -> End:
            proxy.hang_up()
            return _nothing

        return Storm("IMAP: all connections break", begin)

    def _provider(self) -> Storm:
        account, fault = self.chance.choice(self.channels.providers), self.chance.choice(WEATHER)

        def begin() -> End:
            self.channels.storm(account, fault, self.chance.randint(1, 3))
            return self.channels.clear_up

        return Storm(f"{account}: {fault}", begin)

    def _stop(self) -> Storm:
        def begin() -> End:
            stopped = self.engines()
            for pid in stopped:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            return partial(_go_on, stopped)

        return Storm("SIGSTOP of the engine", begin)

    def _restart(self) -> Storm:
        def begin() -> End:
            self.world.restart_servers()
            return _nothing

        return Storm("the mail servers start anew", begin)

    def _full_disk(self) -> Storm:
        disk = self.disk
        assert disk is not None

        def begin() -> End:
            if not self.calm.acquire(blocking=False):
                return _nothing  # the agent writes, and what is written then cannot be kept
            disk.fill()

            def end() -> None:
                disk.free()
                self.calm.release()

            return end

        return Storm("the disk is full", begin)


def _go_on(stopped: list[int]) -> None:
    for pid in stopped:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _nothing() -> None:
    """It was over at once."""
