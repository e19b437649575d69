"""Two agents at the same conversation in the same moment; what is held can also be seen to fail."""

import json
import subprocess
import sys
from typing import Any

LIMIT_S = 120


def run(*args: str) -> tuple[int, str, dict[str, Any]]:
    """The runner: its exit code, what it printed, its figures."""
    command = [sys.executable, "-m", "tests.faults.agents", "--json", "--runs", "12", "--seed", "1"]
    done = subprocess.run(
        [*command, *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    return done.returncode, done.stdout + done.stderr, json.loads(done.stdout.splitlines()[-1])


def test_of_two_at_once_one_stands_and_the_other_is_told() -> None:
    code, said, figures = run()
    assert figures == {"runs": 12, "double": 0, "lost": 0, "failures": 0, "seed": 1}, said
    assert code == 0


def test_where_nobody_looks_the_runner_finds_double_answers_and_lost_updates() -> None:
    code, said, figures = run("--unguarded")
    assert figures["double"] == 4, said
    assert figures["lost"] > 0, said
    assert code == 1
