"""What the program costs while nobody does anything: ten accounts connected, the inbox open."""

from pathlib import Path

import pytest

from tests.bench.figures import show
from tests.program import Home

pytestmark = pytest.mark.bench

ACCOUNTS = 10
SECONDS = 60
_SETTLED = 40
"""Until the screen listens less often, some time after the last mail."""


def test_idle_with_ten_accounts(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for number in range(ACCOUNTS):
        home.account(f"shop{number}", "demo", frozen=True)
    with home.screen(cols=120, rows=40) as terminal:
        terminal.wait_for("Needs reply")
        terminal.settle_for(_SETTLED)
        screen, engine = terminal.process.pid, _engine(home)
        before, octets = (_cpu(screen), _cpu(engine)), len(terminal.log)
        terminal.settle_for(SECONDS)
        used = [_cpu(screen) - before[0], _cpu(engine) - before[1]]
        octets = len(terminal.log) - octets

    shares = [f"{seconds / SECONDS:.2%}" for seconds in (*used, sum(used))]
    show(
        f"Idle, {ACCOUNTS} accounts, 120x40, {SECONDS} s, of one core",
        ["screen", "engine", "both", "bytes"],
        [[*shares, str(octets)]],
    )


def _engine(home: Home) -> int:
    """The process that holds the engine's lease: machine, process id, run."""
    ((holder,),) = home.rows("SELECT holder FROM leases WHERE name = 'engine'")
    return int(holder.rsplit(":", 2)[1])


def _cpu(pid: int) -> float:
    """Seconds that all its threads have run; see proc(5), the first field of schedstat."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
