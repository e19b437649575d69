"""A message goes into a program, and what that says onto the screen."""

import sys
from pathlib import Path

import pytest

from agent_tui.actions.action import ActionError
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.pipe import run
from tests.factory import incoming, mail_account, receive
from tests.ui.screen import screen


async def test_a_program_gets_the_text_and_its_answer_is_harmless() -> None:
    code = "import sys; print(sys.stdin.read().upper() + '\\x1b]0;x\\x07'); sys.exit(3)"
    said, ended = await run([sys.executable, "-c", code], "grüße")
    assert "GRÜSSE" in said
    assert "\x1b" not in said
    assert ended == 3


async def test_a_program_that_is_not_there_or_never_ends_is_told() -> None:
    with pytest.raises(ActionError, match="'no-such-program' cannot be run: no such file"):
        await run(["no-such-program"], "x")
    endless = [sys.executable, "-c", "import time; time.sleep(600)"]
    with pytest.raises(ActionError, match="did not end and was stopped"):
        await run(endless, "x", patience_s=0.1)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (f"{sys.executable} -c 'import sys; print(len(sys.stdin.read()))'", " 13 "),
        (f"{sys.executable} -c 'pass'", "has it."),
        ("no-such-program", "cannot be run"),
        ("'", "A quote is open"),
    ],
)
async def test_what_came_of_it_is_shown(
    db: SqliteDatabase, tmp_path: Path, command: str, shown: str
) -> None:
    mail_account(db)
    receive(db, incoming("My zip broke."))
    async with screen(db, tmp_path, size=(160, 30)) as window:
        await window.press("enter", "|")
        await window.until(lambda: window.app.where() == "prompt")
        await window.type(command)
        await window.press("enter")
        await window.until(lambda: window.shows(shown))
