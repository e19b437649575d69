"""The rows of conversations: whole, in the order asked for, changed once."""

import pytest

from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import (
    Conversation,
    Status,
)
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.store import (
    conversations,
    customer_pages,
    drafts,
    messages,
    outbox,
)
from agent_tui.store.database import Conflict
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, OWN, START, batch, begin, incoming, listed, only, ours, receive


def got(db: SqliteDatabase, conversation_id: int) -> Conversation:
    found = conversations.get(db, conversation_id)
    assert found is not None
    return found


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
