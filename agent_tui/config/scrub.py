"""Takes a person's names and addresses out of the logs, and their fetched files off the disk."""

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from agent_tui.config.paths import Paths
from agent_tui.system import private

_SHORTEST = 3
"""Characters of a word that is looked for in logs."""

_IN_PLACE = b"[erased]"


def scrub_logs(paths: Paths, words: Iterable[str]) -> int:
    """Replace ``words`` in all logs, whatever their case; how many logs held one. A log that is
    being written goes on in the same file. Raises OSError."""
    longest = sorted({word for word in words if len(word) >= _SHORTEST}, key=len, reverse=True)
    if not longest:
        return 0
    wanted = re.compile(b"|".join(re.escape(w.encode()) for w in longest), re.IGNORECASE)
    return sum(_scrub(log, wanted) for log in paths.state.glob("*.log*"))


def source_folder(message_id: int) -> str:
    """What the folder of a message's source is called, but for a suffix by chance; that of an
    attachment by its number."""
    return f"mail{message_id}"


def remove_files(paths: Paths, attachments: Sequence[int], sources: Sequence[int] = ()) -> int:
    """Remove the fetched files of ``attachments`` and the ``sources`` of messages; how many there
    were. Raises OSError."""
    removed = 0
    for name in (*attachments, *map(source_folder, sources)):
        for folder in paths.attachments.glob(f"{name}-*"):
            shutil.rmtree(folder)
            removed += 1
    return removed


def _scrub(log: Path, wanted: "re.Pattern[bytes]") -> bool:
    with os.fdopen(private.opened(log, private.CHANGE), "r+b") as file:
        held = file.read()
        clean = wanted.sub(_IN_PLACE, held)
        if clean == held:
            return False
        file.seek(0)
        file.write(clean)
        file.truncate()
        os.fsync(file.fileno())
    return True
