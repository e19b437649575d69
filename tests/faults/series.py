"""One worker's share of the runs, on servers of its own."""

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.plan import plan
from tests.faults.runs import Outcome, carry_out
from tests.faults.verdict import Verdict, judge
from tests.faults.world import Servers, World


@dataclass(frozen=True, slots=True)
class Part:
    """Which runs, on which servers."""

    seed: int
    numbers: Sequence[int]
    servers: Servers
    plain_retry: bool = False


def carried_out(part: Part) -> Verdict:
    """Set up, carry out, judge, tear down; problems are told as they are found."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the servers end with us
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    folder = Path(tempfile.mkdtemp(prefix="agent-tui-faults-"))
    world = None
    try:
        world = World(folder, part.servers, plain_retry=part.plain_retry)
        outcomes: list[Outcome] = []
        for number in part.numbers:
            outcome = carry_out(world, plan(part.seed, number))
            outcomes.append(outcome)
            if outcome.problems:
                print(f"{outcome.plan}: {'; '.join(outcome.problems)}", file=sys.stderr, flush=True)
        return judge(world, outcomes, part.seed)
    finally:
        if world is not None:
            world.close()
        shutil.rmtree(folder, ignore_errors=True)


def _end_with(parent: int) -> None:
    """Leave nothing behind when whoever started us is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
