"""Moderation and going on in private: what agents decide about reviews beside answering them."""

from dataclasses import replace

import pytest

from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.engine.effects import effect_of, note_failure
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import DraftKind
from agent_tui.model.incoming import Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.model.outbox import OutboxItem
from agent_tui.model.review import Moderation, Review
from agent_tui.store import drafts, outbox
from agent_tui.store.database import Database
from tests.actions.test_public_answers import REVIEWS
from tests.factory import CHAT, MAIL, START, Desk, chat, mail_account, only, receive

ADA = Sender(IdentityKind.EMAIL, "ada@customer.example", "Ada")


@pytest.fixture
def desk(db: Database) -> Desk:
    mail_account(db, REVIEWS)
    return Desk(db)


def held(desk: Desk, sender: Sender = ADA, review: Review | None = None) -> int:
    """A review that waits for approval; its conversation."""
    receive(
        desk.db,
        Incoming(
            remote_id="r1",
            channel=Channel.REVIEW,
            direction=Direction.INBOUND,
            sender=sender,
            at=START,
            body=Body("The zip broke.\nTwice."),
            subject="Not great",
            thread_key="r1",
            rating=2,
            review=review or Review(product="Tarn", moderation=Moderation.HELD),
        ),
    )
    return only(desk.db).id


def moderation(desk: Desk) -> Moderation:
    review = only(desk.db).review
    assert review is not None
    return review.moderation


def told(desk: Desk) -> list[OutboxItem]:
    return [i for i in outbox.shown(desk.db) if i.kind is EffectKind.MODERATE]


@pytest.mark.parametrize(
    ("action", "after"),
    [("approve", Moderation.PUBLISHED), ("hide", Moderation.HIDDEN), ("spam", Moderation.SPAM)],
)
def test_a_decision_is_seen_here_and_told_to_the_provider(
    desk: Desk, action: str, after: Moderation
) -> None:
    perform(action, desk.context, [held(desk)])

    assert moderation(desk) is after
    (item,) = told(desk)
    assert effect_of(desk.db, item).moderation is after
    assert [t.remote_id for t in effect_of(desk.db, item).targets] == ["r1"]


def test_approved_and_withheld_again_before_it_left_tells_nothing(desk: Desk) -> None:
    number = held(desk)
    perform("approve", desk.context, [number])
    perform("withhold", desk.context, [number])

    assert moderation(desk) is Moderation.HELD
    assert told(desk) == []


def test_undo_of_a_decision_takes_it_back(desk: Desk) -> None:
    perform("hide", desk.context, [held(desk)])

    perform("undo", desk.context)

    assert moderation(desk) is Moderation.HELD
    assert told(desk) == []


def test_spam_is_one_step_to_undo(desk: Desk) -> None:
    perform("spam", desk.context, [held(desk)])
    assert only(desk.db).status is Status.SPAM

    perform("undo", desk.context)

    assert (only(desk.db).status, moderation(desk)) == (Status.OPEN, Moderation.HELD)


def test_what_is_approved_is_no_spam_any_more(desk: Desk) -> None:
    number = held(desk)
    perform("spam", desk.context, [number])
    perform("approve", desk.context, [number])

    assert (only(desk.db).status, moderation(desk)) == (Status.OPEN, Moderation.PUBLISHED)


def test_a_decision_that_the_provider_refuses_is_taken_back_here(desk: Desk) -> None:
    perform("approve", desk.context, [held(desk)])
    (item,) = told(desk)

    note_failure(desk.db, item)

    assert moderation(desk) is Moderation.HELD


def test_a_later_decision_stands_when_an_earlier_one_is_refused(desk: Desk) -> None:
    number = held(desk)
    perform("approve", desk.context, [number])
    (item,) = told(desk)
    perform("hide", desk.context, [number])

    note_failure(desk.db, item)

    assert moderation(desk) is Moderation.HIDDEN


def test_where_the_provider_decides_alone_it_is_said(desk: Desk) -> None:
    mail_account(desk.db, replace(REVIEWS, effects=frozenset({EffectKind.SEND})))

    with pytest.raises(ActionError, match="cannot moderate"):
        perform("approve", desk.context, [held(desk)])
    perform("spam", desk.context, [only(desk.db).id])

    assert (only(desk.db).status, moderation(desk)) == (Status.SPAM, Moderation.HELD)


def test_a_chat_is_not_moderated_even_where_the_account_can(desk: Desk) -> None:
    mail_account(desk.db, CHAT)
    receive(desk.db, chat())

    with pytest.raises(ActionError, match="is no review"):
        perform("hide", desk.context, [only(desk.db).id])
    perform("spam", desk.context, [only(desk.db).id])

    assert told(desk) == []


def test_offline_begins_a_public_answer_and_a_mail(desk: Desk) -> None:
    mail_account(desk.db, MAIL, "post")
    number = held(desk)

    done = perform("offline", desk.context, [number])

    mail, answer = sorted(drafts.of_agent(desk.db, "maria"), key=lambda d: d.kind)
    assert (answer.kind, answer.conversation_id) == (DraftKind.REPLY, number)
    assert answer.body.startswith("Thank you for telling us.")
    assert (mail.kind, mail.account, mail.subject) == (
        DraftKind.NEW,
        "post",
        "Your review: Not great",
    )
    assert [a.email for a in mail.recipients.to] == ["ada@customer.example"]
    assert mail.body == "\n\n> The zip broke.\n> Twice."
    assert done.sentence == (
        f"Two drafts: the public answer, which 'reply' opens, and mail {mail.id} to "
        "ada@customer.example in Drafts and Outbox."
    )
    assert outbox.shown(desk.db) == []


def test_offline_is_begun_once_and_leaves_nothing_to_undo(desk: Desk) -> None:
    mail_account(desk.db, MAIL, "post")
    number = held(desk)
    perform("offline", desk.context, [number])

    with pytest.raises(ActionError, match="is begun already"):
        perform("offline", desk.context, [number])
    with pytest.raises(ActionError, match="nothing to undo"):
        perform("undo", desk.context)

    assert len(drafts.of_agent(desk.db, "maria")) == 2


def test_offline_speaks_the_reviewer_s_german(desk: Desk) -> None:
    mail_account(desk.db, MAIL, "post")
    perform("offline", desk.context, [held(desk, review=Review(language="de-AT"))])

    assert any("Rückmeldung" in draft.body for draft in drafts.of_agent(desk.db, "maria"))


def test_offline_without_a_mail_address_says_why_not(desk: Desk) -> None:
    mail_account(desk.db, MAIL, "post")
    number = held(desk, sender=Sender(IdentityKind.HANDLE, "ada77", "Ada"))

    with pytest.raises(ActionError, match="No mail address of Ada is known"):
        perform("offline", desk.context, [number])

    assert drafts.of_agent(desk.db, "maria") == []


def test_offline_without_a_mail_account_says_why_not(desk: Desk) -> None:
    with pytest.raises(ActionError, match="No account can send mail"):
        perform("offline", desk.context, [held(desk)])

    assert drafts.of_agent(desk.db, "maria") == []
