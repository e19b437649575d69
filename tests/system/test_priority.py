"""The engine beside a screen gives way to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_tui.system.priority import give_way
from tests.program import Home
from tests.servers.real import eventually

NICE = 10
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no niceness")


@posix
def test_a_process_that_gives_way_is_nice_beside_others_and_their_sessions() -> None:
    code = (
        "import os, pathlib; from agent_tui.system.priority import give_way; give_way();"
        "group = pathlib.Path('/proc/self/autogroup');"
        "print(os.nice(0), group.read_text().split()[-1] if group.exists() else 10)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        start_new_session=True,
    )
    assert done.stdout.split() == [str(NICE), str(NICE)]


@posix
def test_it_goes_on_where_the_system_knows_no_such_groups(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[int] = []
    monkeypatch.setattr("os.nice", asked.append)
    monkeypatch.setattr("agent_tui.system.priority._AUTOGROUP", tmp_path / "none" / "autogroup")
    give_way()
    assert asked == [NICE]


@posix
def test_the_engine_that_an_inbox_starts_gives_way(tmp_path: Path) -> None:
    home = Home(tmp_path)
    engine = subprocess.Popen(
        [sys.executable, "-m", "agent_tui", "engine", "--child"],
        env=home.env,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        eventually(
            lambda: os.getpriority(os.PRIO_PROCESS, engine.pid) == NICE, "the engine gives way"
        )
    finally:
        assert engine.stdin is not None
        engine.stdin.close()
        engine.wait(30)
