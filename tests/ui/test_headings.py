"""Headings between the rows: by what the list is sorted by, never under the cursor, for nothing."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import Channel, Conversation, Sort, Status
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.headings import last_top, placed, titles
from tests.factory import Now, incoming, mail_account, receive
from tests.ui.screen import Screen, screen

NOON: Millis = int(datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp() * 1000)  # a Monday
COUNT = 40


def at(when: Millis, **more: object) -> Conversation:
    given: dict[str, object] = {"id": 1, "last_at": when, "created_at": when}
    return replace(_PLAIN, **(given | more))  # type: ignore[arg-type]  # passed through


_PLAIN = Conversation(
    id=1,
    account="mail",
    channel=Channel.MAIL,
    subject="Parcel",
    status=Status.OPEN,
    customer_id=1,
    created_at=0,
    last_at=0,
    version=1,
)


@pytest.fixture(autouse=True)
def in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (0, "Today"),
        (12 * HOUR, "Today"),
        (12 * HOUR + 1, "Yesterday"),
        (7 * DAY, "Monday 23 November"),
        (365 * DAY, "Sunday 30 November 2025"),
        (-DAY, "Tuesday 1 December"),
    ],
)
def test_a_row_stands_under_its_day(ago: Millis, said: str) -> None:
    assert titles(Sort.NEWEST, NOON)(at(NOON - ago)) == said
    waits = at(NOON - 99 * DAY, waiting_since=NOON - ago)
    assert titles(Sort.WAITING, NOON)(waits) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (0, "Overdue"),
        (1, "Due within the hour"),
        (HOUR, "Due within the hour"),
        (2 * HOUR, "Due today"),
        (12 * HOUR, "Due tomorrow"),
        (3 * DAY, "Due later"),
    ],
)
def test_a_list_by_due_time_says_how_soon(left: Millis, said: str) -> None:
    assert titles(Sort.DUE, NOON)(at(NOON, due_at=NOON + left)) == said


def test_what_is_never_due_says_so() -> None:
    assert titles(Sort.DUE, NOON)(at(NOON)) == "No clock"


hours_ago = st.lists(st.integers(0, 400), max_size=60).map(sorted)


@given(hours_ago, st.integers(0, 70), st.integers(1, 30))
def test_lines_are_the_rows_in_order_each_under_its_heading(
    ago: list[int], top: int, height: int
) -> None:
    rows = [at(NOON - hours * HOUR) for hours in ago]
    title = titles(Sort.NEWEST, NOON)
    lines = placed(rows, top, height, title)
    assert len(lines) <= height
    shown = [line for line in lines if isinstance(line, int)]
    assert shown == list(range(top, top + len(shown)))
    heading = ""
    for line in lines if height >= 4 else ():
        if isinstance(line, str):
            assert line != heading
            heading = line
        else:
            assert title(rows[line]) == heading


@given(hours_ago.filter(bool), st.integers(4, 30))
def test_the_last_view_ends_with_the_last_row_and_is_full(ago: list[int], height: int) -> None:
    rows = [at(NOON - hours * HOUR) for hours in ago]
    title = titles(Sort.NEWEST, NOON)
    top = last_top(rows, height, title)
    assert placed(rows, top, height, title)[-1] == len(rows) - 1
    if top:
        assert len(placed(rows, top - 1, height + 9, title)) > height


@pytest.fixture
def week(db: SqliteDatabase) -> SqliteDatabase:
    """Mails of some days, seven hours apart."""
    mail_account(db)
    receive(
        db,
        *(
            incoming(sender=f"c{n}@x.example", subject=f"S{n}", at=NOON - n * 7 * HOUR)
            for n in range(COUNT)
        ),
    )
    return db


def cursor(s: Screen) -> str:
    current = s.app.desk.list.current
    assert current is not None
    return current.subject


def under_cursor(s: Screen) -> str:
    """The line of the list that is marked."""
    pane = s.app.desk.list
    return pane.render_line(pane.read_at).text


async def test_the_cursor_goes_from_row_to_row_and_is_always_in_view(
    week: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(week, tmp_path, clock=Now(NOON), headings=True) as s:
        pane = s.app.desk.list
        assert pane.render_line(0).text.strip() == "— Today"
        seen = []
        for key in (*"j" * COUNT, *"k" * COUNT, "ctrl+d", "ctrl+d", "pgup", "G", "pgdn", "ctrl+u"):
            await s.press(key)
            seen.append(cursor(s))
            assert f" {cursor(s)} " in under_cursor(s)
        assert seen[: COUNT - 1] == [f"S{n}" for n in range(1, COUNT)]
        assert seen[COUNT : 2 * COUNT - 1] == [f"S{n}" for n in range(COUNT - 2, -1, -1)]
        await s.press("G")
        assert cursor(s) == f"S{COUNT - 1}"
        await s.press("g", "g")
        assert pane.render_line(0).text.strip() == "— Today"


async def test_a_cursor_move_still_repaints_two_lines(
    week: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(week, tmp_path, clock=Now(NOON), headings=True) as s:
        pane = s.app.desk.list
        painted: list[int] = []
        monkeypatch.setattr(
            pane, "refresh", lambda *regions, **_: painted.extend(region.y for region in regions)
        )
        pane.move(1)
        pane.move(1)  # over the heading of yesterday
        assert painted == [1, 2, 2, 4] or painted == [2, 1, 4, 2]


async def test_a_click_on_a_heading_does_nothing_and_on_a_row_finds_it(
    week: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(week, tmp_path, clock=Now(NOON), headings=True) as s:
        pane = s.app.desk.list
        await s.pilot.click(pane, offset=(20, 3))
        assert cursor(s) == "S0"
        await s.pilot.click(pane, offset=(20, 4))
        assert cursor(s) == "S2"
        assert " S2 " in under_cursor(s)


async def test_a_range_over_a_heading_selects_its_rows_only(
    week: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(week, tmp_path, clock=Now(NOON), headings=True) as s:
        await s.press("V", "j", "j")
        assert len(s.app.targets()) == 3
        marked = [line for line in s.text.splitlines() if line.startswith("✓")]
        assert len(marked) == 3


async def test_a_key_turns_them_on_for_one_view_until_it_turns_them_off(
    week: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(week, tmp_path, clock=Now(NOON)) as s:
        assert not s.shows("— Today")
        await s.press("g", "d")
        await s.until(lambda: s.shows("— Today"))
    async with screen(week, tmp_path, clock=Now(NOON)) as s:
        assert s.shows("— Today")
        await s.press("[")  # another view
        await s.until(lambda: not s.shows("— Today"))
        await s.press("]", "g", "d")
        await s.until(lambda: not s.shows("— Today"))
    async with screen(week, tmp_path, clock=Now(NOON), headings=True) as s:
        assert not s.shows("— Today")


async def test_a_heading_changes_when_its_time_is_over(
    week: SqliteDatabase, tmp_path: Path
) -> None:
    clock = Now(NOON)
    async with screen(week, tmp_path, clock=clock, headings=True) as s:
        assert s.shows("— Today")
        clock.at += 12 * HOUR + MINUTE
        await s.until(lambda: not s.shows("— Today"))
        assert s.app.desk.list.render_line(0).text.strip() == "— Yesterday"


async def test_matches_of_words_are_in_no_order_of_days_and_have_none(
    week: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(week, tmp_path, clock=Now(NOON), headings=True) as s:
        await s.press("slash", *"parcel", "enter")
        await s.until(lambda: s.shows("Inbox") and not s.shows("— Today"))
        await s.press("g", "d")
        await s.until(lambda: s.shows("in no order of days"))


async def test_a_screen_reader_gets_them_as_words(week: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(week, tmp_path, clock=Now(NOON), headings=True, screen_reader=True) as s:
        assert s.text.splitlines()[1].rstrip() == "Today"
        await s.press("j", "j")
        assert ": S2" in under_cursor(s)
