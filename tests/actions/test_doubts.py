"""The send guard: each reason by itself, shown, overridable, and an override is an event."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.actions import doubts, reply
from agent_tui.actions.action import Doubtful
from agent_tui.actions.registry import perform
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import Entity
from agent_tui.model.message import Address
from agent_tui.store import drafts, events, outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import Desk, incoming, listed, mail_account, only, ours, receive

OPEN = "A variable or prompt of the canned reply is still open."


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming("The zip broke.", name="Ada Park", message_id="first@customer.example"))
    return Desk(db)


def begun(desk: Desk, text: str, kind: DraftKind = DraftKind.REPLY) -> Draft:
    """A draft with ``text``, on disk."""
    draft = replace(reply.start(desk.context, only(desk.db), kind), body=text)
    drafts.save(desk.db, draft)
    return draft


def later(desk: Desk, **more: object) -> None:
    """Something else comes into the same thread."""
    given: dict[str, object] = {"references": ("first@customer.example",)}
    receive(desk.db, incoming("Never mind!", name="Ada Park", **(given | more)))  # type: ignore[arg-type]


def test_a_plain_answer_is_not_doubted(desk: Desk) -> None:
    assert doubts.against(desk.context, begun(desk, "Hello Ada,\n\nit is on its way.")) == ()


def test_an_open_variable_is_doubted_but_not_in_what_is_quoted(desk: Desk) -> None:
    assert doubts.against(desk.context, begun(desk, "Hello {{ customer.first_name }}")) == (OPEN,)
    subject = replace(begun(desk, "Hello"), subject="Order {{ order }}")
    assert doubts.against(desk.context, subject) == (OPEN,)
    quoted = replace(begun(desk, ""), body="> {{ this }}\nI see.")
    assert doubts.against(desk.context, quoted) == ()


def test_an_open_variable_is_doubted_in_a_note_and_nothing_else_is(desk: Desk) -> None:
    note = begun(desk, "Hello Bob, {{ x }} is attached.", DraftKind.NOTE)
    assert doubts.against(desk.context, note) == (OPEN,)


def test_a_mail_that_came_in_meanwhile_is_named(desk: Desk) -> None:
    draft = begun(desk, "It is on its way.")
    later(desk)
    assert doubts.against(desk.context, draft) == ("Ada Park wrote after you began.",)


def test_a_teammates_answer_meanwhile_is_named(desk: Desk) -> None:
    draft = begun(desk, "It is on its way.")
    receive(desk.db, ours("Done.", references=("first@customer.example",), name="Ben"))
    (said,) = doubts.against(desk.context, draft)
    assert re.fullmatch(r"Ben answered \d+ (min|h) ago, after you began\.", said)


def test_another_name_is_named_with_the_right_one(desk: Desk) -> None:
    draft = begun(desk, "Hello Bob,\n\nit is on its way.")
    said = ("It greets 'Bob', and the customer is Ada Park.",)
    assert doubts.against(desk.context, draft) == said


def test_any_name_of_the_person_may_be_greeted(desk: Desk) -> None:
    perform("alias", desk.context, [only(desk.db).id], {"name": "Bobbie"})

    assert doubts.against(desk.context, begun(desk, "Hello Bobbie,\n\nit is on its way.")) == ()


def test_a_promised_file_that_is_not_there_is_doubted(desk: Desk, tmp_path: Path) -> None:
    draft = begun(desk, "The label is attached.")
    said = ("It says 'is attached', and there is no file with it.",)
    assert doubts.against(desk.context, draft) == said
    (tmp_path / "label.pdf").write_bytes(b"%PDF")
    with_file = replace(draft, files=(str(tmp_path / "label.pdf"),))
    assert doubts.against(desk.context, with_file) == ()


def test_every_reason_is_told(desk: Desk) -> None:
    draft = begun(desk, "Hello Bob,\n{{ x }} is attached.")
    later(desk)
    assert len(doubts.against(desk.context, draft)) == 4


def test_the_agent_has_the_last_word_and_it_is_an_event(desk: Desk) -> None:
    draft = begun(desk, "Hello Bob,\n\nit is on its way.")
    with pytest.raises(Doubtful, match="greets 'Bob'"):
        reply.send(desk.context, draft)
    assert not outbox.shown(desk.db)

    reply.send(desk.context, draft, anyway=True)

    assert len(outbox.shown(desk.db)) == 1
    history = events.of_entity(desk.db, Entity.CONVERSATION, only(desk.db).id)
    (override,) = [event for event in history if event.field == "guard"]
    assert override.before == ["It greets 'Bob', and the customer is Ada Park."]
    assert override.after == "sent anyway"
    assert override.stamp.actor == desk.agent


def redirected(desk: Desk, sender: str, answers: str) -> None:
    """A mail of the same thread that wants its answers elsewhere."""
    mail = incoming("Answer here.", sender=sender, references=("first@customer.example",))
    people = replace(mail.recipients, reply_to=(Address("", answers),))
    receive(desk.db, replace(mail, recipients=people))


def test_an_answer_that_goes_to_another_domain_than_the_mail_came_from_is_doubted(
    desk: Desk,
) -> None:
    redirected(desk, "ada@customer.example", "x@evil.test")
    draft = begun(desk, "It is on its way.")

    assert draft.recipients.to == (Address("", "x@evil.test"),)
    assert doubts.against(desk.context, draft) == (
        "It goes to x@evil.test, but the mail came from ada@customer.example.",
    )
    reply.send(desk.context, draft, anyway=True)
    assert doubts.against(desk.context, begun(desk, "One thing more.")) == ()


@pytest.mark.parametrize(
    ("sender", "answers"),
    [
        ("ada@customer.example", "ada.park@mail.customer.example"),
        ("form@shop.example", "ada@customer.example"),  # our own contact form
    ],
)
def test_answers_that_honest_senders_want_elsewhere_are_not(
    desk: Desk, sender: str, answers: str
) -> None:
    redirected(desk, sender, answers)
    newest = listed(desk.db)[0]
    draft = replace(reply.start(desk.context, newest, DraftKind.REPLY), body="It is on its way.")

    assert draft.recipients.to == (Address("", answers),)
    assert doubts.against(desk.context, draft) == ()
