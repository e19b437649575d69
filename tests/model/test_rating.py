"""Weeks and months begin at midnight of the wall clock, also where the clocks change."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent_tui.model.rating import Period, Sheaf, Tally, Trend, starts

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


@pytest.mark.parametrize(
    ("period", "now", "expected"),
    [
        # 2026-03-29 and 2026-10-25: the clocks change in the night to Sunday
        (Period.WEEK, "2026-03-30 00:00", ["2026-03-23", "2026-03-30"]),
        (Period.WEEK, "2026-03-29 23:59", ["2026-03-16", "2026-03-23"]),
        (Period.WEEK, "2026-10-26 00:30", ["2026-10-19", "2026-10-26"]),
        (Period.MONTH, "2028-02-29 12:00", ["2028-01-01", "2028-02-01"]),
        (Period.MONTH, "2028-03-01 00:00", ["2028-02-01", "2028-03-01"]),
        (Period.MONTH, "2026-01-31 23:00", ["2025-12-01", "2026-01-01"]),
        (Period.WEEK, "2026-01-01 08:00", ["2025-12-22", "2025-12-29"]),
    ],
)
def test_periods_begin_on_mondays_and_firsts_at_midnight(
    period: Period, now: str, expected: list[str]
) -> None:
    assert starts(period, 2, at(now), BERLIN) == tuple(map(at, expected))


def test_a_week_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    first, second = starts(Period.WEEK, 2, at("2026-03-30 12:00"), BERLIN)
    assert second - first == (7 * 24 - 1) * 3_600_000


def test_no_reviews_have_no_average_and_no_share() -> None:
    assert Tally.of_none().average is None
    assert Trend(Sheaf.ALL, "", Tally.of_none(), []).share is None


def test_an_average_weighs_each_review_alike() -> None:
    tally = Tally.of_none()
    tally.add(5, 3)
    tally.add(1, 1)
    assert (tally.count, tally.average) == (4, 4.0)
