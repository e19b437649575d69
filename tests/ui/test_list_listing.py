"""The window of the list: keyset pages, and a cursor that belongs to a conversation."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.actions.registry import perform
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Conversation, Sort
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.listing import Listing
from tests.clocks import reckon
from tests.factory import START, Desk, incoming, mail_account, receive


def fill(db: SqliteDatabase, count: int) -> None:
    """``count`` conversations; the last one is the newest."""
    mail_account(db)
    receive(
        db,
        *(
            incoming(f"text {n}", sender=f"c{n}@x.example", subject=f"S{n}", at=START + n * MINUTE)
            for n in range(1, count + 1)
        ),
    )


def listed(db: SqliteDatabase, query: str = "", sort: Sort = Sort.NEWEST) -> Listing:
    return Listing(db, compile_query(parse(query), db, me="maria", now=START), sort, page=5)


def subject(window: Listing) -> str:
    assert window.current is not None
    return window.current.subject


def number(row: Conversation | None) -> int:
    assert row is not None
    return int(row.subject[1:])


def test_it_begins_at_the_newest_and_reads_one_page(db: SqliteDatabase) -> None:
    fill(db, 12)
    window = listed(db)
    assert subject(window) == "S12"
    assert len(window.rows) == 5


def test_moving_down_reads_on_to_the_last_one(db: SqliteDatabase) -> None:
    fill(db, 12)
    window = listed(db)
    window.move(100)
    assert subject(window) == "S1"
    assert [number(row) for row in window.rows] == list(range(12, 0, -1))


def test_the_end_is_reached_without_reading_what_lies_between(db: SqliteDatabase) -> None:
    fill(db, 30)
    window = listed(db)
    window.last()
    assert subject(window) == "S1"
    assert len(window.rows) == 5
    pushed = window.move(-7)
    assert subject(window) == "S8"
    assert pushed > 0


def test_the_beginning_is_reached_from_anywhere(db: SqliteDatabase) -> None:
    fill(db, 30)
    window = listed(db)
    window.last()
    window.first()
    assert subject(window) == "S30"


def test_far_rows_are_forgotten_and_read_again(db: SqliteDatabase) -> None:
    fill(db, 60)
    window = listed(db)
    window.move(50)
    window.trim()
    assert len(window.rows) <= 35
    window.move(-50)
    assert subject(window) == "S60"


def test_new_arrivals_do_not_move_the_cursor_and_are_counted(db: SqliteDatabase) -> None:
    fill(db, 6)
    window = listed(db)
    window.move(2)
    receive(db, incoming(subject="New", sender="new@x.example", at=START + 99 * MINUTE))
    receive(db, incoming(subject="Newer", sender="newer@x.example", at=START + 100 * MINUTE))
    window.refresh()
    assert subject(window) == "S4"
    assert window.new_above == 2


def test_the_cursor_follows_its_conversation_to_another_place(db: SqliteDatabase) -> None:
    fill(db, 30)
    window = listed(db)
    window.move(20)
    followed = subject(window)
    _receive_again(db, followed)
    window.refresh()
    assert window.current is not None
    assert window.current.subject.endswith(followed)
    assert window.cursor == 0


def test_when_the_conversation_leaves_the_next_one_takes_its_place(db: SqliteDatabase) -> None:
    fill(db, 8)
    window = listed(db, "status:open")
    window.move(3)
    _resolve(db, window.rows[3].id)
    window.refresh()
    assert subject(window) == "S4"


def test_when_the_last_one_leaves_the_cursor_stays_at_the_end(db: SqliteDatabase) -> None:
    fill(db, 3)
    window = listed(db, "status:open")
    window.last()
    _resolve(db, window.rows[-1].id)
    window.refresh()
    assert subject(window) == "S2"


def test_when_all_are_gone_there_is_no_current_one(db: SqliteDatabase) -> None:
    fill(db, 1)
    window = listed(db, "status:open")
    _resolve(db, window.rows[0].id)
    window.refresh()
    assert window.current is None
    assert window.move(1) == 0


def test_a_search_lists_its_matches_and_keeps_its_cursor(db: SqliteDatabase) -> None:
    fill(db, 9)
    receive(db, incoming("the zip broke", subject="Zip", sender="z@x.example"))
    window = listed(db, "zip")
    assert [row.subject for row in window.rows] == ["Zip"]
    window.refresh()
    assert subject(window) == "Zip"


def test_the_cursor_of_a_search_stays_on_its_conversation(db: SqliteDatabase) -> None:
    fill(db, 30)
    window = listed(db, "text")
    window.move(20)
    window.trim()
    one, other = subject(window), window.rows[window.cursor - 3]
    receive(db, incoming("text of today", subject="Newest", sender="n@x.example"))
    _receive_again(db, one)
    perform("resolve", Desk(db).context, [other.id])

    window.refresh()

    assert subject(window).endswith(one)
    window.first()
    assert [row.subject for row in window.rows[:2]] == [one, "Newest"]


def test_a_range_goes_over_matches_that_are_not_in_the_window(db: SqliteDatabase) -> None:
    fill(db, 60)
    window = listed(db, "text")
    window.move(2)
    began = window.current
    assert began is not None
    window.move(50)
    window.trim()

    assert began not in window.rows
    assert len(window.ids_to(began)) == 51
    assert sum(map(window.range_to(began), listed_all(db, query="text"))) == 51


def test_what_lies_beyond_the_window_is_counted(db: SqliteDatabase) -> None:
    fill(db, 30)
    receive(db, incoming("once more", sender="c3@x.example", subject="Other"))

    assert listed(db, "text").known == listed(db, "text").tally() == "30"
    assert not listed(db, "status:open").known
    assert listed(db, "status:open").tally() == "31"
    assert listed(db, "status:open -text", Sort.DUE).tally() == "0"


@pytest.mark.parametrize("query", ["", "text"])
@pytest.mark.parametrize("sort", Sort)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(st.integers(-40, 40), max_size=12))
def test_any_walk_ends_where_a_walk_through_all_rows_would(
    walked: SqliteDatabase, sort: Sort, query: str, moves: list[int]
) -> None:
    window = listed(walked, query, sort)
    everything = [number(row) for row in listed_all(walked, sort, query)]
    place = 0
    for by in moves:
        window.move(by)
        window.trim()
        window.refresh()
        place = min(max(place + by, 0), len(everything) - 1)
        assert number(window.current) == everything[place]


@pytest.fixture
def walked(db: SqliteDatabase) -> SqliteDatabase:
    fill(db, 47)
    reckon(db)
    return db


def listed_all(db: SqliteDatabase, sort: Sort = Sort.NEWEST, query: str = "") -> list[Conversation]:
    window = listed(db, query, sort)
    window.move(10_000)
    return window.rows


def _resolve(db: SqliteDatabase, conversation_id: int) -> None:
    perform("resolve", Desk(db).context, [conversation_id])


def _receive_again(db: SqliteDatabase, subject: str) -> None:
    """The customer of that conversation writes once more."""
    receive(
        db,
        incoming(
            "and another text",
            sender=f"c{subject[1:]}@x.example",
            subject=f"Re: {subject}",
            references=[_message_id(db, subject)],
            at=START + 99 * MINUTE,
        ),
    )


def _message_id(db: SqliteDatabase, of: str) -> str:
    row = db.one("SELECT message_id AS id FROM messages WHERE subject = :s", {"s": of})
    assert row is not None
    return str(row["id"])
