"""Headings between the rows of the list: days, or in a list by due time how soon; pure.

A heading is derived from a row and the one before it in the window, so it costs the same in a
list of ten and of a million. It is a line of the view and no row: the cursor never stands on it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache, partial

from agent_tui.model.clock import HOUR, Millis
from agent_tui.model.conversation import Conversation, Sort

Title = Callable[[Conversation], str]
"""Under which heading a row stands."""

_LEAST_HEIGHT = 4
"""Lines of a view in which there is room for a heading."""


def titles(sort: Sort, now: Millis) -> Title:
    """The headings of a list in that order: by what it is sorted by, for else the same one would
    come again and again."""
    return partial(_due, now=now) if sort is Sort.DUE else partial(_day, sort=sort, now=now)


def placed(
    rows: Sequence[Conversation], top: int, height: int, title: Title | None
) -> list[int | str]:
    """What the lines of a view show that begins at row ``top``: the index of a row or a heading.

    The first line always has a heading, so that one knows where one is.
    """
    end = min(top + height, len(rows))
    if title is None or height < _LEAST_HEIGHT:
        return list(range(max(top, 0), end))
    lines: list[int | str] = []
    before = ""
    for index in range(max(top, 0), end):
        heading = title(rows[index])
        if heading != before:
            lines.append(heading)
            before = heading
        lines.append(index)
    return lines[:height]


def last_top(rows: Sequence[Conversation], height: int, title: Title | None) -> int:
    """The first row of the view that ends with the last row."""
    if title is None or height < _LEAST_HEIGHT:
        return max(len(rows) - height, 0)
    taken = 1  # the heading of the first line
    below = ""
    for index in range(len(rows) - 1, -1, -1):
        heading = title(rows[index])
        taken += 1 + bool(below and heading != below)
        if taken > height:
            return index + 1
        below = heading
    return 0


def _day(conversation: Conversation, sort: Sort, now: Millis) -> str:
    at = conversation.last_at
    if sort in (Sort.WAITING, Sort.UNANSWERED) and conversation.waiting_since is not None:
        at = conversation.waiting_since
    return _named(_date(at), _date(now))


@lru_cache(maxsize=256)
def _named(then: date, today: date) -> str:
    """``Today``, ``Yesterday``, ``Monday 23 November``; another year is said."""
    ago = (today - then).days
    if ago in (0, 1):
        return ("Today", "Yesterday")[ago]
    named = f"{then:%A} {then.day} {then:%B}"
    return named if then.year == today.year else f"{named} {then.year}"


def _due(conversation: Conversation, now: Millis) -> str:
    due = conversation.due_at
    if due is None:
        return "No clock"
    if due <= now:
        return "Overdue"
    if due - now <= HOUR:
        return "Due within the hour"
    days = (_date(due) - _date(now)).days
    return {0: "Due today", 1: "Due tomorrow"}.get(days, "Due later")


def _date(at: Millis) -> date:
    return date.fromtimestamp(at / 1000)  # noqa: DTZ012 - the agent's own clock
