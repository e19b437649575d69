"""Reading a conversation again costs what is new of it, and overlooks nothing."""

from collections.abc import Callable

import pytest

from agent_tui.model.clock import MINUTE
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import Delivery, FetchState, Message
from agent_tui.store import messages, rereading, traces
from agent_tui.store.database import Database
from tests.factory import ACCOUNT, START, incoming, mail_account, only, receive

_FIRST = "first@customer.example"


@pytest.fixture
def talk(db: Database) -> int:
    """A conversation of three messages, the first with a file; its id."""
    mail_account(db)
    receive(
        db,
        incoming(message_id=_FIRST, files=[IncomingFile("2", "zip.jpg", "image/jpeg", 9)]),
        incoming("two", references=[_FIRST]),
        incoming("three", references=[_FIRST]),
    )
    return only(db).id


def edit(db: Database, message: Message) -> None:
    traces.keep_version(db, message.id, START, message.body.text)
    db.run("UPDATE messages SET text = 'other', edited_at = 5 WHERE id = :id", {"id": message.id})


def take_away(db: Database, message: Message) -> None:
    db.run("UPDATE messages SET text = '', deleted_at = 5 WHERE id = :id", {"id": message.id})


def react(db: Database, message: Message) -> None:
    traces.react(db, message.id, "ada", "+1", who="Ada", ours=False, account=ACCOUNT)


CHANGES: dict[str, Callable[[Database, Message], None]] = {
    "delivered": lambda db, message: messages.set_delivery(db, message.id, Delivery.READ),
    "failed": lambda db, message: messages.set_delivery(db, message.id, Delivery.FAILED, "no"),
    "edited": edit,
    "deleted": take_away,
    "reaction": react,
}


def test_nothing_new_is_the_very_same(db: Database, talk: int) -> None:
    seen = rereading.read(db, talk)
    assert rereading.again(db, talk, seen) is seen


def test_a_new_message_is_added_to_those_that_are_known(db: Database, talk: int) -> None:
    seen = rereading.read(db, talk)
    receive(db, incoming("four", references=[_FIRST]))

    now = rereading.again(db, talk, seen)

    assert [message.body.text for message in now.messages[1:]] == ["two", "three", "four"]
    assert all(a is b for a, b in zip(seen.messages, now.messages, strict=False))
    assert rereading.again(db, talk, now) is now


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_becomes_of_a_message_is_seen_and_nothing_else_is_read(
    db: Database, talk: int, change: Callable[[Database, Message], None]
) -> None:
    seen = rereading.read(db, talk)
    change(db, seen.messages[1])

    now = rereading.again(db, talk, seen)

    assert list(now.messages) == messages.of_conversation(db, talk)
    assert now.messages[1] != seen.messages[1]
    assert now.messages[0] is seen.messages[0]
    assert rereading.again(db, talk, now) is now


def test_a_fetched_file_is_seen(db: Database, talk: int) -> None:
    seen = rereading.read(db, talk)
    messages.set_file(db, seen.messages[0].attachments[0].id, FetchState.HERE, path="/tmp/x")
    now = rereading.again(db, talk, seen)
    assert now.messages[0].attachments[0].state is FetchState.HERE


def test_a_message_that_comes_between_or_goes_is_seen(db: Database, talk: int) -> None:
    seen = rereading.read(db, talk)
    receive(db, incoming("late", references=[_FIRST], at=seen.messages[1].at - MINUTE // 2))
    now = rereading.again(db, talk, seen)
    assert [message.body.text for message in now.messages[1:]] == ["late", "two", "three"]
    messages.delete(db, now.messages[1])
    again = rereading.again(db, talk, now)
    assert again.messages == seen.messages
    assert again.messages[2] is seen.messages[2]


def test_two_messages_that_exchange_their_states_are_seen(db: Database, talk: int) -> None:
    first, second, _ = rereading.read(db, talk).messages
    messages.set_delivery(db, first.id, Delivery.SENT)
    seen = rereading.read(db, talk)
    messages.set_delivery(db, first.id, Delivery.NONE)
    messages.set_delivery(db, second.id, Delivery.SENT)
    assert rereading.again(db, talk, seen).messages[1].delivery is Delivery.SENT


def test_a_hundred_and_more_at_once_are_seen(db: Database, talk: int) -> None:
    seen = rereading.read(db, talk)
    receive(db, *(incoming(f"more {n}", references=[_FIRST]) for n in range(150)))
    now = rereading.again(db, talk, seen)
    assert len(now.messages) == 153
    assert now.messages[0] is seen.messages[0]


def test_a_conversation_without_messages_is_read_when_they_come(db: Database, talk: int) -> None:
    assert len(rereading.again(db, talk, rereading.NOTHING).messages) == 3
