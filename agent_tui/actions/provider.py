"""What the provider is told when a conversation changes, through the outbox like everything."""

import json
from collections.abc import Iterable
from uuid import uuid4

from agent_tui.actions.action import Context
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.conversation import Conversation, Status
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import accounts, codec, outbox
from agent_tui.store.changes import Value, value
from agent_tui.store.remote import as_told

_HOLD = 4 * SECOND
"""A decision is told a little later, so that an undo at once moves nothing on the server."""

_FIELDS = {
    "status": EffectKind.STATUS,
    "snoozed_until": EffectKind.STATUS,
    "assignee": EffectKind.ASSIGN,
    "labels": EffectKind.LABELS,
    "priority": EffectKind.PRIORITY,
    "moderation": EffectKind.MODERATE,
}


def tell_change(
    context: Context, before: Conversation, after: Conversation, fields: Iterable[str]
) -> None:
    """Queue the effects of what changed in ``fields``, where the account's adapter has them."""
    kinds = {_FIELDS[name] for name in fields if name in _FIELDS}
    account = accounts.get(context.db, before.account, before.channel) if kinds else None
    if account is None:
        return
    for kind in sorted(kinds & account.capabilities.effects):
        _tell(context, account, after, kind, _said(kind, before, account))


def moderates(context: Context, conversation: Conversation) -> bool:
    """Whether agents decide who sees this conversation: a review at a provider that lets them."""
    if conversation.review is None:
        return False
    account = accounts.get(context.db, conversation.account, conversation.channel)
    return account is not None and EffectKind.MODERATE in account.capabilities.effects


def tell_read(context: Context, conversation: Conversation) -> None:
    """Queue the effect of reading, where the account's adapter has one."""
    _tell_reading(context, conversation, EffectKind.READ, EffectKind.UNREAD)


def tell_unread(context: Context, conversation: Conversation) -> None:
    """Queue the effect of marking as unread, where the account's adapter has one."""
    _tell_reading(context, conversation, EffectKind.UNREAD, EffectKind.READ)


def _tell_reading(
    context: Context, conversation: Conversation, kind: EffectKind, opposite: EffectKind
) -> None:
    """The newest word holds: what says the opposite, or the same, and has not left is dropped."""
    account = accounts.get(context.db, conversation.account)
    if account is None or kind not in account.capabilities.effects:
        return
    outbox.replace(context.db, conversation.id, kind)
    outbox.replace(context.db, conversation.id, opposite)
    _queue(context, conversation, kind, {})


def _tell(
    context: Context, account: Account, after: Conversation, kind: EffectKind, had: Value
) -> None:
    """Queue the effect, unless the provider already has what it says."""
    said = _said(kind, after, account)
    if said == had:
        return
    earlier = outbox.replace(context.db, after.id, kind)
    if any(item.attempts for item in earlier):
        # Nobody knows which of them the provider has.
        _queue(context, after, kind, _payload(kind, said), _HOLD)
        return
    if earlier:
        had = _had(earlier[0], had)
        if said == had:
            return  # the provider never heard of the others
    _queue(context, after, kind, {"had": had, **_payload(kind, said)}, _HOLD)


def _said(kind: EffectKind, conversation: Conversation, account: Account) -> Value:
    """What the effect tells the provider, as far as it tells that apart."""
    match kind:
        case EffectKind.STATUS:
            status = as_told(conversation.status, account.capabilities.statuses)
            snoozed = status is Status.SNOOZED
            return [status, str(conversation.snoozed_until) if snoozed else ""]
        case EffectKind.ASSIGN:
            return conversation.assignee
        case EffectKind.LABELS:
            return value(conversation, "labels")
        case EffectKind.MODERATE:
            return value(conversation, "moderation")
        case _:
            return int(conversation.priority)


def _payload(kind: EffectKind, said: Value) -> dict[str, Value]:
    """What the effect has to carry: of triage, the conversation itself says how it is to be."""
    return {"moderation": said} if kind is EffectKind.MODERATE else {}


def _had(item: OutboxItem, otherwise: Value) -> Value:
    """What the provider had before an effect that never left."""
    payload: dict[str, Value] = json.loads(item.payload)
    return payload.get("had", otherwise)


def _queue(
    context: Context,
    conversation: Conversation,
    kind: EffectKind,
    payload: dict[str, Value],
    hold: Millis = 0,
) -> None:
    outbox.queue(
        context.db,
        account=conversation.account,
        kind=kind,
        key=uuid4().hex,
        payload=codec.dump(payload),
        agent=context.agent,
        now=context.clock(),
        hold=hold,
        conversation_id=conversation.id,
    )
