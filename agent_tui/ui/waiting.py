"""How long a customer waits, and until when they should have an answer; pure."""

from datetime import datetime
from enum import IntEnum

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import Conversation
from agent_tui.ui.theme import Part


class Pressure(IntEnum):
    """How near the time is at which an answer is due."""

    NONE = 0
    NEAR = 1  # four fifths of the target are over
    OVER = 2


SIGNS = {Pressure.NONE: "", Pressure.NEAR: "!", Pressure.OVER: "!!"}
"""Says without colour what colour says."""

PARTS = {Pressure.NONE: Part.BAR, Pressure.NEAR: Part.WARNING, Pressure.OVER: Part.ERROR}


def pressure(conversation: Conversation, now: Millis) -> Pressure:
    """How near the time is at which an answer is due."""
    due, warn = conversation.due_at, conversation.warn_at
    if due is None:
        return Pressure.NONE
    if now >= due:
        return Pressure.OVER
    return Pressure.NEAR if warn is not None and now >= warn else Pressure.NONE


def crossing(conversation: Conversation, now: Millis) -> Millis | None:
    """When an answer is almost due, or overdue, next; None when that never comes."""
    coming = (conversation.warn_at, conversation.due_at)
    return min((at for at in coming if at is not None and at > now), default=None)


def until(due: Millis | None, now: Millis) -> str:
    """When an answer is due: ``in 20m``, ``due 14:05``, ``Tue 10:35``, ``due Tue``,
    ``due 12-24``, ``late 3h``."""
    if due is None:
        return ""
    left = due - now
    if left <= 0:
        return f"late {_whole(-left)}"
    if left < HOUR:
        return f"in {_whole(left)}"
    at = datetime.fromtimestamp(due / 1000)  # noqa: DTZ006 - the agent's own clock
    if left < DAY:
        today = at.date() == datetime.fromtimestamp(now / 1000).date()  # noqa: DTZ006
        return f"due {at:%H:%M}" if today else f"{at:%a %H:%M}"
    return f"due {at:%a}" if left < 6 * DAY else f"due {at:%m-%d}"


def waited(conversation: Conversation, now: Millis) -> str:
    """The wait in whole units: ``<1m``, ``3m``, ``2h``, ``4d``; empty when nobody waits."""
    if conversation.waiting_since is None:
        return ""
    return _whole(max(now - conversation.waiting_since, 0))


def _whole(span: Millis) -> str:
    if span < MINUTE:
        return "<1m"
    if span < HOUR:
        return f"{span // MINUTE}m"
    return f"{span // HOUR}h" if span < DAY else f"{span // DAY}d"


def spoken(seconds: int) -> str:
    """A span in words: ``90 s``, ``2 min``, ``1 h``."""
    if seconds >= 3600 and seconds % 3600 == 0:
        return f"{seconds // 3600} h"
    if seconds >= 60 and seconds % 60 == 0:
        return f"{seconds // 60} min"
    return f"{seconds} s"
