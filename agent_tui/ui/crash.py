"""The last word of a screen that ends by a mistake of ours: one sentence, no values."""

from pathlib import Path

from rich.text import Text
from textual.worker import WorkerFailed

from agent_tui.config.crash import kept
from agent_tui.content.safe import safe_text
from agent_tui.store.database import StoreError


class Crash(Exception):  # noqa: N818 - the name of what happened
    """What Textual prints in place of a traceback with all local variables."""

    def __rich__(self) -> Text:
        return Text(f"agent-tui: {self}")


def crash(error: Exception, log: Path) -> Crash:
    """``error`` as it may be seen; a mistake of ours is written down in ``log``."""
    if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
        error = error.error
    told = Crash(safe_text(str(error)) if isinstance(error, StoreError) else kept(log, error))
    told.__cause__ = error  # for tests and debuggers; nobody prints it
    return told
