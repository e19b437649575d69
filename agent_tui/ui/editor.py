"""The agent's own editor on a text: a private file, no shell, nothing in the text is obeyed."""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from agent_tui.actions.action import ActionError
from agent_tui.config.paths import make_private
from agent_tui.content.safe import safe_text

_LONGEST = 1_000_000
"""Bytes; nobody writes a longer reply, and a text that grew beyond was not typed."""


def edited(command: str, text: str, folder: Path) -> str:
    """What ``text`` has become in the editor ``command``, made safe.

    Its file lies in ``folder`` (0700) with mode 0600 and is gone afterwards. Blocks until the
    editor ends. Raises ActionError when it cannot be started or fails; the text is then as before.
    """
    argv = _argv(command)
    make_private(folder)
    handle, name = tempfile.mkstemp(prefix="draft-", suffix=".md", dir=folder)
    file = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(safe_text(text))
        _run([*argv, name], command)
        return _read(file)
    finally:
        file.unlink(missing_ok=True)


def _argv(command: str) -> list[str]:
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise ActionError(f"The editor '{command}' cannot be read: {error}.") from error
    program = shutil.which(argv[0]) if argv else None
    if program is None:
        raise ActionError(f"There is no editor '{command}'; set 'editor' in config.toml.")
    return argv + _without_modelines(Path(program).resolve().name)


def _without_modelines(program: str) -> list[str]:
    """Arguments by which an editor takes no orders from the text, whatever its own settings say."""
    if program.startswith(("vim", "nvim", "gvim")):
        return ["--cmd", "autocmd BufReadPre * setlocal nomodeline"]
    if program.startswith("emacs"):
        return ["--eval", "(setq enable-local-variables nil enable-dir-local-variables nil)"]
    return []


def _run(argv: list[str], command: str) -> None:
    try:
        ended = subprocess.run(argv, check=False)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ActionError(f"The editor '{command}' did not start: {reason}.") from error
    if ended.returncode:
        raise ActionError(
            f"The editor '{command}' ended with {ended.returncode}; the text is as before."
        )


def _read(file: Path) -> str:
    """The file by its name: editors replace it by a new one."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_LONGEST + 1)
    except OSError as error:
        raise ActionError("The editor has removed its file; the text is as before.") from error
    if len(data) > _LONGEST:
        raise ActionError(f"The text is longer than {_LONGEST} bytes; it is as before.")
    return safe_text(data.decode(errors="replace")).rstrip("\n") + "\n"
