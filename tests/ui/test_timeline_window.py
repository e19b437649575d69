"""The part of a timeline that is in memory: any moves lead where they would in all of it."""

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.model.event import Entity, Event, Stamp
from agent_tui.model.timeline import EntryKind, Place
from agent_tui.store.timeline import Entry
from agent_tui.ui.timeline_window import Window


class Whole:
    """All entries, and how many pages of them were read."""

    def __init__(self, entries: int) -> None:
        self.entries = [entry(number) for number in range(entries, 0, -1)]
        self.pages = 0

    def read(self, after: Place | None, backwards: bool, limit: int) -> list[Entry]:
        self.pages += 1
        if backwards:
            return [e for e in self.entries if after is None or e.place > after][-limit:]
        return [e for e in self.entries if after is None or e.place < after][:limit]


def entry(number: int) -> Entry:
    about = Event(number, Stamp("ada", "x", "", number), Entity.CUSTOMER, 1, "name", None, "Ada")
    return Entry(Place(number, 1, number), EntryKind.EVENT, about)


MOVES = st.lists(st.integers(-30, 30) | st.sampled_from(["first", "last", "ahead", "refresh"]))


@given(st.integers(0, 80), st.integers(2, 9), MOVES)
def test_the_cursor_is_where_it_would_be_in_all_of_it(
    entries: int, page: int, moves: list[int | str]
) -> None:
    whole = Whole(entries)
    window = Window(whole.read, page=page)
    cursor = 0
    for move in moves:
        match move:
            case "first":
                window.first()
                cursor = 0
            case "last":
                window.last()
                cursor = max(entries - 1, 0)
            case "ahead":
                window.ahead(page // 2)
            case "refresh":
                window.refresh()
            case int():
                window.move(move)
                cursor = min(max(cursor + move, 0), max(entries - 1, 0))

        assert window.current == (whole.entries[cursor] if entries else None)
        start = cursor - window.cursor
        assert window.rows == whole.entries[start : start + len(window.rows)]


def test_all_of_a_long_timeline_is_never_in_memory() -> None:
    whole = Whole(2_000)
    window = Window(whole.read, page=10)

    for _ in range(1_999):
        window.move(1)

    assert window.current == whole.entries[-1]
    assert len(window.rows) <= 60


def test_the_oldest_entry_is_reached_without_reading_what_lies_between() -> None:
    whole = Whole(2_000)
    window = Window(whole.read, page=10)
    whole.pages = 0

    window.last()

    assert whole.pages == 1
    assert window.current == whole.entries[-1]


def test_the_next_page_is_there_before_a_key_asks_for_it() -> None:
    whole = Whole(100)
    window = Window(whole.read, page=20)
    for _ in range(12):
        window.move(1)
    window.ahead(10)
    whole.pages = 0

    for _ in range(15):
        window.move(1)

    assert whole.pages == 0


def test_an_entry_that_is_gone_leaves_the_cursor_on_what_is_next() -> None:
    whole = Whole(9)
    window = Window(whole.read, page=4)
    window.move(4)
    gone = whole.entries.pop(4)

    window.refresh()

    assert window.current == whole.entries[4]
    assert gone not in window.rows


def test_what_is_new_is_shown_to_who_looks_at_the_newest() -> None:
    whole = Whole(9)
    window = Window(whole.read, page=4)
    whole.entries.insert(0, entry(10))

    window.refresh()

    assert window.current == whole.entries[0]
