"""Conversations with something to deliver, as agents leave them."""

from itertools import count

from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Status
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address, Body, Delivery, Direction, Message, Recipients
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import codec, conversations, messages, outbox, queueing, threads
from agent_tui.store.database import Database
from tests.factory import ACCOUNT, CUSTOMER, OWN, START, incoming, listed, receive

_numbers = count(1)


def customer_writes(db: Database, **more: object) -> int:
    """A mail of a customer; the id of its conversation, a new one each time."""
    before = {c.id for c in listed(db)}
    receive(db, incoming(**more))  # type: ignore[arg-type]  # passed through
    (new,) = {c.id for c in listed(db)} - before
    return new


def taken(db: Database, item: OutboxItem) -> OutboxItem:
    """The item in the hands of who delivers it."""
    found = outbox.take(db, item)
    assert found is not None
    return found


def reply(
    db: Database, conversation: int, text: str = "It is on its way.", *, hold: Millis = 0
) -> OutboxItem:
    """A reply as ``actions.reply`` queues it."""
    number = next(_numbers)
    key = f"reply{number}@shop.example"
    newest = [m for m in messages.of_conversation(db, conversation) if m.message_id]
    outgoing = Outgoing(
        subject="Re: Parcel",
        text=text,
        sender=Address("Shop", OWN),
        recipients=Recipients(to=(Address("", CUSTOMER),)),
        in_reply_to=newest[-1].message_id if newest else None,
        date=START,
    )
    message = Message(
        id=messages.new_id(db, START * 2 + number),
        conversation_id=conversation,
        account=ACCOUNT,
        direction=Direction.OUTBOUND,
        author="Shop",
        address=OWN,
        at=START,
        subject=outgoing.subject,
        body=Body(text),
        message_id=key,
        delivery=Delivery.QUEUED,
    )
    messages.insert(db, message)
    threads.remember(db, ACCOUNT, conversation, key, issued=True)
    return _queue(
        db, EffectKind.SEND, key, codec.dump_outgoing(outgoing), conversation, message.id, hold
    )


def resolve(db: Database, conversation: int) -> OutboxItem:
    """A resolved conversation and its effect, as ``actions.triage`` leaves them."""
    found = conversations.get(db, conversation)
    assert found is not None
    conversations.update(db, found, {"status": Status.RESOLVED})
    key = f"status{next(_numbers)}"
    return _queue(db, EffectKind.STATUS, key, codec.dump({}), conversation, None, 0)


def now_of(db: Database, item: OutboxItem) -> OutboxItem:
    """The item as it stands in the store."""
    found = outbox.get(db, item.id)
    assert found is not None
    return found


def shown(db: Database, item: OutboxItem) -> tuple[Delivery, str]:
    """How the reply's message is shown."""
    message = messages.get(db, item.message_id or 0)
    assert message is not None
    return message.delivery, message.problem


def _queue(
    db: Database,
    kind: EffectKind,
    key: str,
    payload: str,
    conversation: int,
    message: int | None,
    hold: Millis,
) -> OutboxItem:
    item = queueing.put(
        db,
        account=ACCOUNT,
        kind=kind,
        key=key,
        payload=payload,
        agent="maria",
        now=START,
        hold=hold,
        conversation_id=conversation,
        message_id=message,
    )
    found = outbox.get(db, item)
    assert found is not None
    return found
