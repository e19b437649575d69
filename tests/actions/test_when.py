"""Times as people write them, in a zone with daylight saving, and said back."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.actions.action import ActionError
from agent_tui.actions.when import parse_when, readable, say_when
from agent_tui.model.clock import DAY, HOUR, MINUTE
from agent_tui.model.hours import Block, Hours

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
        ("9am tomorrow", MONDAY, "2026-06-16 09:00"),
        ("noon on friday", MONDAY, "2026-06-19 12:00"),
        ("next friday 2pm", MONDAY, "2026-06-19 14:00"),
        ("this evening", MONDAY, "2026-06-15 18:00"),
        ("tomorrow 9.30", MONDAY, "2026-06-16 09:30"),
        ("next week", MONDAY, "2026-06-22 09:00"),
        ("next week 14:00", MONDAY, "2026-06-22 14:00"),
        ("weekend", MONDAY, "2026-06-20 09:00"),
        ("next month", MONDAY, "2026-07-01 09:00"),
        ("24 dec", MONDAY, "2026-12-24 09:00"),
        ("dec 24 8am", MONDAY, "2026-12-24 08:00"),
        ("5 march", MONDAY, "2027-03-05 09:00"),
        ("29 feb", MONDAY, "2028-02-29 09:00"),
        ("3 days", MONDAY, "2026-06-18 10:30"),
        ("in 2 weeks", MONDAY, "2026-06-29 10:30"),
        ("a month", "2026-01-31 10:30", "2026-02-28 10:30"),
        ("in 3 months", MONDAY, "2026-09-15 10:30"),
        ("tomorrow", "2028-02-28 10:00", "2028-02-29 09:00"),
        ("tomorrow", "2026-12-31 10:00", "2027-01-01 09:00"),
        # Clocks go forward on 2026-03-29 from 02:00 to 03:00, back on 2026-10-25 at 03:00.
        ("tomorrow 9am", "2026-03-28 10:00", "2026-03-29 09:00"),
        ("tomorrow 9am", "2026-10-24 10:00", "2026-10-25 09:00"),
        ("9am", "2026-03-28 10:00", "2026-03-29 09:00"),
        ("mon", "2026-03-27 10:00", "2026-03-30 09:00"),
        ("in 2 days", "2026-03-28 10:00", "2026-03-30 10:00"),
        ("1w", "2026-10-24 10:00", "2026-10-31 10:00"),
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
        ("in an hour", HOUR),
        ("half an hour", 30 * MINUTE),
        ("1h30", 90 * MINUTE),
        ("1h 30m", 90 * MINUTE),
        ("in 2 hours 15 minutes", 2 * HOUR + 15 * MINUTE),
        ("30 hours", 30 * HOUR),
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
        "in",
        "31 feb",
        "dec",
        "0 business days",
        "business",
        "99999 days",
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


LUNCH = Hours(
    ((Block(9 * 60, 12 * 60), Block(13 * 60, 17 * 60)),) * 4 + ((Block(8 * 60, 12 * 60),), (), ()),
    frozenset({date(2026, 6, 17)}),
    BERLIN,
)
"""Monday to Thursday with a break, Friday mornings from eight; that Wednesday is a holiday."""


@pytest.mark.parametrize(
    ("said", "now", "meant"),
    [
        ("next business morning", MONDAY, "2026-06-16 09:00"),
        ("next business morning", "2026-06-15 07:00", "2026-06-15 09:00"),
        ("next business day", "2026-06-16 10:00", "2026-06-18 09:00"),
        ("business morning", "2026-06-18 12:30", "2026-06-19 08:00"),
        ("next working day", "2026-06-19 09:00", "2026-06-22 09:00"),
        ("in 2 business days", MONDAY, "2026-06-18 09:00"),
        ("2 business hours", "2026-06-15 11:00", "2026-06-15 14:00"),
        ("in 4 business hours", "2026-06-16 15:00", "2026-06-18 11:00"),
        ("next business morning", "2026-03-27 12:00", "2026-03-30 09:00"),  # the clocks change
        ("next business morning", "2026-10-23 12:00", "2026-10-26 09:00"),
    ],
)
def test_business_goes_by_hours_and_holidays(said: str, now: str, meant: str) -> None:
    assert parse_when(said, at(now), BERLIN, LUNCH) == at(meant)


def test_business_that_never_comes_is_no_time() -> None:
    with pytest.raises(ActionError):
        parse_when("next business day", at(MONDAY), BERLIN, Hours(((),) * 7))


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
        assert readable(said)
