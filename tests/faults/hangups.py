"""``python -m tests.faults.hangups --runs N --seed S [--json]``: who is cut off loses no text.

The installed program, with its own engine, on a pseudo-terminal: a reply is typed, and the program
ends by a signal, a closed terminal, a stopped process or a window of one cell. What had been on the
screen for two seconds must be there when the program is started again, the cursor behind it, and no
process may be left.
"""

import argparse
import json
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.faults.usage import processes, wait_for
from tests.mailbox import with_mail
from tests.program import Home
from tests.terminal import Terminal

_KEPT_AFTER_S = 2.0
_LEFT_AFTER_S = 10.0
_RUNS_A_DRAFT = 20
"""Then another one is begun: all that was typed must fit on the screen, where it is looked for."""


def _signals(*numbers: signal.Signals) -> Callable[[Terminal], None]:
    def send(screen: Terminal) -> None:
        for number in numbers:
            screen.process.send_signal(number)

    return send


def _stopped(screen: Terminal) -> None:
    screen.process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    screen.process.send_signal(signal.SIGHUP)
    screen.process.send_signal(signal.SIGCONT)


def _tiny(screen: Terminal) -> None:
    screen.resize(1, 1)
    time.sleep(0.1)
    screen.process.send_signal(signal.SIGTERM)


ENDS: dict[str, Callable[[Terminal], None]] = {
    "SIGHUP": _signals(signal.SIGHUP),
    "SIGTERM": _signals(signal.SIGTERM),
    "SIGKILL": _signals(signal.SIGKILL),
    "the terminal closed": Terminal.hang_up,
    "stopped, then SIGHUP": _stopped,
    "a window of one cell, then SIGTERM": _tiny,
    "SIGHUP and SIGTERM at once": _signals(signal.SIGHUP, signal.SIGTERM),
}


def main() -> int:
    options = _parser().parse_args()
    seed = random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed
    folder = Path(tempfile.mkdtemp(prefix="agent-tui-hangups-"))
    failures: list[str] = []
    began = time.monotonic()
    try:
        home = with_mail(Home(folder / "home"), folder / "mail")
        for number in range(options.runs):
            if number % _RUNS_A_DRAFT == 0:
                _begin_anew(home)
            failures += [f"run {number}: {problem}" for problem in _run(home, seed, number)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for failure in failures:
        print(f"{failure}; again: python -m tests.faults.hangups --seed {seed}", flush=True)
    print(f"{options.runs} ends while typing: {len(failures)} failures, seed {seed},", end=" ")
    print(f"{time.monotonic() - began:.0f} s.", flush=True)
    if options.json:
        print(json.dumps({"runs": options.runs, "failures": len(failures), "seed": seed}))
    return 1 if failures else 0


def _run(home: Home, seed: int, number: int) -> list[str]:
    """Type on, end, look; what was wrong."""
    chance = random.Random(f"{seed}:{number}")
    name = list(ENDS)[number % len(ENDS)]
    before = _kept(home)
    word, more = f"w{number:03d} ", "".join(chance.choices("abcdefgh ", k=chance.randint(0, 30)))
    problems = []
    with home.screen() as screen:
        screen.wait_for("My zip broke")
        screen.press("r")
        screen.wait_for("Reply to")
        if before:
            screen.wait_for(before.split()[-1])
        screen.press(word)
        screen.wait_for(word.strip())
        screen.settle_for(_KEPT_AFTER_S)
        screen.press(more)
        screen.settle_for(chance.random() * 0.5)
        ENDS[name](screen)
        if not wait_for(lambda: screen.process.poll() is not None, _LEFT_AFTER_S):
            problems.append(f"after {name} it goes on")
    if not wait_for(lambda: not _processes(home), _LEFT_AFTER_S):
        problems.append(f"after {name} processes are left: {_processes(home)}")
    kept = _kept(home)
    if not kept.startswith(before + word):
        problems.append(f"after {name} '{before + word}' is kept as '{kept}'")
    return problems


def _begin_anew(home: Home) -> None:
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("DELETE FROM drafts")


def _kept(home: Home) -> str:
    rows = home.rows("SELECT body FROM drafts")
    return str(rows[0][0]) if rows else ""


def _processes(home: Home) -> list[int]:
    """Which processes live in ``home``."""
    return list(processes(f"AGENT_TUI_HOME={home.path}"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.hangups", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="how many (7: each way once)")
    parser.add_argument("--seed", type=int, help="what repeats them; by default another each time")
    parser.add_argument("--json", action="store_true", help="the last line is a JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
