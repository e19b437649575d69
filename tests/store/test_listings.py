"""Lists: pages put together are the whole, counts stop in time."""

import re
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
)
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, begin
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


@pytest.mark.parametrize("view", BUILT_IN_VIEWS, ids=lambda v: v.name)
def test_views_are_counted_from_an_index_alone(
    small_and_large: tuple[SqliteDatabase, SqliteDatabase], view: View
) -> None:
    """Or by the number, where another table has the few that there are."""
    db = small_and_large[0]
    where, params = listings.bounded(db, compiled(db, view.query), None)
    plan = db.all(
        f"EXPLAIN QUERY PLAN SELECT count(*) FROM (SELECT 1 FROM conversations c WHERE {where})",
        params,
    )
    read = [row["detail"] for row in plan if re.search(r"(SEARCH|SCAN) c\b", row["detail"])]
    assert read
    assert all("COVERING INDEX" in one or "(rowid=?)" in one for one in read)
