"""Selecting in the list: single rows, a range, all of it, what matches; it follows the ids."""

from pathlib import Path

import pytest

from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Sort
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import numbers
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.listing import Listing
from tests.clocks import reckon
from tests.factory import START, incoming, listed, mail_account, receive
from tests.ui.screen import Screen, screen

COUNT = 130
"""More than two pages of the list."""


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(
        db,
        *(
            incoming(
                "the zip broke" if n % 10 == 0 else "where is it",
                sender=f"c{n}@x.example",
                subject=f"S{n}",
                at=START + n * MINUTE,
            )
            for n in range(1, COUNT + 1)
        ),
    )
    reckon(db)
    return db


def chosen(s: Screen) -> list[str]:
    """The subjects of what actions are meant for."""
    subjects = {c.id: c.subject for c in listed(s.app.db)}
    return [subjects[one] for one in s.app.targets()]


def marked(s: Screen) -> int:
    """Rows in view that bear the mark."""
    return sum(line.startswith("✓") for line in s.text.split("\n"))


async def test_space_selects_and_goes_on_and_space_again_takes_it_back(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("space", "space")
        assert chosen(s) == ["S130", "S129"]
        assert marked(s) == 2
        assert s.shows("2 selected")
        await s.press("k", "space")
        assert chosen(s) == ["S130"]


async def test_a_count_selects_so_many(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("5", "space")
        assert chosen(s) == ["S130", "S129", "S128", "S127", "S126"]


async def test_a_range_covers_what_the_cursor_passes_either_way(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("j", "j", "V", "j", "j", "k", "k", "k")
        assert chosen(s) == ["S129", "S128"]
        assert marked(s) == 2
        await s.press("V", "j", "j", "j", "j")
        assert chosen(s) == ["S129", "S128"]


async def test_a_range_covers_also_what_was_never_read(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("j", "V", "G")
        assert len(chosen(s)) == COUNT - 1
        assert s.shows("129 selected, a range")


async def test_all_of_the_list_is_more_than_what_is_in_memory(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("*")
        await s.until(lambda: s.shows("130 selected"))
        assert len(chosen(s)) == COUNT
        await s.press("escape")
        assert len(chosen(s)) == 1
        assert not s.shows("selected")


async def test_what_matches_a_query_is_counted_while_it_is_typed_and_selected(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("T")
        await s.type("zip")
        await s.until(lambda: s.shows("13 of this list"))
        await s.press("enter")
        await s.until(lambda: s.shows("13 selected"))
        assert chosen(s)[0] == "S130"


async def test_a_selection_follows_its_conversations_when_others_arrive(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("j", "space")
        receive(shop, incoming(subject="New", sender="new@x.example", at=START + 999 * MINUTE))
        s.app.refresh_list()
        await s.pilot.pause()
        assert chosen(s) == ["S129"]


async def test_another_view_selects_nothing(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("space", "]")
        assert not s.shows("selected")


async def test_what_is_read_is_meant_alone_unless_it_is_selected(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("space", "space", "enter")
        assert chosen(s) == ["S128"]
        await s.press("K")
        assert chosen(s) == ["S130", "S129"]


@pytest.mark.parametrize("sort", Sort)
def test_the_ids_of_a_list_are_those_of_its_rows_in_its_order(
    shop: SqliteDatabase, sort: Sort
) -> None:
    query = compile_query(parse("status:open"), shop, me="maria", now=START)
    window = Listing(shop, query, sort)
    window.move(COUNT)
    rows = [row.id for row in window.rows]

    assert window.all_ids() == rows
    assert numbers.between(shop, query, sort, window.rows[7], window.rows[77]) == rows[7:78]


def test_the_ids_of_a_search_are_those_of_its_matches(shop: SqliteDatabase) -> None:
    query = compile_query(parse("zip"), shop, me="maria", now=START)
    window = Listing(shop, query, Sort.WAITING)

    assert sorted(window.all_ids()) == sorted(row.id for row in window.rows)


def test_what_a_list_still_has_of_some_ids_keeps_their_order(shop: SqliteDatabase) -> None:
    query = compile_query(parse("zip"), shop, me="maria", now=START)
    ids = [row.id for row in listed(shop)]
    zips = [row.id for row in listed(shop, "zip")]

    assert numbers.among(shop, query, ids) == zips


async def test_what_leaves_the_list_is_selected_no_longer(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as s:
        await s.press("space", "e")
        await s.until(lambda: s.shows(" resolved."))
        assert not s.shows("selected")
