"""How long a customer waits, against the target of the channel; pure."""

from enum import IntEnum

from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import Conversation
from agent_tui.ui.theme import Part


class Pressure(IntEnum):
    """How near the target is."""

    NONE = 0
    NEAR = 1  # four fifths of it are over
    OVER = 2


SIGNS = {Pressure.NONE: "", Pressure.NEAR: "!", Pressure.OVER: "!!"}
"""Says without colour what colour says."""

PARTS = {Pressure.NONE: Part.BAR, Pressure.NEAR: Part.WARNING, Pressure.OVER: Part.ERROR}


def pressure(since: Millis | None, target_s: int, now: Millis) -> Pressure:
    """How the wait since ``since`` stands to the target, in seconds; 0: there is none."""
    if since is None or not target_s:
        return Pressure.NONE
    waited, target = now - since, target_s * SECOND
    if waited >= target:
        return Pressure.OVER
    return Pressure.NEAR if waited * 5 >= target * 4 else Pressure.NONE


def waited(conversation: Conversation, now: Millis) -> str:
    """The wait in whole units: ``<1m``, ``3m``, ``2h``, ``4d``; empty when nobody waits."""
    if conversation.waiting_since is None:
        return ""
    span = max(now - conversation.waiting_since, 0)
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
