"""Answers to reviews: one where there can be one only, within the limit, past the guard."""

import json
from dataclasses import replace

import pytest

from agent_tui.actions import deciding, doubts, reply
from agent_tui.actions.action import ActionError, Doubtful
from agent_tui.actions.registry import perform
from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import Entity
from agent_tui.model.incoming import Edit, Incoming, Sender
from agent_tui.model.message import Body, Delivery, Direction, Message
from agent_tui.model.outbox import OutboxState
from agent_tui.store import codec, conversations, drafts, events, messages, outbox
from agent_tui.store.database import Database
from tests.factory import START, Desk, changed, mail_account, only, receive

REVIEWS = Capabilities(
    Channel.REVIEW,
    frozenset({EffectKind.SEND, EffectKind.EDIT, EffectKind.MODERATE, EffectKind.STATUS}),
    reply_limit=350,
    single_reply=True,
)


def review(db: Database, *, answered: str = "") -> None:
    """A review of two stars, perhaps with an answer of ours that was sent."""
    found = [_message("r1", "The zip broke.", Direction.INBOUND)]
    if answered:
        found.append(_message("r1a", answered, Direction.OUTBOUND))
    receive(db, *found)


def _message(remote_id: str, text: str, direction: Direction) -> Incoming:
    ada = Sender(IdentityKind.EMAIL, "ada@customer.example", "Ada")
    ours = direction is Direction.OUTBOUND
    return Incoming(
        remote_id=remote_id,
        channel=Channel.REVIEW,
        direction=direction,
        sender=Sender(IdentityKind.HANDLE, "shop", "Shop") if ours else ada,
        customer=ada if ours else None,
        at=START + (1000 if ours else 0),
        body=Body(text),
        thread_key="r1",
        rating=2,
    )


@pytest.fixture
def desk(db: Database) -> Desk:
    mail_account(db, REVIEWS)
    return Desk(db)


def begun(desk: Desk, text: str | None = None) -> Draft:
    draft = reply.start(desk.context, only(desk.db), DraftKind.REPLY)
    return draft if text is None else replace(draft, body=text)


def thread(desk: Desk) -> list[Message]:
    return messages.of_conversation(desk.db, only(desk.db).id)


# One answer


def test_an_answer_is_called_public_when_it_is(desk: Desk) -> None:
    review(desk.db)

    done = reply.send(desk.context, begun(desk, "Sorry!"))

    assert done.sentence == "Public answer to Ada leaves in 10 s, u calls it back."


def test_a_second_answer_begins_as_the_first(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")

    assert begun(desk).body == "Sorry!"


def test_a_second_answer_changes_the_first(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")

    draft = begun(desk, "Sorry, a new zip is on its way.")
    done = reply.send(desk.context, draft)

    assert done.sentence == "Your public answer is changed; u takes that back."
    assert [m.body.text for m in thread(desk)] == [
        "The zip broke.",
        "Sorry, a new zip is on its way.",
    ]
    (item,) = outbox.shown(desk.db)
    assert (item.kind, item.message_id) == (EffectKind.EDIT, thread(desk)[1].id)
    assert codec.outgoing(json.loads(item.payload)).text == "Sorry, a new zip is on its way."
    assert drafts.get(desk.db, draft.id) is None


def test_where_several_answers_are_taken_a_second_is_another(desk: Desk) -> None:
    mail_account(desk.db, replace(REVIEWS, single_reply=False))
    review(desk.db, answered="Sorry!")

    assert begun(desk).body == ""
    reply.send(desk.context, begun(desk, "And a new zip is on its way."))

    assert len(thread(desk)) == 3


def test_an_answer_that_a_colleague_gave_meanwhile_is_changed_not_doubled(desk: Desk) -> None:
    review(desk.db)
    draft = begun(desk, "Sorry about the zip.")
    receive(desk.db, _message("r1a", "Sorry!", Direction.OUTBOUND))

    reply.send(desk.context, draft, anyway=True)

    assert [m.body.text for m in thread(desk)][1:] == ["Sorry about the zip."]


def test_undo_of_a_changed_answer_brings_back_both_texts(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")
    reply.send(desk.context, begun(desk, "So sorry!"))

    perform("undo", desk.context)

    assert thread(desk)[1].body.text == "Sorry!"
    (draft,) = drafts.of_conversation(desk.db, only(desk.db).id, "maria")
    assert draft.body == "So sorry!"
    assert outbox.shown(desk.db) == []


def test_a_changed_answer_that_is_given_up_is_a_draft_again(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")
    reply.send(desk.context, begun(desk, "So sorry!"))
    (item,) = outbox.shown(desk.db)
    taken = outbox.take(desk.db, item)
    assert taken is not None
    outbox.fail(desk.db, taken, "No.", START)

    deciding.decide(desk.context, item.id, "discard")

    assert thread(desk)[1].body.text == "Sorry!"
    (draft,) = drafts.of_conversation(desk.db, only(desk.db).id, "maria")
    assert draft.body == "So sorry!"


def test_an_answer_that_has_not_left_is_not_changed_and_the_draft_stays(desk: Desk) -> None:
    review(desk.db)
    reply.send(desk.context, begun(desk, "Sorry!"))
    assert thread(desk)[1].delivery is Delivery.QUEUED

    draft = begun(desk, "So sorry!")
    with pytest.raises(ActionError, match="has not left yet"):
        reply.send(desk.context, draft)

    assert drafts.get(desk.db, draft.id) is not None
    assert len(outbox.shown(desk.db)) == 1


def test_a_changed_answer_to_a_revised_review_waits_for_the_customer_again(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")
    changed(desk.db, edits=(Edit("r1", Body("Broken again."), START + 10**9, rating=1),))
    assert only(desk.db).status is Status.OPEN

    reply.send(desk.context, begun(desk, "Another zip is on its way."))

    assert only(desk.db).status is Status.PENDING


def test_the_same_text_again_sends_nothing(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")

    done = reply.send(desk.context, begun(desk))

    assert done.sentence == "Nothing to do: it says that already."
    assert outbox.shown(desk.db) == []


# The limit


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        (Counted.CHARACTERS, "The text has 4 characters; at most 3 are allowed."),
        (Counted.UTF16, "The text has 5 utf-16 units; at most 3 are allowed."),
        (Counted.BYTES, "The text has 8 bytes; at most 3 are allowed."),
    ],
)
def test_the_limit_counts_what_the_provider_counts(
    desk: Desk, counted: Counted, words: str
) -> None:
    mail_account(desk.db, replace(REVIEWS, reply_limit=3, counted=counted))
    review(desk.db)

    assert reply.problems(desk.context, begun(desk, "aé😀b")) == [words]


# The guard


def test_a_doubtful_public_answer_is_refused_with_the_reason(desk: Desk) -> None:
    review(desk.db)
    draft = begun(desk, "Call me on +44 7700 900123.")

    with pytest.raises(Doubtful) as refused:
        reply.send(desk.context, draft)

    assert refused.value.reason == "Not sent: It holds a phone number (+44 7700 900123)."
    assert drafts.get(desk.db, draft.id) is not None
    assert outbox.shown(desk.db) == []


def test_what_is_sent_all_the_same_is_in_the_log(desk: Desk) -> None:
    review(desk.db)

    reply.send(desk.context, begun(desk, "Call me on +44 7700 900123."), anyway=True)

    assert [item.state for item in outbox.shown(desk.db)] == [OutboxState.HELD]
    found = events.of_entity(desk.db, Entity.CONVERSATION, only(desk.db).id)
    (guard,) = [event for event in found if event.field == "guard"]
    assert (guard.stamp.actor, guard.before) == (
        "maria",
        ["It holds a phone number (+44 7700 900123)."],
    )


def test_the_action_refuses_without_leaving_a_draft_and_sends_with_anyway(desk: Desk) -> None:
    review(desk.db)
    number = only(desk.db).id

    with pytest.raises(Doubtful, match="With 'anyway' it is sent"):
        perform("reply", desk.context, [number], {"text": "That is user error."})
    assert drafts.of_conversation(desk.db, number, "maria") == []

    perform("reply", desk.context, [number], {"text": "That is user error.", "anyway": "yes"})
    assert len(outbox.shown(desk.db)) == 1


def test_the_action_changes_the_one_answer(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")

    perform("reply", desk.context, [only(desk.db).id], {"text": "So sorry!"})

    assert [item.kind for item in outbox.shown(desk.db)] == [EffectKind.EDIT]


def test_own_words_of_blame_replace_the_built_in_ones(desk: Desk) -> None:
    review(desk.db)
    context = replace(desk.context, blaming=("bagpipe",))

    assert doubts.against(context, begun(desk, "That is user error.")) == ()
    assert doubts.against(context, begun(desk, "Bagpipe!")) == (
        "It sounds like blame ('bagpipe').",
    )


def test_only_what_everybody_can_read_is_guarded(desk: Desk) -> None:
    review(desk.db)
    note = replace(begun(desk), kind=DraftKind.NOTE, body="Call +44 7700 900123.")

    assert doubts.against(desk.context, note) == ()


def test_redo_of_a_changed_answer_says_to_do_it_anew(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")
    reply.send(desk.context, begun(desk, "So sorry!"))
    perform("undo", desk.context)

    with pytest.raises(ActionError, match="do it anew"):
        perform("redo", desk.context)

    assert conversations.get(desk.db, only(desk.db).id) is not None


def test_the_action_edit_is_guarded_too(desk: Desk) -> None:
    review(desk.db, answered="Sorry!")
    number = only(desk.db).id

    with pytest.raises(Doubtful, match="Not changed: It sounds like blame"):
        perform("edit", desk.context, [number], {"text": "That is user error."})
    with pytest.raises(ActionError, match="'anyway' is yes or no"):
        perform("edit", desk.context, [number], {"text": "Sorry.", "anyway": "maybe"})
    assert outbox.shown(desk.db) == []

    perform("edit", desk.context, [number], {"text": "That is user error.", "anyway": "yes"})
    assert [item.kind for item in outbox.shown(desk.db)] == [EffectKind.EDIT]
