"""Undo takes back whatever an agent did, and never what somebody did since."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.actions import reply, undo
from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Conversation, Status
from agent_tui.model.draft import DraftKind
from agent_tui.model.outbox import OutboxState
from agent_tui.store import conversations, customers, drafts, leaving, messages, outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk, incoming, listed, mail_account, only, receive


def looks(conversation: Conversation) -> Conversation:
    """What an agent sees of a conversation; versions and drafts count on."""
    return replace(conversation, version=0, draft=False)


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming(name="Ada"))
    return Desk(db)


STEPS = st.sampled_from(
    [
        ("resolve", {}),
        ("reopen", {}),
        ("wait", {}),
        ("hold", {}),
        ("spam", {}),
        ("take", {}),
        ("unread", {}),
        ("snooze", {"until": "in 2h"}),
        ("assign", {"agent": "none"}),
        ("label", {"labels": "refund vip"}),
        ("label", {"labels": "-vip new"}),
        ("priority", {"priority": "urgent"}),
        ("rename", {"name": "Ada L."}),
        ("describe", {"notes": "prefers phone"}),
        ("vip", {}),
        ("tag", {"tags": "press -new"}),
        ("field", {"field": "size: 42"}),
        ("company", {"company": "Acme"}),
        ("note", {"text": "call back"}),
        ("reply", {"text": "on its way"}),
        ("call", {"direction": "in", "summary": "asked again", "callback": "in 2h"}),
    ]
)


@given(steps=st.lists(STEPS, max_size=8))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_actions_then_undo_of_each_is_the_start(desk: Desk, steps: list) -> None:  # type: ignore[type-arg]
    for draft in drafts.of_agent(desk.db, desk.agent):
        drafts.delete(desk.db, draft.id)
    start = looks(only(desk.db))
    name = customers.get(desk.db, start.customer_id)
    thread = messages.of_conversation(desk.db, start.id)
    batches = 0

    for action, args in steps:
        for draft in drafts.of_agent(desk.db, desk.agent):
            drafts.delete(desk.db, draft.id)
        batches += perform(action, desk.context, [start.id], args).batch is not None
    for _ in range(batches):
        perform("undo", desk.context)

    assert looks(only(desk.db)) == start
    after = customers.get(desk.db, start.customer_id)
    assert name is not None
    assert after is not None
    assert replace(after, version=0) == replace(name, version=0)
    assert messages.of_conversation(desk.db, start.id) == thread


def test_a_batch_is_undone_as_one(desk: Desk) -> None:
    receive(desk.db, incoming(sender="b@x.example"), incoming(sender="c@x.example"))
    ids = [c.id for c in listed(desk.db)]

    perform("resolve", desk.context, ids)
    perform("undo", desk.context)

    assert {c.status for c in listed(desk.db)} == {Status.OPEN}


def test_redo_does_again_and_undo_takes_that_back_too(desk: Desk) -> None:
    conversation = only(desk.db)
    perform("label", desk.context, [conversation.id], {"labels": "vip"})
    perform("undo", desk.context)

    perform("redo", desk.context)
    assert only(desk.db).labels == ("vip",)
    perform("undo", desk.context)
    assert only(desk.db).labels == ()


def test_a_new_action_ends_redo(desk: Desk) -> None:
    conversation = only(desk.db)
    perform("label", desk.context, [conversation.id], {"labels": "vip"})
    perform("undo", desk.context)
    perform("take", desk.context, [conversation.id])

    with pytest.raises(ActionError, match="nothing to redo"):
        perform("redo", desk.context)


def test_undo_does_not_overwrite_what_somebody_changed_since(desk: Desk) -> None:
    conversation = only(desk.db)
    perform("assign", desk.context, [conversation.id], {"agent": "me"})
    other = Desk(desk.db, agent="jonas")
    perform("take", other.context, [conversation.id])

    with pytest.raises(ActionError, match="jonas has since changed the assignee"):
        perform("undo", desk.context)

    assert only(desk.db).assignee == "jonas"


def test_undo_does_not_close_what_the_customer_reopened(desk: Desk) -> None:
    conversation = only(desk.db)
    first = messages.of_conversation(desk.db, conversation.id)[0]
    perform("resolve", desk.context, [conversation.id])
    perform("spam", desk.context, [conversation.id])
    perform("undo", desk.context)
    receive(desk.db, incoming(references=[first.message_id or ""]))

    with pytest.raises(ActionError, match="engine has since changed the status"):
        perform("undo", desk.context)


def test_an_agent_undoes_only_what_they_did(desk: Desk) -> None:
    perform("resolve", desk.context, [only(desk.db).id])

    with pytest.raises(ActionError, match="nothing to undo"):
        perform("undo", Desk(desk.db, agent="jonas").context)


def test_a_reply_in_its_undo_window_becomes_the_draft_it_was(desk: Desk) -> None:
    conversation = only(desk.db)
    draft = reply.start(desk.context, conversation, DraftKind.REPLY)
    written = replace(draft, body="On its way", cursor=(0, 5), subject="Re: Zip")
    drafts.save(desk.db, written)
    reply.send(desk.context, written)
    assert only(desk.db).status is Status.PENDING

    perform("undo", desk.context)

    (back,) = drafts.of_conversation(desk.db, conversation.id, desk.agent)
    assert replace(back, id=0, updated_at=0) == replace(written, id=0, updated_at=0)
    assert [item.state for item in leaving.due(desk.db, "mail", 2**50)] == []
    assert only(desk.db).status is Status.OPEN


def test_a_reply_that_has_left_is_said_so_once_and_then_out_of_the_way(desk: Desk) -> None:
    conversation = only(desk.db)
    perform("label", desk.context, [conversation.id], {"labels": "vip"})
    perform("reply", desk.context, [conversation.id], {"text": "On its way"})
    item = next(i for i in leaving.due(desk.db, "mail", 2**50) if i.message_id is not None)
    assert outbox.take(desk.db, item)

    with pytest.raises(ActionError, match="has left"):
        perform("undo", desk.context)
    perform("undo", desk.context)

    assert only(desk.db).labels == ()
    sent = outbox.get(desk.db, item.id)
    assert sent is not None
    assert sent.state is OutboxState.SENDING


def test_a_new_conversation_called_back_leaves_no_empty_shell(desk: Desk) -> None:
    from agent_tui.model.message import Address, Recipients

    draft = reply.compose(desk.context, "mail")
    to = Recipients(to=(Address("", "new@customer.example"),))
    reply.send(desk.context, replace(draft, subject="Hello", body="Hi", recipients=to))
    assert len(listed(desk.db)) == 2

    perform("undo", desk.context)

    assert len(listed(desk.db)) == 1
    assert conversations.get(desk.db, only(desk.db).id) is not None


def test_of_many_those_that_somebody_changed_since_stay_and_the_others_are_undone(
    desk: Desk,
) -> None:
    receive(desk.db, incoming(sender="b@x.example"), incoming(sender="c@x.example"))
    ids = [c.id for c in listed(desk.db)]
    perform("resolve", desk.context, ids)
    perform("reopen", Desk(desk.db, agent="jonas").context, [ids[0]])
    perform("spam", Desk(desk.db, agent="jonas").context, [ids[0]])

    done = perform("undo", desk.context)

    assert done.sentence == (
        "Undone: resolve, 2 conversations."
        f" Not undone: jonas has since changed the status of #{ids[0]} to spam."
    )
    assert {c.id: c.status for c in listed(desk.db)} == {
        ids[0]: Status.SPAM,
        ids[1]: Status.OPEN,
        ids[2]: Status.OPEN,
    }


def test_what_cannot_be_undone_is_said_once_and_then_out_of_the_way(desk: Desk) -> None:
    conversation = only(desk.db)
    perform("label", desk.context, [conversation.id], {"labels": "vip"})
    perform("take", desk.context, [conversation.id])
    perform("assign", Desk(desk.db, agent="jonas").context, [conversation.id], {"agent": "me"})

    with pytest.raises(ActionError, match="jonas has since changed the assignee"):
        perform("undo", desk.context)
    perform("undo", desk.context)

    assert (only(desk.db).assignee, only(desk.db).labels) == ("jonas", ())


def test_a_reply_is_called_back_also_when_its_conversation_was_changed_since(desk: Desk) -> None:
    conversation = only(desk.db)
    perform("reply", desk.context, [conversation.id], {"text": "On its way"})
    perform("resolve", Desk(desk.db, agent="jonas").context, [conversation.id])

    done = perform("undo", desk.context)

    assert "jonas has since changed the status" in done.sentence
    assert [d.body for d in drafts.of_agent(desk.db, desk.agent)] == ["On its way"]
    assert [i.kind for i in leaving.due(desk.db, "mail", 2**50)] == [EffectKind.STATUS]


def test_what_can_be_undone_is_listed_in_words_and_any_of_it_is_taken_back(desk: Desk) -> None:
    receive(desk.db, incoming(sender="b@x.example"))
    first, second = [c.id for c in listed(desk.db)]
    perform("label", desk.context, [first], {"labels": "vip"})
    perform("resolve", desk.context, [first, second])
    perform("take", desk.context, [second])
    perform("spam", Desk(desk.db, agent="jonas").context, [second])

    found = undo.undoables(desk.context)
    assert [one.what for one in found] == [
        f"take: #{second} Parcel",
        "resolve, 2 conversations",
        f"label: #{first} Parcel",
    ]

    work = undo.Undoings(desk.context, [found[2].batch])
    while work.step():
        pass
    assert work.result().sentence == "Undone: label."
    assert only_of(desk, first).labels == ()
    assert only_of(desk, first).status is Status.RESOLVED

    work = undo.Undoings(desk.context, [found[0].batch, found[1].batch])
    while work.step():
        pass
    assert work.result().sentence == "Undone: 2 of 2."
    assert only_of(desk, first).status is Status.OPEN
    assert only_of(desk, second).status is Status.SPAM  # what a colleague did stays
    assert undo.undoables(desk.context) == []


def only_of(desk: Desk, number: int) -> Conversation:
    found = conversations.get(desk.db, number)
    assert found is not None
    return found


def test_undo_finds_what_stands_below_batches_that_were_done_at_once(db: SqliteDatabase) -> None:
    mail_account(db)
    receive(db, incoming(sender="a@x.example"), incoming(sender="b@x.example"))
    desk = Desk(db)
    one, other = (c.id for c in listed(db))
    perform("take", desk.context, [other])
    together = [replace(desk.context, batch=batch) for batch in ("first", "second")]
    perform("label", together[0], [one], {"labels": "x"})
    perform("priority", together[1], [one], {"priority": "high"})
    perform("label", together[0], [other], {"labels": "z"})
    for told in ("label", "priority", "take"):
        assert perform("undo", desk.context).sentence.startswith(f"Undone: {told}")
    with pytest.raises(ActionError, match="nothing to undo"):
        perform("undo", desk.context)
