"""Asking for a file on this machine, with completion of its path."""

import os
from collections.abc import Sequence
from pathlib import Path

from agent_tui.content.safe import safe_line
from agent_tui.query.complete import Completion
from agent_tui.system.files import is_there
from agent_tui.ui.line_input import NO_HINT
from agent_tui.ui.lines import say_size
from agent_tui.ui.shell import Hint, Shell

_MOST_OFFERED = 200


async def ask(shell: Shell) -> str | None:
    """The absolute path of a file to attach, None when there is none; why is said."""
    said = await shell.ask(
        "Attach: ", complete=complete_path, preview=describe, history="attachments"
    )
    if not said or not said.strip():
        return None
    path = meant_path(said)
    if not is_there(path):
        shell.say(f"There is no file {safe_line(str(path))}.", error=True)
        return None
    return str(path.absolute())


def complete_path(text: str, cursor: int) -> Sequence[Completion]:
    """The files and folders whose path begins with what stands before the cursor.

    Names that a terminal would obey are left out: they cannot be shown as they are.
    """
    folder_text, slash, start = text[:cursor].rpartition("/")
    folder = meant_path(folder_text + slash) if slash else Path()
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name.casefold())
    except OSError:
        return ()  # a folder that cannot be read offers nothing; opening the file says why
    fitting = [path for path in found if _fits(path.name, start)]
    return [
        Completion(folder_text + slash + path.name + ("/" if path.is_dir() else ""), 0, cursor)
        for path in fitting[:_MOST_OFFERED]
    ]


def describe(text: str) -> Hint:
    """What stands at the path typed so far."""
    if not text.strip():
        return Hint("Tab completes")
    path = meant_path(text)
    try:
        if path.is_dir():
            return NO_HINT
        return Hint(say_size(path.stat().st_size))
    except OSError:
        return Hint("no such file", wrong=True)


def brief_path(path: str) -> str:
    """``path`` with ``~`` for the home folder: a status line has little room."""
    home = f"{Path.home()}{os.sep}"
    return f"~{os.sep}{path.removeprefix(home)}" if path.startswith(home) else path


def _fits(name: str, start: str) -> bool:
    hidden = name.startswith(".") and not start.startswith(".")
    return not hidden and name.startswith(start) and safe_line(name) == name


def meant_path(text: str) -> Path:
    """The path that ``text`` means; a home that is unknown stays as it was typed."""
    try:
        return Path(text.strip()).expanduser()
    except RuntimeError:
        return Path(text.strip())
