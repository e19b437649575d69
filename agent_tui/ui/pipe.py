"""Hands a message to a program of the agent's, and shows what that says."""

import asyncio
import shlex
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Sequence
from contextlib import suppress

from agent_tui.actions.action import ActionError
from agent_tui.config.errors import reason
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.ui.help import HelpPane
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part

PATIENCE_S = 30.0
"""A program that takes longer is ended: it waits for a terminal that it does not get."""

_MOST = 200_000
"""Characters of an answer that are shown."""


async def pipe(shell: Shell) -> None:
    """Ask for a command, give it the message that is read on its standard input, show its output.

    No shell of the system reads the command. Raises ActionError when it cannot be run.
    """
    message = shell.desk.reading.first_message()
    if message is None:
        raise ActionError("There is no message here.")
    text = await shell.ask("Pipe the message to: ", history="pipe")
    if not text or not text.strip():
        return
    said, code = await run(_words(text), message.body.text)
    if code:
        shell.say(f"'{safe_line(text)}' ended with {code}: {safe_line(said[:200])}", error=True)
    elif not said.strip():
        shell.say(f"'{safe_line(text)}' has it.")
    else:
        _show(shell, text, said)


async def run(argv: Sequence[str], text: str, patience_s: float = PATIENCE_S) -> tuple[str, int]:
    """What a program says of ``text``, on both its outputs, and how it ended.

    Raises ActionError when it is not there or does not end.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=PIPE, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
    except OSError as error:
        raise ActionError(f"'{safe_line(argv[0])}' cannot be run: {reason(error)}.") from error
    try:
        async with asyncio.timeout(patience_s):
            output, _ = await process.communicate(text.encode())
    except TimeoutError:
        raise ActionError(f"'{safe_line(argv[0])}' did not end and was stopped.") from None
    finally:
        await _end(process)
    return safe_text(output.decode("utf-8", "replace")[:_MOST]), process.returncode or 0


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ActionError(f"A quote is open in '{safe_line(text)}'.") from error


def _show(shell: Shell, command: str, said: str) -> None:
    def prepare(width: int) -> Sequence[Line]:
        return [
            line
            for text in said.splitlines()
            for line in (plain_lines(text, Part.TEXT, width, 1) if text else [()])
        ]

    shell.open_pane(HelpPane(shell, safe_line(command), prepare))
