"""Which panes stand beside each other at a size of the terminal, and how wide; pure."""

from enum import StrEnum
from typing import NamedTuple

LEAST_WIDTH = 40
LEAST_HEIGHT = 10
_TWO = 120
_THREE = 160
_FOUR = 190  # below, the views' column would take the room that subjects need
_VIEWS = 22


class Slot(StrEnum):
    """The panes of the inbox."""

    VIEWS = "views"
    LIST = "list"
    READING = "reading"
    CUSTOMER = "customer"


class Layout(NamedTuple):
    """The width of each pane in view, in order from left to right."""

    widths: dict[Slot, int]

    def shows(self, slot: Slot) -> bool:
        return slot in self.widths


def arrange(width: int, focus: Slot, *, preview: bool = True, zoomed: bool = False) -> Layout:
    """The panes for a terminal ``width`` cells wide while ``focus`` has the keyboard.

    One at a time below 120 cells or when zoomed, list and conversation from 120, the customer
    beside them from 160, and the views from 190. Without ``preview`` the conversation shows only
    when it is opened.
    """
    if width < _TWO or zoomed or (not preview and focus is Slot.LIST and width < _THREE):
        return Layout({focus: width})
    if width < _THREE:
        beside = Slot.CUSTOMER if focus is Slot.CUSTOMER else Slot.LIST
        left = min(max(width * 46 // 100, 54), 70)
        return Layout({beside: left, Slot.READING: width - left})
    views = {Slot.VIEWS: _VIEWS} if width >= _FOUR else {}
    customer = 36 if width >= 180 else 32
    both = width - customer - sum(views.values())
    listed = min(both // 2, 76)
    return Layout(
        {**views, Slot.LIST: listed, Slot.READING: both - listed, Slot.CUSTOMER: customer}
    )


def too_small(width: int, height: int) -> str:
    """What to say of a terminal that is too small; empty when it is not."""
    if width >= LEAST_WIDTH and height >= LEAST_HEIGHT:
        return ""
    least = f"{LEAST_WIDTH}x{LEAST_HEIGHT}"
    return f"Terminal too small ({width}x{height}); make it at least {least}, or press q"
