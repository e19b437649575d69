"""Ends processes that we began."""

import os
import signal
import subprocess
import sys


def kill_all(process: "subprocess.Popen[bytes]") -> None:
    """End ``process``, which has a session of its own, with all that it began; on Windows, which
    has no sessions of that kind, the process alone."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
