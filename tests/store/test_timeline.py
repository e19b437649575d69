"""The timeline of a person: everything, once, in order, whatever is asked."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.model.clock import DAY, HOUR, MINUTE
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.event import ENGINE, TOLD, Entity, Event, Stamp
from agent_tui.model.message import Direction
from agent_tui.model.record import Known, RecordKind
from agent_tui.model.timeline import EntryKind
from agent_tui.query.compile import Compiled
from agent_tui.query.entries import compile_entries
from agent_tui.query.parse import parse
from agent_tui.query.syntax import EVERYTHING, Key, Query, Words
from agent_tui.store import (
    changes,
    conversations,
    customers,
    events,
    messages,
    people,
    sqlite,
    timeline,
)
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.store.threads import _merge as join_threads
from agent_tui.store.timeline import Entry, Said
from agent_tui.ui.history import told
from tests.factory import START
from tests.query.strategies import queries, term
from tests.store.history import (
    CHANNELS,
    ME,
    NOW,
    TIMELINE_WORDS,
    bought,
    buy,
    conversation,
    customer,
    holds,
    note_change,
    say,
    shown,
)
from tests.stores import new_store

ALL = Compiled("TRUE", {}, None)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = new_store(tmp_path / "store.db")
    yield database
    database.close()


def kinds(entries: list[Entry]) -> list[str]:
    return [entry.kind.value for entry in entries]


def test_everything_of_two_addresses_a_handle_and_reviews_stands_in_the_order_of_time(
    db: SqliteDatabase,
) -> None:
    home, work, reviewer = (customer(db, name) for name in ("home", "work", "reviewer"))
    handle = customer(db, "@ada", IdentityKind.HANDLE)
    mail = conversation(db, home)
    say(db, mail, START)
    say(db, conversation(db, work), START + HOUR)
    say(db, conversation(db, handle, Channel.CHAT), START + 2 * HOUR)
    say(db, conversation(db, reviewer, Channel.REVIEW), START + 3 * HOUR)
    buy(db, home, bought(START + 30 * MINUTE, parcel=START + 90 * MINUTE))
    note_change(db, mail, START + 4 * HOUR)
    say(db, mail, START + 5 * HOUR, direction=Direction.NOTE)
    say(db, conversation(db, customer(db, "stranger")), START + HOUR)

    entries = shown(db, [home, work, handle, reviewer])

    assert kinds(entries) == [
        *("note", "event", "review", "message", "shipment", "message", "order", "message")
    ]
    assert [e.at for e in entries] == sorted((e.at for e in entries), reverse=True)


def test_a_merge_puts_two_timelines_together_and_an_un_merge_takes_them_apart_again(
    db: SqliteDatabase,
) -> None:
    one, two = customer(db, "home"), customer(db, "work")
    for owner, at in ((one, START), (two, START + HOUR), (one, START + 2 * HOUR)):
        say(db, conversation(db, owner), at)
        buy(db, owner, bought(at + MINUTE, str(at)), account=f"shop{owner}")
    apart = [shown(db, people.members(db, owner)) for owner in (one, two)]

    _merge_into(db, two, one)
    together = shown(db, people.members(db, two), parse("-kind:event"))
    _merge_into(db, two, None)

    assert people.members(db, two) == [two]
    assert together == sorted(apart[0] + apart[1], key=lambda e: e.place, reverse=True)
    assert [shown(db, [owner], parse("-kind:event")) for owner in (one, two)] == apart
    (parted, merged) = [e for e in shown(db, [two]) if isinstance(e.about, Event)]
    assert (told(merged.about), told(parted.about)) == (  # type: ignore[arg-type]  # both events
        f"merged with customer #{one}",
        f"parted from customer #{one}",
    )


def _merge_into(db: SqliteDatabase, other: int, into: int | None) -> None:
    found = customers.get(db, other)
    assert found is not None
    stamp = Stamp(ME, "merge", f"b{into}", START + DAY)
    changes.change_customer(db, stamp, found, merged_into=into)


def test_of_one_moment_the_message_is_newer_than_what_was_done_before_it(
    db: SqliteDatabase,
) -> None:
    owner = customer(db, "ada")
    mail = conversation(db, owner)
    note_change(db, mail, START)
    buy(db, owner, bought(START, parcel=START))
    say(db, mail, START)

    assert kinds(shown(db, [owner])) == ["message", "shipment", "order", "event"]


def test_all_told_fields_of_a_conversation_are_entries_and_no_others(db: SqliteDatabase) -> None:
    owner = customer(db, "ada")
    mail = conversation(db, owner)
    for field in (*TOLD, "handled", "unread", "snoozed_until"):
        note_change(db, mail, START, field)

    found = [e.about.field for e in shown(db, [owner]) if isinstance(e.about, Event)]

    assert sorted(found) == sorted(TOLD)


def test_a_status_that_only_follows_from_a_message_is_no_entry(db: SqliteDatabase) -> None:
    owner = customer(db, "ada")
    mail = conversation(db, owner, status=Status.RESOLVED)
    for stamp in (Stamp("engine", "reopen", "a", START), Stamp(ME, "reply", "b", START)):
        at_hand = conversations.get(db, mail)
        assert at_hand is not None
        status = Status.OPEN if stamp.action == "reopen" else Status.PENDING
        changes.change_conversation(db, stamp, at_hand, status=status)

    assert shown(db, [owner]) == []


def test_what_is_changed_of_the_customer_is_an_entry_of_no_conversation(
    db: SqliteDatabase,
) -> None:
    owner = customer(db, "ada")
    who = customers.get(db, owner)
    assert who is not None
    changes.change_customer(db, Stamp(ME, "rename", "a", START), who, name="Ada Park")

    (entry,) = shown(db, [owner])

    assert entry.kind is EntryKind.EVENT
    assert entry.conversation_id is None


def test_a_message_taken_back_is_gone(db: SqliteDatabase) -> None:
    owner = customer(db, "ada")
    number = say(db, conversation(db, owner), START)
    message = messages.get(db, number)
    assert message is not None
    messages.delete(db, message)

    assert shown(db, [owner]) == []


def test_joined_conversations_are_entries_of_the_one_that_is_left(db: SqliteDatabase) -> None:
    one, two = customer(db, "ada"), customer(db, "bea")
    kept, joined = conversation(db, one), conversation(db, two)
    say(db, kept, START)
    say(db, joined, START + HOUR)
    note_change(db, joined, START + 2 * HOUR)

    with db.transaction():
        join_threads(db, Stamp(ENGINE, "receive", "join", START), joined, kept)

    entries = shown(db, [one])
    assert {e.conversation_id for e in entries} == {kept}
    assert [e.at for e in entries if e.kind is EntryKind.MESSAGE] == [START + HOUR, START]
    assert START + 2 * HOUR in [e.at for e in entries if e.kind is EntryKind.EVENT]
    assert shown(db, [two]) == []


def test_of_a_customer_who_is_gone_nothing_is_left_for_who_gets_the_number(
    db: SqliteDatabase,
) -> None:
    owner = customer(db, "ada")
    stamp = Stamp(ME, "rename", "a", START)
    events.append(db, stamp, Entity.CUSTOMER, owner, "name", "ada", "Ada")
    db.run("DELETE FROM identities")
    db.run("DELETE FROM customers")
    events.append(db, stamp, Entity.CUSTOMER, owner, "erased", None, {})

    assert customer(db, "bea") == owner
    assert shown(db, [owner]) == []


def test_a_conversation_dropped_takes_its_events_along(db: SqliteDatabase) -> None:
    owner = customer(db, "ada")
    mail = conversation(db, owner)
    note_change(db, mail, START)

    conversations.delete_empty(db, mail)

    assert shown(db, [owner]) == []


def test_records_looked_up_again_stand_there_once(db: SqliteDatabase) -> None:
    owner = customer(db, "ada")
    buy(db, owner, bought(START, "1", parcel=START + DAY), bought(START, "2"))

    buy(db, owner, bought(START + HOUR, "1", parcel=START + 2 * DAY))

    assert [(e.kind, e.at) for e in shown(db, [owner])] == [
        (EntryKind.SHIPMENT, START + 2 * DAY),
        (EntryKind.ORDER, START + HOUR),
    ]


def test_an_order_that_a_shop_knows_of_two_rows_of_a_person_stands_there_once(
    db: SqliteDatabase,
) -> None:
    home, work = customer(db, "home"), customer(db, "work")
    for owner, at in ((home, START), (work, START + HOUR)):
        buy(db, owner, bought(at, "1", parcel=at + DAY))

    assert [(e.kind, e.at) for e in shown(db, [home, work])] == [
        (EntryKind.SHIPMENT, START + HOUR + DAY),
        (EntryKind.ORDER, START + HOUR),
    ]
    assert timeline.count(db, [home, work], ALL) == 2


def test_a_parcel_says_which_order_it_is_of_and_without_a_time_it_is_none(
    db: SqliteDatabase,
) -> None:
    owner = customer(db, "ada")
    buy(db, owner, bought(START, "7", parcel=START + DAY))

    entry = shown(db, [owner])[0]

    assert isinstance(entry.about, Known)
    assert entry.about.record.shipments[entry.place.part].tracking == "JD7"
    assert entry.about.record.number == "#7"


def test_every_kind_of_record_is_a_kind_of_entry() -> None:
    assert {kind.value for kind in RecordKind} <= {kind.value for kind in EntryKind}


def test_a_store_from_before_the_timeline_gets_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.db"
    steps = [step for step in sqlite._migrations() if step[0] < _number()]
    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "_migrations", lambda: steps)
        patch.setattr(sqlite, "NEWEST", steps[-1][0])
        old = SqliteDatabase(path)
        owner = customer(old, "ada")
        talks = [conversation(old, owner, channel) for channel in CHANNELS]
        for number, talk in enumerate(talks):
            say(old, talk, START + number * HOUR)
            say(old, talk, START + number * HOUR + MINUTE, direction=Direction.NOTE)
            old.run(
                "INSERT INTO events (at, actor, action, batch, entity, entity_id, field, before,"
                " after) VALUES (:at, 'ada', 'resolve', '', 'conversation', :id, 'status', '', '')",
                {"at": START + number * HOUR + 2 * MINUTE, "id": talk},
            )
        old.run(
            "INSERT INTO records (customer_id, account, kind, remote_id, number, at, status,"
            " items, shipments) VALUES (1, 'shop', 'order', '1', '#1', :at, 'paid',"
            """ '[["Tent",1,"T",null]]', '[["DHL","JD1","","",5],["DHL","JD2","","",null]]')""",
            {"at": START},
        )
        old.close()

    db = SqliteDatabase(path)

    triggered = db.all("SELECT * FROM timeline ORDER BY at, rank, id, part")
    assert len(triggered) == 3 * len(CHANNELS) + 2
    assert {row["kind"] for row in triggered} == {
        *("message", "note", "review", "call", "event", "order", "shipment")
    }
    assert len(shown(db, [owner], Words("tent"))) == 2 * len(CHANNELS) + 2
    db.close()


def _number() -> int:
    return next(n for n, sql in sqlite._migrations() if "CREATE TABLE timeline" in sql)


def test_the_migration_fills_what_the_triggers_write(tmp_path: Path) -> None:
    """The same rows, once by triggers and once from the tables as the migration does it."""
    db = new_store(tmp_path / "store.db")
    owner = customer(db, "ada")
    for number, channel in enumerate(CHANNELS):
        talk = conversation(db, owner, channel)
        for way in Direction:
            say(db, talk, START + number * HOUR, direction=way)
        note_change(db, talk, START + number)
    buy(db, owner, bought(START, "1", parcel=START + DAY), bought(START, "2"))
    kept = [tuple(row) for row in db.all("SELECT * FROM timeline ORDER BY customer_id, at, rank")]

    db.run("DELETE FROM timeline")
    sql = dict(sqlite._migrations())[_number()]
    for statement in sqlite._statements(sql):
        if re.match(r"\s*INSERT INTO timeline", statement):
            db.run(statement)

    filled = [tuple(row) for row in db.all("SELECT * FROM timeline ORDER BY customer_id, at, rank")]
    assert filled == kept
    db.close()


# -- any world, any page, any query ---------------------------------------------------------------

MOMENTS = st.integers(0, 6).map(lambda n: START + n * 3 * DAY)
THINGS = st.tuples(
    st.integers(0, 2),  # whose
    st.sampled_from(["message", "note", "event", "order"]),
    st.integers(0, 3),  # channel, or which parcel
    MOMENTS,
    st.sampled_from(TIMELINE_WORDS),
)
FILTERS = st.sampled_from(
    [Words(word) for word in TIMELINE_WORDS]
    + [term(Key.KIND, kind) for kind in ("message", "note", "review", "call", "order", "shipment")]
    + [term(Key.CHANNEL, channel) for channel in ("mail", "review")]
    + [term(Key.STATUS, "open"), term(Key.ASSIGNEE, "none"), term(Key.RATING, "<=2")]
    + [term(key, span) for key in (Key.OLDER, Key.NEWER) for span in ("2h", "1d", "1w")]
    + [term(key, day) for key in (Key.BEFORE, Key.AFTER) for day in ("today", "yesterday")]
)


def build(db: SqliteDatabase, things: list[tuple[int, str, int, int, str]]) -> list[int]:
    """A new person of three rows with ``things``; the rows."""
    number = next(_people)
    with db.transaction():
        owners = [customer(db, f"p{number}-{n}") for n in range(3)]
        talks = {
            (n, channel): conversation(db, owner, channel, Status.OPEN if n else Status.RESOLVED)
            for n, owner in enumerate(owners)
            for channel in CHANNELS
        }
        orders: dict[int, list[object]] = {0: [], 1: [], 2: []}
        for whose, what, which, at, word in things:
            talk = talks[whose, CHANNELS[which]]
            if what == "order":
                parcel = at + DAY if which else None
                orders[whose].append(bought(at, str(len(orders[whose])), item=word, parcel=parcel))
            elif what == "event":
                note_change(db, talk, at)
            else:
                way = Direction.NOTE if what == "note" else Direction.INBOUND
                say(db, talk, at, f"about {word}", way)
        for whose, theirs in orders.items():
            account = f"shop{whose}"
            buy(db, owners[whose], *theirs, account=account)  # type: ignore[arg-type]  # records
    return owners


_people = itertools.count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteDatabase]:
    database = new_store(tmp_path_factory.mktemp("timeline") / "store.db")
    yield database
    database.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(THINGS, max_size=25), st.integers(1, 8), st.booleans())
def test_pages_of_any_size_put_together_are_all_entries_once_in_order(
    shared: SqliteDatabase,
    things: list[tuple[int, str, int, int, str]],
    size: int,
    backwards: bool,
) -> None:
    members = build(shared, things)
    whole = shown(shared, members)
    after = None
    read: list[Entry] = []
    while more := timeline.page(shared, members, ALL, after=after, backwards=backwards, limit=size):
        read = more + read if backwards else read + more
        after = (more[0] if backwards else more[-1]).place

    assert read == whole
    assert [e.place for e in whole] == sorted((e.place for e in whole), reverse=True)
    parcels = sum(what == "order" and which > 0 for _, what, which, _, _ in things)
    assert len(whole) == len(things) + parcels


@settings(max_examples=60, deadline=None)
@given(st.lists(THINGS, max_size=20), queries(FILTERS), st.booleans())
def test_a_filter_shows_what_its_query_means(
    shared: SqliteDatabase, things: list[tuple[int, str, int, int, str]], query: Query, few: bool
) -> None:
    members = build(shared, things)

    found = shown(shared, members, query, few=few)

    assert found == [e for e in shown(shared, members) if holds(shared, query, e)]


def test_words_that_are_wanted_together_stand_in_one_message_or_record(
    db: SqliteDatabase,
) -> None:
    owner = customer(db, "ada")
    mail = conversation(db, owner)
    say(db, mail, START, "the zip")
    say(db, mail, START + HOUR, "is broken")
    buy(db, owner, bought(START, "1001", item="Zip, broken"))

    assert kinds(shown(db, [owner], parse("zip broken"))) == ["order"]


@pytest.mark.parametrize("text", ["#1001", "1001", "TENT", "tént", '"blue tent"', "jd1001"])
def test_words_find_a_record_by_number_item_and_parcel(db: SqliteDatabase, text: str) -> None:
    owner = customer(db, "ada")
    buy(db, owner, bought(START, "1001", item="Blue tent", parcel=START))
    buy(db, owner, bought(START, "2002", item="Stove"), account="other")

    assert kinds(shown(db, [owner], parse(text))) == ["shipment", "order"]


def test_no_record_has_a_subject(db: SqliteDatabase) -> None:
    owner = customer(db, "ada")
    buy(db, owner, bought(START, item="Parcel"))
    say(db, conversation(db, owner), START)

    assert kinds(shown(db, [owner], parse("subject:parcel"))) == ["message"]


# -- what it costs --------------------------------------------------------------------------------


def large(db: SqliteDatabase, conversations: int) -> int:
    """A customer of that many conversations with six messages and two events each, and a tenth
    as many orders with parcels."""
    owner = customer(db, "much")
    params = {"n": conversations, "owner": owner, "start": START, "hour": HOUR, "minute": MINUTE}
    counted = "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :n)"
    each = f"{counted}, k (j) AS (SELECT 1 UNION ALL SELECT j + 1 FROM k WHERE j < 6)"
    with db.transaction():
        db.run(
            f"{counted} INSERT INTO conversations (id, account, channel, subject, status,"
            " customer_id, created_at, last_at) SELECT i, 'shop', 'mail', 'Parcel ' || i,"
            " 'resolved', :owner, :start + i * :hour, :start + i * :hour + 6 * :minute FROM r",
            params,
        )
        db.run(
            f"{each} INSERT INTO messages (id, conversation_id, account, direction, author,"
            " address, at, subject, text) SELECT (:start + i * :hour + j * :minute) * 1000 + i % 7,"
            " i, 'shop', CASE j % 2 WHEN 0 THEN 'outbound' ELSE 'inbound' END, 'Ada', 'a@b.c',"
            " :start + i * :hour + j * :minute, 'Parcel', 'Where is parcel ' || i FROM r, k",
            params,
        )
        db.run(
            f"{each} INSERT INTO events (at, actor, action, batch, entity, entity_id, field,"
            " before, after) SELECT :start + i * :hour + j * :minute, 'maria', 'resolve', 'b' || i,"
            """ 'conversation', i, 'status', '"open"', '"resolved"' FROM r, k WHERE j < 3""",
            params,
        )
        db.run(
            "INSERT INTO timeline (customer_id, at, rank, id, kind, conversation_id)"
            " SELECT :owner, at, 1, id, 'event', entity_id FROM events",
            params,
        )
        db.run(
            "INSERT INTO search (rowid, subject, body, people, files)"
            " SELECT id, subject, text, author, '' FROM messages"
        )
        orders = [
            bought(START + n * 10 * HOUR, str(n), parcel=START + n * 10 * HOUR + DAY)
            for n in range(conversations // 10)
        ]
        buy(db, owner, *orders)
    return owner


@pytest.fixture(scope="module")
def much(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqliteDatabase, int]]:
    database = new_store(tmp_path_factory.mktemp("much") / "store.db")
    owner = large(database, 300)
    yield database, owner
    database.close()


def asked(db: SqliteDatabase, act: Callable[[], object]) -> list[str]:
    """The statements that ``act`` runs."""
    said: list[str] = []
    db._connection().set_trace_callback(said.append)
    try:
        act()
    finally:
        db._connection().set_trace_callback(None)
    return said


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_a_page_is_four_questions_wherever_it_stands(
    much: tuple[SqliteDatabase, int], where: str
) -> None:
    db, owner = much
    whole = shown(db, [owner], limit=10_000)
    after = {"first": None, "middle": whole[len(whole) // 2].place, "last": None}[where]

    said = asked(
        db,
        lambda: timeline.page(db, [owner], ALL, after=after, backwards=where == "last"),
    )

    assert len(said) == 4


@pytest.mark.parametrize("text", ["", "kind:call", "status:open -label:vip", "older:1d"])
def test_a_page_walks_the_timeline_in_order_and_sorts_no_more_than_it_shows(
    much: tuple[SqliteDatabase, int], text: str
) -> None:
    db, owner = much
    query = compile_entries(parse(text) if text else EVERYTHING, db, me=ME, now=NOW)
    place = shown(db, [owner])[40].place
    (sql,) = [
        said
        for said in asked(db, lambda: timeline.page(db, [owner], query, after=place))
        if "FROM timeline" in said
    ]

    plan = [row["detail"] for row in db.all(f"EXPLAIN QUERY PLAN {sql}")]

    walks = [step for step in plan if re.match(r"SEARCH t USING PRIMARY KEY", step)]
    assert walks, plan
    assert not any(step.startswith("SCAN t") for step in plan)
    inner = plan[: next((n for n, step in enumerate(plan) if "SCAN (subquery" in step), len(plan))]
    assert not any("TEMP B-TREE" in step for step in inner), plan


def test_a_page_of_thousands_is_no_dearer_than_one_of_dozens(
    much: tuple[SqliteDatabase, int], tmp_path: Path
) -> None:
    db, owner = much
    few = new_store(tmp_path / "few.db")
    other = large(few, 30)

    assert steps(db, owner) <= steps(few, other) * 1.1
    few.close()


def steps(db: SqliteDatabase, owner: int) -> int:
    """How many of SQLite's own steps a first page takes."""
    timeline.page(db, [owner], ALL)  # prepare what is prepared once
    counted = 0

    def tick() -> int:
        nonlocal counted
        counted += 1
        return 0

    db._connection().set_progress_handler(tick, 10)
    try:
        timeline.page(db, [owner], ALL)
    finally:
        db._connection().set_progress_handler(None, 10)
    return counted


def test_a_message_is_told_with_its_conversation(db: SqliteDatabase) -> None:
    owner = customer(db, "ada")
    say(db, conversation(db, owner, Channel.REVIEW), START, "Rain came through.")

    (entry,) = shown(db, [owner])

    assert isinstance(entry.about, Said)
    assert (entry.about.channel, entry.about.rating) == (Channel.REVIEW, 2)
    assert entry.about.snippet == "Rain came through."
