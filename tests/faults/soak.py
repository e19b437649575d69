"""``python -m tests.faults.soak --minutes 30 --seed S [--json]``: a day of work in half an hour.

Five accounts, customers who write several times a second, agents who answer by the program's
actions and on its real screen, and a fault every few seconds. At the end nothing may be lost or
there twice, the processes may not have grown, and keys must be answered as quickly as at first.
"""

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock

import pytest

from tests.disks import Disk, disk
from tests.faults.channels import Channels
from tests.faults.hands import Hands
from tests.faults.ledger import Ledger
from tests.faults.servers import Mailbox, Postfix
from tests.faults.soak_verdict import Findings, judge
from tests.faults.storms import Storms
from tests.faults.usage import Watch, wait_for
from tests.faults.world import Servers, World

PATIENCE_S = 300.0
"""How long fair weather may take to bring everything to its end."""

_TICK_S = 0.05
_ARRIVAL_S = 0.2
_REPLY_S = 1.5
_FAULT_S = (0.5, 4.0)  # between two of them
_LASTS_S = (0.3, 3.5)
_UPKEEP_S = 1.0
_STEADY = (0.3, 0.9)
"""Between these parts of the time nothing is killed: only what lives on can be seen to grow."""
_WARM_UP = 0.1
_DISK = "size=700m"


def main() -> int:
    options = _parser().parse_args()
    seed = random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed
    servers = Servers(dovecot=not Mailbox.missing(), postfix=not Postfix.missing())
    if options.pip_only:
        servers = Servers(dovecot=False, postfix=False)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers end with us
    with _soak(seed, servers, options.leak) as soak:
        print(f"seed {seed}, {options.minutes:g} minutes, {servers}", flush=True)
        findings = soak.run(options.minutes * 60)
    for problem in findings.problems:
        print(f"{problem}; again: python -m tests.faults.soak --seed {seed}", flush=True)
    print(findings.sentence(), flush=True)
    if options.json:
        print(json.dumps(findings.figures(seed)), flush=True)
    return 0 if findings.good else 1


@contextmanager
def _soak(seed: int, servers: Servers, leak: str) -> Iterator["Soak"]:
    folder = Path(tempfile.mkdtemp(prefix="agent-tui-soak-"))
    with ExitStack() as closing:
        closing.callback(shutil.rmtree, folder, ignore_errors=True)
        small: Disk | None = None
        with suppress(pytest.skip.Exception):  # where no disk can be mounted none gets full
            small = closing.enter_context(disk(folder / "home", _DISK))
        world = World(folder, servers, leak=leak)
        closing.callback(world.close)
        channels = Channels(world.home, folder / "files")
        closing.callback(channels.close)
        channels.furnish_files(world.home, world.relay.port, folder / "authority.pem")
        yield Soak(world, channels, small, seed)


class Soak:
    """One run, from an empty store to the verdict."""

    def __init__(self, world: World, channels: Channels, small: Disk | None, seed: int) -> None:
        self._world = world
        self._channels = channels
        calm = Lock()
        self._storms = Storms(world, channels, random.Random(f"{seed}:faults"), calm, small)
        self._hands = Hands(world.home, random.Random(f"{seed}:keys"), calm)
        self._ledger = Ledger(world, channels, random.Random(f"{seed}:work"))
        self._chance = random.Random(f"{seed}:time")
        self._faults = 0
        self._deadly = True

    def run(self, seconds: float) -> Findings:
        """Work for so long, then fair weather, then judge."""
        for _ in range(20):
            self._ledger.arrive()
        self._world.ready()
        wait_for(lambda: self._ledger.missing() == 0, PATIENCE_S)
        self._hands.begin()
        began = time.monotonic()
        steady, violent = (began + part * seconds for part in _STEADY)
        warm = steady + _WARM_UP * seconds
        try:
            self._work(steady)
            self._deadly = self._hands.may_be_cut_off = False
            self._work(warm)
            watch = Watch(self._who)
            watch.begin()
            self._work(violent)
            grown = watch.end()
            self._deadly = self._hands.may_be_cut_off = True
            self._work(began + seconds)
        finally:
            self._hands.end()
        settled = self._settle()
        return judge(
            self._world,
            self._channels,
            self._ledger,
            self._hands,
            grown,
            faults=self._faults,
            seconds=seconds,
            settled=settled,
        )

    def _work(self, until: float) -> None:
        """Customers write, agents answer, faults come and go."""
        now = time.monotonic()
        arrival = reply = upkeep = now
        fault, over = now + self._chance.uniform(*_FAULT_S), 0.0
        storm_ends = None
        while (now := time.monotonic()) < until:
            if now >= arrival:
                arrival += self._chance.uniform(0, 2 * _ARRIVAL_S)
                self._ledger.arrive()
            if now >= reply:
                reply = now + self._chance.uniform(0, 2 * _REPLY_S)
                self._ledger.answer()
            if now >= upkeep:
                upkeep = now + _UPKEEP_S
                self._keep_up()
            if storm_ends is not None and now >= over:
                storm_ends()
                storm_ends = None
                fault = now + self._chance.uniform(*_FAULT_S)
            if storm_ends is None and now >= fault:
                storm = self._storms.draw(deadly=self._deadly)
                print(f"{time.strftime('%H:%M:%S')} {storm.name}", file=sys.stderr, flush=True)
                storm_ends = storm.begin()
                over = now + self._chance.uniform(*_LASTS_S)
                self._faults += 1
            time.sleep(_TICK_S)
        if storm_ends is not None:
            storm_ends()

    def _keep_up(self) -> None:
        """As a service manager does; and nobody waits an hour for another try."""
        if not self._storms.engines():
            self._world.engine.start()
        self._ledger.hasten()

    def _settle(self) -> bool:
        """Fair weather until nothing moves any more; False when that takes too long."""
        self._world.relay.meet(None)
        self._channels.clear_up()
        self._world.engine.stop()
        deadline = time.monotonic() + PATIENCE_S
        while self._ledger.moving() or self._ledger.missing():
            if time.monotonic() > deadline:
                return False
            self._keep_up()
            time.sleep(_UPKEEP_S)
        return True

    def _who(self) -> dict[str, int]:
        """The processes that live on: the screen and the engine."""
        found = {f"engine {pid}": pid for pid in self._storms.engines()}
        screen = self._hands.pid
        return found if screen is None else {**found, f"screen {screen}": screen}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long (30)")
    parser.add_argument("--seed", type=int, help="what repeats it; by default another each time")
    parser.add_argument("--json", action="store_true", help="the last line is a JSON object")
    parser.add_argument(
        "--leak",
        default="",
        metavar="SECONDS",
        help="let the engine lose a megabyte so often: shows that this can fail",
    )
    parser.add_argument(
        "--pip-only", action="store_true", help="use no server that does not come from PyPI"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
