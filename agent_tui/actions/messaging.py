"""What an agent does to messages that are there: another text, taking one away, an emoji.

Each is seen here at once and goes to the provider through the outbox.
"""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from agent_tui.actions import public
from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.targets import first
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.conversation import Conversation
from agent_tui.model.draft import Draft
from agent_tui.model.event import Entity, Event, Stamp
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address, Body, Delivery, Direction, Message
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import (
    accounts,
    codec,
    conversations,
    drafts,
    events,
    locations,
    messages,
    outbox,
    queueing,
    rewriting,
    traces,
)
from agent_tui.store.intake_changes import OURS

EDIT, DELETE, REACT = "edit", "delete", "react"
CHANGES = frozenset({EDIT, DELETE, REACT})
"""Fields of the events about an effect on a message; ``after`` is the message's id."""

_CANNOT = {
    EffectKind.EDIT: "cannot change messages that were sent",
    EffectKind.DELETE: "cannot take sent messages away",
    EffectKind.REACT: "knows no reactions",
}
_ON_ITS_WAY = frozenset({Delivery.QUEUED, Delivery.SENDING})
_NOT_THERE = frozenset({Delivery.FAILED, Delivery.UNCERTAIN})


def edit(
    context: Context,
    message: Message,
    text: str,
    *,
    stamp: Stamp | None = None,
    draft: Draft | None = None,
) -> Done:
    """Give a message of ours another text. Raises ActionError when that cannot be.

    With ``draft``, which the text was written in, undo makes it a draft again.
    """
    conversation, account = _place(context, message, EffectKind.EDIT)
    _check_sent(message)
    limit = conversation.reply_limit or account.capabilities.reply_limit
    if not text.strip():
        raise ActionError("There is no text; to take the message away, use 'delete'.")
    if too_long := account.capabilities.counted.excess(text, limit):
        raise ActionError(too_long)
    if text == message.body.text:
        return Done("Nothing to do: it says that already.")
    stamp = stamp or context.stamp(EDIT)
    before: dict[str, object] = {} if draft is None else {"draft": drafts.dump(draft)}
    with context.db.transaction(durable=True):
        version = rewriting.rewrite(context.db, message, Body(text), stamp.at)
        item = _queue(context, message, EffectKind.EDIT, _outgoing(context, message, text))
        _log(context, stamp, item, EDIT, before | {"version": version}, message.id)
    return Done("Message changed.", (conversation.id,), stamp.batch)


def delete(context: Context, message: Message) -> Done:
    """Take a sent message away. Its text goes when the provider has done it.

    Raises ActionError when that cannot be.
    """
    conversation, _ = _place(context, message, EffectKind.DELETE)
    _check_sent(message)
    stamp = context.stamp(DELETE)
    with context.db.transaction(durable=True):
        rewriting.mark_deleted(context.db, message, stamp.at)
        item = _queue(context, message, EffectKind.DELETE, "{}")
        _log(context, stamp, item, DELETE, None, message.id)
    told = "Message taken away; that cannot be undone once it has left."
    return Done(told, (conversation.id,), stamp.batch)


def react(context: Context, message: Message, emoji: str) -> Done:
    """Put ``emoji`` to a message, or take it off again. Raises ActionError when that cannot be."""
    conversation, _ = _place(context, message, EffectKind.REACT)
    emoji = emoji.strip()
    if not emoji or len(emoji) > 32 or any(c.isspace() for c in emoji):
        raise ActionError("'react' needs one emoji, such as \N{THUMBS UP SIGN}.")
    on = not any(r.ours and r.emoji == emoji for r in message.reactions)
    stamp = context.stamp(REACT)
    with context.db.transaction(durable=True):
        _react(context, stamp, message, emoji, on=on)
    return Done(
        f"{emoji} put to the message." if on else f"{emoji} taken off.",
        (conversation.id,),
        stamp.batch,
    )


def has_left(context: Context, event: Event) -> bool:
    """Whether what the event tells of cannot be taken back any more: a deletion on its way."""
    item = outbox.get(context.db, event.entity_id)
    return event.field == DELETE and (item is None or not outbox.can_cancel(item))


def take_back(context: Context, stamp: Stamp, batch: str, event: Event) -> int:
    """Undo the effect on a message that ``event`` tells of; its conversation.

    What has left is followed by its opposite. Raises ActionError, with nothing done, when the
    message was changed since.
    """
    message = messages.get(context.db, int(str(event.after)))
    item = outbox.get(context.db, event.entity_id)
    if message is None or item is None:
        raise ActionError("That message is gone; nothing was undone.")
    never_left = outbox.cancel(context.db, item)
    match event.field:
        case "edit":
            _edit_back(context, message, event, item if never_left else None)
            _draft_again(context, event)
        case "react":
            values = _before(event)
            _react(
                context,
                stamp,
                message,
                str(values["emoji"]),
                on=bool(values["on"]),
                told=not never_left,
            )
        case _:
            if not never_left:
                raise ActionError("That message has been taken away; it cannot be undone.")
            rewriting.unmark_deleted(context.db, message)
    events.append(
        context.db,
        stamp,
        event.entity,
        event.entity_id,
        event.field,
        None,
        message.id,
        undoes=batch,
    )
    return message.conversation_id


def drop(context: Context, item: OutboxItem, message: Message) -> str:
    """An effect on a message failed and is given up: the message is here what it is there."""
    history = events.of_entity(context.db, Entity.OUTBOX, item.id)
    event = next((e for e in history if e.field in CHANGES and e.undoes is None), None)
    if event is None:
        return "Dropped."
    if item.kind is EffectKind.EDIT and _is_newest(message, event):
        rewriting.restore(context.db, message, message.versions[-1].at)
        _draft_again(context, event)
        return "Dropped; the message has its earlier text again."
    if item.kind is EffectKind.REACT:
        values = _before(event)
        _set_reaction(context, message, str(values["emoji"]), on=bool(values["on"]))
    return "Dropped."


def _edit_back(context: Context, message: Message, event: Event, item: OutboxItem | None) -> None:
    """``item``: the effect, when it was called back and never tried."""
    if not _is_newest(message, event):
        raise ActionError("Not undone: the message has another text by now.")
    text = message.versions[-1].text
    if item is not None and not item.attempts:
        rewriting.restore(context.db, message, message.versions[-1].at)
        return
    rewriting.rewrite(context.db, message, Body(text), context.clock())
    _queue(context, message, EffectKind.EDIT, _outgoing(context, message, text))


def _draft_again(context: Context, event: Event) -> None:
    """The text of an answer that is not changed after all is kept as a draft."""
    written = _before(event).get("draft")
    if isinstance(written, dict):
        drafts.create(context.db, drafts.load(written, context.clock()))


def _is_newest(message: Message, event: Event) -> bool:
    """Whether the edit that ``event`` tells of is the last one."""
    version = _before(event).get("version")
    return bool(message.versions) and message.versions[-1].at == version


def _before(event: Event) -> dict[str, object]:
    return event.before if isinstance(event.before, dict) else {}


def _react(
    context: Context, stamp: Stamp, message: Message, emoji: str, *, on: bool, told: bool = True
) -> None:
    _set_reaction(context, message, emoji, on=on)
    if told:
        payload = codec.dump({"emoji": emoji, "on": on})
        item = _queue(context, message, EffectKind.REACT, payload)
        if stamp.action == REACT:
            _log(context, stamp, item, REACT, {"emoji": emoji, "on": not on}, message.id)


def _set_reaction(context: Context, message: Message, emoji: str, *, on: bool) -> None:
    if not on:
        traces.unreact(context.db, message.id, OURS, emoji)
        return
    traces.react(
        context.db,
        message.id,
        OURS,
        emoji,
        who=context.agent,
        ours=True,
        account=message.account,
    )


def _log(
    context: Context, stamp: Stamp, item: int, field: str, before: object, message_id: int
) -> None:
    events.append(context.db, stamp, Entity.OUTBOX, item, field, before, message_id)


def _queue(context: Context, message: Message, kind: EffectKind, payload: str) -> int:
    conversation = conversations.get(context.db, message.conversation_id)
    account = accounts.get(context.db, message.account)
    held = account.capabilities.undo_ms if account else 0
    if conversation is not None:
        held = context.undo_ms.get(conversation.channel, held)
    return queueing.put(
        context.db,
        account=message.account,
        kind=kind,
        key=uuid4().hex,
        payload=payload,
        agent=context.agent,
        now=context.clock(),
        hold=held,
        conversation_id=message.conversation_id,
        message_id=message.id,
    )


def _outgoing(context: Context, message: Message, text: str) -> str:
    account = accounts.get(context.db, message.account)
    sender = Address(message.author, account.address if account else "")
    conversation = conversations.get(context.db, message.conversation_id)
    return codec.dump_outgoing(
        Outgoing(
            subject=message.subject,
            text=text,
            sender=sender,
            recipients=message.recipients,
            date=context.clock(),
            thread_key=conversation.thread_key if conversation else None,
        )
    )


def _place(context: Context, message: Message, kind: EffectKind) -> tuple[Conversation, Account]:
    """Where the message is. Raises ActionError when its provider cannot do that with it."""
    conversation = conversations.get(context.db, message.conversation_id)
    account = accounts.get(context.db, message.account)
    if conversation is None or account is None:
        raise ActionError(f"The account '{message.account}' is not there any more.")
    if kind not in account.capabilities.effects:
        raise ActionError(f"The account '{account.name}' {_CANNOT[kind]}.")
    if message.deleted_at is not None:
        raise ActionError("That message was taken away.")
    if message.direction is Direction.NOTE:
        raise ActionError("That is a note; this is for messages.")
    if message.delivery in _ON_ITS_WAY:
        raise ActionError("That message has not left yet; 'undo' calls it back.")
    if not locations.of_messages(context.db, [message.id]):
        raise ActionError("The provider has not said where that message is; try again in a while.")
    return conversation, account


def _check_sent(message: Message) -> None:
    if message.direction is not Direction.OUTBOUND:
        raise ActionError("Only messages of ours can be changed or taken away.")
    if message.delivery in _NOT_THERE:
        raise ActionError("That message was not sent, as far as we know; decide on it first.")


def _chosen(
    context: Context, targets: Sequence[int], args: Mapping[str, str], direction: Direction
) -> Message:
    """The message that ``args`` names, else the newest of that direction."""
    first(context, targets)
    if len(targets) > 1:
        raise ActionError("That is for one conversation at a time.")
    named = args.get("message", "").strip().removeprefix("#")
    if named and not named.isdecimal():
        raise ActionError(f"'{named}' is no message: give its number.")
    if named:
        number: int | None = int(named)
    else:
        number = messages.newest_left(context.db, targets[0], direction)
    found = messages.get(context.db, number) if number is not None else None
    if found is None or found.conversation_id != targets[0]:
        which = f"message {named}" if named else "such message"
        raise ActionError(f"There is no {which} in #{targets[0]}.")
    return found


def _edit(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    message = _chosen(context, targets, args, Direction.OUTBOUND)
    conversation = conversations.get(context.db, message.conversation_id)
    assert conversation is not None
    doubtful = public.doubts(context, conversation, args["text"])
    public.check("Not changed", doubtful, args.get("anyway", ""))
    return edit(context, message, args["text"])


def _delete(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return delete(context, _chosen(context, targets, args, Direction.OUTBOUND))


def _put(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return react(context, _chosen(context, targets, args, Direction.INBOUND), args["emoji"])


ANYWAY = Argument(
    "anyway", ArgumentKind.TEXT, "yes: whatever the guard of public answers finds", optional=True
)
_MESSAGE = Argument(
    "message", ArgumentKind.TEXT, "a message's number; else the newest", optional=True
)

ACTIONS = (
    Action(
        name=EDIT,
        title="Edit message",
        scope=Scope.CONVERSATIONS,
        run=_edit,
        help="Another text for a message that was sent.",
        arguments=(Argument("text", ArgumentKind.TEXT, "the new text"), _MESSAGE, ANYWAY),
        needs=EffectKind.EDIT,
    ),
    Action(
        name=DELETE,
        title="Delete message",
        scope=Scope.CONVERSATIONS,
        run=_delete,
        help="Take a sent message away, from the customer's side too.",
        arguments=(_MESSAGE,),
        needs=EffectKind.DELETE,
    ),
    Action(
        name=REACT,
        title="React",
        scope=Scope.CONVERSATIONS,
        run=_put,
        help="Put an emoji to the customer's message; the same again takes it off.",
        arguments=(Argument("emoji", ArgumentKind.TEXT, "one emoji"), _MESSAGE),
        needs=EffectKind.REACT,
    ),
)
