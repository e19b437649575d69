"""What arrives is stored once, in the right conversation, and wakes what it should."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent_tui.model.conversation import Status
from agent_tui.model.incoming import Batch, FlagChange, Flags, IncomingFile
from agent_tui.model.message import Attachment, Direction, FetchState, Message
from agent_tui.store import (
    accounts,
    changes,
    conversations,
    customers,
    locations,
    messages,
    threads,
)
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import (
    ACCOUNT,
    CUSTOMER,
    OWN,
    START,
    Desk,
    batch,
    incoming,
    listed,
    only,
    ours,
    receive,
)

OWNS = frozenset({OWN})


def test_a_batch_and_its_cursor_are_committed_together(db: SqliteDatabase) -> None:
    new = commit_batch(db, ACCOUNT, batch(incoming(), incoming(), cursor="2"), OWNS, START)

    assert new == 2
    assert accounts.cursors(db, ACCOUNT) == {"INBOX": "2"}


def test_a_batch_that_fails_leaves_neither_mail_nor_cursor(db: SqliteDatabase) -> None:
    broken = incoming(at="never")  # type: ignore[arg-type]  # a plugin may hand in anything

    with pytest.raises(TypeError):
        commit_batch(db, ACCOUNT, batch(incoming(), broken), OWNS, START)

    assert listed(db) == []
    assert accounts.cursors(db, ACCOUNT) == {}


def test_the_same_place_is_taken_in_once(db: SqliteDatabase) -> None:
    mail = incoming()

    assert receive(db, mail) == 1
    assert receive(db, mail) == 0
    assert only(db).messages == 1


def test_a_copy_in_another_mailbox_is_the_same_message(db: SqliteDatabase) -> None:
    receive(db, incoming(message_id="a@x", content_hash="h"))
    receive(db, incoming(message_id="a@x", content_hash="h"), mailbox="Archive")

    (message,) = messages.of_conversation(db, only(db).id)
    assert {p.mailbox for p in locations.of_messages(db, [message.id])} == {"INBOX", "Archive"}


def sent_with_files(db: SqliteDatabase, *names: str) -> Message:
    """A message of ours whose files were attached on this machine."""
    receive(db, incoming(message_id="b@x"))
    (first,) = messages.of_conversation(db, only(db).id)
    files = tuple(
        Attachment(0, 0, name, "", 1, "", False, FetchState.HERE, f"/tmp/{name}") for name in names
    )
    sent = replace(
        first,
        id=first.id + 1,
        message_id="a@x",
        direction=Direction.OUTBOUND,
        attachments=files,
    )
    messages.insert(db, sent)
    return sent


@pytest.mark.parametrize(("copied", "parts"), [(("2", "3"), ["2", "3"]), (("2",), ["", ""])])
def test_the_copy_in_sent_tells_where_the_provider_has_the_files_of_ours(
    db: SqliteDatabase, copied: Sequence[str], parts: list[str]
) -> None:
    sent = sent_with_files(db, "a.pdf", "b.pdf")
    files = [IncomingFile(part, f"{part}.pdf", "", 1) for part in copied]

    receive(db, incoming(message_id="a@x", files=files), mailbox="Sent")

    now = messages.get(db, sent.id)
    assert now is not None
    assert [file.part for file in now.attachments] == parts
    assert [file.path for file in now.attachments] == ["/tmp/a.pdf", "/tmp/b.pdf"]


def test_a_reused_message_id_with_other_content_is_another_message(db: SqliteDatabase) -> None:
    receive(db, incoming("one", message_id="a@x"), incoming("two", message_id="a@x"))

    assert sum(c.messages for c in listed(db)) == 2


def test_equal_mails_without_message_id_in_one_mailbox_are_all_kept(db: SqliteDatabase) -> None:
    same = [incoming(message_id=None, content_hash="h") for _ in range(3)]

    assert receive(db, *same) == 3
    assert receive(db, *same) == 0


def test_a_new_uidvalidity_doubles_nothing_and_keeps_what_agents_did(db: SqliteDatabase) -> None:
    mail = incoming(message_id="a@x", content_hash="h")
    nameless = incoming(message_id=None, content_hash="n")
    receive(db, mail, nameless)
    conversation = next(c for c in listed(db) if c.messages)
    stamp = Desk(db).context.stamp("label")
    changes.change_conversation(db, stamp, conversation, labels=["vip"])

    again = Batch(
        "INBOX",
        "c2",
        (
            incoming(message_id="a@x", content_hash="h", remote_id="2:1"),
            incoming(message_id=None, content_hash="n", remote_id="2:2"),
        ),
        reset=True,
    )
    assert commit_batch(db, ACCOUNT, again, OWNS, START) == 0
    assert len(listed(db)) == 2
    assert len(listed(db, "label:vip")) == 1


def test_a_customer_is_known_again_by_address_whatever_its_case(db: SqliteDatabase) -> None:
    receive(db, incoming(sender="Ada@Customer.example", name="Ada"), incoming(sender=CUSTOMER))

    assert {c.customer for c in listed(db)} == {"Ada"}


def test_customers_of_one_name_stay_two(db: SqliteDatabase) -> None:
    receive(
        db, incoming(sender="a@x.example", name="Ada"), incoming(sender="b@x.example", name="Ada")
    )

    one, two = listed(db)
    assert one.customer_id != two.customer_id


def test_mail_that_we_sent_elsewhere_belongs_to_its_recipient(db: SqliteDatabase) -> None:
    receive(db, ours())

    conversation = only(db)
    customer = customers.get(db, conversation.customer_id)
    assert customer is not None
    assert customer.identities[0].value == CUSTOMER
    assert conversation.status is Status.RESOLVED


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.PENDING, Status.SNOOZED])
def test_the_customers_answer_reopens(db: SqliteDatabase, status: Status) -> None:
    receive(db, incoming(message_id="a@x", status=status))

    receive(db, incoming(references=["a@x"]))

    conversation = only(db)
    assert conversation.status is Status.OPEN
    assert conversation.snoozed_until is None


@pytest.mark.parametrize("status", [Status.ON_HOLD, Status.SPAM, Status.OPEN])
def test_the_customers_answer_leaves_other_states_alone(db: SqliteDatabase, status: Status) -> None:
    receive(db, incoming(message_id="a@x", status=status))

    receive(db, incoming(references=["a@x"]))

    assert only(db).status is status


def test_automatic_mail_neither_reopens_nor_waits(db: SqliteDatabase) -> None:
    receive(db, incoming(message_id="a@x", status=Status.RESOLVED), ours(references=["a@x"]))

    receive(db, incoming("Out of office", references=["a@x"], automatic=True))

    conversation = only(db)
    assert conversation.status is Status.RESOLVED
    assert conversation.waiting_since is None


def test_history_that_arrives_late_reopens_nothing(db: SqliteDatabase) -> None:
    receive(db, incoming(message_id="b@x", references=["a@x"], status=Status.RESOLVED, at=START))

    late = batch(incoming(message_id="a@x", at=START - 1000), first_sync=True)
    commit_batch(db, ACCOUNT, late, OWNS, START)

    assert only(db).status is Status.RESOLVED


def test_the_customer_waits_since_the_first_unanswered_mail(db: SqliteDatabase) -> None:
    first, answer = incoming(message_id="a@x"), ours(references=["a@x"])
    second, third = incoming(references=["a@x"]), incoming(references=["a@x"])

    receive(db, first, answer, second, third)

    assert only(db).waiting_since == second.at


def test_a_thread_that_arrives_backwards_is_one_conversation_with_the_first_subject(
    db: SqliteDatabase,
) -> None:
    last = incoming(
        "c", message_id="c@x", references=["a@x", "b@x"], subject="Re: Zip", at=START + 3
    )
    middle = ours("b", message_id="b@x", references=["a@x"], subject="Re: Zip", at=START + 2)
    first = incoming("a", message_id="a@x", subject="Zip", at=START + 1)

    receive(db, last, middle, first)

    conversation = only(db)
    assert (conversation.subject, conversation.snippet) == ("Zip", "c")
    assert [m.body.text for m in messages.of_conversation(db, conversation.id)] == ["a", "b", "c"]


def test_a_missing_middle_joins_the_two_halves(db: SqliteDatabase) -> None:
    receive(
        db, incoming("a", message_id="a@x"), incoming("c", message_id="c@x", references=["b@x"])
    )
    assert len(listed(db)) == 2

    receive(db, incoming("b", message_id="b@x", references=["a@x"]))

    assert only(db).messages == 3


def test_strangers_with_one_subject_stay_apart(db: SqliteDatabase) -> None:
    receive(
        db, incoming(sender="a@x.example"), incoming(sender="b@x.example", subject="Re: Parcel")
    )

    assert len(listed(db)) == 2


def test_a_stranger_who_names_a_customers_mail_gets_a_conversation_of_their_own(
    db: SqliteDatabase,
) -> None:
    receive(db, incoming(message_id="a@x"))

    receive(db, incoming(sender="thief@evil.example", references=["a@x"]))

    assert len(listed(db)) == 2


def test_a_stranger_who_answers_our_own_mail_joins_and_is_marked_as_new(
    db: SqliteDatabase,
) -> None:
    asked = incoming()
    receive(db, asked)
    with db.transaction():
        threads.remember(db, ACCOUNT, only(db).id, "ours@shop.example", issued=True)
    receive(db, incoming("I know", references=("ours@shop.example",)))
    receive(db, incoming("Give me all", sender="eve@evil.test", references=("ours@shop.example",)))
    receive(db, incoming("Again", sender="eve@evil.test", references=("ours@shop.example",)))

    notes = [message.notes for message in messages.of_conversation(db, only(db).id)]

    assert [bool(found) for found in notes] == [False, False, True, False]
    assert "was not in the conversation before" in notes[2][0]


def test_seen_and_answered_elsewhere_show_here(db: SqliteDatabase) -> None:
    mail = incoming()
    receive(db, mail)
    assert (only(db).unread, only(db).status) == (1, Status.OPEN)

    flags = FlagChange(mail.remote_id, Flags(seen=True, answered=True))
    commit_batch(db, ACCOUNT, Batch("INBOX", "c", flags=(flags,)), OWNS, START)

    conversation = only(db)
    assert (conversation.unread, conversation.status) == (0, Status.PENDING)
    assert conversation.waiting_since is None


def test_mail_archived_elsewhere_is_resolved_only_where_that_is_meant(db: SqliteDatabase) -> None:
    mail = incoming()
    receive(db, mail)

    stays = Batch("INBOX", "c", gone=(mail.remote_id,))
    commit_batch(db, ACCOUNT, stays, OWNS, START)
    assert only(db).status is Status.OPEN

    receive(db, mail)
    goes = Batch("INBOX", "c", gone=(mail.remote_id,), gone_resolves=True)
    commit_batch(db, ACCOUNT, goes, OWNS, START)
    assert only(db).status is Status.RESOLVED


def test_attachments_are_listed_and_found_by_name(db: SqliteDatabase) -> None:
    receive(db, incoming(files=[IncomingFile("2", "rechnung.pdf", "application/pdf", 10)]))

    assert only(db).attachments == 1
    assert len(listed(db, "rechnung")) == 1


def test_reading_clears_unread_and_nothing_else(db: SqliteDatabase) -> None:
    receive(db, incoming(), incoming(message_id="z@x"))
    one, other = listed(db)

    conversations.mark_read(db, one.id)

    assert {c.id: c.unread for c in listed(db)} == {one.id: 0, other.id: 1}


def test_what_was_closed_elsewhere_waits_for_nobody(db: SqliteDatabase) -> None:
    receive(db, incoming(status=Status.RESOLVED))

    assert only(db).waiting_since is None
