"""Business hours over changes of the clocks, leap days, holidays, breaks and zones."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.model.clock import HOUR, MINUTE, Millis
from agent_tui.model.hours import MINUTES_A_DAY, OFFICE, Block, Hours

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour
APIA = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
ZONES = (BERLIN, NEW_YORK, LORD_HOWE, APIA, UTC, timezone(timedelta(hours=5, minutes=45)))

WEEKDAYS = Hours(
    ((Block(9 * 60, 12 * 60), Block(13 * 60, 17 * 60)),) * 5 + ((), ()),
    frozenset({date(2026, 12, 25), date(2026, 12, 28)}),
    BERLIN,
)
ALWAYS = ((Block(0, MINUTES_A_DAY),),) * 7


def at(*parts: int, zone: tzinfo = BERLIN) -> Millis:
    return round(datetime(*parts, tzinfo=zone).timestamp() * 1000)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        (at(2026, 9, 21, 9), HOUR, at(2026, 9, 21, 10)),
        (at(2026, 9, 21, 11), 2 * HOUR, at(2026, 9, 21, 14)),  # over the break
        (at(2026, 9, 21, 12, 30), HOUR, at(2026, 9, 21, 14)),  # begun in it
        (at(2026, 9, 21, 11), HOUR, at(2026, 9, 21, 12)),  # ends with the block
        (at(2026, 9, 25, 16), 2 * HOUR, at(2026, 9, 28, 10)),  # over the weekend
        (at(2026, 3, 27, 16), 4 * HOUR, at(2026, 3, 30, 12)),  # the clocks went forward in it
        (at(2026, 10, 23, 16), 4 * HOUR, at(2026, 10, 26, 12)),  # and back
        (at(2028, 2, 28, 16), 2 * HOUR, at(2028, 2, 29, 10)),  # a leap day that is a Tuesday
        (at(2026, 2, 27, 16), 2 * HOUR, at(2026, 3, 2, 10)),  # no leap day
        (at(2026, 12, 24, 16), 2 * HOUR, at(2026, 12, 29, 10)),  # two holidays and a weekend
    ],
)
def test_working_time_passes_in_working_hours_only(
    start: Millis, amount: Millis, end: Millis
) -> None:
    assert WEEKDAYS.after(start, amount) == end
    assert WEEKDAYS.between(start, end) == amount


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, date(2026, 3, 29), 23),
        (BERLIN, date(2026, 10, 25), 25),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (BERLIN, date(2028, 2, 29), 24),
    ],
)
def test_a_day_counts_as_long_as_it_is(zone: ZoneInfo, day: date, hours: float) -> None:
    start = at(day.year, day.month, day.day, zone=zone)
    after = day + timedelta(days=1)
    end = at(after.year, after.month, after.day, zone=zone)

    assert Hours(ALWAYS, zone=zone).between(start, end) == hours * HOUR


def test_a_block_across_the_missing_hour_loses_nothing_at_its_other_end() -> None:
    nights = Hours(((Block(60, 240),),) * 7, zone=BERLIN)  # 01:00 to 04:00, 02:00 to 03:00 missing
    night = (at(2026, 3, 29), at(2026, 3, 29, 12))

    assert nights.between(*night) == 2 * HOUR
    assert list(nights.stretches(*night)) == [(at(2026, 3, 29, 1), at(2026, 3, 29, 4))]


def test_hours_that_never_come_are_never_over() -> None:
    assert Hours(((),) * 7).after(0, 1) is None
    assert Hours(((),) * 7).between(0, 10**12) == 0


def test_without_a_zone_it_is_the_machines() -> None:
    monday = round(datetime(2026, 9, 21, 8).timestamp() * 1000)  # noqa: DTZ001 - the machine's

    assert OFFICE.after(monday, HOUR) == monday + 2 * HOUR


def _blocks(cuts: set[int]) -> tuple[Block, ...]:
    ends = sorted(cuts)
    return tuple(Block(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False))


DAYS = st.sets(st.integers(0, 96).map(lambda n: n * 15), max_size=6).map(_blocks)
HOURS = st.builds(
    Hours,
    st.tuples(*[DAYS] * 7),
    st.frozensets(st.dates(date(2027, 12, 1), date(2028, 12, 1)), max_size=10),
    st.sampled_from(ZONES),
)
MOMENTS = st.integers(at(2027, 12, 20), at(2028, 11, 20))


@settings(deadline=None)
@given(HOURS, MOMENTS, st.integers(1, 100 * HOUR))
def test_between_and_after_say_the_same(hours: Hours, start: Millis, amount: Millis) -> None:
    end = hours.after(start, amount)
    if end is None:
        assert hours.between(start, start + 400 * 24 * HOUR) < amount
        return
    assert hours.between(start, end) == amount
    assert hours.between(start, end - 1) == amount - 1


@settings(deadline=None)
@given(HOURS, MOMENTS, st.integers(0, 20 * 24 * HOUR), st.integers(0, 20 * 24 * HOUR))
def test_what_is_counted_in_parts_is_counted_once(
    hours: Hours, start: Millis, first: Millis, second: Millis
) -> None:
    middle, end = start + first, start + first + second

    parts = hours.between(start, middle) + hours.between(middle, end)

    assert parts == hours.between(start, end) <= end - start


@settings(deadline=None)
@given(HOURS, MOMENTS)
def test_minutes_count_when_the_clock_on_the_wall_is_in_a_block(
    hours: Hours, start: Millis
) -> None:
    """Said a second, plain way, but for the hours around a change of the clocks."""
    minute = start // MINUTE * MINUTE
    before, then = (
        datetime.fromtimestamp(t / 1000, hours.zone) for t in (minute - 3 * HOUR, minute)
    )
    after = datetime.fromtimestamp((minute + 3 * HOUR) / 1000, hours.zone)
    if not before.utcoffset() == then.utcoffset() == after.utcoffset():
        return
    blocks = () if then.date() in hours.holidays else hours.week[then.weekday()]
    now = then.hour * 60 + then.minute

    counts = any(block.start <= now < block.end for block in blocks)

    assert hours.between(minute, minute + MINUTE) == (MINUTE if counts else 0)
