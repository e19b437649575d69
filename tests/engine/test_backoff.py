"""How long is waited before another try."""

import pytest

from agent_tui.engine.backoff import delivery_delay, problem_delay, sync_delay
from agent_tui.model.clock import MINUTE, SECOND


def none() -> float:
    return 0.0


def most() -> float:
    return 0.999999


@pytest.mark.parametrize(
    ("failures", "at_most_s"), [(1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (1000, 300)]
)
def test_pulling_waits_between_a_second_and_an_exponential_ceiling(
    failures: int, at_most_s: int
) -> None:
    assert sync_delay(failures, none) == SECOND
    assert at_most_s * SECOND - 2 <= sync_delay(failures, most) <= at_most_s * SECOND


def test_what_the_provider_deferred_waits_1_5_15_and_then_60_minutes() -> None:
    waits = [delivery_delay(n, none, deferred=True) // MINUTE for n in range(1, 7)]

    assert waits == [1, 5, 15, 60, 60, 60]


def test_what_did_not_reach_the_provider_is_tried_once_more_at_once() -> None:
    waits = [delivery_delay(n, none, deferred=False) // SECOND for n in range(1, 7)]

    assert waits == [5, 60, 300, 900, 3600, 3600]


def test_chance_only_makes_a_delivery_wait_longer() -> None:
    assert MINUTE < delivery_delay(1, most, deferred=True) <= MINUTE * 5 // 4


def test_a_delivery_never_leaves_before_the_providers_word() -> None:
    assert delivery_delay(1, none, deferred=True, retry_after=7 * MINUTE) == 7 * MINUTE


def test_a_provider_that_says_how_long_is_taken_at_its_word() -> None:
    assert delivery_delay(2, none, deferred=True, retry_after=SECOND) == SECOND


def test_a_short_word_of_who_was_not_reached_does_not_shorten_the_wait() -> None:
    assert delivery_delay(2, none, deferred=False, retry_after=SECOND) == MINUTE


def test_a_wrong_password_is_tried_again_after_5_15_and_then_60_minutes() -> None:
    assert [problem_delay(n, none) // MINUTE for n in range(1, 6)] == [5, 15, 60, 60, 60]
