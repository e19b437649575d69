"""Lists: pages put together are the whole, searches miss nothing, counts stop in time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.model.clock import DAY, MINUTE
from agent_tui.model.conversation import (
    BUILT_IN_VIEWS,
    Channel,
    Conversation,
    Sort,
    Status,
    View,
)
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.query.compile import Compiled, compile_query
from agent_tui.query.parse import parse
from agent_tui.store import conversations, customer_pages, customers, drafts, messages, outbox
from agent_tui.store.database import Conflict
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, OWN, START, batch, incoming, listed, only, ours, receive
from tests.store.many import fill
from tests.stores import new_store


def compiled(db: SqliteDatabase, query: str) -> Compiled:
    return compile_query(parse(query), db, me="maria", now=START + DAY)


def begin(db: SqliteDatabase, status: Status = Status.OPEN, at: int = START) -> int:
    """A conversation without messages."""
    customer = customers.of_identity(db, IdentityKind.EMAIL, "ada@x.example", "Ada", START)
    return conversations.create(
        db,
        account=ACCOUNT,
        channel=Channel.MAIL,
        subject="Parcel",
        status=status,
        customer_id=customer,
        at=at,
    )


def got(db: SqliteDatabase, conversation_id: int) -> Conversation:
    found = conversations.get(db, conversation_id)
    assert found is not None
    return found


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
        after = conversations.anchor(found[-1], sort) if found else None
        page = conversations.page(db, query, sort, after=after, limit=size)
        found += page
        if len(page) < size:
            return found


def pages_backwards(
    db: SqliteDatabase, query: Compiled, sort: Sort, size: int
) -> list[Conversation]:
    """The whole list, page by page from its end."""
    found: list[Conversation] = []
    while True:
        before = conversations.anchor(found[0], sort) if found else None
        page = conversations.page(db, query, sort, after=before, backwards=True, limit=size)
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


def steps(db: SqliteDatabase, work: Callable[[], object]) -> int:
    """How much SQLite does in ``work``, in tens of instructions."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection = db._connection()
    connection.set_progress_handler(count, 10)
    work()
    connection.set_progress_handler(None, 0)
    return counted


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
@pytest.mark.parametrize("after", [None, conversations.Anchor(START + 1_500, 1)])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_page_costs_the_same_whatever_lies_around_it(
    small_and_large: tuple[SqliteDatabase, SqliteDatabase],
    view: View,
    after: conversations.Anchor | None,
    backwards: bool,
) -> None:
    def cost(db: SqliteDatabase) -> int:
        query = compiled(db, view.query)
        return steps(
            db,
            lambda: conversations.page(
                db, query, view.sort, after=after, backwards=backwards, limit=5
            ),
        )

    small, large = map(cost, small_and_large)

    assert large <= small * 1.5


def test_a_count_stops_at_its_limit(db: SqliteDatabase) -> None:
    for _ in range(5):
        begin(db)

    assert conversations.count(db, compiled(db, "status:open")) == 5
    assert conversations.count(db, compiled(db, "status:open"), limit=3) == 3
    assert conversations.count(db, compiled(db, "status:spam")) == 0


def test_counts_cost_no_more_than_their_limit(
    small_and_large: tuple[SqliteDatabase, SqliteDatabase],
) -> None:
    def cost(db: SqliteDatabase) -> int:
        queries = [compiled(db, view.query) for view in VIEWS]
        return steps(db, lambda: [conversations.count(db, q, limit=50) for q in queries])

    small, large = map(cost, small_and_large)

    assert large <= small * 1.5


# Search


def found(db: SqliteDatabase, query: str, **more: int) -> list[int]:
    return [c.id for c in conversations.search(db, compiled(db, query), **more)]


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
    assert got(db, one).status is Status.RESOLVED


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
        c.id for c in conversations.page(db, query, Sort.NEWEST, limit=1000)
    )


def test_what_was_taken_back_is_not_found(db: SqliteDatabase) -> None:
    receive(db, incoming("zip", subject="Strap"), incoming("zip", sender="b@x.example"))
    gone = messages.of_conversation(db, listed(db)[0].id)[0]
    db.run("DELETE FROM locations WHERE message_id = :id", {"id": gone.id})

    messages.delete(db, gone)

    assert len(found(db, "zip")) == 1
    db.run("INSERT INTO search (search) VALUES ('integrity-check')")


# Single rows


def test_conversations_come_in_the_order_of_the_ids_asked_for(db: SqliteDatabase) -> None:
    ids = [begin(db) for _ in range(600)]

    assert [c.id for c in conversations.by_ids(db, ids[::-1])] == ids[::-1]
    assert conversations.by_ids(db, [10**9]) == []
    assert conversations.get(db, 10**9) is None


def test_a_stale_conversation_is_not_written(db: SqliteDatabase) -> None:
    stale = got(db, begin(db))
    conversations.update(db, stale, {"priority": 1})

    with pytest.raises(Conflict, match="changed by somebody else"):
        conversations.update(db, stale, {"priority": 2})

    assert (got(db, stale.id).priority, got(db, stale.id).version) == (1, stale.version + 1)


def test_labels_are_a_sorted_set(db: SqliteDatabase) -> None:
    one, other = begin(db), begin(db)
    conversations.set_labels(db, one, ["vip", "refund", "vip"])
    conversations.set_labels(db, other, ["vip"])

    assert got(db, one).labels == ("refund", "vip")
    assert conversations.labels(db) == ["refund", "vip"]
    conversations.set_labels(db, one, [])
    assert got(db, one).labels == ()
    assert conversations.labels(db) == ["vip"]


def test_unread_counts_up_and_down_but_never_below_nothing(db: SqliteDatabase) -> None:
    here = begin(db)
    conversations.add_unread(db, here)
    conversations.add_unread(db, here)
    counts = [got(db, here).unread]
    for _ in range(3):
        conversations.read_one(db, here)
        counts.append(got(db, here).unread)
    conversations.add_unread(db, here)
    conversations.mark_read(db, here)
    counts.append(got(db, here).unread)

    assert counts == [2, 1, 0, 0, 0]


def test_a_customers_conversations_are_listed_newest_first(db: SqliteDatabase) -> None:
    old, new = begin(db, at=START), begin(db, at=START + 1)

    theirs = customer_pages.conversations_of(db, got(db, old).customer_id, 9)

    assert [c.id for c in theirs] == [new, old]


def test_snoozed_conversations_come_due(db: SqliteDatabase) -> None:
    late, soon, woken = (begin(db, Status.SNOOZED) for _ in range(3))
    for made, until in ((late, START + 2), (soon, START + 1), (woken, START)):
        conversations.update(db, got(db, made), {"snoozed_until": until})
    conversations.update(db, got(db, woken), {"status": Status.OPEN})

    assert conversations.next_snooze(db) == START + 1
    assert [c.id for c in conversations.due_snoozes(db, START + 1)] == [soon]
    assert conversations.due_snoozes(db, START) == []


def test_an_empty_conversation_goes_and_leaves_what_was_written_in_it(db: SqliteDatabase) -> None:
    here = begin(db)
    conversations.set_labels(db, here, ["vip"])
    draft = drafts.create(
        db,
        Draft(
            id=0,
            kind=DraftKind.REPLY,
            agent="maria",
            account=ACCOUNT,
            conversation_id=here,
            subject="Re",
            body="Half a",
            updated_at=START,
        ),
    )

    conversations.delete_empty(db, here)

    assert conversations.get(db, here) is None
    kept = drafts.get(db, draft.id)
    assert kept is not None
    assert (kept.body, kept.conversation_id) == ("Half a", None)
    assert outbox.shown(db) == []


def test_the_number_of_a_conversation_that_is_gone_is_not_given_again(db: SqliteDatabase) -> None:
    here = begin(db)
    conversations.delete_empty(db, here)

    assert begin(db) > here


def test_a_draft_shows_in_the_list(db: SqliteDatabase) -> None:
    receive(db, incoming())
    assert not only(db).draft
    drafts.create(
        db,
        Draft(
            id=0,
            kind=DraftKind.NOTE,
            agent="jonas",
            account=ACCOUNT,
            conversation_id=only(db).id,
            subject="",
            body="",
            updated_at=START,
        ),
    )

    assert only(db).draft


# Ids and merging


def test_thousands_of_mails_of_one_second_are_all_kept(db: SqliteDatabase) -> None:
    same = [incoming(at=START, sender=f"{n % 7}@x.example") for n in range(2_500)]

    assert receive(db, *same) == 2_500
    assert messages.time_of(messages.new_id(db, START)) == START + 2


def test_two_halves_that_become_one_keep_everything(db: SqliteDatabase) -> None:
    receive(
        db,
        incoming("a", message_id="a@x", at=START + 1),
        incoming("c", message_id="c@x", references=["b@x"], at=START + MINUTE),
    )
    newer, older = listed(db)
    conversations.set_labels(db, older.id, ["vip"])
    conversations.set_labels(db, newer.id, ["refund", "vip"])
    conversations.update(db, older, {"assignee": "maria", "priority": 2})
    conversations.update(db, newer, {"status": Status.PENDING})
    draft = drafts.create(
        db,
        Draft(
            id=0,
            kind=DraftKind.REPLY,
            agent="maria",
            account=ACCOUNT,
            conversation_id=newer.id,
            subject="Re",
            body="Half a",
            updated_at=START,
        ),
    )

    middle = ours("b", message_id="b@x", references=["a@x"], at=START + 2)
    commit_batch(db, ACCOUNT, batch(middle), frozenset({OWN}), START)

    one = only(db)
    assert [m.body.text for m in messages.of_conversation(db, one.id)] == ["a", "b", "c"]
    assert one.labels == ("refund", "vip")
    assert (one.assignee, one.priority, one.status) == ("maria", 2, Status.PENDING)
    assert (one.unread, one.messages, one.snippet) == (2, 3, "c")
    kept = drafts.get(db, draft.id)
    assert kept is not None
    assert kept.conversation_id == one.id
