"""Times as people write them: ``tomorrow 9am``, ``in 2h``, ``mon 8:30``, ``next business morning``.

Minutes and hours are lengths of time; days, weeks and months are counted on the calendar, so that
``in 3 days`` is the same time of day whatever the clocks do in between.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from agent_tui.actions.action import ActionError
from agent_tui.model.clock import HOUR, MINUTE, Millis
from agent_tui.model.hours import OFFICE, Hours

MORNING = time(9)
_EVENING = time(18)

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_NAMED_TIMES = {
    "morning": MORNING,
    "noon": time(12),
    "afternoon": time(14),
    "evening": _EVENING,
    "tonight": _EVENING,
}
_FILLERS = frozenset({"at", "on", "in", "this", "the"})

_MINUTES = r"(\d{1,4}) ?(?:m|mins?|minutes?)"
_LENGTH = re.compile(
    rf"(?:(an?|half an|\d{{1,4}}) ?(?:h|hrs?|hours?))? ?(?:{_MINUTES}|(?<=h)(\d\d))?"
)
_CALENDAR = re.compile(r"(a|\d{1,4}) ?(d|days?|w|weeks?|months?)")
_BUSINESS = re.compile(r"(?:next )?(?:business|working) (?:morning|day)|eob")
_BUSINESS_LENGTH = re.compile(r"(\d{1,3}) (?:business|working) (hours?|days?)")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d))? ?(am|pm)?")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_LONGEST_SPAN_D = 10_000


def parse_when(text: str, now: Millis, zone: tzinfo | None = None, hours: Hours = OFFICE) -> Millis:
    """The moment after ``now`` that ``text`` means in ``zone`` (default: the machine's).

    A day without a time means nine in the morning; a time without a day its next occurrence; the
    name of today the day in a week. What is said of business goes by ``hours``. Raises ActionError
    with examples when it cannot be read or lies in the past.
    """
    moment = _moment(_plain(text), datetime.fromtimestamp(now / 1000, zone), hours)
    if moment is None:
        raise ActionError(
            f"'{text}' is no time; try 'tomorrow 9am', 'in 2h', 'mon 8:30', '3 days', "
            "'next business morning' or '2026-03-01 14:00'."
        )
    if moment <= now:
        raise ActionError(f"'{text}' is in the past.")
    return moment


def readable(text: str) -> bool:
    """Whether :func:`parse_when` can read ``text`` at some time or other."""
    return _moment(_plain(text), datetime.fromtimestamp(0, UTC), OFFICE) is not None


def say_when(at: Millis, now: Millis, zone: tzinfo | None = None) -> str:
    """``at`` for the status line: the day by name within the coming week, else by date."""
    then = datetime.fromtimestamp(at / 1000, zone)
    today = datetime.fromtimestamp(now / 1000, zone).date()
    days = (then.date() - today).days
    day = _NEAR.get(days) or then.strftime("%a" if 1 < days < 7 else "%Y-%m-%d")
    return f"{day} {then:%H:%M}"


def _plain(text: str) -> str:
    """``text`` without case and the words that say nothing."""
    return " ".join(word for word in text.lower().split() if word not in _FILLERS)


def _moment(said: str, here: datetime, hours: Hours) -> Millis | None:
    if not said:
        return None
    now = round(here.timestamp() * 1000)
    length = _length(said)
    if length is not None:
        return now + length
    if "business" in said or "working" in said:
        return _business(said, now, hours)
    later = _later(said, here.date())
    if later is not None:
        return _millis(later, here.time(), here)
    clock = _clock(said)
    if clock is not None:
        return _millis(here.date() + timedelta(days=clock <= here.time()), clock, here)
    return next(_days_with_times(said, here), None)


def _length(said: str) -> Millis | None:
    """``2h``, ``90 min``, ``an hour``, ``1h 30m``, ``1h30``."""
    found = _LENGTH.fullmatch(said)
    if found is None:
        return None
    whole, minutes, behind = found.groups()
    many = {"a": 1.0, "an": 1.0, "half an": 0.5, None: 0.0}
    hours = many[whole] if whole in many else float(whole)
    return int(hours * HOUR) + int(minutes or behind or 0) * MINUTE


def _later(said: str, today: date) -> date | None:
    """``3 days``, ``2w``, ``a month``: so far from today on the calendar."""
    found = _CALENDAR.fullmatch(said)
    if found is None:
        return None
    number = 1 if found[1] == "a" else int(found[1])
    if found[2].startswith("month"):
        return _months_later(today, number)
    return _days_later(today, number * (7 if found[2].startswith("w") else 1))


def _months_later(today: date, number: int) -> date | None:
    years, month = divmod(today.month - 1 + number, 12)
    if today.year + years > date.max.year:
        return None
    year, month = today.year + years, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _days_later(today: date, number: int) -> date | None:
    return today + timedelta(days=number) if number <= _LONGEST_SPAN_D else None


def _business(said: str, now: Millis, hours: Hours) -> Millis | None:
    """``next business morning``, ``4 business hours``, ``2 business days``."""
    if _BUSINESS.fullmatch(said):
        return next(hours.openings(now), None)
    found = _BUSINESS_LENGTH.fullmatch(said)
    if found is None:
        return None
    number = int(found[1])
    if found[2].startswith("hour"):
        return hours.after(now, number * HOUR)
    return next(islice(hours.openings(now), number - 1, None), None) if number else None


def _days_with_times(said: str, here: datetime) -> Iterator[Millis]:
    """A day with or without a time before or behind it, read in every way that there is."""
    words = said.split()
    for cut in range(len(words) + 1):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        for day_words, clock_words in ((first, second), (second, first)):
            day = _day(day_words, here.date())
            clock = _clock(clock_words) if clock_words else _NAMED_TIMES.get(day_words, MORNING)
            if day is not None and clock is not None:
                yield _millis(day, clock, here)


def _day(words: str, today: date) -> date | None:
    word = words.removeprefix("next ")
    match word:
        case "today" | "tonight":
            return today
        case "tomorrow":
            return today + timedelta(days=1)
        case "week":
            return today + timedelta(days=7 - today.weekday())
        case "weekend":
            return today + timedelta(days=(5 - today.weekday() - 1) % 7 + 1)
        case "month":
            return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    weekday = _named(word, _DAYS)
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return _date(words, today)


def _date(words: str, today: date) -> date | None:
    """``2026-12-24``, ``24 dec``, ``dec 24``: without a year the next one."""
    found = _DATE.fullmatch(words)
    if found:
        return _valid(int(found[1]), int(found[2]), int(found[3]))
    for number, name in (words.split(), words.split()[::-1]) if words.count(" ") == 1 else ():
        month = _named(name, _MONTHS)
        if month is not None and number.rstrip(".").isdecimal():
            days = (_valid(today.year + n, month + 1, int(number.rstrip("."))) for n in range(5))
            return next((day for day in days if day is not None and day > today), None)
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """The place of the one name that begins so, from three letters on."""
    fitting = [n for n, name in enumerate(names) if len(word) >= 3 and name.startswith(word)]
    return fitting[0] if len(fitting) == 1 else None


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


def _millis(day: date, clock: time, here: datetime) -> Millis:
    """That time on that day's wall clock; without a zone, the machine's, whatever daylight
    saving does in between."""
    return int(datetime.combine(day, clock, here.tzinfo).timestamp() * 1000)
