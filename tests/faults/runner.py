"""Runs a fault program as a reader would, and gives what it says."""

import json
import subprocess
import sys
from typing import Any


def figures_of(program: str, *args: str, limit_s: float) -> tuple[int, str, dict[str, Any]]:
    """``python -m PROGRAM --json ARGS``: its exit code, all it printed, its last line's figures."""
    done = subprocess.run(
        [sys.executable, "-m", program, "--json", *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=limit_s,
    )
    return done.returncode, done.stdout + done.stderr, json.loads(done.stdout.splitlines()[-1])
