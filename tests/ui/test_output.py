"""Frames go out changed or whole: as the agent says, and whole with a Textual nobody knows."""

import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from agent_tui.config.paths import PLAIN_VARIABLE, find_paths
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import surface
from agent_tui.ui.frames import Frames
from agent_tui.ui.output import PINNED, Plain, installed, output_for
from tests.clocks import reckon
from tests.factory import incoming, mail_account, receive
from tests.terminal import Terminal, agent_tui, environment
from tests.ui.screen import screen


def test_only_what_changed_is_sent_with_the_version_that_is_known() -> None:
    output, told = output_for({}, f"{PINNED}.8")
    assert isinstance(output, Frames)
    assert told == ""


@pytest.mark.parametrize("version", ["8.20.1", "9.0.0", "7.5", "", "8.3rc1"])
def test_another_version_writes_by_itself_and_that_is_said_once(version: str) -> None:
    output, told = output_for({}, version)
    assert isinstance(output, Plain)
    assert told.count(".") >= 1
    assert f"Textual {version} is not {PINNED}" in told


def test_who_asks_for_it_gets_whole_frames_without_a_word() -> None:
    output, told = output_for({PLAIN_VARIABLE: "1"}, f"{PINNED}.8")
    assert isinstance(output, Plain)
    assert told == ""


def test_the_version_is_read_off_the_folder_beside_textual() -> None:
    assert installed() == version("textual")


def test_the_version_is_the_one_that_is_asked_of_pip() -> None:
    wanted = tomllib.loads(Path("pyproject.toml").read_text())["project"]["dependencies"]
    assert f"textual>={PINNED},<8.3" in wanted


def test_private_names_are_not_even_imported_with_another_version() -> None:
    code = (
        "import sys, agent_tui.ui.output as output, agent_tui.ui.app;"
        "output.output_for({}, '9.0');"
        "print('agent_tui.ui.frames' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


async def test_the_notice_stands_in_the_status_line(
    db: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surface, "installed", lambda: "9.0")
    async with screen(db, tmp_path) as shown:
        await shown.until(lambda: shown.shows("Textual 9.0 is not 8.2"))


def test_on_a_terminal_both_ways_show_the_same_screen(db_home: Path) -> None:
    changed = Terminal(agent_tui(), env=environment(db_home), cols=120, rows=30)
    whole = Terminal(agent_tui("--plain-output"), env=environment(db_home), cols=120, rows=30)
    with changed, whole:
        for keys, there in (("", "#30$"), ("jj", "#28$"), (":", "^:"), ("\x1b", "#28$")):
            for terminal in (changed, whole):
                terminal.press(keys)
                terminal.wait_for(there)
                terminal.settle()
            assert changed.text()[:-6] == whole.text()[:-6]  # but for a minute that passes
            cells = [terminal._screen.buffer for terminal in (changed, whole)]
            rows = range(1, 29)
            assert [cells[0][y] for y in rows] == [cells[1][y] for y in rows]
        assert len(changed.log) < len(whole.log)


@pytest.fixture
def db_home(tmp_path: Path) -> Path:
    """A home with thirty conversations."""
    db = SqliteDatabase(find_paths(tmp_path, {}).store)
    mail_account(db)
    for n in range(30):
        receive(db, incoming(f"漢字 and words {n}", name=f"Zoë {n}", subject=f"Parcel {n} late"))
    reckon(db)
    db.close()
    return tmp_path
