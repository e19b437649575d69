"""Which panes stand beside each other at each size."""

import pytest

from agent_tui.ui.bars import fitting_facts, fitting_hint
from agent_tui.ui.layout import LEAST_HEIGHT, LEAST_WIDTH, Slot, arrange, too_small
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part

FOCUSED = (Slot.LIST, Slot.READING, Slot.CUSTOMER)


@pytest.mark.parametrize("focus", FOCUSED)
@pytest.mark.parametrize("width", range(LEAST_WIDTH, 260, 7))
def test_panes_fill_the_width_exactly_and_show_the_focus(width: int, focus: Slot) -> None:
    layout = arrange(width, focus)
    assert sum(layout.widths.values()) == width
    assert layout.shows(focus)
    assert min(layout.widths.values()) >= 20


@pytest.mark.parametrize("focus", FOCUSED)
def test_a_small_terminal_shows_one_pane(focus: Slot) -> None:
    assert arrange(80, focus).widths == {focus: 80}


def test_from_120_the_list_stands_beside_the_conversation() -> None:
    assert set(arrange(120, Slot.LIST).widths) == {Slot.LIST, Slot.READING}


def test_from_120_the_customer_takes_the_place_of_the_list() -> None:
    assert set(arrange(120, Slot.CUSTOMER).widths) == {Slot.CUSTOMER, Slot.READING}


def test_from_160_the_customer_stands_beside_them_and_nothing_jumps() -> None:
    layouts = [arrange(160, focus).widths for focus in FOCUSED]
    assert layouts[0] == layouts[1] == layouts[2]
    assert set(layouts[0]) == {Slot.LIST, Slot.READING, Slot.CUSTOMER}


def test_from_190_everything_is_in_view() -> None:
    assert set(arrange(190, Slot.LIST).widths) == set(Slot)


@pytest.mark.parametrize("width", range(160, 260, 5))
def test_a_wide_list_has_room_for_subjects(width: int) -> None:
    assert arrange(width, Slot.LIST).widths[Slot.LIST] >= 60


def test_a_zoomed_pane_is_alone() -> None:
    assert arrange(200, Slot.READING, zoomed=True).widths == {Slot.READING: 200}


def test_without_preview_the_list_has_the_whole_width() -> None:
    assert arrange(140, Slot.LIST, preview=False).widths == {Slot.LIST: 140}


def test_a_tiny_terminal_is_told_how_much_is_needed() -> None:
    assert too_small(20, 5) == "Terminal too small (20x5); make it at least 40x10, or press q"
    assert too_small(LEAST_WIDTH, LEAST_HEIGHT) == ""
    assert too_small(LEAST_WIDTH - 1, 50) != ""


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (40, "Enter open  r reply  ? all keys"),
        (31, "Enter open  r reply  ? all keys"),
        (30, "Enter open  ? all keys"),
        (3, "? all keys"),
    ],
)
def test_a_hint_drops_whole_keys_and_never_the_one_that_leads_to_all(room: int, shown: str) -> None:
    assert fitting_hint("Enter open  r reply  ? all keys", room) == shown


NEW, CLOCK = Piece(" 3 new (gg) ", Part.BAR_ACCENT), Piece(" 16:17 ", Part.BAR)
TROUBLE = Piece(" mail: The IMAP server localhost:993 refused since 10:04, see A ", Part.BAR_ERROR)


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (90, [NEW.text, TROUBLE.text, CLOCK.text]),
        (80, [NEW.text, TROUBLE.text]),
        (64, [TROUBLE.text]),
        (40, [" mail: The IMAP server localhos…, see A "]),
    ],
)
def test_what_must_not_be_overlooked_stays_where_room_is_short(room: int, shown: list[str]) -> None:
    found = fitting_facts([NEW, TROUBLE, CLOCK], room)

    assert [piece.text for piece in found] == shown
    assert sum(len(piece.text) for piece in found) <= room
