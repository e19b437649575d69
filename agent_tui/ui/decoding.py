"""Has a picture decoded by another process, which may take little and says nothing but pixels."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

from agent_tui.actions.action import ActionError
from agent_tui.config.errors import reason
from agent_tui.content.picture import Picture, PictureProblem, loaded
from agent_tui.content.safe import safe_line

PATIENCE_S = 15.0
_HEAD = 100
_LONGEST_SENTENCE = 200
_PIECE = 65_536


async def decoded(
    path: Path, width: int, height: int, ground: str, *, patience_s: float = PATIENCE_S
) -> Picture:
    """The picture in the file at ``path``, at most ``width`` x ``height`` pixels, on ``ground``
    where one sees through it. Raises ActionError."""
    arguments = (str(width), str(height), ground)
    module = ("-P", "-m", "agent_tui.content.picture")  # -P: nothing of the folder one is in
    try:
        with path.open("rb") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable, *module, *arguments, stdin=file, stdout=PIPE, stderr=PIPE
            )
    except OSError as error:
        raise ActionError(f"The picture cannot be read: {reason(error)}.") from error
    try:
        async with asyncio.timeout(patience_s):
            return await _answer(process, 3 * width * height + _HEAD)
    except TimeoutError:
        raise ActionError("The picture is not shown: decoding it takes too long.") from None
    except PictureProblem as problem:
        raise ActionError(f"The picture is not shown: {problem}") from problem
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _answer(process: Process, most: int) -> Picture:
    assert process.stdout is not None
    assert process.stderr is not None
    octets, told = await asyncio.gather(
        _read(process.stdout, most), _read(process.stderr, _LONGEST_SENTENCE)
    )
    code = await process.wait()
    if sys.platform != "win32" and code == -signal.SIGXCPU:
        raise PictureProblem("Decoding it takes too long.")
    if code:
        told_safe = safe_line(told.decode(errors="replace"))
        raise PictureProblem(told_safe if code == 1 else "The decoder broke off.")
    return loaded(octets)


async def _read(stream: asyncio.StreamReader, most: int) -> bytes:
    """Up to ``most`` octets; what comes after them is read and dropped."""
    found = b""
    while piece := await stream.read(_PIECE):
        found += piece[: most - len(found)]
    return found
