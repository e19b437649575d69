"""Response targets: when a customer is due an answer, by a clock that pauses; pure.

The clock of an answer starts with the customer's first message that has none and ends with the
answer; that of the solution starts with the conversation and stands while it is closed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import CLOSED, Channel, Status, status_after_inbound
from agent_tui.model.hours import OFFICE, Hours

_SPAN = re.compile(r"(\d{1,5}) ?(business )?(s|min|h|hours?|days?)", re.ASCII)
_UNITS = {
    "s": SECOND,
    "min": MINUTE,
    "h": HOUR,
    "hour": HOUR,
    "hours": HOUR,
    "day": DAY,
    "days": DAY,
}


class Kind(StrEnum):
    """What a target is for."""

    FIRST = "first"  # the first answer of a conversation
    NEXT = "next"  # every later one
    RESOLUTION = "resolution"


class Target(NamedTuple):
    """How long something may take."""

    amount: Millis
    business: bool = False  # counted in business hours, not around the clock

    def __str__(self) -> str:
        """As it is written in the settings."""
        if not self.business and self.amount % DAY == 0 and self.amount > DAY:
            return f"{self.amount // DAY} days"
        size, unit = next(
            (size, unit)
            for size, unit in ((HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))
            if self.amount % size == 0
        )
        many = self.amount // size
        if not self.business:
            return f"{many} {unit}"
        plural = "" if many == 1 else "s"
        return f"{many} business {f'hour{plural}' if unit == 'h' else unit}"


class Rules(NamedTuple):
    """What the clocks go by."""

    targets: Mapping[tuple[Kind, Channel], Target]
    hours: Hours = OFFICE
    pauses: frozenset[Status] = frozenset({Status.SNOOZED, Status.ON_HOLD})


class Change(NamedTuple):
    """A conversation's status changed."""

    at: Millis
    before: Status
    after: Status


class Facts(NamedTuple):
    """What the log knows of a conversation's wait."""

    channel: Channel
    status: Status
    created_at: Millis
    waiting_since: Millis | None
    answered: bool  # whether we have ever written in it
    changes: Sequence[Change]  # oldest first


class Clock(NamedTuple):
    """One clock of a conversation."""

    kind: Kind
    target: Target
    started: Millis
    pauses: tuple[tuple[Millis, Millis | None], ...]  # None: it still stands
    due: Millis | None  # None: it stands, or the business hours never come
    warn: Millis | None  # when four fifths of the target are over

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None


def read_target(text: str) -> Target | None:
    """``2 min``, ``24 h``, ``4 business hours``; None for what is none.

    Raises ValueError on what cannot be read. A business day would mean something else to
    everybody, so there is none.
    """
    words = " ".join(text.lower().split())
    if words == "none":
        return None
    found = _SPAN.fullmatch(words)
    if found is None or (found[2] and _UNITS[found[3]] == DAY) or not int(found[1]):
        raise ValueError(f"{text!r} is no target")
    return Target(int(found[1]) * _UNITS[found[3]], business=found[2] is not None)


def clocks(facts: Facts, rules: Rules) -> tuple[Clock, ...]:
    """The clocks that go or stand for a conversation: of its answer, then of its solution."""
    if facts.status in CLOSED:
        return ()
    found = []
    answer = rules.targets.get((Kind.NEXT if facts.answered else Kind.FIRST, facts.channel))
    if answer is not None and facts.waiting_since is not None:
        kind = Kind.NEXT if facts.answered else Kind.FIRST
        found.append(_clock(kind, answer, facts.waiting_since, facts, rules))
    solution = rules.targets.get((Kind.RESOLUTION, facts.channel))
    if solution is not None:
        found.append(_clock(Kind.RESOLUTION, solution, facts.created_at, facts, rules))
    return tuple(found)


def soonest(every: Iterable[Clock]) -> Clock | None:
    """The clock that is due first; None when none of them is ever due."""
    due = [(clock.due, place, clock) for place, clock in enumerate(every) if clock.due is not None]
    return min(due)[2] if due else None


def counted(clock: Clock, hours: Hours, until: Millis) -> list[tuple[Millis, Millis]]:
    """The stretches of time before ``until`` that the clock counts, in order."""
    found: list[tuple[Millis, Millis]] = []
    for start, end in _running(clock.started, clock.pauses):
        last = until if end is None else min(end, until)
        if start < last:
            found += hours.stretches(start, last) if clock.target.business else [(start, last)]
    return found


def _clock(kind: Kind, target: Target, started: Millis, facts: Facts, rules: Rules) -> Clock:
    standing = rules.pauses | (CLOSED if kind is Kind.RESOLUTION else frozenset())
    pauses = tuple(_pauses(facts, started, standing))
    due = _reached(target, target.amount, rules.hours, started, pauses)
    warn = _reached(target, target.amount * 4 // 5, rules.hours, started, pauses)
    return Clock(kind, target, started, pauses, due, warn)


def _pauses(
    facts: Facts, started: Millis, standing: frozenset[Status]
) -> Iterable[tuple[Millis, Millis | None]]:
    """When the conversation was in one of the statuses ``standing``.

    What the customer's message reopened was open from that message on, however late we read it.
    """
    changes = [change for change in facts.changes if change.at >= started]
    first = status_after_inbound(changes[0].before, automatic=False) if changes else facts.status
    since = started if first in standing else None
    for change in changes:
        if change.after in standing and since is None:
            since = change.at
        elif change.after not in standing and since is not None:
            if change.at > since:
                yield since, change.at
            since = None
    if since is not None:
        yield since, None


def _reached(
    target: Target,
    amount: Millis,
    hours: Hours,
    started: Millis,
    pauses: Sequence[tuple[Millis, Millis | None]],
) -> Millis | None:
    """When a clock has counted ``amount``; None when it stands before that."""
    left = amount
    for start, end in _running(started, pauses):
        if end is None:
            return hours.after(start, left) if target.business else start + left
        counted = _counted(target, hours, start, end)
        if counted >= left:
            return hours.after(start, left) if target.business else start + left
        left -= counted
    return None


def _running(
    started: Millis, pauses: Sequence[tuple[Millis, Millis | None]]
) -> Iterable[tuple[Millis, Millis | None]]:
    """The spans between the pauses; None as an end: it goes on."""
    since = started
    for start, end in pauses:
        if start > since:
            yield since, start
        if end is None:
            return
        since = end
    yield since, None


def _counted(target: Target, hours: Hours, start: Millis, end: Millis) -> Millis:
    return hours.between(start, end) if target.business else end - start
