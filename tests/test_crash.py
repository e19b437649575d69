"""A mistake of ours ends in one sentence: nothing of what it held is on the screen or in a log."""

import sys
from pathlib import Path

import pytest

from agent_tui.cli.main import run
from agent_tui.config.crash import kept
from agent_tui.config.paths import HOME_VARIABLE, Paths
from tests.mailbox import with_mail
from tests.program import Home
from tests.terminal import Terminal

CANARY = "sk-live-CANARY-4711"
TEXT = "Dear Ada, the zip is on its way"

PLACES = {
    "a command": "Desk.open = broken",
    "a timer": "Watch._look = broken",
    "drawing": "ListPane.render_line = broken",
    "a worker": "Watch._count = coroutine",
}
"""Where the program is made to fail, once it runs."""

PROGRAM = """
import sys
from agent_tui.cli.main import run
from agent_tui.ui.desk import Desk
from agent_tui.ui.list_pane import ListPane
from agent_tui.ui.watch import Watch

def broken(self, *args, **more):
    password = customer = "{canary}"
    try:
        {{}}[password]
    except KeyError as error:
        raise ValueError(f"no {{password}} of Ada Park") from error

async def coroutine(self):
    broken(self)

{place}
sys.exit(run([]))
"""


@pytest.mark.parametrize("place", list(PLACES))
def test_a_screen_that_fails_says_one_sentence_and_no_value(place: str, tmp_path: Path) -> None:
    home = with_mail(Home(tmp_path / "home"), tmp_path / "mail")
    program = PROGRAM.format(canary=CANARY, place=PLACES[place])

    with Terminal([sys.executable, "-c", program], env=home.env, cols=100) as screen:
        if place == "a command":
            screen.wait_for("My zip broke")
            screen.press("\r")
        assert screen.wait_for_exit() == 1
        said = " ".join(screen.text().split())
        written = screen.log.decode(errors="replace")

    assert "agent-tui: This should not have happened" in said
    log = (home.path / "state" / "crashes.log").read_text()
    for text in (written, log):
        assert CANARY not in text
        assert "Traceback" not in text
    assert "Ada Park" not in log
    assert "ValueError" in log
    assert "KeyError" in log
    assert "<string>:" in log


def test_what_was_typed_is_there_after_a_crash(tmp_path: Path) -> None:
    home = with_mail(Home(tmp_path / "home"), tmp_path / "mail")
    program = PROGRAM.format(
        canary=CANARY,
        place="from agent_tui.ui.writing_pane import WritingPane\n"
        "WritingPane.on_writing_area_tab = broken",
    )
    with Terminal([sys.executable, "-c", program], env=home.env) as screen:
        screen.wait_for("My zip broke")
        screen.press("r")
        screen.wait_for("Reply to Ada Park")
        screen.press(TEXT)
        screen.wait_for("on its way")
        screen.press("\t")
        assert screen.wait_for_exit() == 1

    assert [(body,) for (body,) in home.rows("SELECT body FROM drafts") if TEXT in body]


def test_a_command_that_fails_says_one_sentence_and_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"no {CANARY}")

    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.setattr("agent_tui.cli.list.open_store", broken)

    assert run(["list"]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("agent-tui: This should not have happened (ValueError); where is")
    assert said.err.count("\n") == 1
    log = tmp_path / "state" / "crashes.log"
    assert CANARY not in said.err + log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_the_log_of_crashes_follows_no_link_and_a_full_disk_is_no_second_crash(
    tmp_path: Path,
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine")
    log = tmp_path / "crashes.log"
    log.symlink_to(precious)

    told = kept(log, ValueError(CANARY))

    assert "ValueError" in told
    assert "where is written" not in told
    assert precious.read_text() == "mine"


def test_the_log_of_crashes_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "crashes.log"
    log.write_text("x" * 1_000_001)

    kept(log, ValueError())

    assert 0 < log.stat().st_size < 2_000


def test_crashes_lie_beside_the_log(tmp_path: Path) -> None:
    paths = Paths(tmp_path, tmp_path, tmp_path / "state", tmp_path)
    assert paths.crashes.parent == paths.log.parent
