"""The clocks of answers and resolutions: when they run, when they stand, when they are over."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.hours import Block, Hours
from agent_tui.model.targets import (
    Change,
    Facts,
    Kind,
    Rules,
    Target,
    clocks,
    counted,
    read_target,
    soonest,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours(((Block(9 * 60, 17 * 60),),) * 5 + ((), ()), zone=BERLIN)
RULES = Rules(
    {
        (Kind.FIRST, Channel.CHAT): Target(MINUTE),
        (Kind.NEXT, Channel.CHAT): Target(10 * MINUTE),
        (Kind.FIRST, Channel.MAIL): Target(4 * HOUR, business=True),
        (Kind.NEXT, Channel.MAIL): Target(4 * HOUR, business=True),
        (Kind.RESOLUTION, Channel.REVIEW): Target(DAY),
    },
    OFFICE,
)
OPEN, HOLD, SNOOZED, PENDING = Status.OPEN, Status.ON_HOLD, Status.SNOOZED, Status.PENDING
RESOLVED = Status.RESOLVED


def at(*parts: int) -> Millis:
    return round(datetime(*parts, tzinfo=BERLIN).timestamp() * 1000)  # type: ignore[arg-type,misc]


def facts(
    channel: Channel = Channel.CHAT,
    status: Status = OPEN,
    *changes: tuple[Millis, Status, Status],
    since: Millis | None = 0,
    answered: bool = True,
) -> Facts:
    return Facts(channel, status, 0, since, answered, tuple(Change(*one) for one in changes))


def due(it: Facts, rules: Rules = RULES) -> Millis | None:
    (clock,) = clocks(it, rules)
    return clock.due


def test_the_clock_of_an_answer_runs_only_while_somebody_waits() -> None:
    assert due(facts(since=7)) == 7 + 10 * MINUTE
    assert clocks(facts(since=None), RULES) == ()
    assert clocks(facts(Channel.CALL), RULES) == ()
    assert clocks(facts(status=RESOLVED), RULES) == ()


def test_the_first_answer_has_a_target_of_its_own() -> None:
    (first,) = clocks(facts(answered=False), RULES)

    assert (first.kind, first.due, first.warn) == (Kind.FIRST, MINUTE, 48 * SECOND)


def test_a_pause_is_not_counted() -> None:
    changes = (2 * MINUTE, OPEN, SNOOZED), (7 * MINUTE, SNOOZED, OPEN)

    assert due(facts(Channel.CHAT, OPEN, *changes)) == 15 * MINUTE


def test_a_clock_that_stands_is_not_due_but_was_if_it_was() -> None:
    early, late = (2 * MINUTE, OPEN, HOLD), (11 * MINUTE, OPEN, HOLD)

    (standing,) = clocks(facts(Channel.CHAT, HOLD, early), RULES)
    assert (standing.due, standing.paused) == (None, True)
    assert counted(standing, OFFICE, DAY) == [(0, 2 * MINUTE)]
    assert due(facts(Channel.CHAT, HOLD, late)) == 10 * MINUTE


def test_what_was_on_hold_when_the_customer_wrote_stands_from_then_on() -> None:
    assert due(facts(Channel.CHAT, HOLD)) is None
    assert due(facts(Channel.CHAT, OPEN, (MINUTE, HOLD, OPEN))) == 11 * MINUTE


@pytest.mark.parametrize("before", [SNOOZED, PENDING, RESOLVED])
def test_what_the_customer_brought_back_counts_from_their_message(before: Status) -> None:
    read_late = (3 * MINUTE, before, OPEN)

    assert due(facts(Channel.CHAT, OPEN, read_late)) == 10 * MINUTE


def test_without_pauses_nothing_stops_the_clock_of_an_answer() -> None:
    never = RULES._replace(pauses=frozenset())

    assert due(facts(Channel.CHAT, HOLD, (MINUTE, OPEN, HOLD)), never) == 10 * MINUTE


def test_business_hours_pass_over_weekends_changes_of_clocks_and_pauses() -> None:
    friday, monday = at(2026, 3, 27, 16), at(2026, 3, 30, 12)
    paused = (at(2026, 3, 28, 10), OPEN, SNOOZED), (at(2026, 3, 30, 10), SNOOZED, OPEN)

    assert due(facts(Channel.MAIL, since=friday)) == monday
    assert due(facts(Channel.MAIL, OPEN, *paused, since=friday)) == monday + HOUR


def test_the_clock_of_a_resolution_stands_while_it_is_resolved() -> None:
    changes = (HOUR, OPEN, RESOLVED), (5 * HOUR, RESOLVED, OPEN)

    (clock,) = clocks(facts(Channel.REVIEW, OPEN, *changes, since=None), RULES)

    assert (clock.kind, clock.due) == (Kind.RESOLUTION, DAY + 4 * HOUR)


def test_what_is_due_first_is_what_counts() -> None:
    both = RULES._replace(targets={**RULES.targets, (Kind.NEXT, Channel.REVIEW): Target(DAY)})

    first = soonest(clocks(facts(Channel.REVIEW, since=HOUR), both))

    assert first is not None
    assert (first.kind, first.due) == (Kind.RESOLUTION, DAY)
    assert soonest(()) is None


STATUSES = st.sampled_from([OPEN, HOLD, SNOOZED, PENDING])


@given(
    st.lists(st.tuples(st.integers(1, 5 * DAY), STATUSES), max_size=8),
    st.sampled_from([Channel.CHAT, Channel.MAIL]),
    st.integers(0, DAY),
)
def test_until_it_is_due_exactly_the_target_is_counted(
    steps: list[tuple[Millis, Status]], channel: Channel, since: Millis
) -> None:
    status, changes, now = OPEN, [], 0
    for wait, after in steps:
        now += wait
        changes.append((now, status, after))
        status = after

    (clock,) = clocks(facts(channel, status, *changes, since=since), RULES)

    if clock.due is None:
        whole = counted(clock, OFFICE, now + 1)
        assert clock.paused
        assert sum(b - a for a, b in whole) < clock.target.amount
    else:
        stretches = counted(clock, OFFICE, clock.due)
        assert sum(b - a for a, b in stretches) == clock.target.amount
        assert clock.warn is not None
        assert since < clock.warn <= clock.due


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("2 min", Target(2 * MINUTE)),
        ("90s", Target(90 * SECOND)),
        ("24 h", Target(DAY)),
        ("1 hour", Target(HOUR)),
        ("2 days", Target(2 * DAY)),
        ("4 Business Hours", Target(4 * HOUR, business=True)),
        ("30 business min", Target(30 * MINUTE, business=True)),
        ("none", None),
    ],
)
def test_a_target_is_read_as_it_is_meant(text: str, target: Target | None) -> None:
    assert read_target(text) == target


@pytest.mark.parametrize(
    "text", ["", "2", "min", "0 min", "3 business days", "-1 h", "1.5 h", "2 w"]
)
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no target"):
        read_target(text)


@given(st.integers(1, 99_999), st.sampled_from(["s", "min", "h", "days"]), st.booleans())
def test_a_target_is_said_as_it_can_be_written(amount: int, unit: str, business: bool) -> None:
    text = f"{amount} business {unit}" if business and unit != "days" else f"{amount} {unit}"
    target = read_target(text)

    assert read_target(str(target)) == target
