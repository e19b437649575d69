"""Lists: pages put together are the whole, searches miss nothing, counts stop in time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.model.clock import DAY
from agent_tui.model.conversation import (
    BUILT_IN_VIEWS,
    Conversation,
    Sort,
    Status,
    View,
)
from agent_tui.query.compile import Compiled, compile_query
from agent_tui.query.parse import parse
from agent_tui.store import (
    conversations,
    listings,
    messages,
)
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, begin, incoming, listed, receive
from tests.store.many import fill, steps
from tests.stores import new_store


def compiled(db: SqliteDatabase, query: str) -> Compiled:
    return compile_query(parse(query), db, me="maria", now=START + DAY)


# Pages

ROWS = st.lists(
    st.tuples(
        st.sampled_from([Status.OPEN, Status.PENDING, Status.ON_HOLD]),
        st.integers(0, 3),  # last_at: few values make many ties
        st.one_of(st.none(), st.integers(0, 2)),  # waiting_since
    ),
    max_size=25,
)
LISTS: dict[str, Callable[[Conversation], bool]] = {
    "": lambda c: True,
    "status:open": lambda c: c.status is Status.OPEN,
    "status:open,pending": lambda c: c.status in (Status.OPEN, Status.PENDING),
    "status:pending OR status:on_hold": lambda c: c.status is not Status.OPEN,
    "status:open,pending,on_hold is:waiting": lambda c: c.waiting_since is not None,
    "-status:open": lambda c: c.status is not Status.OPEN,
}
ORDERS: dict[Sort, Callable[[Conversation], tuple[int, int]]] = {
    Sort.NEWEST: lambda c: (-c.last_at, -c.id),
    Sort.OLDEST: lambda c: (c.last_at, c.id),
    Sort.WAITING: lambda c: (c.waiting_since or 0, c.id),
    Sort.DUE: lambda c: (c.due_at or 0, c.id),
    Sort.UNANSWERED: lambda c: (
        (10**9 - c.last_at if c.waiting_since is None else c.waiting_since),
        c.id,
    ),
}


def pages(db: SqliteDatabase, query: Compiled, sort: Sort, size: int) -> list[Conversation]:
    """The whole list, page by page forwards."""
    found: list[Conversation] = []
    while True:
        after = listings.anchor(found[-1], sort) if found else None
        page = listings.page(db, query, sort, after=after, limit=size)
        found += page
        if len(page) < size:
            return found


def pages_backwards(
    db: SqliteDatabase, query: Compiled, sort: Sort, size: int
) -> list[Conversation]:
    """The whole list, page by page from its end."""
    found: list[Conversation] = []
    while True:
        before = listings.anchor(found[0], sort) if found else None
        page = listings.page(db, query, sort, after=before, backwards=True, limit=size)
        found = page + found
        if len(page) < size:
            return found


@pytest.mark.parametrize("sort", list(Sort))
@given(rows=ROWS, query=st.sampled_from(list(LISTS)), size=st.integers(1, 7))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_pages_put_together_are_the_sorted_list(
    db: SqliteDatabase,
    sort: Sort,
    rows: list[tuple[Status, int, int | None]],
    query: str,
    size: int,
) -> None:
    with db.transaction():
        db.run("DELETE FROM conversations")
        for status, last_at, waiting in rows:
            made = begin(db, status, last_at)
            db.run(
                "UPDATE conversations SET waiting_since = :w, due_at = 9 - :w WHERE id = :id",
                {"w": waiting, "id": made},
            )
    everything = conversations.by_ids(
        db, [row["id"] for row in db.all("SELECT id FROM conversations")]
    )
    wanted = filter(LISTS[query], everything)
    if sort is Sort.WAITING:
        wanted = filter(lambda c: c.waiting_since is not None, wanted)
    if sort is Sort.DUE:
        wanted = filter(lambda c: c.due_at is not None, wanted)
    expected = sorted(wanted, key=ORDERS[sort])

    assert pages(db, compiled(db, query), sort, size) == expected
    assert pages_backwards(db, compiled(db, query), sort, size) == expected


VIEWS = (
    *BUILT_IN_VIEWS,
    View("Not done", "status:open,pending,on_hold", Sort.OLDEST),
    View("Most", "status:open,resolved", Sort.NEWEST),
)


@pytest.fixture(scope="module")
def small_and_large(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[SqliteDatabase, SqliteDatabase]]:
    folder: Path = tmp_path_factory.mktemp("many")
    small, large = new_store(folder / "small.db"), new_store(folder / "large.db")
    fill(small, 3_000)
    fill(large, 15_000)
    yield small, large
    small.close()
    large.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.name)
@pytest.mark.parametrize("after", [None, listings.Anchor(START + 1_500, 1)])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_page_costs_the_same_whatever_lies_around_it(
    small_and_large: tuple[SqliteDatabase, SqliteDatabase],
    view: View,
    after: listings.Anchor | None,
    backwards: bool,
) -> None:
    def cost(db: SqliteDatabase) -> int:
        query = compiled(db, view.query)
        return steps(
            db,
            lambda: listings.page(db, query, view.sort, after=after, backwards=backwards, limit=5),
        )

    small, large = map(cost, small_and_large)

    assert large <= small * 1.5


def test_a_count_stops_at_its_limit(db: SqliteDatabase) -> None:
    for _ in range(5):
        begin(db)

    assert listings.count(db, compiled(db, "status:open")) == 5
    assert listings.count(db, compiled(db, "status:open"), limit=3) == 3
    assert listings.count(db, compiled(db, "status:spam")) == 0


def test_counts_cost_no_more_than_their_limit(
    small_and_large: tuple[SqliteDatabase, SqliteDatabase],
) -> None:
    def cost(db: SqliteDatabase) -> int:
        queries = [compiled(db, view.query) for view in VIEWS]
        return steps(db, lambda: [listings.count(db, q, limit=50) for q in queries])

    small, large = map(cost, small_and_large)

    assert large <= small * 1.5


# Search


def found(db: SqliteDatabase, query: str, **more: int) -> list[int]:
    return [c.id for c in listings.search(db, compiled(db, query), **more)]


def test_a_conversation_is_found_once_at_its_newest_match(db: SqliteDatabase) -> None:
    receive(
        db,
        incoming("zip", message_id="a@x", at=START + 1),
        incoming("zip", sender="b@x.example", message_id="b@x", at=START + 2),
        incoming("zip", references=["a@x"], at=START + 3),
        incoming("strap", sender="b@x.example", references=["b@x"], at=START + 4),
    )
    first = next(c.id for c in listed(db) if c.messages == 2 and c.snippet == "zip")
    other = next(c.id for c in listed(db) if c.id != first)

    assert found(db, "zip") == [first, other]


def test_a_search_finds_all_conversations_up_to_its_limit(db: SqliteDatabase) -> None:
    """Each conversation has more matches than the limit: it must read on for the others."""
    mails = []
    for customer in range(4):
        first = f"{customer}@x"
        sender = f"{customer}@customer.example"
        mails.append(incoming("zip", sender=sender, message_id=first))
        mails += [incoming("zip", sender=sender, references=[first]) for _ in range(5)]
    receive(db, *mails)

    newest_first = [c.id for c in listed(db)]
    assert found(db, "zip", limit=3) == newest_first[:3]
    assert found(db, "zip", limit=4) == newest_first
    assert found(db, "zip", limit=100) == newest_first


def test_a_search_keeps_the_rest_of_the_query(db: SqliteDatabase) -> None:
    receive(
        db,
        incoming("zip", message_id="a@x", status=Status.RESOLVED),
        incoming("zip", sender="b@x.example"),
    )

    (one,) = found(db, "zip status:resolved")
    assert conversations.by_ids(db, [one])[0].status is Status.RESOLVED


@given(words=st.lists(st.sampled_from(["zip", "strap", "buckle"]), min_size=1, max_size=12))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_search_finds_what_a_list_of_the_same_query_finds(
    db: SqliteDatabase, words: list[str]
) -> None:
    receive(db, *(incoming(word, sender=f"{n}@x.example") for n, word in enumerate(words)))

    query = compiled(db, "zip")

    assert set(found(db, "zip", limit=2)) <= set(found(db, "zip"))
    assert sorted(found(db, "zip")) == sorted(
        c.id for c in listings.page(db, query, Sort.NEWEST, limit=1000)
    )


def test_what_was_taken_back_is_not_found(db: SqliteDatabase) -> None:
    receive(db, incoming("zip", subject="Strap"), incoming("zip", sender="b@x.example"))
    gone = messages.of_conversation(db, listed(db)[0].id)[0]
    db.run("DELETE FROM locations WHERE message_id = :id", {"id": gone.id})

    messages.delete(db, gone)

    assert len(found(db, "zip")) == 1
    db.run("INSERT INTO search (search) VALUES ('integrity-check')")
