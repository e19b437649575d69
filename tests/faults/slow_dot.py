"""``python -m tests.faults.slow_dot [SECONDS ...] [--json]``: a server that thinks long before it
says that it has the mail.

The server takes the final dot and answers it so much later; RFC 5321, 4.5.3.2.6 asks for ten
minutes of patience. Meanwhile an agent works on a pseudo-terminal: moves in the list, writes. It
must end as sent, once, without a second try, and no key may have waited for it.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from agent_tui.model.outbox import OutboxItem, OutboxState
from tests.faults.plan import Stage
from tests.faults.servers import Mailbox, Postfix
from tests.faults.weather import Fault
from tests.faults.world import Servers, World
from tests.terminal import Terminal

DELAYS_S = (5, 59)
_QUIET_S = 0.15
_PAUSE_S = 0.4
_MAILS = 20
_KEYS_BEFORE = 40


@dataclass(frozen=True, slots=True)
class Waited:
    """What became of one mail, and how the screen answered meanwhile; times in milliseconds."""

    seconds: float
    state: str
    copies: int
    sessions: int
    keys: int
    before_p95: float
    p50: float
    p95: float
    longest: float
    draft: bool  # what was written meanwhile is kept

    @property
    def good(self) -> bool:
        """Whether it was sent once, by one session, and the agent's own work is kept."""
        return (self.state, self.copies, self.sessions, self.draft) == ("sent", 1, 1, True)

    def __str__(self) -> str:
        return (
            f"answered after {self.seconds:.0f} s: {self.state}, {self.copies} copy, "
            f"{self.sessions} session; {self.keys} keys meanwhile: {self.p50:.0f} ms, 95 % within "
            f"{self.p95:.0f} ms ({self.before_p95:.0f} before), longest {self.longest:.0f} ms"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.slow_dot", description=__doc__)
    parser.add_argument("seconds", nargs="*", type=float, default=DELAYS_S)
    parser.add_argument("--json", action="store_true", help="a JSON object for each line")
    options = parser.parse_args()
    good = True
    for seconds in options.seconds:
        waited = wait_out(seconds)
        good &= waited.good
        print(json.dumps(asdict(waited)) if options.json else waited, flush=True)
    return 0 if good else 1


def wait_out(seconds: float) -> Waited:
    """Send one mail whose dot is answered after ``seconds``."""
    folder = Path(tempfile.mkdtemp(prefix="agent-tui-slow-dot-"))
    world = None
    try:
        world = World(folder, Servers(dovecot=not Mailbox.missing(), postfix=not Postfix.missing()))
        return _waited(world, seconds)
    finally:
        if world is not None:
            world.close()
        shutil.rmtree(folder, ignore_errors=True)


def _waited(world: World, seconds: float) -> Waited:
    texts = [f"Question {number}" for number in range(_MAILS)]
    world.deliver(texts)
    assert world.ready(), "the engine does not come up"
    assert world.wait(lambda: all(world.arrived(texts).values())), "mail does not come in"
    taken, over = threading.Event(), threading.Event()

    def think() -> None:
        taken.set()
        over.wait(seconds)

    world.relay.meet(Fault(Stage.TAKEN, then=think, times=1))
    with world.home.screen(cols=120, rows=40) as screen:
        screen.wait_for("Question")
        screen.settle()
        before = [_key(screen, number) for number in range(_KEYS_BEFORE)]
        item = world.send("A long wait")
        assert world.wait(taken.is_set), "the dot does not arrive"
        keys = _work(world, screen, item)
        screen.press("q")
        screen.wait_for_exit()
    world.settle([item])
    world.engine.stop()
    if world.postfix is not None:
        world.postfix.wait_until_empty()
    world.reopen()
    kept = world.db.all("SELECT body FROM drafts WHERE body = 'Written meanwhile'")
    return Waited(
        seconds,
        world.now_of(item).state,
        world.sink.copies().get(item.key, 0),
        world.relay.sessions,
        len(keys),
        _p95(before),
        statistics.median(keys),
        _p95(keys),
        max(keys),
        draft=len(kept) == 1,
    )


def _work(world: World, screen: Terminal, item: OutboxItem) -> list[float]:
    """What an agent does until the answer is there; how long each cursor key took."""
    screen.press("r")
    screen.wait_for("Reply to")
    screen.press("Written meanwhile")
    screen.wait_for("Written meanwhile")
    screen.press("\x1b")
    screen.wait_for("Inbox")
    screen.settle()
    keys = [_key(screen, 0)]
    while world.now_of(item).state is OutboxState.COMMITTED:
        keys.append(_key(screen, len(keys)))
        screen.settle_for(_PAUSE_S)
    return keys


def _key(screen: Terminal, number: int) -> float:
    """Milliseconds until a cursor key was answered: down, up, down ..."""
    return 1000 * screen.answer("k" if number % 2 else "j", _QUIET_S).seconds


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


if __name__ == "__main__":
    sys.exit(main())
