"""Effects leave once: every change of state is allowed or refused as the design says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_tui.model.account import EffectKind
from agent_tui.model.message import Body, Delivery, Direction, Message
from agent_tui.model.outbox import Filed, OutboxItem, OutboxState, state_after_crash
from agent_tui.store import leaving, messages, outbox, queueing
from agent_tui.store.database import Conflict, StoreError
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, START, incoming, listed, only, receive

S = OutboxState


def queued(
    db: SqliteDatabase,
    state: OutboxState = S.QUEUED,
    *,
    key: str = "key@shop",
    kind: EffectKind = EffectKind.SEND,
    hold: int = 0,
    conversation: int | None = None,
    account: str = ACCOUNT,
) -> OutboxItem:
    """An effect in ``state``, however it came there."""
    item = queueing.put(
        db,
        account=account,
        kind=kind,
        key=key,
        payload="{}",
        agent="maria",
        now=START,
        hold=hold,
        conversation_id=conversation,
    )
    db.run("UPDATE outbox SET state = :state WHERE id = :id", {"state": state, "id": item})
    return again(db, item)


def again(db: SqliteDatabase, item: int | OutboxItem) -> OutboxItem:
    found = outbox.get(db, item if isinstance(item, int) else item.id)
    assert found is not None
    return found


def with_message(db: SqliteDatabase) -> OutboxItem:
    """A queued reply with its message in a conversation."""
    receive(db, incoming())
    conversation = only(db)
    message = Message(
        id=messages.new_id(db, START),
        conversation_id=conversation.id,
        account=ACCOUNT,
        direction=Direction.OUTBOUND,
        author="Shop",
        address="support@shop.example",
        at=START,
        subject="Re: Parcel",
        body=Body("It is on its way."),
        delivery=Delivery.QUEUED,
    )
    messages.insert(db, message)
    item = queued(db, conversation=conversation.id)
    db.run("UPDATE outbox SET message_id = :m", {"m": message.id})
    return again(db, item)


def delivery(db: SqliteDatabase, item: OutboxItem) -> tuple[Delivery, str]:
    assert item.message_id is not None
    message = messages.get(db, item.message_id)
    assert message is not None
    return message.delivery, message.problem


Move = Callable[[SqliteDatabase, OutboxItem], object]

MOVES: dict[str, tuple[Move, OutboxState, set[OutboxState]]] = {
    "take": (outbox.take, S.SENDING, {S.QUEUED, S.HELD}),
    "commit": (outbox.commit, S.COMMITTED, {S.SENDING}),
    "sent": (
        lambda db, item: outbox.sent(db, item, START, filed=Filed.NONE),
        S.SENT,
        {S.QUEUED, S.SENDING, S.COMMITTED, S.UNCERTAIN, S.CHECK},
    ),
    "retry": (
        lambda db, item: outbox.retry(db, item, START, "later"),
        S.QUEUED,
        {S.SENDING, S.COMMITTED, S.FAILED, S.UNCERTAIN, S.OVERTAKEN, S.CHECK},
    ),
    "hold": (lambda db, item: outbox.hold(db, item, START), S.HELD, {S.HELD, S.OVERTAKEN}),
    "fail": (
        lambda db, item: outbox.fail(db, item, "refused", START),
        S.FAILED,
        {S.QUEUED, S.SENDING, S.COMMITTED},
    ),
    "doubt": (
        lambda db, item: outbox.doubt(db, item, "broke off", START),
        S.UNCERTAIN,
        {S.QUEUED, S.SENDING, S.COMMITTED},
    ),
    "cancel": (
        outbox.cancel,
        S.CANCELLED,
        {S.QUEUED, S.HELD, S.FAILED, S.UNCERTAIN, S.OVERTAKEN, S.CHECK},
    ),
    "settle": (
        lambda db, item: outbox.settle_sent(db, item, START),
        S.SENT,
        {S.FAILED, S.UNCERTAIN, S.CHECK},
    ),
}


@pytest.mark.parametrize("origin", list(OutboxState))
@pytest.mark.parametrize("name", list(MOVES))
def test_a_state_is_left_only_for_the_states_that_may_follow(
    db: SqliteDatabase, name: str, origin: OutboxState
) -> None:
    move, to, allowed = MOVES[name]
    item = queued(db, origin)

    try:
        move(db, item)
    except Conflict:
        assert name == "commit"

    assert again(db, item).state is (to if origin in allowed else origin)


@pytest.mark.parametrize("name", list(MOVES))
def test_nobody_changes_what_was_tried_again_since_they_read_it(
    db: SqliteDatabase, name: str
) -> None:
    move, to, allowed = MOVES[name]
    origin = min(allowed - {to})
    stale = queued(db, origin)
    db.run("UPDATE outbox SET attempts = attempts + 1")

    try:
        move(db, stale)
    except Conflict:
        assert name == "commit"

    assert again(db, stale).state is origin


def test_of_two_processes_one_takes_an_effect(db: SqliteDatabase, tmp_path: Path) -> None:
    item = queued(db)
    other = SqliteDatabase(tmp_path / "store.db")

    first, second = outbox.take(db, item), outbox.take(other, item)
    other.close()

    assert first is not None
    assert (first.state, first.attempts) == (S.SENDING, 1)
    assert second is None


def test_an_engine_that_lost_its_turn_does_not_send(db: SqliteDatabase) -> None:
    stopped = outbox.take(db, queued(db))
    assert stopped is not None
    outbox.recover(db, ACCOUNT)
    assert outbox.take(db, again(db, stopped)) is not None

    with pytest.raises(Conflict, match="taken over"):
        outbox.commit(db, stopped)


def test_an_engine_that_lost_its_turn_does_not_requeue_what_the_other_has_committed(
    db: SqliteDatabase,
) -> None:
    stopped = outbox.take(db, queued(db))
    assert stopped is not None
    outbox.recover(db, ACCOUNT)
    taken = outbox.take(db, again(db, stopped))
    assert taken is not None
    outbox.commit(db, taken)

    outbox.retry(db, stopped, START, "connection lost")

    assert again(db, taken).state is S.COMMITTED


def test_committing_is_synced_to_disk(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    item = outbox.take(db, queued(db))
    assert item is not None
    levels: list[int] = []
    run = db.run

    def spied(sql: str, params: object) -> int:
        row = db.one("PRAGMA synchronous")
        assert row is not None
        levels.append(row["synchronous"])
        return run(sql, params)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(db, "run", spied)
    outbox.commit(db, item)

    assert levels == [2]  # FULL


@pytest.mark.parametrize("state", list(OutboxState))
def test_after_a_crash_only_what_was_on_its_way_moves(
    db: SqliteDatabase, state: OutboxState
) -> None:
    item = queued(db, state)
    elsewhere = queued(db, state, account="other", key="other@shop")

    moved = outbox.recover(db, ACCOUNT)

    assert again(db, item).state is state_after_crash(state)
    assert moved == (state in (S.SENDING, S.COMMITTED))
    assert again(db, elsewhere).state is state


def test_what_a_crash_left_in_doubt_says_why(db: SqliteDatabase) -> None:
    item = with_message(db)
    taken = outbox.take(db, item)
    assert taken is not None
    outbox.commit(db, taken)

    outbox.recover(db, ACCOUNT)

    why = "The program ended while this was being sent."
    assert again(db, item).problem == why
    assert delivery(db, item) == (Delivery.UNCERTAIN, why)


def test_the_message_shows_how_far_its_effect_has_come(db: SqliteDatabase) -> None:
    item = with_message(db)
    shown = [delivery(db, item)]

    first = outbox.take(db, item)
    assert first is not None
    shown.append(delivery(db, item))
    outbox.retry(db, first, START, "The server is away.")
    shown.append(delivery(db, item))
    second = outbox.take(db, again(db, item))
    assert second is not None
    outbox.commit(db, second)
    shown.append(delivery(db, item))
    outbox.sent(db, second, START, filed=Filed.WANTED, problem="Not delivered to b@x.")
    shown.append(delivery(db, item))

    assert shown == [
        (Delivery.QUEUED, ""),
        (Delivery.SENDING, ""),
        (Delivery.QUEUED, "The server is away."),
        (Delivery.SENDING, ""),
        (Delivery.SENT, "Not delivered to b@x."),
    ]


def test_a_refused_change_leaves_the_message_as_it_was(db: SqliteDatabase) -> None:
    item = with_message(db)
    taken = outbox.take(db, item)
    assert taken is not None
    outbox.sent(db, taken, START, filed=Filed.NONE)

    outbox.fail(db, taken, "too late", START)

    assert delivery(db, item) == (Delivery.SENT, "")


def test_what_is_held_is_not_due_before_its_time(db: SqliteDatabase) -> None:
    item = queued(db, S.HELD, hold=10_000)

    assert leaving.next_due(db, ACCOUNT) == START + 10_000
    assert leaving.due(db, ACCOUNT, START + 9_999) == []
    assert leaving.due(db, ACCOUNT, START + 10_000) == [item]


def test_effects_of_one_conversation_leave_in_order(db: SqliteDatabase) -> None:
    receive(db, incoming())
    here = only(db).id
    first = queued(db, key="1", conversation=here, hold=10_000)
    second = queued(db, key="2", conversation=here)
    apart = queued(db, key="3")

    assert leaving.due(db, ACCOUNT, START) == [apart]
    assert leaving.due(db, ACCOUNT, START + 10_000) == [first, apart]
    outbox.cancel(db, first)
    assert leaving.due(db, ACCOUNT, START) == [second, apart]


def test_what_failed_does_not_hold_up_what_follows(db: SqliteDatabase) -> None:
    receive(db, incoming())
    here = only(db).id
    queued(db, S.FAILED, key="1", conversation=here)
    second = queued(db, key="2", conversation=here)

    assert leaving.due(db, ACCOUNT, START) == [second]


def test_hastening_hurries_tries_and_no_undo_window(db: SqliteDatabase) -> None:
    held = queued(db, S.HELD, key="1", hold=10_000)
    tried = outbox.take(db, queued(db, key="2"))
    assert tried is not None
    outbox.retry(db, tried, START + 60_000, "away")

    assert leaving.hasten(db, ACCOUNT, START) == 1
    assert again(db, tried).due_at == START
    assert again(db, held).due_at == START + 10_000


def test_a_key_is_queued_once(db: SqliteDatabase) -> None:
    queued(db, key="same")

    with pytest.raises(StoreError):
        queued(db, key="same")


def test_a_status_replaces_the_one_before_it_that_has_not_left(db: SqliteDatabase) -> None:
    receive(db, incoming())
    here = only(db).id
    waiting = queued(db, S.HELD, key="1", kind=EffectKind.STATUS, conversation=here)
    left = queued(db, S.SENDING, key="2", kind=EffectKind.STATUS, conversation=here)
    reply = queued(db, key="3", conversation=here)

    assert [i.id for i in queueing.replace(db, [here], EffectKind.STATUS)[here]] == [waiting.id]

    states = [again(db, item).state for item in (waiting, left, reply)]
    assert states == [S.CANCELLED, S.SENDING, S.QUEUED]


def test_a_replaced_status_that_was_tried_may_have_reached_the_provider(
    db: SqliteDatabase,
) -> None:
    receive(db, incoming())
    tried = outbox.take(db, queued(db, kind=EffectKind.STATUS, conversation=only(db).id))
    assert tried is not None
    outbox.retry(db, tried, START, "broke off")

    (dropped,) = queueing.replace(db, [only(db).id], EffectKind.STATUS)[only(db).id]

    assert dropped.attempts == 1
    assert again(db, tried).state is S.CANCELLED


def test_sent_and_filed_are_two_facts(db: SqliteDatabase) -> None:
    item = queued(db, S.SENDING)
    outbox.sent(db, item, START, filed=Filed.WANTED)
    assert leaving.unfiled(db, ACCOUNT) == [again(db, item)]

    outbox.set_filed(db, item, Filed.DONE)

    assert leaving.unfiled(db, ACCOUNT) == []
    assert (again(db, item).filed, again(db, item).file_attempts) == (Filed.DONE, 1)


def test_the_screen_lists_sends_and_whatever_is_not_done(db: SqliteDatabase) -> None:
    sent = queued(db, S.SENT, key="1")
    queued(db, S.SENT, key="2", kind=EffectKind.STATUS)
    queued(db, S.CANCELLED, key="3")
    stuck = queued(db, S.UNCERTAIN, key="4", kind=EffectKind.STATUS)
    failed = queued(db, S.FAILED, key="5")

    assert outbox.shown(db) == [failed, stuck, sent]
    assert outbox.undecided(db) == 1
    assert leaving.uncertain(db, ACCOUNT) == [stuck]


# Who waits for whom within a conversation

K = EffectKind


@pytest.mark.parametrize("first", [K.READ, K.UNREAD, K.STATUS, K.NOTE, K.ASSIGN, K.LABELS])
@pytest.mark.parametrize("second", [K.SEND, K.EDIT, K.DELETE, K.REACT])
def test_what_the_customer_sees_waits_for_nothing_else(
    db: SqliteDatabase, first: EffectKind, second: EffectKind
) -> None:
    assert kinds_due(db, first, second) == [second, first]


@pytest.mark.parametrize("second", [K.SEND, K.EDIT, K.DELETE, K.REACT, K.STATUS, K.NOTE])
@pytest.mark.parametrize("first", [K.SEND, K.EDIT, K.DELETE, K.REACT])
def test_what_the_customer_sees_leaves_in_order_and_the_rest_after_it(
    db: SqliteDatabase, first: EffectKind, second: EffectKind
) -> None:
    assert kinds_due(db, first, second) == [first]


def test_what_is_told_to_the_provider_leaves_in_order(db: SqliteDatabase) -> None:
    assert kinds_due(db, K.STATUS, K.NOTE, K.ASSIGN) == [K.STATUS]


@pytest.mark.parametrize("first", [K.SEND, K.STATUS, K.READ])
def test_reading_waits_for_nothing(db: SqliteDatabase, first: EffectKind) -> None:
    assert K.READ in kinds_due(db, first, K.READ)


@pytest.mark.parametrize("second", [K.SEND, K.STATUS, K.NOTE])
def test_nothing_waits_for_reading(db: SqliteDatabase, second: EffectKind) -> None:
    assert second in kinds_due(db, K.READ, second)


@pytest.mark.parametrize("state", [S.SENDING, S.COMMITTED, S.HELD])
def test_who_is_on_the_way_is_waited_for(db: SqliteDatabase, state: OutboxState) -> None:
    receive(db, incoming())
    queued(db, state, key="1", conversation=only(db).id, hold=10**6 if state is S.HELD else 0)
    queued(db, key="2", conversation=only(db).id)

    assert leaving.due(db, ACCOUNT, START) == []


def test_other_conversations_wait_for_nobody(db: SqliteDatabase) -> None:
    receive(db, incoming(), incoming(sender="b@x.example"))
    for number, conversation in enumerate(listed(db)):
        queued(db, key=str(number), conversation=conversation.id)

    assert len(leaving.due(db, ACCOUNT, START)) == 2


def test_only_what_customers_see_may_be_asked_for(db: SqliteDatabase) -> None:
    receive(db, incoming())
    queued(db, key="1", kind=K.STATUS, conversation=only(db).id)
    assert leaving.next_due(db, ACCOUNT, only_seen=True) is None

    queued(db, key="2", conversation=only(db).id)

    assert leaving.next_due(db, ACCOUNT, only_seen=True) == START


def test_the_queue_is_read_by_indexes_alone(db: SqliteDatabase) -> None:
    plan = db.all(
        f"EXPLAIN QUERY PLAN SELECT o.* FROM outbox o WHERE {leaving._NEXT} AND o.due_at <= 1",
        {"account": ACCOUNT},
    )

    steps = [row["detail"] for row in plan]
    assert not [step for step in steps if step.startswith("SCAN")], steps


def kinds_due(db: SqliteDatabase, *kinds: EffectKind) -> list[EffectKind]:
    """What of these, queued in this order in one conversation, may leave at once."""
    receive(db, incoming())
    for number, kind in enumerate(kinds):
        queued(db, key=str(number), kind=kind, conversation=only(db).id)
    return [item.kind for item in leaving.due(db, ACCOUNT, START)]


@pytest.mark.parametrize("kind", [K.EDIT, K.DELETE, K.REACT])
def test_only_what_sends_a_message_says_how_it_is_delivered(
    db: SqliteDatabase, kind: EffectKind
) -> None:
    item = with_message(db)
    messages.set_delivery(db, item.message_id or 0, Delivery.QUEUED)
    db.run("UPDATE outbox SET kind = :kind", {"kind": kind})

    outbox.fail(db, again(db, item), "refused", START)

    assert delivery(db, item) == (Delivery.QUEUED, "")
