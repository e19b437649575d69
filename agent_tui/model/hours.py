"""Business hours: how much of them lies between two moments, and when an amount of them is over.

Times of the wall clock become moments by the zone's rules of that very day, so that a day on
which the clocks change counts as long as it really is.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import takewhile
from typing import NamedTuple

from agent_tui.model.clock import Millis

MINUTES_A_DAY = 24 * 60

_LONGEST_SEARCH_DAYS = 4 * 366
"""Hours that do not come within four years never come."""


class Block(NamedTuple):
    """A stretch of a working day, in minutes of the wall clock from midnight."""

    start: int
    end: int  # exclusive, at most 1,440: midnight


class Hours(NamedTuple):
    """When somebody is there to answer."""

    week: tuple[tuple[Block, ...], ...]  # Monday first; blocks in order, none overlapping
    holidays: frozenset[date] = frozenset()
    zone: tzinfo | None = None  # None: the machine's

    def between(self, start: Millis, end: Millis) -> Millis:
        """How much of the time from ``start`` to ``end`` is working time, at most four years."""
        return sum(closes - opens for opens, closes in self.stretches(start, end))

    def stretches(self, start: Millis, end: Millis) -> Iterator[tuple[Millis, Millis]]:
        """The working stretches from ``start`` to ``end``, in order."""
        begun = takewhile(lambda stretch: stretch[0] < end, self._stretches(start))
        return ((opens, min(closes, end)) for opens, closes in begun)

    def after(self, start: Millis, amount: Millis) -> Millis | None:
        """When ``amount`` of working time has passed since ``start``; None: never."""
        left = amount
        for opens, closes in self._stretches(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        return None

    def openings(self, start: Millis) -> Iterator[Millis]:
        """When each working day begins, of those that begin after ``start``."""
        first = datetime.fromtimestamp(start / 1000, self.zone).date()
        for number in range(_LONGEST_SEARCH_DAYS):
            day = first + timedelta(days=number)
            blocks = self._blocks(day)
            opens = self._moment(day, blocks[0].start) if blocks else start
            if opens > start:
                yield opens

    def _blocks(self, day: date) -> tuple[Block, ...]:
        return () if day in self.holidays else self.week[day.weekday()]

    def _stretches(self, start: Millis) -> Iterator[tuple[Millis, Millis]]:
        """The working stretches from ``start`` on, in order, the first one as far as it is left."""
        first = datetime.fromtimestamp(start / 1000, self.zone).date()
        for number in range(_LONGEST_SEARCH_DAYS):
            day = first + timedelta(days=number)
            for block in self._blocks(day):
                opens = max(self._moment(day, block.start), start)
                closes = self._moment(day, block.end)
                if closes > opens:
                    yield opens, closes

    def _moment(self, day: date, minute: int) -> Millis:
        """When the wall clock shows that minute of ``day``: the first time, where it does twice.

        A minute that the clocks jump over is as far behind the jump as it is in the gap
        (PEP 495), so that a block across the gap loses nothing at its other end.
        """
        days, rest = divmod(minute, MINUTES_A_DAY)
        at = datetime.combine(day + timedelta(days=days), time(*divmod(rest, 60)), self.zone)
        return round(at.timestamp() * 1000)


OFFICE = Hours(((Block(9 * 60, 17 * 60),),) * 5 + ((), ()))
"""Monday to Friday from nine to five, where the machine is."""
