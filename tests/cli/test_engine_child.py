"""The engine beside an inbox: started again when it dies, and ended with it."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent_tui.cli.inbox import EngineChild, _serves
from agent_tui.store.sqlite import SqliteDatabase
from tests.cli.plugins import install
from tests.mailbox import ADA, with_mail
from tests.program import Home

_NOTED = "import sys; open({path!r}, 'a').write('x'); sys.stdin.readline(); {end}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where each engine leaves a mark."""
    return tmp_path / "started"


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., EngineChild]]:
    """Makes children that rest a moment and run some Python instead of an engine."""
    made: list[EngineChild] = []

    def make(code: str, other: Callable[[], str | None] = lambda: None) -> EngineChild:
        monkeypatch.setattr(EngineChild, "COMMAND", (sys.executable, "-c", code))
        monkeypatch.setattr(EngineChild, "FIRST_S", 0.01)
        monkeypatch.setattr(EngineChild, "LOOK_S", 0.01)
        made.append(EngineChild("{}", other))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.stop()


def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds."""
    never = threading.Event()
    for _ in range(2_000):
        if condition():
            return
        never.wait(0.01)
    raise AssertionError("it never came true")


def marks(path: Path) -> int:
    return len(path.read_text()) if path.exists() else 0


def test_nothing_is_run_that_lies_in_the_folder_one_is_in(tmp_path: Path) -> None:
    tmp_path.joinpath("agent_tui.py").write_text("raise SystemExit(77)")
    command = [*EngineChild.COMMAND[:-2], "--version"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    "end", ["sys.exit(1)", "import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"]
)
def test_an_engine_that_dies_is_started_again(
    end: str, path: Path, child: Callable[..., EngineChild]
) -> None:
    child(_NOTED.format(path=str(path), end=end))

    until(lambda: marks(path) >= 3)


def test_an_engine_starts_when_the_one_that_served_instead_is_gone(
    path: Path, child: Callable[..., EngineChild]
) -> None:
    there, asked = ["another"], threading.Event()

    def other() -> str | None:
        asked.set()
        return there[0] if there else None

    child(_NOTED.format(path=str(path), end="sys.exit(0)"), other)
    assert asked.wait(20)
    assert marks(path) == 1
    there.clear()

    until(lambda: marks(path) >= 2)


def test_a_dead_engine_is_not_taken_for_another_one_by_the_lease_that_it_left(
    db: SqliteDatabase, path: Path, child: Callable[..., EngineChild]
) -> None:
    child(
        "import os, sys; from pathlib import Path; from agent_tui.engine.lease import Leases\n"
        "from agent_tui.model.clock import system_clock\n"
        "from agent_tui.store.sqlite import SqliteDatabase\n"
        f"Leases(SqliteDatabase(Path({str(db.path)!r})), system_clock).take('engine')\n"
        + _NOTED.format(path=str(path), end="os._exit(0)"),
        lambda: _serves(db),
    )

    until(lambda: marks(path) >= 2)


def test_one_that_lives_is_left_alone_and_ends_with_the_inbox(
    path: Path, child: Callable[..., EngineChild]
) -> None:
    waits = child(_NOTED.format(path=str(path), end="sys.stdin.read()"))
    until(lambda: marks(path) == 1)

    waits.stop()

    assert marks(path) == 1


def test_a_plugin_that_ends_the_process_stops_no_other_account(tmp_path: Path) -> None:
    """The program itself: mail of the other account comes in, and the plugin is named."""
    site = tmp_path / "site"
    site.mkdir()
    install(
        site,
        "leaver",
        source="import os\n"
        "from agent_tui.adapters.contract import AdapterInfo\n"
        "from agent_tui.model.account import Capabilities\n"
        "from agent_tui.model.conversation import Channel\n"
        "class Adapter:\n"
        "    info = AdapterInfo('leaver', 'Leaver', '1', Capabilities(Channel.CHAT))\n"
        "    def __init__(self, account): ...\n"
        "    async def pull(self, cursors):\n"
        "        os._exit(0)\n"
        "        yield\n",
    )
    mail = tmp_path / "mail"
    home = with_mail(Home(tmp_path / "home", {"PYTHONPATH": str(site)}), mail)
    home.account("bad", "leaver")

    again = ADA.replace(b"My zip broke", b"A second bag").replace(b"<1@", b"<2@")
    (mail / "new" / "1795000009.M9.test").write_bytes(again)  # for which engine is all the same

    with home.screen(cols=120) as screen:
        screen.wait_for("bad: The engine died, and the adapter 'leaver'")
        screen.wait_for("A second bag")
        screen.press("q")
        assert screen.wait_for_exit() == 0
