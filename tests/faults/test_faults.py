"""The fault runner itself: what it promises holds, and where it does not, it says so."""

from typing import Any

import pytest

from tests.faults.plan import MOST_TOUCHES, Kind, Plan, Stage, plan
from tests.faults.runner import figures_of

LIMIT_S = 240


def run(*args: str) -> tuple[int, str, dict[str, Any]]:
    """The runner on servers from PyPI alone: its exit code, what it printed, its figures."""
    return figures_of("tests.faults", "--pip-only", *args, limit_s=LIMIT_S)


def dot_cut() -> tuple[int, int]:
    """A seed and a run in which the server takes the dot and its answer is lost."""
    return next(
        (seed, number)
        for seed in range(1000)
        for number in (1, 10)
        if plan(seed, number).stage is Stage.TAKEN and plan(seed, number).kind is Kind.CUT
    )


def test_every_kind_of_fault_loses_nothing_and_sends_nothing_twice() -> None:
    code, said, figures = run("--runs", "20", "--seed", "6")
    assert (figures["twice"], figures["lost"], figures["runs"]) == (0, 0, 20), said
    assert code == 0, said


def test_a_mail_whose_dot_was_taken_is_left_for_the_agent_to_decide() -> None:
    seed, number = dot_cut()
    code, said, figures = run("--seed", str(seed), "--only", str(number))
    assert figures == {"runs": 1, "twice": 0, "lost": 0, "uncertain": 1, "seed": seed}, said
    assert code == 0


def test_plain_retrying_sends_it_twice_and_the_runner_says_so() -> None:
    seed, number = dot_cut()
    code, said, figures = run("--seed", str(seed), "--only", str(number), "--plain-retry")
    assert figures["twice"] == 1, said
    assert f"--seed {seed} --only {number}" in said
    assert code == 1


def test_a_run_is_known_by_seed_and_number_alone() -> None:
    assert [plan(3, n) for n in range(40)] == [plan(3, n) for n in range(40)]
    assert [plan(3, n) for n in range(40)] != [plan(4, n) for n in range(40)]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_runs_have_every_case_of_every_kind(seed: int) -> None:
    plans = [plan(seed, n) for n in range(1000)]

    def of(kind: Kind) -> list[Plan]:
        return [one for one in plans if one.kind is kind]

    assert {p.kind for p in plans} == set(Kind)
    assert {p.touch for p in of(Kind.KILL_AT_TOUCH)} == set(range(1, MOST_TOUCHES + 1))
    assert {(p.stage, p.always) for p in of(Kind.CUT)} == {(s, a) for s in Stage for a in (0, 1)}
    assert len({(p.stage, p.code) for p in of(Kind.REPLY)}) == 7 * 7
