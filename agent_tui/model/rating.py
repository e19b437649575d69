"""What reviews amount to: their stars, how these go, and whether answers came in time; pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from agent_tui.model.clock import Millis

MOST_STARS = 5


class Period(StrEnum):
    """What a trend is counted by."""

    WEEK = "week"
    MONTH = "month"


class Sheaf(StrEnum):
    """What the reviews of a trend have in common."""

    ALL = "all"
    SOURCE = "source"  # the account
    PRODUCT = "product"
    STARS = "stars"


@dataclass(slots=True)
class Tally:
    """Some reviews, counted by their stars."""

    stars: list[int]  # how many have 1, 2, 3, 4, 5

    @classmethod
    def of_none(cls) -> "Tally":
        return cls([0] * MOST_STARS)

    @property
    def count(self) -> int:
        return sum(self.stars)

    @property
    def average(self) -> float | None:
        """Of five; None of no reviews."""
        total = sum(number * many for number, many in enumerate(self.stars, start=1))
        return total / self.count if self.count else None

    def add(self, rating: int, many: int) -> None:
        if 1 <= rating <= MOST_STARS:
            self.stars[rating - 1] += many


@dataclass(slots=True)
class Trend:
    """Reviews that have something in common."""

    sheaf: Sheaf
    name: str  # the account, the product, the number of stars; of all reviews empty
    total: Tally  # of all time
    periods: list[Tally]  # the oldest first; the last one goes on yet
    waiting: int = 0  # without an answer of ours
    due: int = 0  # of the periods: answered, or as old as the target allows
    in_time: int = 0  # of those, answered within the target

    @property
    def share(self) -> float | None:
        """How many of those due were answered in time, 0 to 1; None while none is due."""
        return self.in_time / self.due if self.due else None


def starts(
    period: Period, many: int, now: Millis, zone: tzinfo | None = None
) -> tuple[Millis, ...]:
    """When the last ``many`` periods began, the oldest first: Mondays or firsts of a month at
    midnight of ``zone`` (None: the machine's)."""
    days = [_first(period, datetime.fromtimestamp(now / 1000, zone).date())]
    for _ in range(many - 1):
        days.append(_first(period, days[-1] - timedelta(days=1)))
    return tuple(_midnight(day, zone) for day in reversed(days))


def _first(period: Period, day: date) -> date:
    """The first day of the period that ``day`` is in."""
    if period is Period.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def _midnight(day: date, zone: tzinfo | None) -> Millis:
    return round(datetime.combine(day, time.min, zone).timestamp() * 1000)
