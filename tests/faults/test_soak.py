"""The soak itself: a short one holds what it promises, and what grows or is lost it reports."""

from typing import Any

import pytest

from tests.faults.runner import figures_of
from tests.faults.usage import Sample, growth

LIMIT_S = 240


def run(*args: str) -> tuple[int, str, dict[str, Any]]:
    """A short soak on servers from PyPI alone: its exit code, what it printed, its figures."""
    return figures_of("tests.faults.soak", "--pip-only", "--seed", "5", *args, limit_s=LIMIT_S)


def samples(*megabytes: int, files: int = 20, threads: int = 6) -> list[Sample]:
    """Looks at a process that has so much each time."""
    return [Sample(one * 1_000_000, files, threads) for one in megabytes]


def test_a_short_soak_loses_nothing_and_has_nothing_twice() -> None:
    code, said, figures = run("--minutes", "0.3")
    assert (figures["twice"], figures["lost"]) == (0, 0), said
    assert figures["arrivals"] > 40, said
    assert set(figures["growth"]) == {"engine", "screen"}, said
    assert code == 0, said


@pytest.mark.nightly
def test_an_engine_that_leaks_is_reported() -> None:
    code, said, _ = run("--minutes", "0.5", "--leak", "0.05")
    assert "the engine" in said
    assert "memory grew by" in said
    assert code == 1


def test_a_fifth_more_memory_is_not_too_much_and_a_quarter_is() -> None:
    assert growth("engine", samples(100, 100, 110, 120)).problems() == []
    (problem,) = growth("engine", samples(100, 100, 110, 125)).problems()
    assert problem.startswith("the engine's memory grew by 25%")


def test_files_and_threads_that_are_not_given_back_are_reported() -> None:
    grown = growth("screen", samples(100) + samples(100, files=26, threads=12))
    assert grown.problems() == [
        "the screen had 20 files and has 26",
        "the screen had 6 threads and has 12",
    ]


def test_one_peak_in_between_is_no_growth() -> None:
    seen = samples(100, 100, 100, 300, 100, 100, 100, 100)
    assert growth("engine", seen).problems() == []
