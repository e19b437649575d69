"""What a search finds: each conversation once, by its newest match, however far it is read."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.model.conversation import Sort, Status
from agent_tui.query.compile import Compiled, compile_query
from agent_tui.query.parse import parse
from agent_tui.store import listings, messages
from agent_tui.store.matches import ENOUGH, MOST, Matches
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START, incoming, listed, receive
from tests.store.many import fill, steps
from tests.store.test_conversations import got
from tests.stores import new_store

_WORDS = ("zip", "strap", "buckle")


def compiled(db: SqliteDatabase, query: str) -> Compiled:
    return compile_query(parse(query), db, me="maria", now=START)


def found(db: SqliteDatabase, query: str, count: int = MOST, **more: int) -> list[int]:
    return Matches(db, compiled(db, query), **more).first(count)


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
    assert found(db, "zip", 3) == newest_first[:3]
    assert found(db, "zip", 4) == newest_first
    assert found(db, "zip", 100) == newest_first


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

    assert set(found(db, "zip", 2)) <= set(found(db, "zip"))
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


@given(
    mails=st.lists(st.tuples(st.sampled_from(_WORDS), st.integers(0, 4)), min_size=1, max_size=14),
    window=st.integers(1, 3),
    few=st.sampled_from([0, 2, 100]),
    counts=st.lists(st.integers(0, 8), max_size=4),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_way_it_is_read_it_finds_the_same(
    tmp_path: Path, mails: list[tuple[str, int]], window: int, few: int, counts: list[int]
) -> None:
    db = new_store(tmp_path / "one.db")
    receive(
        db,
        *(
            incoming(word, sender=f"{who}@x.example", message_id=f"{n}@x", references=[f"{who}@t"])
            for n, (word, who) in enumerate(mails)
        ),
    )
    query = compiled(db, "zip -customer:3@x.example")
    newest = [
        row["conversation_id"]
        for row in db.all(
            "SELECT conversation_id, max(id) AS newest FROM messages WHERE text = 'zip'"
            " AND address <> '3@x.example' GROUP BY conversation_id ORDER BY newest DESC"
        )
    ]

    matches = Matches(db, query, window=window, few=few)

    for count in [*counts, MOST]:
        assert matches.first(count) == newest[:count]
    assert matches.complete
    assert Matches(db, query, window=window, few=few).count() == len(newest)
    db.close()
    for file in tmp_path.iterdir():
        file.unlink()


def test_a_common_word_is_not_looked_up_in_all_for_a_list_of_few(tmp_path: Path) -> None:
    db = new_store(tmp_path / "many.db")
    fill(db, 15_000)
    query = compiled(db, "parcel customer:#5")
    found = Matches(db, query).first(60)

    looked_up = steps(db, lambda: Matches(db, query, window=100).first(60))
    read_through = steps(db, lambda: Matches(db, query, window=100, few=0).first(60))

    assert len(found) == 10
    assert looked_up * 2 <= read_through
    db.close()


def test_the_first_page_of_a_common_word_counts_all_that_are_counted(tmp_path: Path) -> None:
    db = new_store(tmp_path / "many.db")
    fill(db, 2_500)
    matches = Matches(db, compiled(db, "parcel"))
    matches.first(60)

    assert not matches.complete
    assert steps(db, matches.count) == 0
    assert matches.count() >= ENOUGH
    db.close()


def test_a_list_with_many_matches_stops_early(tmp_path: Path) -> None:
    db = new_store(tmp_path / "many.db")
    fill(db, 15_000)
    query = compiled(db, "parcel -status:spam")

    page = steps(db, lambda: Matches(db, query).first(60))
    every = steps(db, lambda: Matches(db, query, window=20_000).first(60))

    assert page * 4 <= every
    db.close()
