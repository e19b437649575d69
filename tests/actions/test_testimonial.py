"""Testimonials: marked, asked for, agreed to or refused, and handed out as they were agreed to."""

import csv
import io
from dataclasses import replace

import pytest

from agent_tui.actions import deciding, quotes, reply, testimonial
from agent_tui.actions.action import ActionError
from agent_tui.actions.registry import perform
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import DraftKind
from agent_tui.model.event import Entity
from agent_tui.model.incoming import Deletion, Edit, Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.model.outbox import OutboxState
from agent_tui.model.review import Review
from agent_tui.model.testimonial import Consent, Quote
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import drafts, events, outbox
from agent_tui.store.database import Database
from tests.actions.test_public_answers import REVIEWS
from tests.factory import (
    MAIL,
    START,
    Desk,
    changed,
    incoming,
    listed,
    mail_account,
    only,
    ours,
    receive,
)

ADA = Sender(IdentityKind.EMAIL, "ada@customer.example", "Ada Park")
GUEST = Sender(IdentityKind.HANDLE, "guest", "Guest")


@pytest.fixture
def desk(db: Database) -> Desk:
    mail_account(db, REVIEWS)
    mail_account(db, MAIL, "post")
    return Desk(db)


def review(desk: Desk, sender: Sender = ADA, text: str = "Dry on Skye.", language: str = "") -> int:
    """A review of five stars; its conversation."""
    receive(
        desk.db,
        Incoming(
            remote_id="r1",
            channel=Channel.REVIEW,
            direction=Direction.INBOUND,
            sender=sender,
            at=START,
            body=Body(text),
            subject="Tarn on Skye",
            thread_key="r1",
            rating=5,
            review=Review(product="Tarn 28", language=language, url="https://shop.example/r1"),
        ),
    )
    return found(desk).id


def found(desk: Desk) -> Conversation:
    (one,) = listed(desk.db, "channel:review")
    return one


def consent(desk: Desk) -> Consent | None:
    one = found(desk).testimonial
    return one.consent if one else None


def candidate(desk: Desk, sender: Sender = ADA, **more: str) -> int:
    number = review(desk, sender, **more)
    perform("testimonial", desk.context, [number])
    return number


def handed_out(desk: Desk, query: str = "testimonial:granted") -> list[Quote]:
    compiled = compile_query(parse(query), desk.db, me="maria", now=desk.now())
    return [quote for quote in quotes.quotes(desk.db, compiled) if quote is not None]


def send_question(desk: Desk, number: int, where: str = "") -> None:
    reply.send(desk.context, testimonial.draft_question(desk.context, [number], where))


def test_a_review_is_marked_and_undo_takes_it_back(desk: Desk) -> None:
    candidate(desk)
    assert consent(desk) is Consent.CANDIDATE
    perform("undo", desk.context)
    assert consent(desk) is None


def test_what_no_customer_wrote_in_cannot_be_quoted(desk: Desk) -> None:
    receive(desk.db, ours("Hello."))
    with pytest.raises(ActionError, match="nothing to quote"):
        perform("testimonial", desk.context, [only(desk.db).id])


def test_the_author_is_asked_by_mail_with_the_words_and_the_name(desk: Desk) -> None:
    draft = testimonial.draft_question(desk.context, [candidate(desk)], "")

    assert (draft.kind, draft.account, draft.conversation_id) == (DraftKind.NEW, "post", None)
    assert [one.email for one in draft.recipients.to] == ["ada@customer.example"]
    assert "> Dry on Skye." in draft.body
    assert '"Ada Park"' in draft.body


def test_germans_are_asked_in_german(desk: Desk) -> None:
    draft = testimonial.draft_question(desk.context, [candidate(desk, language="de-AT")], "")
    assert draft.subject == "Dürfen wir Sie zitieren?"


def test_without_a_mail_address_nobody_is_asked_in_public_unless_the_agent_says_so(
    desk: Desk,
) -> None:
    number = candidate(desk, GUEST)
    with pytest.raises(ActionError, match="':ask-consent public'"):
        perform("ask-consent", desk.context, [number])
    assert drafts.of_agent(desk.db, "maria") == []

    done = perform("ask-consent", desk.context, [number], {"where": "public"})
    assert "the answer that 'reply' opens" in done.sentence
    (draft,) = drafts.of_conversation(desk.db, number, "maria")
    assert draft.body == "Thank you! May we quote your words, such as on our website?"


def test_in_public_the_question_stands_behind_the_answer_that_is_there(desk: Desk) -> None:
    number = candidate(desk)
    draft = reply.start(desk.context, found(desk), DraftKind.REPLY, body="Thanks, Ada.")
    assert draft.conversation_id == number

    asked = testimonial.draft_question(desk.context, [number], "public")
    assert asked.id == draft.id
    assert asked.body.startswith("Thanks, Ada.\n\nThank you! May we quote")


def test_a_mail_is_answered_with_the_question(desk: Desk) -> None:
    receive(desk.db, incoming("Best bag of my life.", name="Ada Park"))
    (mail,) = listed(desk.db, "channel:mail")
    perform("testimonial", desk.context, [mail.id])

    draft = testimonial.draft_question(desk.context, [mail.id], "")
    assert (draft.kind, draft.conversation_id) == (DraftKind.REPLY, mail.id)
    assert "> Best bag of my life." in draft.body


def test_they_are_asked_once_the_question_is_sent_and_not_before(desk: Desk) -> None:
    number = candidate(desk)
    perform("ask-consent", desk.context, [number])
    assert consent(desk) is Consent.CANDIDATE

    send_question(desk, number)
    assert consent(desk) is Consent.ASKED
    with pytest.raises(ActionError, match="asked already"):
        perform("ask-consent", desk.context, [number])


def test_a_question_that_is_begun_is_gone_on_with(desk: Desk) -> None:
    number = candidate(desk)
    perform("ask-consent", desk.context, [number])
    perform("ask-consent", desk.context, [number])
    assert len(drafts.of_agent(desk.db, "maria")) == 1


def test_undo_calls_the_question_back_and_nobody_was_asked(desk: Desk) -> None:
    number = candidate(desk)
    send_question(desk, number)
    perform("undo", desk.context)

    assert consent(desk) is Consent.CANDIDATE
    (draft,) = drafts.of_agent(desk.db, "maria")
    assert draft.asks == number


def test_a_question_that_was_not_sent_after_all_asked_nobody(desk: Desk) -> None:
    send_question(desk, candidate(desk))
    (item,) = outbox.shown(desk.db)
    desk.db.run("UPDATE outbox SET state = :state", {"state": OutboxState.FAILED})
    deciding.decide(desk.context, item.id, "discard")

    assert consent(desk) is Consent.CANDIDATE


def test_consent_is_given_under_a_name_and_the_log_says_when_and_by_whom(desk: Desk) -> None:
    number = candidate(desk)
    perform("consent", desk.context, [number], {"name": " Ada  P. "})

    (quote,) = handed_out(desk)
    assert (quote.name, quote.stars, quote.product) == ("Ada P.", 5, "Tarn 28")
    assert (quote.said_by, quote.said_at) == ("maria", desk.now())
    assert quote.url == "https://shop.example/r1"


def test_who_was_never_marked_gives_no_consent(desk: Desk) -> None:
    with pytest.raises(ActionError, match="no testimonial"):
        perform("consent", desk.context, [review(desk)], {"name": "Ada"})


def test_a_yes_or_no_that_comes_by_mail_is_about_what_was_asked(desk: Desk) -> None:
    number = candidate(desk)
    send_question(desk, number)
    receive(desk.db, incoming("Yes, as Ada P."))
    (mail,) = listed(desk.db, "channel:mail subject:parcel")

    perform("consent", desk.context, [mail.id], {"name": "Ada P."})
    assert consent(desk) is Consent.GRANTED
    with pytest.raises(ActionError, match="no testimonial"):  # nothing is asked any more
        perform("refuse-consent", desk.context, [mail.id])


def test_consent_taken_back_is_handed_out_no_more_and_forgets_the_name(desk: Desk) -> None:
    number = candidate(desk)
    perform("consent", desk.context, [number], {"name": "Ada P."})
    perform("refuse-consent", desk.context, [number])

    assert handed_out(desk) == []
    one = found(desk).testimonial
    assert one is not None
    assert one.credit == ""
    with pytest.raises(ActionError, match="said no"):
        perform("ask-consent", desk.context, [number])


def test_undone_and_done_again_consent_is_dated_when_it_was_noted(desk: Desk) -> None:
    number = candidate(desk)
    perform("consent", desk.context, [number], {"name": "Ada P."})
    noted = desk.now()
    desk.now.at += 5000
    perform("undo", desk.context)
    desk.now.at += 5000
    perform("redo", desk.context)

    (quote,) = handed_out(desk)
    assert (quote.said_at, quote.name) == (noted, "Ada P.")


def test_what_is_edited_after_the_consent_is_quoted_as_it_was(desk: Desk) -> None:
    number = candidate(desk)
    perform("consent", desk.context, [number], {"name": "Ada P."})
    changed(desk.db, edits=(Edit("r1", Body("It leaks."), desk.now() + 1000, rating=1),))

    (quote,) = handed_out(desk)
    assert (quote.text, quote.stars, quote.changed) == ("Dry on Skye.", 5, True)


def test_what_is_edited_before_the_consent_is_quoted_as_it_is(desk: Desk) -> None:
    number = candidate(desk)
    changed(desk.db, edits=(Edit("r1", Body("Dry on Mull."), START + 1000, rating=4),))
    perform("consent", desk.context, [number], {"name": "Ada P."})

    (quote,) = handed_out(desk)
    assert (quote.text, quote.stars, quote.changed) == ("Dry on Mull.", 4, False)


def test_what_its_author_has_taken_away_is_not_handed_out(desk: Desk) -> None:
    number = candidate(desk)
    perform("consent", desk.context, [number], {"name": "Ada P."})
    changed(desk.db, deletions=(Deletion("r1", desk.now()),))

    assert handed_out(desk) == []


def test_queries_find_testimonials_by_their_consent(desk: Desk) -> None:
    number = candidate(desk)
    receive(desk.db, incoming("Where is my parcel?"))

    assert [c.id for c in listed(desk.db, "testimonial:candidate,asked")] == [number]
    assert [c.id for c in listed(desk.db, "-testimonial:none")] == [number]
    assert number not in [c.id for c in listed(desk.db, "testimonial:none")]
    assert listed(desk.db, "testimonial:granted") == []


def test_dropping_a_testimonial_forgets_all_of_it_but_the_log(desk: Desk) -> None:
    number = candidate(desk)
    perform("drop-testimonial", desk.context, [number])

    assert consent(desk) is None
    log = events.of_fields(desk.db, Entity.CONVERSATION, number, ("consent",))
    assert [(event.before, event.after) for event in log] == [
        ("candidate", None),
        (None, "candidate"),
    ]


QUOTE = Quote(
    7, Consent.GRANTED, "Dry.", 5, "Tarn 28", "Ada P.", START, "https://x.example/1", START, "maria"
)


def test_markdown_says_who_said_it_of_what_and_where() -> None:
    assert quotes.markdown([QUOTE]) == (
        "> Dry.\n>\n> - Ada P., 5 of 5 stars, Tarn 28, 2026-09-21, <https://x.example/1>\n"
    )


def test_in_markdown_words_of_customers_are_words() -> None:
    text = quotes.markdown([replace(QUOTE, text="<script>*1*\n# [x](javascript:y)", name="A_b_")])
    assert "<script>" not in text
    assert r"> \<script\>\*1\*" in text
    assert r"> \# \[x\](javascript:y)" in text
    assert r"A\_b\_" in text


def test_what_must_not_be_printed_says_so_in_markdown() -> None:
    asked = replace(QUOTE, consent=Consent.ASKED)
    assert "not to be printed: asked" in quotes.markdown([asked])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_table_is_a_formula(start: str) -> None:
    text = f"{start}cmd|' /C calc'!A0"
    table = quotes.comma_separated([replace(QUOTE, text=text, name=text, product=text)])
    (row,) = csv.DictReader(io.StringIO(table, newline=""))
    for column in ("text", "name", "product"):
        assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_table_of_nothing_has_its_head() -> None:
    assert quotes.comma_separated([]).startswith("conversation,consent,text,stars,product,name")
