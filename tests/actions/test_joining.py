"""Merging and splitting conversations: what belongs together, later mails, and the way back."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent_tui.actions.action import ActionError
from agent_tui.actions.bulk import Bulk
from agent_tui.actions.registry import perform
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Conversation, Status
from agent_tui.store import audit, conversations, messages
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import reckon
from tests.factory import START, Desk, chat, incoming, listed, mail_account, ours, receive
from tests.stores import new_store

MERGE, SPLIT = "merge-conversations", "split"


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    return at_work(db)


def at_work(db: SqliteDatabase) -> Desk:
    """Two threads of Ada, one of Bob; the older of Ada's has three mails."""
    mail_account(db)
    receive(
        db,
        incoming("the zip broke", message_id="a1@x", subject="Zip", at=START + MINUTE),
        ours("Send it back.", message_id="a2@x", references=["a1@x"], at=START + 2 * MINUTE),
        incoming(
            "and the strap", message_id="a3@x", references=["a1@x", "a2@x"], at=START + 3 * MINUTE
        ),
        incoming("hello?", message_id="b1@x", subject="Hello", at=START + 4 * MINUTE),
        incoming(
            "a bill",
            message_id="c1@x",
            sender="bob@x.example",
            subject="Bill",
            at=START + 5 * MINUTE,
        ),
    )
    return Desk(db)


def named(desk: Desk, subject: str) -> Conversation:
    return next(one for one in listed(desk.db) if one.subject == subject)


def ids(desk: Desk, *subjects: str) -> list[int]:
    return [named(desk, subject).id for subject in subjects]


def texts(desk: Desk, conversation_id: int) -> list[str]:
    return [m.body.text for m in messages.of_conversation(desk.db, conversation_id)]


def third(desk: Desk) -> dict[str, str]:
    """The argument that splits the zip's thread at its third mail."""
    thread = messages.of_conversation(desk.db, named(desk, "Zip").id)
    return {"message": str(thread[2].id)}


def test_the_oldest_stays_and_has_all_messages_labels_and_who_waits(desk: Desk) -> None:
    perform("resolve", desk.context, ids(desk, "Zip"))
    perform("label", desk.context, ids(desk, "Hello"), {"labels": "vip"})
    perform("priority", desk.context, ids(desk, "Hello"), {"priority": "high"})

    done = perform(MERGE, desk.context, ids(desk, "Hello", "Zip"))

    kept = named(desk, "Zip")
    assert done.sentence == f"2 conversations are one: #{kept.id}."
    assert texts(desk, kept.id) == ["the zip broke", "Send it back.", "and the strap", "hello?"]
    assert (kept.status, kept.labels, kept.priority) == (Status.OPEN, ("vip",), 1)
    assert kept.waiting_since == START + 4 * MINUTE
    assert kept.messages == 4
    assert [one.id for one in listed(desk.db, "hello")] == [kept.id]
    assert len(listed(desk.db)) == 2


def test_later_mails_of_the_merged_thread_go_to_the_one_that_stays(desk: Desk) -> None:
    perform(MERGE, desk.context, ids(desk, "Zip", "Hello"))
    receive(desk.db, incoming("still there?", references=["b1@x"], at=START + 9 * MINUTE))

    assert texts(desk, named(desk, "Zip").id)[-1] == "still there?"
    assert len(listed(desk.db)) == 2


def test_mails_that_came_after_a_merge_that_is_undone_do_not_make_them_one_again(
    desk: Desk,
) -> None:
    perform(MERGE, desk.context, ids(desk, "Zip", "Hello"))
    receive(
        desk.db,
        incoming("more", message_id="d1@x", references=["b1@x"], at=START + 9 * MINUTE),
    )
    perform("undo", desk.context)
    receive(
        desk.db,
        incoming("and more", references=["b1@x", "d1@x"], at=START + 10 * MINUTE),
        incoming("hello!", references=["b1@x"], at=START + 11 * MINUTE),
    )

    assert texts(desk, named(desk, "Zip").id)[-2:] == ["more", "and more"]
    assert texts(desk, named(desk, "Hello").id) == ["hello?", "hello!"]


def test_a_split_conversation_is_open_and_answers_to_its_mails_find_it(desk: Desk) -> None:
    whole = named(desk, "Zip")
    done = perform(SPLIT, desk.context, [whole.id], third(desk))
    new = done.changed[0]
    receive(
        desk.db,
        incoming("the strap again", references=["a1@x", "a2@x", "a3@x"], at=START + 9 * MINUTE),
        incoming("the zip again", references=["a1@x", "a2@x"], at=START + 10 * MINUTE),
    )

    assert texts(desk, new) == ["and the strap", "the strap again"]
    assert texts(desk, whole.id) == ["the zip broke", "Send it back.", "the zip again"]
    assert {one.id for one in listed(desk.db, "strap")} == {new}


def test_one_message_alone_can_be_split_off(desk: Desk) -> None:
    whole = named(desk, "Zip").id
    thread = messages.of_conversation(desk.db, whole)
    args = {"message": str(thread[1].id), "only": "yes"}
    new = perform(SPLIT, desk.context, [whole], args).changed[0]
    assert texts(desk, new) == ["Send it back."]
    assert texts(desk, whole) == ["the zip broke", "and the strap"]


def test_what_cannot_be_merged_or_split_is_refused_in_words(desk: Desk) -> None:
    mail_account(desk.db, name="sales")
    receive(desk.db, chat(room="r"))
    room = next(one for one in listed(desk.db) if one.thread_key)
    with pytest.raises(ActionError, match="one alone is merged already"):
        perform(MERGE, desk.context, ids(desk, "Zip"))
    with pytest.raises(ActionError, match="only mails are merged"):
        perform(MERGE, desk.context, [room.id, *ids(desk, "Zip")])
    with pytest.raises(ActionError, match="only mails are split"):
        perform(SPLIT, desk.context, [room.id], {"message": "1"})
    first = messages.of_conversation(desk.db, named(desk, "Zip").id)[0]
    with pytest.raises(ActionError, match="That would be all of it"):
        perform(SPLIT, desk.context, ids(desk, "Zip"), {"message": str(first.id)})


def test_what_was_merged_on_since_is_not_undone_before_that_is(desk: Desk) -> None:
    perform(MERGE, desk.context, ids(desk, "Hello", "Bill"))
    batch = perform(MERGE, Desk(desk.db, agent="jonas").context, ids(desk, "Zip", "Hello")).batch
    with pytest.raises(ActionError, match="Not undone"):
        perform("undo", desk.context)
    assert batch is not None
    perform("undo", Desk(desk.db, agent="jonas").context)
    assert {one.subject for one in listed(desk.db)} == {"Zip", "Hello"}


_MADE_ANEW = {"version", "due_at", "warn_at", "due_known", "updated_at"}
_LOGS = {"events", "timeline", "sqlite_sequence", "outbox", "leases"}


def dump(desk: Desk) -> dict[str, list[Mapping[str, object]]]:
    """Every table but the log and what is told to providers, but for counters of versions."""
    reckon(desk.db)
    names = [
        row["name"]
        for row in desk.db.all("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row["name"].startswith("search") and row["name"] not in _LOGS
    ]
    found: dict[str, list[Mapping[str, object]]] = {}
    for name in names:
        rows = [
            {key: row[key] for key in row.keys() if key not in _MADE_ANEW}  # noqa: SIM118
            for row in desk.db.all(f"SELECT * FROM {name}")
        ]
        found[name] = sorted(rows, key=str)
    return found


TARGETS = st.sets(st.integers(0, 9), min_size=1, max_size=3)
STEPS = st.one_of(
    st.tuples(st.sampled_from(["resolve", "wait", "spam", "reopen", "unread", "take"]), TARGETS),
    st.tuples(st.sampled_from(["label +vip", "label -vip", "snooze", "bulk"]), TARGETS),
    st.tuples(st.sampled_from([MERGE, SPLIT, "split one", "undo"]), TARGETS),
)
_ARGS = {"label +vip": "vip new", "label -vip": "-vip"}


def act(desk: Desk, name: str, places: set[int]) -> None:
    """Do it to some of the conversations that there are; what is refused is not done."""
    every = sorted(one.id for one in listed(desk.db))
    chosen = sorted({every[place % len(every)] for place in places})
    args: dict[str, str] = {}
    if name in _ARGS:
        name, args = "label", {"labels": _ARGS[name]}
    elif name == "snooze":
        args = {"until": "in 2h"}
    elif name.startswith(SPLIT):
        thread = messages.of_conversation(desk.db, chosen[0])
        args = {"message": str(thread[max(places) % len(thread)].id)}
        args |= {"only": "yes"} if name != SPLIT else {}
        name, chosen = SPLIT, chosen[:1]
    try:
        if name == "bulk":
            work = Bulk(desk.context, "hold", chosen)
            while work.step():
                pass
        else:
            perform(name, desk.context, chosen, args)
    except ActionError:
        pass


@given(steps=st.lists(STEPS, max_size=6))
@example(steps=[("merge-conversations", {0, 2}), ("merge-conversations", {0, 1})])
@settings(max_examples=30, deadline=None)
def test_any_actions_then_undo_of_all_is_the_start_and_redo_of_all_what_they_did(
    steps: list[tuple[str, set[int]]],
) -> None:
    with TemporaryDirectory() as folder:
        db = new_store(Path(folder) / "store.db")
        try:
            there_and_back(at_work(db), steps)
        finally:
            db.close()


def there_and_back(desk: Desk, steps: list[tuple[str, set[int]]]) -> None:
    start = dump(desk)
    for name, places in steps:
        act(desk, name, places)
    done = dump(desk)

    undone = 0
    while True:
        try:
            perform("undo", desk.context)
        except ActionError as error:
            assert "nothing to undo" in str(error)  # noqa: PT017 - the end of the loop
            break
        undone += 1
    assert dump(desk) == start
    for _ in range(undone):
        perform("redo", desk.context)
    assert dump(desk)["messages"] == done["messages"]
    assert dump(desk)["conversations"] == done["conversations"]

    for _ in range(undone):
        perform("undo", desk.context)
    assert dump(desk) == start
    assert audit.verify(desk.db).broken is None
    assert conversations.get(desk.db, 1) is not None
