"""The query room costs next to nothing at start: the screen imports it before first paint."""

import subprocess
import sys


def test_importing_the_language_loads_only_light_modules() -> None:
    code = (
        "import sys, re, dataclasses, datetime, enum, itertools, time, typing;"
        "before = set(sys.modules);"
        "import agent_tui.query.compile, agent_tui.query.complete;"
        "print(*sorted(m for m in set(sys.modules) - before if not m.startswith('agent_tui')))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.split() == []
