"""Times as people write them, in a zone with daylight saving, and said back."""

from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.actions.action import ActionError
from agent_tui.actions.when import parse_when, say_when
from agent_tui.model.clock import DAY, HOUR, MINUTE

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    """A wall clock time in Berlin."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


MONDAY = "2026-06-15 10:30"


@pytest.mark.parametrize(
    ("said", "now", "meant"),
    [
        ("tomorrow", MONDAY, "2026-06-16 09:00"),
        ("tomorrow 9am", MONDAY, "2026-06-16 09:00"),
        ("Tomorrow at 9 am", MONDAY, "2026-06-16 09:00"),
        ("tomorrow evening", MONDAY, "2026-06-16 18:00"),
        ("today 18:15", MONDAY, "2026-06-15 18:15"),
        ("tonight", MONDAY, "2026-06-15 18:00"),
        ("tonight 11pm", MONDAY, "2026-06-15 23:00"),
        ("noon", MONDAY, "2026-06-15 12:00"),
        ("morning", MONDAY, "2026-06-16 09:00"),
        ("at 11", MONDAY, "2026-06-15 11:00"),
        ("10:31", MONDAY, "2026-06-15 10:31"),
        ("10:30", MONDAY, "2026-06-16 10:30"),
        ("12am", MONDAY, "2026-06-16 00:00"),
        ("12pm", MONDAY, "2026-06-15 12:00"),
        ("0:05", MONDAY, "2026-06-16 00:05"),
        ("tue", MONDAY, "2026-06-16 09:00"),
        ("sunday 8:30", MONDAY, "2026-06-21 08:30"),
        ("mon", MONDAY, "2026-06-22 09:00"),
        ("monday 23:00", MONDAY, "2026-06-22 23:00"),
        ("2026-07-01", MONDAY, "2026-07-01 09:00"),
        ("2026-07-01 14:00", MONDAY, "2026-07-01 14:00"),
        ("2028-02-29", MONDAY, "2028-02-29 09:00"),
        ("tomorrow", "2028-02-28 10:00", "2028-02-29 09:00"),
        ("tomorrow", "2026-12-31 10:00", "2027-01-01 09:00"),
        # Clocks go forward on 2026-03-29 from 02:00 to 03:00, back on 2026-10-25 at 03:00.
        ("tomorrow 9am", "2026-03-28 10:00", "2026-03-29 09:00"),
        ("tomorrow 9am", "2026-10-24 10:00", "2026-10-25 09:00"),
        ("9am", "2026-03-28 10:00", "2026-03-29 09:00"),
        ("mon", "2026-03-27 10:00", "2026-03-30 09:00"),
        ("tomorrow 2:30", "2026-03-28 10:00", "2026-03-29 03:30"),
        ("tomorrow 2:30", "2026-10-24 10:00", "2026-10-25 02:30"),
    ],
)
def test_a_time_means_the_wall_clock_of_the_zone(said: str, now: str, meant: str) -> None:
    assert parse_when(said, at(now), BERLIN) == at(meant)


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("in 2h", 2 * HOUR),
        ("2h", 2 * HOUR),
        ("in 1 hour", HOUR),
        ("in 3 hours", 3 * HOUR),
        ("45m", 45 * MINUTE),
        ("in 90 min", 90 * MINUTE),
        ("5 minutes", 5 * MINUTE),
        ("3d", 3 * DAY),
        ("in 2 days", 2 * DAY),
        ("1w", 7 * DAY),
        ("in 2 weeks", 14 * DAY),
    ],
)
@pytest.mark.parametrize("now", [MONDAY, "2026-03-28 10:00", "2026-10-24 10:00"])
def test_a_span_is_counted_in_hours_whatever_the_clocks_do(said: str, span: int, now: str) -> None:
    assert parse_when(said, at(now), BERLIN) == at(now) + span


@pytest.mark.parametrize(
    "said",
    [
        "",
        "soon",
        "5 march",
        "in 3 months",
        "10 dec",
        "2h30",
        "25:00",
        "12:60",
        "13pm",
        "0am",
        "tomorrow soon",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "t",
        "mo",
        "99999h",
        "tomorrow 9am 10am",
    ],
)
def test_what_is_no_time_is_refused_with_examples(said: str) -> None:
    with pytest.raises(ActionError, match=r"is no time; try 'tomorrow 9am'"):
        parse_when(said, at(MONDAY), BERLIN)


@pytest.mark.parametrize("said", ["today", "today 10:30", "2026-06-15 10:29", "2020-01-01", "0m"])
def test_the_past_is_refused(said: str) -> None:
    with pytest.raises(ActionError, match="is in the past"):
        parse_when(said, at(MONDAY), BERLIN)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-06-15 18:00", "today 18:00"),
        ("2026-06-15 00:10", "today 00:10"),
        ("2026-06-16 09:00", "tomorrow 09:00"),
        ("2026-06-17 09:00", "Wed 09:00"),
        ("2026-06-21 09:00", "Sun 09:00"),
        ("2026-06-22 09:00", "2026-06-22 09:00"),
        ("2026-06-14 23:59", "yesterday 23:59"),
        ("2026-06-13 09:00", "2026-06-13 09:00"),
        ("2025-06-15 09:00", "2025-06-15 09:00"),
    ],
)
def test_a_moment_is_said_by_its_day(moment: str, said: str) -> None:
    assert say_when(at(moment), at(MONDAY), BERLIN) == said


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made UTC below
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
def test_a_time_without_a_day_comes_within_a_day(now: datetime, hour: int, minute: int) -> None:
    here = int(now.replace(tzinfo=UTC).timestamp() * 1000)

    meant = parse_when(f"{hour}:{minute:02}", here, BERLIN)

    assert here < meant <= here + DAY + HOUR  # the night the clocks go back is an hour longer


@given(st.text(max_size=30))
def test_any_text_is_a_time_to_come_or_refused(said: str) -> None:
    now = at(MONDAY)
    with suppress(ActionError):
        assert parse_when(said, now, BERLIN) > now
