"""How urgent a process is beside the others of the machine."""

import os
import sys
from contextlib import suppress
from pathlib import Path

_NICE = 10
_AUTOGROUP = Path("/proc/self/autogroup")
"""Linux shares its cores between sessions first; niceness counts only within one. See sched(7)."""


def give_way() -> None:
    """Let the screen go first on a busy machine: a batch can wait some milliseconds, a key cannot.

    Holds for this process and those that it starts, and cannot be taken back.
    """
    if sys.platform != "win32":
        os.nice(_NICE)
    with suppress(OSError):  # another system, or a kernel without it
        _AUTOGROUP.write_text(str(_NICE), encoding="ascii")
