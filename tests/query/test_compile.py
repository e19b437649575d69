"""Compiled queries, run on a real store, find what they say."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent_tui.model.clock import Millis
from agent_tui.query.compile import Compiled, compile_query
from agent_tui.query.parse import MOST_PARTS, parse
from agent_tui.query.syntax import And, Key, Or, Phrase, Query, Words, all_of
from agent_tui.store.sqlite import SqliteDatabase
from tests.query.strategies import any_leaf, curious_text, fixed_terms, queries, term
from tests.query.world import CASES, ME, NOW, Letter, holds, index_letter, insert_world
from tests.stores import new_store


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabase]:
    database = new_store(tmp_path_factory.mktemp("store") / "store.db")
    with database.transaction():
        insert_world(database)
    yield database
    database.close()


def compiled(db: SqliteDatabase, query: Query | str, *, prefix: bool = False) -> Compiled:
    tree = parse(query) if isinstance(query, str) else query
    return compile_query(tree, db, me=ME, now=NOW, prefix=prefix, zone=UTC)


def found(db: SqliteDatabase, query: Query | str, *, prefix: bool = False) -> list[int]:
    return run(db, compiled(db, query, prefix=prefix))


def run(db: SqliteDatabase, query: Compiled) -> list[int]:
    """Ids of the conversations of ``query``."""
    sql, params = f"SELECT c.id FROM conversations c WHERE {query.where}", dict(query.params)
    if query.match is not None:
        sql += (
            " AND c.id IN (SELECT m.conversation_id FROM search JOIN messages m"
            f" ON m.id = search.rowid WHERE {db.match('match')})"
        )
        params["match"] = query.match
    return [row["id"] for row in db.all(f"{sql} ORDER BY c.id", params)]


WORDS = st.sampled_from(["zip", "broken", "Order", "okafor", "emile", "&", "zi", "absent"])
PHRASES = st.sampled_from(["broken zip", "zip is", "again & again", "--", "Broken order"])
LISTED = {
    Key.ACCOUNT: ("shop", "store", "x"),
    Key.ASSIGNEE: ("me", "none", "bo", "x"),
    Key.LABEL: ("vip", "a, b", "none", "none at all"),
    Key.CUSTOMER: (
        *("okafor", "Chidi okafor", "ÉMILE", "émile", "иван", "100%", "%", "_", "brien_s"),
        *("#12", "#1", "#x", "#" + "9" * 30, "Chidi@Example.org", "ivan", "Ivan", "+49 170 1", "@"),
    ),
    Key.SUBJECT: ("order", "broken order", "zip", "&"),
}
LEAVES: st.SearchStrategy[Query] = st.one_of(
    WORDS.map(Words),
    PHRASES.map(Phrase),
    fixed_terms(),
    st.sampled_from([term(key, text) for key, texts in LISTED.items() for text in texts]),
)


@settings(max_examples=400)
@given(queries(LEAVES), st.booleans())
def test_sql_finds_what_the_query_means(db: SqliteDatabase, query: Query, typed: bool) -> None:
    growing = last_leaf(query) if typed else None

    ids = found(db, query, prefix=typed)

    assert ids == [case.id for case in CASES if holds(query, case, growing)]


def last_leaf(query: Query) -> Query | None:
    if isinstance(query, And | Or):
        return last_leaf(query.parts[-1])
    return None if isinstance(query, Phrase) else query


@settings(max_examples=300)
@given(queries(any_leaf()), st.booleans())
def test_no_query_breaks_the_database(db: SqliteDatabase, query: Query, typed: bool) -> None:
    assert set(found(db, query, prefix=typed)) <= {case.id for case in CASES}


HOSTILE = st.lists(
    st.sampled_from("\"'*^+-:(){}[]&|!~%_\\;,.<>=@#$\0 \t\n")
    | st.sampled_from(["AND", "OR", "NOT", "NEAR(", "body", "subject:", "--", "/*", "a", "é", "7"]),
    min_size=1,
    max_size=8,
).map("".join)

numbers = itertools.count(1_000_000)


@settings(max_examples=200)
@given(HOSTILE, st.sampled_from([Words, Phrase]), st.booleans())
def test_operators_of_the_index_are_found_literally(
    db: SqliteDatabase, text: str, kind: type[Words | Phrase], typed: bool
) -> None:
    assume(any(map(str.isalnum, text)))
    expression = compiled(db, kind(text), prefix=typed).match
    assert expression is not None
    present, decoy = next(numbers), next(numbers)
    index_letter(db, present, Letter(f"before {text} after"))
    index_letter(db, decoy, Letter("quite unlike", "unlike", "unlike"))

    rows = db.all(
        f"SELECT rowid FROM search WHERE {db.match('match')} AND rowid >= :first",
        {"match": expression, "first": present},
    )

    assert [row["rowid"] for row in rows] == [present]


@given(curious_text())
def test_values_of_people_never_reach_the_sql(db: SqliteDatabase, text: str) -> None:
    label = compiled(db, term(Key.LABEL, f"x{text}"))
    customer = compiled(db, term(Key.ACCOUNT, f"x{text}"))

    assert label.where == compiled(db, "label:x").where
    assert customer.where == "c.account = :q1"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("zip broken", [1, 3]),  # in one message, not in two of conversation 2
        ("zip subject:order", [1, 2]),
        ("rock & zip", []),
        ("& zip", [1, 2, 3, 4]),
        ("&", []),
        ("status:open &", []),
        ("-&", [case.id for case in CASES]),
        ("-rating:<=2", [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]),  # no rating is not a low rating
        ("-assignee:me", [1, 3, 4, 5, 6, 7, 8, 10, 11]),
        ("customer:wanja@acme.example", [5, 6, 11]),  # merged, they are one
        ("is:vip", [5, 6, 11]),
        ("tag:press", [3, 4, 5, 6, 9, 10, 11]),
        ("tag:B2B,none", [1, 2, 3, 4, 7, 8, 9, 10]),
        ("company:acme", [5, 6, 11]),  # by a mail address
        ('company:"TARN 50%"', [3, 4, 9, 10]),
        ("is:automatic", [4]),  # 2 has a person's mail as well
        ("before:today after:yesterday", [3, 4, 9]),
        ("", [case.id for case in CASES]),
        ("-()", []),
    ],
)
def test_a_query_finds(db: SqliteDatabase, text: str, ids: list[int]) -> None:
    assert found(db, text) == ids


def test_only_words_wanted_at_the_top_are_left_to_the_index(db: SqliteDatabase) -> None:
    query = compiled(db, 'status:open zip subject:order "a b" -(broken) (x OR y)')

    assert query.match == '"zip" AND {subject} : "order" AND "a b"'
    assert [query.params[f"q{n}"] for n in range(1, 5)] == ["open", '"broken"', '"x"', '"y"']
    assert compiled(db, "zip").where == "TRUE"
    assert compiled(db, "status:open").match is None


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("zi", [1, 2, 3, 4, 5]),
        ("bro zip", []),
        ("subject:ord", [1, 2]),
        ('"broken zi"', []),
        ("absent OR zipp", [5]),
        ("-zi", [case.id for case in CASES]),
    ],
)
def test_only_the_last_word_may_go_on(db: SqliteDatabase, text: str, ids: list[int]) -> None:
    assert found(db, text, prefix=True) == ids


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("status:open", "conversations_by_status (status=?)"),
        ("status:open channel:review", "conversations_by_channel (channel=? AND status=?)"),
        ("status:open assignee:me", "conversations_by_assignee (assignee=? AND status=?)"),
        ("status:open assignee:none", "conversations_by_assignee (assignee=? AND status=?)"),
        ("status:open older:1d", "conversations_by_status (status=? AND last_at<?)"),
        ("-status:spam", "conversations_by_time"),
        ("", "conversations_by_time"),
    ],
)
def test_lists_by_time_are_read_from_an_index_in_order(
    db: SqliteDatabase, text: str, index: str
) -> None:
    query = compiled(db, text)
    rows = db.all(
        f"EXPLAIN QUERY PLAN SELECT c.* FROM conversations c WHERE {query.where}"
        " ORDER BY c.last_at DESC, c.id DESC LIMIT 50",
        query.params,
    )

    plan = [row["detail"] for row in rows]
    assert len(plan) == 1
    assert index in plan[0]


def test_several_statuses_are_one_list(db: SqliteDatabase) -> None:
    query = compiled(db, "status:open OR rating:5 OR status:pending")

    assert query.where == "(c.status IN (:q1, :q2) OR c.rating = :q3)"


@pytest.mark.parametrize(
    "part", ["a ", "-a ", "label:a ", "-(a label:b) ", "customer:é "], ids=lambda part: part.strip()
)
@pytest.mark.parametrize("glue", ["", "OR "], ids=["all", "any"])
def test_the_longest_query_runs_beside_the_longest_view(
    db: SqliteDatabase, part: str, glue: str
) -> None:
    terms = part.count("a") + part.count("b ") or 1
    text = (part + glue) * (MOST_PARTS // max(terms, 2))
    query = parse(text.removesuffix("OR "))

    found(db, all_of([query, query]))


def test_days_begin_at_midnight_of_the_zone(db: SqliteDatabase) -> None:
    def bound(text: str, zone: timezone | ZoneInfo) -> object:
        query = compile_query(parse(text), db, me=ME, now=NOW, zone=zone)
        return query.params["q1"]

    tokyo = timezone(timedelta(hours=9))
    berlin = ZoneInfo("Europe/Berlin")

    assert bound("before:2026-03-01", tokyo) == millis(2026, 2, 28, 15)
    assert bound("after:2026-01", tokyo) == millis(2025, 12, 31, 15)
    assert bound("after:today", timezone(timedelta(hours=13))) == millis(2026, 3, 1, 11)
    assert bound("before:2026-03-30", berlin) == millis(2026, 3, 29, 22)  # summer time
    assert bound("before:2026-03-29", berlin) == millis(2026, 3, 28, 23)


def test_without_a_zone_days_are_those_of_the_machine(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = datetime(2026, 1, 31).astimezone()

    query = compile_query(parse("before:2026-01-31"), db, me=ME, now=NOW)

    assert query.params["q1"] == int(local.timestamp()) * 1000


def millis(*when: int) -> Millis:
    year, month, day, hour = when
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1000
