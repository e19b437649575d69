"""The agent's word on what waits in the outbox: it was sent, send it again, later, never."""

from agent_tui.actions import messaging, posting
from agent_tui.actions.action import ActionError, Context, Done
from agent_tui.actions.triage import change
from agent_tui.actions.when import say_when
from agent_tui.model.clock import Millis
from agent_tui.model.event import DECIDE, Entity, Stamp
from agent_tui.model.outbox import MESSAGES, NEEDS_DECISION, OutboxItem, OutboxState
from agent_tui.store import changes, conversations, drafts, events, messages, outbox
from agent_tui.store.changes import Value


def decide(context: Context, item_id: int, choice: str) -> Done:
    """The agent's word on a send that failed, is uncertain, or was overtaken: ``again``, ``sent``,
    ``wait`` (for its time) or ``discard``.

    Raises ActionError when there is nothing to decide any more.
    """
    stamp = context.stamp(DECIDE)
    with context.db.transaction(durable=True):
        item = outbox.get(context.db, item_id)
        if item is None or item.state not in NEEDS_DECISION:
            raise ActionError("There is nothing to decide about that message any more.")
        told = _carry_out(context, stamp, item, choice)
        events.append(context.db, stamp, Entity.OUTBOX, item_id, "decision", item.state, choice)
    return Done(told, (item.conversation_id,) if item.conversation_id else ())


def withdraw(context: Context, item_id: int) -> Done:
    """Make a draft again of what is to leave later. Raises ActionError when it has left."""
    stamp = context.stamp(DECIDE)
    with context.db.transaction(durable=True):
        item = outbox.get(context.db, item_id)
        if item is None or not outbox.can_cancel(item):
            raise ActionError("That message has left, or was called back.")
        told = _discard(context, stamp, item)
        events.append(context.db, stamp, Entity.OUTBOX, item_id, "decision", item.state, "discard")
    return Done(told, (item.conversation_id,) if item.conversation_id else ())


def reschedule(context: Context, item_id: int, at: Millis | None) -> Done:
    """Let what is to leave later leave at ``at``, or now; an event. Raises ActionError when it has
    left or was called back meanwhile."""
    stamp, now = context.stamp(DECIDE), context.clock()
    with context.db.transaction(durable=True):
        item = outbox.get(context.db, item_id)
        if item is None or item.send_at is None or not outbox.hold(context.db, item, at or now):
            raise ActionError("That message has left, or was called back.")
        events.append(context.db, stamp, Entity.OUTBOX, item_id, "send_at", item.send_at, at or now)
    told = "It leaves now." if at is None else f"It leaves {say_when(at, now)}."
    return Done(told, (item.conversation_id,) if item.conversation_id else ())


def _carry_out(context: Context, stamp: Stamp, item: OutboxItem, choice: str) -> str:
    match choice:
        case "again":
            outbox.retry(context.db, item, context.clock(), "")
            return "It is sent again."
        case "sent":
            outbox.settle_sent(context.db, item, context.clock())
            return "Marked as sent."
        case "wait" if item.state is OutboxState.OVERTAKEN and item.send_at is not None:
            outbox.hold(context.db, item, item.send_at)
            return f"It leaves {say_when(item.send_at, context.clock())}."
        case "discard":
            return _discard(context, stamp, item)
        case _:
            raise ActionError(f"'{choice}' is no choice: again, sent, wait or discard.")


def _discard(context: Context, stamp: Stamp, item: OutboxItem) -> str:
    """Drop the effect; a message is a draft again, and its conversation stands as before it."""
    outbox.cancel(context.db, item)
    history = events.of_entity(context.db, Entity.OUTBOX, item.id)
    queued = next((e for e in history if e.field == "queued" and e.undoes is None), None)
    message = messages.get(context.db, item.message_id) if item.message_id else None
    if message is not None and item.kind not in MESSAGES:
        return messaging.drop(context, item, message)
    if message is None or queued is None or not isinstance(queued.before, dict):
        return "Dropped."
    _put_back(context, stamp, queued.stamp.batch)
    posting.take_back(context, message)
    draft = drafts.create(context.db, drafts.load(queued.before, context.clock()))
    events.append(
        context.db,
        stamp,
        Entity.OUTBOX,
        item.id,
        "queued",
        draft.id,
        None,
        undoes=queued.stamp.batch,
    )
    return "Not sent; the text is a draft again."


def _put_back(context: Context, stamp: Stamp, batch: str) -> None:
    """Take back what sending changed, as far as nobody has changed it since."""
    done = [e for e in events.of_batch(context.db, batch) if e.entity is Entity.CONVERSATION]
    for number in dict.fromkeys(event.entity_id for event in done):
        conversation = conversations.get(context.db, number)
        if conversation is None:
            continue
        fields: dict[str, Value] = {
            event.field: changes.plain(event.before)
            for event in done
            if event.entity_id == number
            and event.field in changes.CONVERSATION_FIELDS
            and changes.value(conversation, event.field) == event.after
        }
        change(context, stamp, conversation, fields, undoes=batch)
