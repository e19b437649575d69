"""What becomes of messages after they arrived, as providers tell it, also twice and late."""

from dataclasses import replace

import pytest

from agent_tui.model.account import EffectKind
from agent_tui.model.clock import MINUTE
from agent_tui.model.customer import IdentityKind
from agent_tui.model.event import ENGINE, Entity
from agent_tui.model.incoming import (
    Colleague,
    Deletion,
    Edit,
    IncomingFile,
    Mark,
    ReactionChange,
    Sender,
    ServerReply,
)
from agent_tui.model.message import (
    Address,
    Body,
    Delivery,
    Direction,
    Link,
    Message,
    Reaction,
    Version,
)
from agent_tui.model.outbox import OutboxState
from agent_tui.store import (
    agents,
    customers,
    events,
    locations,
    messages,
    outbox,
    queueing,
    server_replies,
)
from agent_tui.store.database import Database
from agent_tui.store.intake import commit_batch
from tests.factory import ACCOUNT, OWN, START, batch, changed, chat, listed, only, receive

ADA = Sender(IdentityKind.HANDLE, "@ada:chat.example", "Ada")
US = Sender(IdentityKind.HANDLE, "@shop:chat.example", "Shop")
LATER = START + 10**9


def the(db: Database, text: str = "") -> Message:
    """The message with that text, or the only one."""
    found = [m for m in messages.of_conversation(db, only(db).id) if text in m.body.text]
    assert len(found) == 1
    return found[0]


def thread(db: Database) -> list[Message]:
    return messages.of_conversation(db, only(db).id)


def edit(text: str, at: int = LATER, remote_id: str = "$1") -> Edit:
    return Edit(remote_id, Body(text), at)


# Edits


def test_an_edit_renews_text_links_snippet_and_search_and_keeps_what_was(db: Database) -> None:
    receive(db, chat("parcle", remote_id="$1"))
    link = Link(1, "x", "https://x.example", "x.example", False, True)

    changed(db, edits=(Edit("$1", Body("parcel", links=(link,)), LATER),))

    message = the(db)
    assert (message.body.text, message.body.links) == ("parcel", (link,))
    assert (message.edited_at, message.versions) == (LATER, (Version(LATER, "parcle"),))
    assert only(db).snippet == "parcel"
    assert (len(listed(db, "parcel")), len(listed(db, "parcle"))) == (1, 0)


def test_an_edit_that_changes_nothing_is_none(db: Database) -> None:
    receive(db, chat("parcel", remote_id="$1"))

    changed(db, edits=(edit("parcel"),))

    assert (the(db).edited_at, the(db).versions) == (None, ())


def test_edits_that_come_twice_change_nothing(db: Database) -> None:
    receive(db, chat("one", remote_id="$1"))
    both = (edit("two", LATER), edit("three", LATER + 1))
    changed(db, edits=both)
    before = the(db)

    changed(db, edits=both)
    changed(db, edits=both[:1])

    assert the(db) == before
    assert [v.text for v in before.versions] == ["one", "two"]


def test_edits_within_one_second_of_a_provider_are_all_kept(db: Database) -> None:
    receive(db, chat("one", remote_id="$1"))

    for _ in range(2):
        changed(db, edits=(edit("two"), edit("three")))

    assert the(db).body.text == "three"
    assert [v.text for v in the(db).versions] == ["one", "two"]


def test_an_edit_in_the_batch_of_its_message_finds_it(db: Database) -> None:
    both = replace(batch(chat("one", remote_id="$1")), edits=(edit("two"),))

    commit_batch(db, ACCOUNT, both, frozenset({OWN}), START)

    assert the(db).body.text == "two"
    assert (len(listed(db, "two")), len(listed(db, "one"))) == (1, 0)


def test_an_agents_own_edit_on_its_way_is_not_undone_by_an_older_one(db: Database) -> None:
    receive(db, chat("one", remote_id="$1", direction=Direction.OUTBOUND))
    on_the_way(db, EffectKind.EDIT, the(db).id)

    changed(db, edits=(edit("two"),))

    assert the(db).body.text == "one"


def test_what_is_said_of_what_nobody_knows_is_dropped(db: Database) -> None:
    receive(db, chat("one", remote_id="$1"))
    before = thread(db)

    changed(
        db,
        edits=(edit("x", remote_id="$9"),),
        deletions=(Deletion("$9", LATER),),
        reactions=(ReactionChange("$9", ADA, "+1"),),
        marks=(Mark("$9", Delivery.READ),),
    )
    changed(db, mailbox="elsewhere", edits=(edit("x"),))

    assert thread(db) == before


def test_a_message_edited_before_we_saw_it_says_so(db: Database) -> None:
    receive(db, chat("one", remote_id="$1", edited_at=LATER))

    changed(db, edits=(edit("one"),))

    assert (the(db).edited_at, the(db).versions) == (LATER, ())


# Deletions


def test_what_is_taken_away_leaves_no_text_here_either(db: Database) -> None:
    file = IncomingFile("1", "secretfile.txt", "text/plain", 1)
    receive(
        db,
        chat("hello", at=START),
        chat("seecret", remote_id="$1", at=START + 1, files=(file,)),
    )
    changed(db, edits=(edit("sekret"),))

    for _ in range(2):
        changed(db, deletions=(Deletion("$1", LATER + 1),))

    gone = thread(db)[-1]
    assert (gone.body.text, gone.attachments, gone.versions) == ("", (), ())
    assert gone.deleted_at == LATER + 1
    assert only(db).snippet == "hello"
    assert only(db).attachments == 0
    assert [listed(db, word) for word in ("sekret", "seecret", "secretfile")] == [[], [], []]
    told = events.of_entity(db, Entity.MESSAGE, gone.id)
    assert [(e.field, e.stamp.actor) for e in told] == [("deleted", ENGINE), ("edited", ENGINE)]
    kept = [
        str(tuple(row))
        for table in ("messages", "events")
        for row in db.all(f"SELECT * FROM {table}")
    ]
    assert not any("sekret" in row or "seecret" in row for row in kept)


def test_who_took_back_what_they_wrote_does_not_wait(db: Database) -> None:
    receive(db, chat("never mind", remote_id="$1"))
    assert only(db).waiting_since is not None

    changed(db, deletions=(Deletion("$1", LATER),))

    assert only(db).waiting_since is None
    assert only(db).messages == 1


def test_an_edit_after_the_deletion_brings_nothing_back(db: Database) -> None:
    receive(db, chat("one", remote_id="$1"))
    changed(db, deletions=(Deletion("$1", LATER),), edits=(edit("two"),))

    changed(db, edits=(edit("three", LATER + 1),))

    assert the(db).body.text == ""


def test_a_deletion_within_the_batch_leaves_nothing_to_search(db: Database) -> None:
    both = replace(batch(chat("one", remote_id="$1")), deletions=(Deletion("$1", LATER),))

    commit_batch(db, ACCOUNT, both, frozenset({OWN}), START)

    assert the(db).deleted_at == LATER
    assert listed(db, "one") == []


# Reactions


def test_reactions_are_put_once_and_taken_off(db: Database) -> None:
    receive(db, chat(remote_id="$1"))
    thumb = ReactionChange("$1", ADA, "+1", remote_id="$r")
    ours = ReactionChange("$1", US, "+1", ours=True)

    for _ in range(2):
        changed(db, reactions=(thumb, ours))
    assert set(the(db).reactions) == {Reaction("Ada", "+1"), Reaction("Shop", "+1", ours=True)}

    changed(db, reactions=(replace(thumb, removed=True),))
    assert the(db).reactions == (Reaction("Shop", "+1", ours=True),)


def test_a_deletion_may_name_a_reaction(db: Database) -> None:
    receive(db, chat(remote_id="$1"))
    changed(db, reactions=(ReactionChange("$1", ADA, "+1", remote_id="$r"),))

    changed(db, deletions=(Deletion("$r", LATER),))

    assert the(db).reactions == ()
    assert the(db).deleted_at is None


# Marks


def sent(db: Database, *deliveries: Delivery) -> None:
    """Messages of ours, $1, $2 ..., that have come so far."""
    for number, delivery in enumerate(deliveries, 1):
        name = f"${number}"
        receive(db, chat(name, remote_id=name, direction=Direction.OUTBOUND, at=START + number))
        messages.set_delivery(db, the(db, name).id, delivery)


def deliveries(db: Database) -> list[Delivery]:
    return [message.delivery for message in thread(db)]


def test_a_mark_only_goes_forward(db: Database) -> None:
    sent(db, Delivery.SENT)
    seen = []

    for mark in (Delivery.DELIVERED, Delivery.SENT, Delivery.READ, Delivery.DELIVERED):
        changed(db, marks=(Mark("$1", mark),))
        seen += deliveries(db)

    assert seen == [Delivery.DELIVERED, Delivery.DELIVERED, Delivery.READ, Delivery.READ]


def test_a_mark_may_hold_for_all_before(db: Database) -> None:
    sent(db, Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED, Delivery.SENT, Delivery.SENT)

    changed(db, marks=(Mark("$4", Delivery.READ, and_before=True),))

    assert deliveries(db) == [
        Delivery.READ,
        Delivery.READ,
        Delivery.FAILED,
        Delivery.READ,
        Delivery.SENT,
    ]


def test_a_mark_on_the_customers_own_message_holds_for_ours_before_it(db: Database) -> None:
    sent(db, Delivery.SENT)
    receive(db, chat("ok", remote_id="$9", at=START + MINUTE))

    changed(db, marks=(Mark("$9", Delivery.READ, and_before=True),))

    assert deliveries(db) == [Delivery.READ, Delivery.NONE]


def test_a_failure_is_told_with_its_reason(db: Database) -> None:
    sent(db, Delivery.SENT)

    changed(db, marks=(Mark("$1", Delivery.FAILED, "Number unknown."),))

    assert (the(db).delivery, the(db).problem) == (Delivery.FAILED, "Number unknown.")


@pytest.mark.parametrize("delivery", [Delivery.QUEUED, Delivery.SENDING, Delivery.UNCERTAIN])
def test_what_the_outbox_has_in_hand_is_not_marked(db: Database, delivery: Delivery) -> None:
    sent(db, delivery, Delivery.SENT)

    changed(db, marks=(Mark("$1", Delivery.READ), Mark("$2", Delivery.READ, and_before=True)))

    assert deliveries(db) == [delivery, Delivery.READ]


# Who and where


def test_a_conversation_that_we_begin_is_with_the_customer(db: Database) -> None:
    receive(db, chat("Hi Ada", direction=Direction.OUTBOUND))
    receive(db, chat("Hello!"))

    assert only(db).customer == "Ada"
    customer = customers.get(db, only(db).customer_id)
    assert customer is not None
    assert [i.value for i in customer.identities] == ["@ada:chat.example"]


def test_a_colleagues_note_makes_nothing_unread_and_nobody_wait(db: Database) -> None:
    receive(db, chat("Hello?"), chat("Mind her.", direction=Direction.NOTE))
    before = only(db)

    receive(db, chat("Really.", direction=Direction.NOTE))

    assert (only(db).unread, only(db).waiting_since) == (1, before.waiting_since)
    assert only(db).customer == "Ada"
    assert [m.direction for m in thread(db)][-1] is Direction.NOTE
    other = chat("First", direction=Direction.NOTE, room="new", name="Bo", sender="@bo:x")
    receive(db, other)
    assert next(c for c in listed(db) if c.customer == "Bo").waiting_since is None


def test_claims_are_never_identities(db: Database) -> None:
    claims = ((IdentityKind.EMAIL, "ada@home.example"),)

    receive(db, replace(chat(), sender=replace(ADA, claims=claims)))

    customer = customers.get(db, only(db).customer_id)
    assert customer is not None
    assert [i.value for i in customer.identities] == [ADA.value]
    assert customers.claims(db, customer.id) == list(claims)


def test_answers_and_topics_are_kept(db: Database) -> None:
    receive(db, chat("one", remote_id="$1"))
    receive(
        db,
        chat("two", answers="$1", topic="$t", direction=Direction.OUTBOUND),
        chat("three", answers="$unknown"),
    )

    one, two, three = thread(db)
    assert (two.answers, two.topic) == (one.id, "$t")
    assert (three.answers, three.topic) == (None, None)


def test_colleagues_and_replies_of_the_provider_are_known(db: Database) -> None:
    changed(db, colleagues=(Colleague("jo", "Jo"),), canned=(ServerReply("hi", "Hello"),))
    changed(db)

    assert agents.Agent("jo", "Jo") in agents.every(db)
    assert server_replies.of_account(db, ACCOUNT) == [ServerReply("hi", "Hello")]
    changed(db, canned=())
    assert server_replies.of_account(db, ACCOUNT) == []


# Echoes


@pytest.mark.parametrize("direction", [Direction.OUTBOUND, Direction.NOTE])
@pytest.mark.parametrize("located", [False, True])
def test_our_own_echo_is_no_news_before_and_after_the_receipt(
    db: Database, direction: Direction, located: bool
) -> None:
    receive(db, chat("Hello?"))
    message = ours(db, direction)
    if located:
        locations.put(db, ACCOUNT, "INBOX", "$1", message.id)

    receive(db, chat("Hi", remote_id="$1", direction=direction, message_id="key"))

    assert len(thread(db)) == 2
    assert [p.remote_id for p in locations.of_messages(db, [message.id])] == ["$1"]


def test_all_parts_of_a_message_are_that_message(db: Database) -> None:
    receive(db, chat("Hello?"))
    message = ours(db, Direction.OUTBOUND)
    locations.put(db, ACCOUNT, "INBOX", "$file", message.id)

    receive(
        db,
        chat("Hi", remote_id="$1", direction=Direction.OUTBOUND, message_id="key"),
        chat("a.jpg", remote_id="$file", direction=Direction.OUTBOUND),
        chat("b.jpg", remote_id="$other", direction=Direction.OUTBOUND, message_id="key"),
    )

    assert len(thread(db)) == 2


def ours(db: Database, direction: Direction) -> Message:
    message = Message(
        id=messages.new_id(db, LATER),
        conversation_id=only(db).id,
        account=ACCOUNT,
        direction=direction,
        author="maria",
        address=str(Address("", "maria")),
        at=LATER,
        subject="",
        body=Body("Hi"),
        message_id="key",
        delivery=Delivery.QUEUED,
    )
    messages.insert(db, message)
    return message


def on_the_way(db: Database, kind: EffectKind, message_id: int | None = None) -> None:
    item = queueing.put(
        db,
        account=ACCOUNT,
        kind=kind,
        key="key",
        payload="{}",
        agent="maria",
        now=START,
        conversation_id=only(db).id,
        message_id=message_id,
    )
    found = outbox.get(db, item)
    assert found is not None
    assert found.state is OutboxState.QUEUED
