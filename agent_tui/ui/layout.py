"""Which panes stand beside each other at a size of the terminal, and how wide; pure."""

from enum import StrEnum
from typing import NamedTuple

LEAST_WIDTH = 40
LEAST_HEIGHT = 10
_TWO = 120
_THREE = 160
_FOUR = 190  # below, the views' column would take the room that subjects need
_VIEWS = 22

_LEAST_LIST = 40
_LEAST_READING = 40
_LEAST_CUSTOMER = 24
"""Narrower than these nobody can make a pane."""


class Slot(StrEnum):
    """The panes of the inbox."""

    VIEWS = "views"
    LIST = "list"
    READING = "reading"
    CUSTOMER = "customer"


class Own(NamedTuple):
    """The widths that an agent has chosen in a layout; 0: as it comes."""

    list: int = 0
    customer: int = 0


NOTHING_OWN = Own()


class Layout(NamedTuple):
    """The width of each pane in view, in order from left to right."""

    widths: dict[Slot, int]

    def shows(self, slot: Slot) -> bool:
        """Whether that pane is in view."""
        return slot in self.widths


def kind(width: int) -> str:
    """Which layout a terminal of that width has, as its sizes are kept; empty: one pane alone."""
    bounds = ((_FOUR, "four"), (_THREE, "three"), (_TWO, "two"))
    return next((name for least, name in bounds if width >= least), "")


def arrange(
    width: int,
    focus: Slot,
    *,
    preview: bool = True,
    zoomed: bool = False,
    own: Own = NOTHING_OWN,
) -> Layout:
    """The panes for a terminal ``width`` cells wide while ``focus`` has the keyboard.

    One at a time below 120 cells or when zoomed, list and conversation from 120, the customer
    beside them from 160, and the views from 190. Without ``preview`` the conversation shows only
    when it is opened. ``own`` widths hold as far as they leave room for the other panes.
    """
    if width < _TWO or zoomed or (not preview and focus is Slot.LIST and width < _THREE):
        return Layout({focus: width})
    if width < _THREE:
        usual = min(max(width * 46 // 100, 54), 70)
        if focus is Slot.CUSTOMER:
            left = _bounded(own.customer or usual, _LEAST_CUSTOMER, width - _LEAST_READING)
            return Layout({Slot.CUSTOMER: left, Slot.READING: width - left})
        left = _bounded(own.list or usual, _LEAST_LIST, width - _LEAST_READING)
        return Layout({Slot.LIST: left, Slot.READING: width - left})
    views = {Slot.VIEWS: _VIEWS} if width >= _FOUR else {}
    room = width - sum(views.values())
    customer = own.customer or (36 if width >= 180 else 32)
    customer = _bounded(customer, _LEAST_CUSTOMER, room - _LEAST_LIST - _LEAST_READING)
    both = room - customer
    listed = _bounded(own.list or min(both // 2, 76), _LEAST_LIST, both - _LEAST_READING)
    return Layout(
        {**views, Slot.LIST: listed, Slot.READING: both - listed, Slot.CUSTOMER: customer}
    )


def resized(width: int, focus: Slot, slot: Slot, by: int, own: Own) -> Own:
    """The widths when ``slot`` is made so many cells wider, as far as the other panes let it.

    The conversation has the room that the others leave: it takes from the pane on its left.
    """
    now = arrange(width, focus, own=own).widths
    if slot is Slot.READING:
        slot, by = (Slot.LIST if Slot.LIST in now else Slot.CUSTOMER), -by
    if slot not in now or slot is Slot.VIEWS:
        return own
    wanted = own._replace(**{str(slot): now[slot] + by})
    return own._replace(**{str(slot): arrange(width, focus, own=wanted).widths[slot]})


def _bounded(wanted: int, least: int, most: int) -> int:
    return max(min(wanted, most), least)


def too_small(width: int, height: int) -> str:
    """What to say of a terminal that is too small; empty when it is not."""
    if width >= LEAST_WIDTH and height >= LEAST_HEIGHT:
        return ""
    least = f"{LEAST_WIDTH}x{LEAST_HEIGHT}"
    return f"Terminal too small ({width}x{height}); make it at least {least}, or press q"
