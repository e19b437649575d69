"""A bounce stands in the conversation of the mail that came back, and says so on that mail."""

from dataclasses import replace

import pytest

from agent_tui.actions import reply
from agent_tui.model.conversation import Status
from agent_tui.model.draft import DraftKind
from agent_tui.model.incoming import Bounce
from agent_tui.model.message import Address, Delivery, Direction, Message, Recipients
from agent_tui.model.outbox import Filed, OutboxItem, OutboxState
from agent_tui.store import drafts, messages, outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import CUSTOMER, Desk, incoming, listed, mail_account, only, receive

WHY = "550 no such user"


@pytest.fixture
def desk(db: SqliteDatabase) -> Desk:
    mail_account(db)
    receive(db, incoming("It broke.", name="Ada"))
    return Desk(db)


def answered(desk: Desk, *more: str, doubtful: bool = False) -> OutboxItem:
    """A reply that has left, or may have."""
    draft = replace(
        reply.start(desk.context, only(desk.db), DraftKind.REPLY),
        body="On its way.",
        recipients=Recipients(to=tuple(Address("", one) for one in (CUSTOMER, *more))),
    )
    drafts.save(desk.db, draft)
    reply.send(desk.context, draft)
    item = outbox.take(desk.db, outbox.shown(desk.db)[0])
    assert item is not None
    if doubtful:
        outbox.commit(desk.db, item)
        outbox.doubt(desk.db, item, "The connection broke off.", desk.now())
    else:
        outbox.sent(desk.db, item, desk.now(), filed=Filed.DONE)
    return item


def comes_back(desk: Desk, item: OutboxItem, **what: tuple[tuple[str, str], ...]) -> None:
    bounce = Bounce(item.key, **what)
    mail = incoming(
        "I am sorry to have to tell you.",
        sender="mailer-daemon@mx.shop.example",
        references=(item.key,),
        automatic=True,
    )
    receive(desk.db, replace(mail, bounce=bounce))


def ours(desk: Desk) -> Message:
    thread = messages.of_conversation(desk.db, only(desk.db).id)
    (found,) = [message for message in thread if message.direction is Direction.OUTBOUND]
    return found


def ours_of_all(desk: Desk) -> list[Delivery]:
    every = [m for c in listed(desk.db) for m in messages.of_conversation(desk.db, c.id)]
    return [m.delivery for m in every if m.direction is Direction.OUTBOUND]


def test_it_is_shown_on_the_mail_in_its_conversation_which_opens_again(desk: Desk) -> None:
    item = answered(desk)
    assert only(desk.db).status is Status.PENDING

    comes_back(desk, item, failed=((CUSTOMER, WHY),))

    assert only(desk.db).status is Status.OPEN
    assert only(desk.db).messages == 3
    assert (ours(desk).delivery, ours(desk).problem) == (
        Delivery.FAILED,
        f"Came back: {CUSTOMER} ({WHY})",
    )


def test_who_got_it_all_the_same_keeps_it_sent_and_the_other_is_named(desk: Desk) -> None:
    item = answered(desk, "bob@customer.example")
    comes_back(desk, item, failed=(("bob@customer.example", WHY),))
    assert ours(desk).delivery is Delivery.SENT
    assert "bob@customer.example" in ours(desk).problem


def test_a_delay_is_told_and_opens_nothing(desk: Desk) -> None:
    item = answered(desk)
    comes_back(desk, item, delayed=((CUSTOMER, "4.4.1"),))
    assert (ours(desk).delivery, only(desk.db).status) == (Delivery.SENT, Status.PENDING)
    assert ours(desk).problem.startswith("Delayed, the server goes on trying")


def test_it_settles_what_was_in_doubt(desk: Desk) -> None:
    item = answered(desk, doubtful=True)
    comes_back(desk, item, failed=((CUSTOMER, WHY),))
    found = outbox.get(desk.db, item.id)
    assert found is not None
    assert found.state is OutboxState.SENT
    assert outbox.undecided(desk.db) == 0
    assert ours(desk).delivery is Delivery.FAILED


def test_one_of_a_mail_that_is_not_ours_changes_nothing(desk: Desk) -> None:
    answered(desk)
    stranger = incoming("Sorry.", sender="mailer-daemon@elsewhere.example", automatic=True)
    receive(desk.db, replace(stranger, bounce=Bounce("unknown@elsewhere", (("x@y", WHY),))))
    assert len(listed(desk.db)) == 2
    assert {
        m.delivery for c in listed(desk.db) for m in messages.of_conversation(desk.db, c.id)
    } == {
        Delivery.SENT,
        Delivery.NONE,
    }
