"""Panes made wider and narrower: within bounds, for each layout, remembered and forgotten."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.kept import Kept
from agent_tui.ui.layout import NOTHING_OWN, Own, Slot, arrange, kind, resized
from tests.ui.screen import Screen, screen

FOCUSED = (Slot.LIST, Slot.READING, Slot.CUSTOMER)


@given(
    st.integers(120, 260),
    st.sampled_from(FOCUSED),
    st.lists(st.tuples(st.sampled_from(FOCUSED), st.integers(-300, 300)), max_size=6),
)
def test_however_it_is_pulled_each_pane_keeps_its_least_width(
    width: int, focus: Slot, pulls: list[tuple[Slot, int]]
) -> None:
    own = NOTHING_OWN
    for slot, by in pulls:
        own = resized(width, focus, slot, by, own)
    widths = arrange(width, focus, own=own).widths
    assert sum(widths.values()) == width
    least = {Slot.LIST: 40, Slot.READING: 40, Slot.CUSTOMER: 24, Slot.VIEWS: 22}
    assert all(cells >= least[slot] for slot, cells in widths.items())


@pytest.mark.parametrize("width", [120, 160, 200])
@pytest.mark.parametrize("slot", FOCUSED)
def test_a_pane_gets_just_as_many_cells_as_are_asked_for(width: int, slot: Slot) -> None:
    before = arrange(width, slot).widths
    after = arrange(width, slot, own=resized(width, slot, slot, 4, NOTHING_OWN)).widths
    assert after[slot] - before[slot] == 4


def test_widths_too_large_for_a_smaller_window_make_room() -> None:
    assert arrange(160, Slot.LIST, own=Own(200, 200)).widths == {
        Slot.LIST: 40,
        Slot.READING: 40,
        Slot.CUSTOMER: 80,
    }


def test_each_layout_has_a_name_of_its_own() -> None:
    assert [kind(width) for width in (119, 120, 160, 190)] == ["", "two", "three", "four"]


def test_what_is_kept_is_there_for_the_next_and_can_be_forgotten(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "state" / "screen")
    kept.put("panes two", "60 0")
    kept.put("headings of A\tB", "on")
    again = Kept(tmp_path / "state" / "screen")
    assert again.get("panes two") == "60 0"
    assert again.get("headings of A\tB") == "on"
    assert again.forget("panes ")
    assert not again.forget("panes ")
    assert Kept(tmp_path / "state" / "screen").get("panes two") == ""


def test_a_file_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    kept = Kept(tmp_path / "state" / "screen")
    kept.put("panes two", "60 0")
    assert kept.get("panes two") == "60 0"


def widths(s: Screen) -> list[int]:
    desk = s.app.desk
    return [pane.size.width for pane in (desk.list, desk.reading)]


async def test_keys_make_a_pane_wider_and_the_next_session_has_it_so(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(db, tmp_path, size=(120, 30)) as s:
        usual = widths(s)
        await s.press(")", "3", "(")
        await s.until(lambda: widths(s) == [usual[0] + 1, usual[1] - 1])
    async with screen(db, tmp_path, size=(120, 30)) as s:
        await s.until(lambda: widths(s) == [usual[0] + 1, usual[1] - 1])
        await s.press(":", *"reset-panes", "enter")
        await s.until(lambda: widths(s) == usual)
    assert "panes" not in (tmp_path / "state" / "screen").read_text()


async def test_a_pane_at_its_bound_or_alone_says_so(db: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(db, tmp_path, size=(120, 30)) as s:
        await s.press("9", "9", "(")
        await s.until(lambda: widths(s) == [40, 80])
        await s.press("(")
        await s.until(lambda: s.shows("need the rest of the width"))
        await s.press("z", "(")
        await s.until(lambda: s.shows("has all of the width"))


async def drag(pilot: Pilot[None], begin: int, end: int) -> None:
    await pilot.mouse_down(offset=(begin, 10))
    await pilot.mouse_up(offset=(end, 10))
    await pilot.pause()


async def test_an_edge_can_be_dragged(db: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(db, tmp_path, size=(160, 30)) as s:
        desk = s.app.desk
        left, middle = widths(s)
        await drag(s.pilot, left - 1, left + 9)
        await s.until(lambda: widths(s) == [left + 10, middle - 10])
        await drag(s.pilot, left + middle, left + middle - 5)
        await s.until(lambda: widths(s) == [left + 10, middle - 15])
        assert desk.customer.size.width == 160 - left - middle + 5
