"""Durations and days mean what the help says."""

from datetime import date

import pytest

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.query.syntax import Key
from agent_tui.query.values import day, duration, expected, rank

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", 30 * MINUTE),
        ("2h", 2 * HOUR),
        ("1d", DAY),
        ("2w", 14 * DAY),
        ("6mo", 180 * DAY),
        ("1y", 365 * DAY),
        ("0d", 0),
        ("999999y", 999_999 * 365 * DAY),
        ("1", None),
        ("d", None),
        ("-1d", None),
        ("1d2h", None),
    ],
)
def test_a_duration_is(text: str, length: Millis | None) -> None:
    assert duration(text) == length


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("today", TODAY),
        ("yesterday", date(2026, 2, 28)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-01", date(2026, 1, 1)),
        ("2026-13", None),
        ("2025-02-29", None),
        ("2026", None),
        ("0001-01-01", None),
    ],
)
def test_a_day_is(text: str, first: date | None) -> None:
    assert day(text, TODAY) == first


def test_priorities_rank_as_they_sort() -> None:
    ranks = [rank(Key.PRIORITY, name) for name in ("low", "normal", "high", "urgent")]

    assert ranks == [-1, 0, 1, 2]


@pytest.mark.parametrize("key", Key)
def test_every_key_says_what_it_takes(key: Key) -> None:
    assert expected(key)
