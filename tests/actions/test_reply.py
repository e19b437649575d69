"""Writing: who an answer goes to, what stops it, what leaves, and what the agent decides."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.actions import deciding, doubts, reply
from agent_tui.actions.action import ActionError, Done
from agent_tui.actions.recipients import answer_to
from agent_tui.actions.registry import perform
from agent_tui.model.account import Account, AccountState, Capabilities, EffectKind
from agent_tui.model.clock import DAY
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import Entity
from agent_tui.model.message import Address, Body, Delivery, Direction, Message, Recipients
from agent_tui.model.outbox import OutboxItem, OutboxState
from agent_tui.store import accounts, codec, drafts, events, leaving, messages, outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import (
    ACCOUNT,
    CUSTOMER,
    MAIL,
    OWN,
    Desk,
    incoming,
    listed,
    mail_account,
    only,
    ours,
    receive,
)


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming(name="Ada", message_id="a@x", to=(OWN, "bob@x.example")))
    return Desk(db)


def begun(desk: Desk, kind: DraftKind = DraftKind.REPLY) -> Draft:
    return reply.start(desk.context, only(desk.db), kind)


def written(desk: Desk, kind: DraftKind = DraftKind.REPLY) -> Draft:
    """A draft that can be sent."""
    return replace(begun(desk, kind), body="On its way.")


def thread(desk: Desk) -> list[Message]:
    return messages.of_conversation(desk.db, only(desk.db).id)


def queued(desk: Desk, kind: EffectKind = EffectKind.SEND) -> OutboxItem:
    """The one effect of that kind on its way, with its hold over."""
    due = leaving.due(desk.db, ACCOUNT, desk.now.at + DAY)
    (item,) = [item for item in due if item.kind is kind]
    return item


# Beginning


def test_a_reply_is_addressed_named_and_on_disk_at_once(desk: Desk) -> None:
    draft = begun(desk)

    assert draft.subject == "Re: Parcel"
    assert draft.recipients == Recipients(to=(Address("Ada", CUSTOMER),))
    assert draft.seen_message == thread(desk)[-1].id
    assert drafts.get(desk.db, draft.id) == draft


def test_an_unsent_reply_is_gone_on_with(desk: Desk) -> None:
    first = begun(desk)
    drafts.save(desk.db, replace(first, body="Half a", cursor=(0, 6)))

    again = reply.start(desk.context, only(desk.db), DraftKind.REPLY, body="other")

    assert (again.id, again.body, again.cursor) == (first.id, "Half a", (0, 6))


def test_every_agent_and_every_kind_has_a_draft_of_its_own(desk: Desk) -> None:
    other = reply.start(Desk(desk.db, agent="jonas").context, only(desk.db), DraftKind.REPLY)

    assert len({begun(desk).id, begun(desk, DraftKind.NOTE).id, other.id}) == 3


def test_a_forward_goes_to_nobody_yet_and_says_so_in_its_subject(desk: Desk) -> None:
    draft = begun(desk, DraftKind.FORWARD)

    assert (draft.subject, draft.recipients) == ("Fwd: Parcel", Recipients())


def test_a_chat_is_answered_without_addresses(desk: Desk) -> None:
    mail_account(desk.db, replace(MAIL, recipients=False))

    assert begun(desk).recipients == Recipients()


# Who gets it

SHOP = "Support@Shop.example"


def to(*people: str) -> tuple[Address, ...]:
    return tuple(Address("", email) for email in people)


def answered(
    recipients: Recipients,
    *,
    sender: str = "ada@x",
    direction: Direction = Direction.INBOUND,
    everybody: bool = False,
) -> tuple[Sequence[str], Sequence[str]]:
    """To and Cc of an answer to such a message."""
    account = Account(
        name="mail",
        adapter="imap",
        address=OWN,
        display_name="Shop",
        capabilities=MAIL,
        state=AccountState.OK,
        since=0,
    )
    message = Message(
        id=1,
        conversation_id=1,
        account="mail",
        direction=direction,
        author=sender,
        address=sender,
        at=0,
        subject="",
        body=Body(""),
        recipients=recipients,
    )
    found = answer_to(message, account, everybody=everybody)
    assert found.bcc == found.reply_to == ()
    return [a.email for a in found.to], [a.email for a in found.cc]


def test_an_answer_goes_to_the_sender_alone() -> None:
    assert answered(Recipients(to=to(SHOP, "bob@x"), cc=to("eve@x"))) == (["ada@x"], [])


def test_an_answer_goes_where_the_sender_wants_answers() -> None:
    wants = Recipients(to=to(SHOP), reply_to=to("office@x", "second@x"))

    assert answered(wants) == (["office@x", "second@x"], [])


def test_an_answer_to_all_goes_to_everybody_but_us_and_to_nobody_twice() -> None:
    everyone = Recipients(to=to(SHOP, "bob@x", "ADA@x"), cc=to("eve@x", "Bob@X", OWN))

    assert answered(everyone, everybody=True) == (["ada@x"], ["bob@x", "eve@x"])


def test_a_form_that_names_us_for_answers_is_answered_to_its_sender() -> None:
    assert answered(Recipients(to=to(SHOP), reply_to=to(OWN))) == (["ada@x"], [])


def test_going_on_after_our_own_last_word_goes_to_whom_that_went() -> None:
    sent = Recipients(to=to("ada@x"), cc=to("bob@x"), bcc=to("boss@shop"))

    said = {"sender": OWN, "direction": Direction.OUTBOUND}
    assert answered(sent, **said) == (["ada@x"], [])  # type: ignore[arg-type]  # both keys fit
    assert answered(sent, **said, everybody=True) == (  # type: ignore[arg-type]  # both keys fit
        ["ada@x"],
        ["bob@x"],
    )


def test_who_has_no_address_is_not_written_to() -> None:
    assert answered(Recipients(), sender="+49 170 1") == ([], [])


def test_a_conversation_we_began_is_answered_to_its_customer(db: SqliteDatabase) -> None:
    mail_account(db)
    receive(db, ours())

    assert begun(Desk(db)).recipients.to == (Address("", CUSTOMER),)


# What stops it


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        ({"body": " \n"}, "There is no text."),
        ({"files": ("/nowhere/bill.pdf",)}, "The attachment bill.pdf is not there any more."),
        ({"recipients": Recipients()}, "There is nobody in To, Cc or Bcc."),
        ({"recipients": Recipients(cc=to("ada"))}, "'ada' is not a mail address."),
        ({"recipients": Recipients(to=to("a b@x"))}, "'a b@x' is not a mail address."),
        ({"recipients": Recipients(to=to("@x"))}, "'@x' is not a mail address."),
        ({"kind": DraftKind.NEW, "subject": " "}, "There is no subject."),
        ({"account": "gone"}, "The account 'gone' cannot send."),
    ],
)
def test_each_problem_is_said_and_stops_the_sending(
    desk: Desk, draft: dict[str, object], problem: str
) -> None:
    broken = replace(written(desk), **draft)  # type: ignore[arg-type]  # the fields of the table

    (said,) = reply.problems(desk.context, broken)
    assert said.startswith(problem)
    with pytest.raises(ActionError, match="Not sent: "):
        reply.send(desk.context, broken)

    assert outbox.shown(desk.db) == []
    assert drafts.get(desk.db, broken.id) is not None


def test_braces_in_a_quoted_customers_text_stop_nothing(desk: Desk) -> None:
    draft = replace(written(desk), body="You wrote:\n\n> my code is {{ 7*7 }}\n\nIt is 49.")

    assert doubts.against(desk.context, draft) == ()


@pytest.mark.parametrize(
    ("can", "problem"),
    [
        (replace(MAIL, reply_limit=10), "The text has 11 characters; at most 10 are allowed."),
        (replace(MAIL, attach=False), "The account 'mail' cannot send files."),
        (Capabilities(Channel.MAIL), "The account 'mail' cannot send."),
    ],
)
def test_what_the_account_cannot_do_is_said(
    desk: Desk, tmp_path: Path, can: Capabilities, problem: str
) -> None:
    (tmp_path / "bill.pdf").write_bytes(b"x")
    draft = replace(written(desk), files=(str(tmp_path / "bill.pdf"),))
    mail_account(desk.db, can)

    assert reply.problems(desk.context, draft) == [problem]


def test_a_note_needs_no_address_and_no_account(desk: Desk) -> None:
    accounts.forget(desk.db, ACCOUNT)

    assert reply.problems(desk.context, written(desk, DraftKind.NOTE)) == []


# What leaves


def test_a_reply_stands_in_the_thread_and_in_the_outbox(desk: Desk) -> None:
    draft = written(desk)

    done = reply.send(desk.context, draft)

    last, item = thread(desk)[-1], queued(desk)
    assert done.sentence == f"Reply to {CUSTOMER} leaves in 10 s, u calls it back."
    assert (last.body.text, last.delivery) == ("On its way.", Delivery.QUEUED)
    assert (item.message_id, item.key, item.state) == (last.id, last.message_id, OutboxState.HELD)
    assert item.due_at == desk.now.at + 10_000
    mail = codec.outgoing(json.loads(item.payload))
    assert (mail.in_reply_to, mail.references) == ("a@x", ("a@x",))
    assert mail.sender == Address("Shop", OWN)
    assert (only(desk.db).status, only(desk.db).waiting_since) == (Status.PENDING, None)
    assert drafts.get(desk.db, draft.id) is None


def test_a_message_id_is_ours_and_cannot_be_guessed(desk: Desk) -> None:
    reply.send(desk.context, written(desk))
    perform("undo", desk.context)
    first = outbox.shown(desk.db)
    reply.send(desk.context, written(desk))

    name, _, domain = queued(desk).key.partition("@")
    assert domain == "shop.example"
    assert len(name) == 32
    assert first == []


def test_a_draft_is_sent_once_whatever_window_it_is_open_in(desk: Desk) -> None:
    draft = written(desk)
    reply.send(desk.context, draft)

    with pytest.raises(ActionError, match="sent or discarded elsewhere"):
        reply.send(desk.context, draft)

    assert len(outbox.shown(desk.db)) == 1
    assert len(thread(desk)) == 2


def test_an_answer_to_our_reply_joins_the_thread_whoever_writes_it(desk: Desk) -> None:
    reply.send(desk.context, written(desk))

    receive(desk.db, incoming(sender="colleague@x.example", references=[queued(desk).key]))

    assert only(desk.db).messages == 3


def test_a_reply_stands_behind_a_mail_whose_clock_is_ahead(desk: Desk) -> None:
    receive(desk.db, incoming(references=["a@x"], at=desk.now.at + DAY))

    reply.send(desk.context, written(desk))
    reply.send(desk.context, written(desk, DraftKind.NOTE))

    assert [m.direction for m in thread(desk)[-2:]] == [Direction.OUTBOUND, Direction.NOTE]
    assert thread(desk)[-2].at == desk.now.at


def test_a_channel_without_undo_window_leaves_at_once(desk: Desk) -> None:
    at_once = replace(desk.context, undo_ms={Channel.MAIL: 0})

    done = reply.send(at_once, written(desk))

    assert done.sentence == f"Reply to {CUSTOMER} on its way."
    assert queued(desk).state is OutboxState.QUEUED


def test_a_forward_begins_a_thread_of_its_own_and_answers_nobody(desk: Desk) -> None:
    draft = replace(
        written(desk, DraftKind.FORWARD), recipients=Recipients(to=to("supplier@z.example"))
    )

    done = reply.send(desk.context, draft)

    mail = codec.outgoing(json.loads(queued(desk).payload))
    assert (mail.in_reply_to, mail.references) == (None, ())
    assert done.sentence.startswith("Forward to supplier@z.example leaves")
    assert only(desk.db).status is Status.OPEN


def test_a_new_conversation_belongs_to_whom_it_is_written_to(desk: Desk) -> None:
    draft = replace(
        reply.compose(desk.context, ACCOUNT),
        subject="Your order",
        body="It is ready.",
        recipients=Recipients(to=(Address("Bo", "Bo@y.example"),), cc=to("eve@x")),
    )

    done = reply.send(desk.context, draft)

    new = next(c for c in listed(desk.db) if c.id in done.changed)
    assert (new.customer, new.subject, new.assignee) == ("Bo", "Your order", "maria")
    assert (new.status, new.messages) == (Status.PENDING, 1)
    assert done.sentence.startswith("Message to Bo@y.example leaves")


def test_files_leave_with_their_names_types_and_sizes(desk: Desk, tmp_path: Path) -> None:
    bill = tmp_path / "bill.pdf"
    bill.write_bytes(b"12345")

    reply.send(desk.context, replace(written(desk), files=(str(bill),)))

    (file,) = thread(desk)[-1].attachments
    assert (file.name, file.type, file.size) == ("bill.pdf", "application/pdf", 5)
    assert codec.outgoing(json.loads(queued(desk).payload)).files == (str(bill),)


def test_a_note_stays_in_the_house_and_changes_no_status(desk: Desk) -> None:
    waiting = only(desk.db).waiting_since

    done = reply.send(desk.context, written(desk, DraftKind.NOTE))

    assert done.sentence == "Note added."
    assert thread(desk)[-1].direction is Direction.NOTE
    assert outbox.shown(desk.db) == []
    assert (only(desk.db).status, only(desk.db).waiting_since) == (Status.OPEN, waiting)


def test_a_reply_from_the_command_line_does_not_send_a_draft_begun_on_the_screen(
    desk: Desk,
) -> None:
    drafts.save(desk.db, replace(begun(desk), body="Half a"))

    with pytest.raises(ActionError, match="has an unsent reply"):
        perform("reply", desk.context, [only(desk.db).id], {"text": "On its way."})


def test_a_reply_goes_to_one_conversation_at_a_time(desk: Desk) -> None:
    with pytest.raises(ActionError, match="one conversation at a time"):
        perform("reply", desk.context, [only(desk.db).id, 2], {"text": "On its way."})


# What the agent decides


def failed(desk: Desk, *, uncertain: bool = False) -> OutboxItem:
    """A reply that failed, or may have left."""
    reply.send(desk.context, written(desk))
    taken = outbox.take(desk.db, queued(desk))
    assert taken is not None
    end = outbox.doubt if uncertain else outbox.fail
    end(desk.db, taken, "No such mailbox.", desk.now.at)
    return taken


def decide(desk: Desk, item: OutboxItem, choice: str) -> tuple[Done, OutboxItem]:
    done = deciding.decide(desk.context, item.id, choice)
    after = outbox.get(desk.db, item.id)
    assert after is not None
    return done, after


@pytest.mark.parametrize("uncertain", [False, True])
def test_again_queues_it_with_the_same_key(desk: Desk, uncertain: bool) -> None:
    item = failed(desk, uncertain=uncertain)

    done, after = decide(desk, item, "again")

    assert done.sentence == "It is sent again."
    assert (after.state, after.key, after.due_at) == (OutboxState.QUEUED, item.key, desk.now.at)
    assert after.finished_at is None
    assert thread(desk)[-1].delivery is Delivery.QUEUED


@pytest.mark.parametrize("uncertain", [False, True])
def test_sent_is_believed(desk: Desk, uncertain: bool) -> None:
    done, after = decide(desk, failed(desk, uncertain=uncertain), "sent")

    assert done.sentence == "Marked as sent."
    assert after.state is OutboxState.SENT
    assert thread(desk)[-1].delivery is Delivery.SENT


@pytest.mark.parametrize("uncertain", [False, True])
def test_discarding_makes_it_a_draft_again_and_the_conversation_what_it_was(
    desk: Desk, uncertain: bool
) -> None:
    before = only(desk.db)
    item = failed(desk, uncertain=uncertain)

    done, after = decide(desk, item, "discard")

    assert done.sentence == "Not sent; the text is a draft again."
    assert after.state is OutboxState.CANCELLED
    (draft,) = drafts.of_agent(desk.db, desk.agent)
    assert (draft.body, draft.recipients.to) == ("On its way.", (Address("Ada", CUSTOMER),))
    now = only(desk.db)
    assert (now.status, now.waiting_since, now.messages) == (Status.OPEN, before.waiting_since, 1)


def test_discarding_leaves_what_somebody_changed_since(desk: Desk) -> None:
    item = failed(desk)
    perform("resolve", Desk(desk.db, agent="jonas").context, [only(desk.db).id])

    decide(desk, item, "discard")

    assert only(desk.db).status is Status.RESOLVED


def test_a_status_that_failed_is_dropped(desk: Desk) -> None:
    perform("resolve", desk.context, [only(desk.db).id])
    taken = outbox.take(desk.db, queued(desk, EffectKind.STATUS))
    assert taken is not None
    outbox.fail(desk.db, taken, "No such folder.", desk.now.at)

    done, after = decide(desk, taken, "discard")

    assert done.sentence == "Dropped."
    assert after.state is OutboxState.CANCELLED


def test_a_decision_is_made_once(desk: Desk) -> None:
    item = failed(desk)
    decide(desk, item, "again")

    with pytest.raises(ActionError, match="nothing to decide"):
        deciding.decide(desk.context, item.id, "discard")
    with pytest.raises(ActionError, match="nothing to decide"):
        deciding.decide(desk.context, 10**6, "again")


def test_an_unknown_choice_changes_nothing(desk: Desk) -> None:
    item = failed(desk)

    with pytest.raises(ActionError, match="'maybe' is no choice: again, sent, wait or discard"):
        deciding.decide(desk.context, item.id, "maybe")

    assert [i.state for i in outbox.shown(desk.db)] == [OutboxState.FAILED]


def test_a_decision_is_logged(desk: Desk) -> None:
    item = failed(desk)
    deciding.decide(desk.context, item.id, "again")

    newest = events.of_entity(desk.db, Entity.OUTBOX, item.id)[0]
    assert (newest.field, newest.before, newest.after) == ("decision", "failed", "again")
    assert newest.stamp.actor == "maria"


def test_undo_after_a_decision_passes_over_it(desk: Desk) -> None:
    conversation = only(desk.db).id
    perform("label", desk.context, [conversation], {"labels": "vip"})
    deciding.decide(desk.context, failed(desk).id, "discard")

    perform("undo", desk.context)

    assert only(desk.db).labels == ()
    assert [d.body for d in drafts.of_agent(desk.db, desk.agent)] == ["On its way."]


def test_undo_calls_back_what_was_sent_again_while_it_waits(desk: Desk) -> None:
    item = failed(desk)
    deciding.decide(desk.context, item.id, "again")

    perform("undo", desk.context)

    assert leaving.due(desk.db, ACCOUNT, desk.now.at + DAY) == []
    assert [d.body for d in drafts.of_agent(desk.db, desk.agent)] == ["On its way."]
