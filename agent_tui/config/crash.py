"""What is kept of a mistake in this program: what and where, never the values.

Tracebacks with messages and local variables hold customers' texts and passwords; what is written
here can be sent to anybody.
"""

import os
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from agent_tui.system import private

_LARGEST = 1_000_000
"""Bytes; a log that has grown beyond is begun anew."""


def kept(log: Path, error: BaseException) -> str:
    """Write ``error`` down in ``log`` (0600); one sentence for whoever sat before it."""
    written = False
    with suppress(OSError):  # a full disk: then the sentence alone has to do
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _append(log, "\n".join(described(error)) + "\n")
        written = True
    where = f"; where is written in {log}, without any content" if written else ""
    return (
        f"This should not have happened ({type(error).__name__}){where}. What you wrote is kept. "
        "If it happens again, run 'agent-tui doctor'."
    )


def described(error: BaseException) -> Iterator[str]:
    """The kinds of ``error`` and of those behind it with the lines that raised them."""
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {os.getpid()} crash"
    seen: set[int] = set()
    behind: BaseException | None = error
    while behind is not None and id(behind) not in seen:
        seen.add(id(behind))
        yield f"  {type(behind).__module__}.{type(behind).__qualname__}"
        for frame in traceback.extract_tb(behind.__traceback__):
            yield f"    {frame.filename}:{frame.lineno} {frame.name}"
        behind = behind.__cause__ or behind.__context__


def _append(log: Path, text: str) -> None:
    handle = private.opened(log, private.APPEND)
    with os.fdopen(handle, "a", encoding="utf-8", errors="replace") as file:
        if os.fstat(file.fileno()).st_size > _LARGEST:
            file.truncate(0)
        file.write(text)
