"""Undo and redo: both read the log, and refuse to overwrite what somebody did since."""

from collections.abc import Mapping, Sequence

from agent_tui.actions import messaging, views
from agent_tui.actions.action import Action, ActionError, Context, Done, Scope
from agent_tui.actions.posting import take_back
from agent_tui.actions.triage import change
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Conversation
from agent_tui.model.event import KEEP, REDO, UNDO, Entity, Event, Stamp
from agent_tui.store import (
    changes,
    companies,
    conversations,
    customers,
    drafts,
    events,
    messages,
    outbox,
)
from agent_tui.store.changes import Value
from agent_tui.store.database import Conflict


def undo(context: Context, _: Sequence[int] = (), __: Mapping[str, str] | None = None) -> Done:
    """Take back the agent's newest batch that still stands, also one of an earlier session.

    What somebody has changed since stays as it is now, and the sentence says so. Raises ActionError
    when there is no batch, when nothing of it can be taken back, or when a reply of it has left;
    such a batch is then skipped by the next undo.
    """
    batch = events.last_to_undo(context.db, context.agent)
    if batch is None:
        raise ActionError("There is nothing to undo.")
    done = events.of_batch(context.db, batch)
    try:
        _check_recallable(context, done)
        return _revert(context, UNDO, batch, done, f"Undone: {_name(context, done[0])}")
    except ActionError:
        thing = done[0].entity, done[0].entity_id
        events.append(context.db, context.stamp(KEEP), *thing, KEEP, None, None, undoes=batch)
        raise


def redo(context: Context, _: Sequence[int] = (), __: Mapping[str, str] | None = None) -> Done:
    """Do again what the newest undo took back; a reply is not sent again, its draft waits.

    Raises ActionError when there is nothing to redo or somebody changed all of it since.
    """
    batch = events.last_to_redo(context.db, context.agent)
    if batch is None:
        raise ActionError("There is nothing to redo.")
    undone = events.of_batch(context.db, batch)
    if any(event.field in messaging.CHANGES for event in undone):
        raise ActionError("What was done to a message is not done again by itself; do it anew.")
    if any(event.entity in (Entity.OUTBOX, Entity.MESSAGE) for event in undone):
        raise ActionError("That text is a draft again; open it and send it.")
    return _revert(context, REDO, batch, undone, f"Done again: {_name(context, undone[0])}")


def _name(context: Context, event: Event) -> str:
    """What was done in the first place, through all that was undone and done again since."""
    while event.undoes is not None:
        event = events.of_batch(context.db, event.undoes)[0]
    return event.stamp.action


def _check_recallable(context: Context, done: Sequence[Event]) -> None:
    """Raise ActionError when a reply of the batch has left."""
    for event in done:
        if event.entity is Entity.OUTBOX and messaging.has_left(context, event):
            raise ActionError("That message has been taken away; it cannot be undone.")
        if event.entity is Entity.OUTBOX and event.field == "queued":
            item = outbox.get(context.db, event.entity_id)
            if item is None or not outbox.can_cancel(item):
                what = "note" if item and item.kind is EffectKind.NOTE else "reply"
                raise ActionError(f"That {what} has left and cannot be called back.")


def _revert(
    context: Context, action: str, batch: str, done: Sequence[Event], sentence: str
) -> Done:
    stamp = context.stamp(action)
    touched: dict[int, None] = {}
    refused: list[str] = []
    things = _by_thing(done)
    with context.db.transaction(durable=True):
        for group in things.values():
            try:
                touched.update(dict.fromkeys(_revert_thing(context, stamp, batch, group)))
            except ActionError as error:
                refused.append(str(error))
        if len(refused) == len(things):
            raise ActionError(refused[0])
    what = "" if len(touched) < 2 else f", {len(touched)} conversations"
    return Done(" ".join([f"{sentence}{what}.", *refused[:1]]), tuple(touched), stamp.batch)


def _revert_thing(
    context: Context, stamp: Stamp, batch: str, group: Sequence[Event]
) -> Sequence[int]:
    """Revert the batch's events about one thing; the conversations touched.

    Raises ActionError, with nothing done, when that cannot be.
    """
    entity, entity_id = group[0].entity, group[0].entity_id
    match entity:
        case Entity.CONVERSATION:
            _revert_conversation(context, stamp, batch, entity_id, group)
            return [entity_id]
        case Entity.CUSTOMER:
            _revert_customer(context, stamp, batch, entity_id, group)
            return []
        case Entity.VIEWS:
            views.revert(context, stamp, batch, group)
            return []
        case Entity.COMPANY:
            _revert_company(context, stamp, batch, entity_id, group)
            return []
        case Entity.OUTBOX if group[-1].field in messaging.CHANGES:
            return [messaging.take_back(context, stamp, batch, group[-1])]
        case Entity.OUTBOX | Entity.MESSAGE:
            return [_back_to_draft(context, stamp, batch, group[-1])]
        case Entity.STORE:
            raise ActionError("What was done to the whole store cannot be undone.")


def _by_thing(done: Sequence[Event]) -> dict[tuple[Entity, int], list[Event]]:
    """The batch's events by what they are about, newest first."""
    groups: dict[tuple[Entity, int], list[Event]] = {}
    for event in reversed(done):
        groups.setdefault((event.entity, event.entity_id), []).append(event)
    return groups


def _revert_conversation(
    context: Context, stamp: Stamp, batch: str, conversation_id: int, group: Sequence[Event]
) -> None:
    conversation = conversations.get(context.db, conversation_id)
    if conversation is None:
        raise ActionError(f"Conversation #{conversation_id} is gone; nothing was undone.")
    fields: dict[str, Value] = {}
    for event in group:
        if event.field in changes.CONVERSATION_FIELDS:
            if event.field not in fields:  # else what the batch itself changed again later
                _unchanged_since(context, conversation, event)
            fields[event.field] = changes.plain(event.before)
    change(context, stamp, conversation, fields, undoes=batch)


def _unchanged_since(context: Context, conversation: Conversation, event: Event) -> None:
    now = changes.value(conversation, event.field)
    if now == event.after or event.field == "unread":
        return
    who = _changed_later(context, event)
    raise ActionError(
        f"Not undone: {who} has since changed the {event.field} of #{conversation.id} to {now}."
    )


def _changed_later(context: Context, event: Event) -> str:
    """Who has changed the same field of the same thing after ``event``."""
    later = events.of_fields(
        context.db, event.entity, event.entity_id, (event.field,), after=event.id, limit=1
    )
    return later[0].stamp.actor if later else "somebody"


def _revert_customer(
    context: Context, stamp: Stamp, batch: str, customer_id: int, group: Sequence[Event]
) -> None:
    customer = customers.get(context.db, customer_id)
    if customer is None:
        raise ActionError("That customer is gone; nothing was undone.")
    for event in group:
        if changes.customer_value(customer, event.field) != event.after:
            who = _changed_later(context, event)
            raise ActionError(f"Not undone: {who} has since changed {customer.name}.")
    fields = {event.field: changes.customer_plain(event.before) for event in group}
    try:
        changes.change_customer(context.db, stamp, customer, undoes=batch, **fields)
    except Conflict as error:
        raise ActionError(f"Not undone: {error}") from None


def _revert_company(
    context: Context, stamp: Stamp, batch: str, company_id: int, group: Sequence[Event]
) -> None:
    company = companies.get(context.db, company_id)
    if company is None:
        raise ActionError("That company is gone; nothing was undone.")
    fields: dict[str, str | list[str]] = {}
    for event in group:
        if changes.company_value(company, event.field) != event.after:
            who = _changed_later(context, event)
            raise ActionError(f"Not undone: {who} has since changed {company.name}.")
        before = changes.plain(event.before)
        fields[event.field] = before if isinstance(before, list) else str(before)
    try:
        changes.change_company(context.db, stamp, company, undoes=batch, **fields)
    except Conflict as error:
        raise ActionError(f"Not undone: {error}") from None


def _back_to_draft(context: Context, stamp: Stamp, batch: str, event: Event) -> int:
    """Make a queued reply or a note a draft again; the conversation it was in."""
    message = messages.get(context.db, int(str(event.after)))
    if message is None:
        raise ActionError("That message is gone; nothing was undone.")
    if event.entity is Entity.OUTBOX:
        item = outbox.get(context.db, event.entity_id)
        if item is None or not outbox.cancel(context.db, item):
            raise ActionError("That reply has left and cannot be called back.")
    take_back(context, message)
    assert isinstance(event.before, dict)
    draft = drafts.create(context.db, drafts.load(event.before, context.clock()))
    events.append(
        context.db, stamp, event.entity, event.entity_id, event.field, draft.id, None, undoes=batch
    )
    return message.conversation_id


ACTIONS = (
    Action(
        name="undo",
        title="Undo",
        scope=Scope.NOTHING,
        run=undo,
        help="Take back the last thing you did, also after a restart.",
    ),
    Action(
        name="redo",
        title="Redo",
        scope=Scope.NOTHING,
        run=redo,
        help="Do again what undo took back.",
    ),
)
