"""Two agents at the same conversation in the same moment; what is held can also be seen to fail."""

from typing import Any

from tests.faults.runner import figures_of

LIMIT_S = 120


def run(*args: str) -> tuple[int, str, dict[str, Any]]:
    """The runner: its exit code, what it printed, its figures."""
    return figures_of("tests.faults.agents", "--runs", "12", "--seed", "1", *args, limit_s=LIMIT_S)


def test_of_two_at_once_one_stands_and_the_other_is_told() -> None:
    code, said, figures = run()
    assert figures == {"runs": 12, "double": 0, "lost": 0, "failures": 0, "seed": 1}, said
    assert code == 0


def test_where_nobody_looks_the_runner_finds_double_answers_and_lost_updates() -> None:
    code, said, figures = run("--unguarded")
    assert figures["double"] == 4, said
    assert figures["lost"] > 0, said
    assert code == 1
