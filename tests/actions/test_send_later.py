"""A message leaves at the time that the agent says, unless the customer writes before."""

import json
from dataclasses import replace

import pytest

from agent_tui.actions import deciding, reply, undo
from agent_tui.actions.action import ActionError
from agent_tui.model.clock import HOUR, MINUTE
from agent_tui.model.draft import DraftKind
from agent_tui.model.outbox import Filed, OutboxItem, OutboxState
from agent_tui.store import codec, drafts, leaving, messages, outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, Desk, incoming, mail_account, only, receive


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming("It broke.", name="Ada Park", message_id="first@customer.example"))
    return Desk(db)


def send(desk: Desk, after: int | None = 12 * HOUR, text: str = "Good morning!") -> OutboxItem:
    """A reply that leaves ``after`` that long; None: as usual."""
    draft = replace(reply.start(desk.context, only(desk.db), DraftKind.REPLY), body=text)
    drafts.save(desk.db, draft)
    at = desk.now() + after if after is not None else None
    reply.send(desk.context, draft, at=at)
    return outbox.shown(desk.db)[0]


def now_of(desk: Desk, item: OutboxItem) -> OutboxItem:
    found = outbox.get(desk.db, item.id)
    assert found is not None
    return found


def due(desk: Desk) -> list[int]:
    return [item.id for item in leaving.due(desk.db, ACCOUNT, desk.now())]


def customer_writes(desk: Desk, *, automatic: bool = False) -> None:
    answer = incoming(
        "Never mind!", name="Ada", references=("first@customer.example",), automatic=automatic
    )
    receive(desk.db, answer)


def test_it_leaves_at_its_time_and_not_before(desk: Desk) -> None:
    item = send(desk)
    desk.now.at = item.send_at - 1 if item.send_at else 0
    assert due(desk) == []
    desk.now.at += 1
    assert due(desk) == [item.id]


def test_the_mail_bears_the_time_at_which_it_leaves(desk: Desk) -> None:
    item = send(desk)
    assert codec.outgoing(json.loads(item.payload)).date == item.send_at


def test_what_is_sent_now_does_not_wait_for_what_leaves_later(desk: Desk) -> None:
    send(desk)
    now = send(desk, None, "One more thing.")
    desk.now.at += MINUTE
    assert due(desk) == [now.id]


def test_a_customer_who_writes_meanwhile_holds_it_and_the_reason_is_told(desk: Desk) -> None:
    item = send(desk)
    customer_writes(desk)
    held = now_of(desk, item)
    assert held.state is OutboxState.OVERTAKEN
    assert held.problem == "Ada wrote after this was scheduled; read that first."
    assert outbox.undecided(desk.db) == 1
    desk.now.at += 24 * HOUR
    assert due(desk) == []


def test_a_machine_that_writes_meanwhile_holds_nothing(desk: Desk) -> None:
    item = send(desk)
    customer_writes(desk, automatic=True)
    assert now_of(desk, item).state is OutboxState.HELD


def test_what_was_overtaken_leaves_when_the_agent_says_so(desk: Desk) -> None:
    item = send(desk)
    customer_writes(desk)
    deciding.decide(desk.context, item.id, "again")
    assert due(desk) == [item.id]


def test_what_was_overtaken_may_leave_at_its_time_after_all(desk: Desk) -> None:
    item = send(desk)
    customer_writes(desk)
    deciding.decide(desk.context, item.id, "wait")
    assert due(desk) == []
    assert now_of(desk, item) == item


def test_what_was_overtaken_becomes_a_draft_again(desk: Desk) -> None:
    item = send(desk)
    customer_writes(desk)
    deciding.decide(desk.context, item.id, "discard")
    assert [draft.body for draft in drafts.of_agent(desk.db, desk.agent)] == ["Good morning!"]
    assert now_of(desk, item).state is OutboxState.CANCELLED


def test_its_time_can_be_changed(desk: Desk) -> None:
    item = send(desk)
    deciding.reschedule(desk.context, item.id, desk.now() + HOUR)
    desk.now.at += HOUR
    assert due(desk) == [item.id]


def test_it_can_be_sent_now(desk: Desk) -> None:
    item = send(desk)
    deciding.reschedule(desk.context, item.id, None)
    assert due(desk) == [item.id]


def test_undo_and_a_second_thought_bring_the_text_back(desk: Desk) -> None:
    send(desk)
    undo.undo(desk.context)
    (draft,) = drafts.of_agent(desk.db, desk.agent)
    drafts.delete(desk.db, draft.id)
    item = send(desk)
    deciding.withdraw(desk.context, item.id)
    assert [draft.body for draft in drafts.of_agent(desk.db, desk.agent)] == ["Good morning!"]


def test_what_has_left_is_neither_changed_nor_withdrawn(desk: Desk) -> None:
    item = send(desk)
    desk.now.at += 12 * HOUR
    taken = outbox.take(desk.db, item)
    assert taken is not None
    outbox.sent(desk.db, taken, desk.now(), filed=Filed.NONE)
    with pytest.raises(ActionError, match="has left"):
        deciding.reschedule(desk.context, item.id, None)
    with pytest.raises(ActionError, match="has left"):
        deciding.withdraw(desk.context, item.id)


def test_it_stands_in_the_conversation_where_it_was_written(desk: Desk) -> None:
    item = send(desk)
    message = messages.get(desk.db, item.message_id or 0)
    assert message is not None
    assert message.at == desk.now()


def test_a_script_says_when(desk: Desk) -> None:
    done = reply.ACTIONS[0].run(
        desk.context, [only(desk.db).id], {"text": "Good morning!", "at": "in 2h"}
    )
    item = outbox.shown(desk.db)[0]
    assert item.send_at == desk.now() + 2 * HOUR
    assert "u calls it back" in done.sentence


def test_what_was_queued_before_the_clock_was_set_back_does_not_wait_a_day(desk: Desk) -> None:
    item = send(desk, None)
    desk.now.at -= 24 * HOUR
    assert due(desk) == [item.id]
