"""Times as people write them: ``tomorrow 9am``, ``in 2h``, ``mon 8:30``, ``2026-03-01 14:00``."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from agent_tui.actions.action import ActionError
from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis

MORNING = time(9)
_EVENING = time(18)

_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), 7 * DAY),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_NAMED_TIMES = {
    "morning": MORNING,
    "noon": time(12),
    "afternoon": time(14),
    "evening": _EVENING,
    "tonight": _EVENING,
}
_SPAN = re.compile(rf"(?:in )?(\d{{1,4}}) ?({'|'.join(_UNITS)})")
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))? ?(am|pm)?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def parse_when(text: str, now: Millis, zone: tzinfo | None = None) -> Millis:
    """The moment after ``now`` that ``text`` means in ``zone`` (default: the machine's).

    A day without a time means nine in the morning; a time without a day its next occurrence; the
    name of today the day in a week. A day of a span has 24 hours. Raises ActionError with examples
    when it cannot be read or lies in the past.
    """
    said = " ".join(f" {text.lower()} ".replace(" at ", " ").split())
    here = datetime.fromtimestamp(now / 1000, zone)
    span = _SPAN.fullmatch(said)
    moment = now + int(span[1]) * _UNITS[span[2]] if span else _moment(said, here)
    if moment is None:
        raise ActionError(
            f"'{text}' is no time; try 'tomorrow 9am', 'in 2h', 'mon 8:30' or '2026-03-01 14:00'."
        )
    if moment <= now:
        raise ActionError(f"'{text}' is in the past.")
    return moment


def readable(text: str) -> bool:
    """Whether :func:`parse_when` can read ``text`` at some time or other."""
    said = " ".join(f" {text.lower()} ".replace(" at ", " ").split())
    then = datetime.fromtimestamp(0, UTC)
    return bool(_SPAN.fullmatch(said)) or _moment(said, then) is not None


def say_when(at: Millis, now: Millis, zone: tzinfo | None = None) -> str:
    """``at`` for the status line: the day by name within the coming week, else by date."""
    then = datetime.fromtimestamp(at / 1000, zone)
    today = datetime.fromtimestamp(now / 1000, zone).date()
    days = (then.date() - today).days
    day = _NEAR.get(days) or then.strftime("%a" if 1 < days < 7 else "%Y-%m-%d")
    return f"{day} {then:%H:%M}"


def _moment(said: str, here: datetime) -> Millis | None:
    day_word, _, rest = said.partition(" ")
    day = _day(day_word, here)
    if day is None:
        return _next(_clock(said), here)
    clock = _clock(rest) if rest else _NAMED_TIMES.get(day_word, MORNING)
    return None if clock is None else _millis(day, clock, here)


def _day(word: str, here: datetime) -> datetime | None:
    if word in ("today", "tonight"):
        return here
    if word == "tomorrow":
        return here + timedelta(days=1)
    date = _DATE.fullmatch(word)
    if date:
        try:
            return here.replace(year=int(date[1]), month=int(date[2]), day=int(date[3]))
        except ValueError:
            return None
    names = [n for n, name in enumerate(_DAYS) if len(word) >= 3 and name.startswith(word)]
    if len(names) != 1:
        return None
    return here + timedelta(days=(names[0] - here.weekday() - 1) % 7 + 1)


def _clock(text: str) -> time | None:
    if text in _NAMED_TIMES:
        return _NAMED_TIMES[text]
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _next(clock: time | None, here: datetime) -> Millis | None:
    if clock is None:
        return None
    later = clock > here.time()
    return _millis(here if later else here + timedelta(days=1), clock, here)


def _millis(day: datetime, clock: time, here: datetime) -> Millis:
    """That time on that day's wall clock; without a zone, the machine's, whatever daylight
    saving does in between."""
    return int(datetime.combine(day.date(), clock, here.tzinfo).timestamp() * 1000)
