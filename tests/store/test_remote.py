"""What providers say of conversations is taken over where it is news, and undoes no decision."""

from dataclasses import replace

import pytest

from agent_tui.model.account import EffectKind
from agent_tui.model.clock import DAY
from agent_tui.model.conversation import Conversation, Priority, Status, Triage
from agent_tui.model.event import ENGINE, Entity, Stamp
from agent_tui.model.incoming import ConversationState
from agent_tui.model.outbox import OutboxState
from agent_tui.store import conversations, events, queueing, remote
from agent_tui.store.changes import change_conversation
from agent_tui.store.database import Database
from tests.factory import ACCOUNT, START, changed, chat, only, receive

STATE = ConversationState("room")


def says(db: Database, **what: object) -> Conversation:
    """The provider says that; the conversation afterwards."""
    changed(db, conversations=(replace(STATE, **what),))  # type: ignore[arg-type]
    return only(db)


def decide(db: Database, **fields: object) -> None:
    """An agent decides that."""
    stamp = Stamp("maria", "test", "batch", START)
    change_conversation(db, stamp, only(db), **fields)  # type: ignore[arg-type]


def on_its_way(db: Database, kind: EffectKind) -> int:
    return queueing.put(
        db,
        account=ACCOUNT,
        kind=kind,
        key=f"key {kind}",
        payload="{}",
        agent="maria",
        now=START,
        conversation_id=only(db).id,
    )


def test_what_is_news_is_taken_over_and_logged_as_changed_elsewhere(db: Database) -> None:
    receive(db, chat())

    now = says(
        db,
        status=Status.SNOOZED,
        snoozed_until=START + DAY,
        assignee="jo",
        labels=("vip", "refund"),
        priority=Priority.HIGH,
    )

    assert now.triage == Triage(Status.SNOOZED, START + DAY, "jo", ("refund", "vip"), Priority.HIGH)
    told = events.of_entity(db, Entity.CONVERSATION, now.id)
    elsewhere = [e for e in told if e.stamp.action == "changed elsewhere"]
    assert {e.field for e in elsewhere} == {
        "status", "snoozed_until", "assignee", "labels", "priority",
    }  # fmt: skip
    assert {e.stamp.actor for e in elsewhere} == {ENGINE}


def test_what_is_said_again_changes_nothing(db: Database) -> None:
    receive(db, chat())
    says(db, status=Status.OPEN, assignee="jo", labels=("vip",), priority=Priority.HIGH)
    decide(db, status=Status.PENDING, assignee="maria", labels=["mine"], priority=0)
    before = only(db)

    again = says(db, status=Status.OPEN, assignee="jo", labels=("vip",), priority=Priority.HIGH)

    assert again == before


def test_what_is_not_said_stays(db: Database) -> None:
    receive(db, chat())
    decide(db, assignee="maria", labels=["mine"])

    now = says(db, status=Status.RESOLVED)

    assert (now.status, now.assignee, now.labels) == (Status.RESOLVED, "maria", ("mine",))


def test_nobody_as_assignee_is_said_with_an_empty_name(db: Database) -> None:
    receive(db, chat())
    says(db, assignee="jo")

    assert says(db, assignee="").assignee is None


@pytest.mark.parametrize("mine", [Status.PENDING, Status.ON_HOLD, Status.SNOOZED])
def test_a_first_open_does_not_undo_our_finer_status(db: Database, mine: Status) -> None:
    receive(db, chat())
    decide(db, status=mine)

    assert says(db, status=Status.OPEN).status is mine
    assert says(db, status=Status.RESOLVED).status is Status.RESOLVED
    assert says(db, status=Status.OPEN).status is Status.OPEN


@pytest.mark.parametrize(
    ("kind", "said", "field"),
    [
        (EffectKind.STATUS, {"status": Status.RESOLVED}, "status"),
        (EffectKind.ASSIGN, {"assignee": "jo"}, "assignee"),
        (EffectKind.LABELS, {"labels": ("vip",)}, "labels"),
        (EffectKind.PRIORITY, {"priority": Priority.URGENT}, "priority"),
    ],
)
def test_a_field_whose_own_change_is_on_its_way_is_left_alone(
    db: Database, kind: EffectKind, said: dict[str, object], field: str
) -> None:
    receive(db, chat())
    item = on_its_way(db, kind)
    before = getattr(only(db), field)

    assert getattr(says(db, **said), field) == before

    db.run("UPDATE outbox SET state = :s WHERE id = :id", {"s": OutboxState.SENT, "id": item})
    assert getattr(says(db, **said), field) == before, "the base was renewed all the same"


def test_another_field_is_taken_over_meanwhile(db: Database) -> None:
    receive(db, chat())
    on_its_way(db, EffectKind.STATUS)

    now = says(db, status=Status.RESOLVED, assignee="jo")

    assert (now.status, now.assignee) == (Status.OPEN, "jo")


def test_closed_elsewhere_nobody_waits_any_more(db: Database) -> None:
    receive(db, chat())
    assert only(db).waiting_since is not None

    says(db, status=Status.RESOLVED)

    assert only(db).waiting_since is None
    assert only(db).handled is not None


def test_the_word_of_a_beginning_is_the_first_base(db: Database) -> None:
    receive(db, chat(status=Status.OPEN, labels=("vip",), assignee="jo", priority=Priority.HIGH))
    decide(db, status=Status.PENDING, labels=[], assignee=None, priority=0)
    before = only(db)

    now = says(db, status=Status.OPEN, labels=("vip",), assignee="jo", priority=Priority.HIGH)

    assert now == before


def test_the_echo_of_what_we_told_is_no_news(db: Database) -> None:
    receive(db, chat())
    says(db, status=Status.RESOLVED)
    decide(db, status=Status.ON_HOLD)

    two = frozenset({Status.OPEN, Status.RESOLVED})
    remote.told(db, only(db).id, EffectKind.STATUS, only(db).triage, two)

    assert says(db, status=Status.OPEN).status is Status.ON_HOLD


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (Status.PENDING, Status.OPEN),
        (Status.ON_HOLD, Status.OPEN),
        (Status.SNOOZED, Status.SNOOZED),
        (Status.SPAM, Status.RESOLVED),
        (Status.RESOLVED, Status.RESOLVED),
    ],
)
def test_an_unknown_status_is_told_as_open_or_resolved(status: Status, told: Status) -> None:
    known = frozenset({Status.OPEN, Status.RESOLVED, Status.SNOOZED})

    assert remote.as_told(status, known) is told


def test_subject_and_way_and_limits_are_set_as_said(db: Database) -> None:
    receive(db, chat())

    now = says(db, subject="Order 7", via="whatsapp", reply_limit=4096, reply_until=START + DAY)
    assert (now.subject, now.via, now.reply_limit, now.reply_until) == (
        "Order 7",
        "whatsapp",
        4096,
        START + DAY,
    )

    now = says(db, via="whatsapp")
    assert (now.subject, now.reply_limit, now.reply_until) == ("Order 7", None, None)


def test_what_is_said_of_an_unknown_conversation_is_dropped(db: Database) -> None:
    receive(db, chat())
    before = only(db)

    changed(db, conversations=(ConversationState("elsewhere", status=Status.SPAM),))

    assert only(db) == before
    assert conversations.of_thread(db, "other", "room") is None
