"""What the provider is told when a conversation changes, through the outbox like everything."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple
from uuid import uuid4

from agent_tui.actions.action import Context
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.conversation import Channel, Conversation, Status
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import accounts, codec, queueing
from agent_tui.store.changes import Changed, Value, value
from agent_tui.store.remote import as_told

_HOLD = 4 * SECOND
"""A decision is told a little later, so that an undo at once moves nothing on the server."""

_READING = frozenset({EffectKind.READ, EffectKind.UNREAD})

_FIELDS = {
    "status": EffectKind.STATUS,
    "snoozed_until": EffectKind.STATUS,
    "assignee": EffectKind.ASSIGN,
    "labels": EffectKind.LABELS,
    "priority": EffectKind.PRIORITY,
    "moderation": EffectKind.MODERATE,
}


class _Told(NamedTuple):
    """A change, the account whose provider hears of it, and by which effect."""

    before: Conversation
    account: Account
    kind: EffectKind
    had: Value = None  # what the effect would have told before, and what it tells now
    says: Value = None


def tell_changes(context: Context, changed: Sequence[Changed]) -> None:
    """Queue the effects of what changed, where the conversations' accounts have them."""
    telling: dict[EffectKind, list[_Told]] = {}
    for told in _told(context, changed):
        telling.setdefault(told.kind, []).append(told)
    for kind in sorted(telling):
        if kind in _READING:
            _tell_reading(context, [told.before for told in telling[kind]], kind)
        else:
            _tell(context, kind, telling[kind])


def accounts_told(context: Context, changed: Sequence[Changed]) -> Counter[str]:
    """How many conversations of which accounts would have effects."""
    told = {(one.account.name, one.before.id) for one in _told(context, changed)}
    return Counter(name for name, _ in told)


def _told(context: Context, changed: Sequence[Changed]) -> Iterator[_Told]:
    """What is to be told of each change, and to whom."""
    known: dict[tuple[str, Channel], Account | None] = {}
    for one in changed:
        kinds = _kinds(one)
        place = one.before.account, one.before.channel
        if kinds and place not in known:
            known[place] = accounts.get(context.db, *place)
        account = known.get(place)
        if account is None:
            continue
        for kind in kinds & account.capabilities.effects:
            if kind in _READING:
                yield _Told(one.before, account, kind)
                continue
            had = _said(kind, partial(value, one.before), account)
            says = _said(kind, one.now, account)
            if had != says:
                yield _Told(one.before, account, kind, had, says)


def _kinds(changed: Changed) -> frozenset[EffectKind]:
    kinds = {_FIELDS[name] for name in changed.fields if name in _FIELDS}
    was, now = bool(changed.before.unread), changed.fields.get("unread")
    if now is not None and bool(now) is not was:
        kinds.add(EffectKind.UNREAD if now else EffectKind.READ)
    return frozenset(kinds)


def moderates(context: Context, conversation: Conversation) -> bool:
    """Whether agents decide who sees this conversation: a review at a provider that lets them."""
    if conversation.review is None:
        return False
    account = accounts.get(context.db, conversation.account, conversation.channel)
    return account is not None and EffectKind.MODERATE in account.capabilities.effects


def tell_read(context: Context, conversation: Conversation) -> None:
    """Queue the effect of reading, where the account's adapter has one."""
    account = accounts.get(context.db, conversation.account)
    if account is not None and EffectKind.READ in account.capabilities.effects:
        _tell_reading(context, [conversation], EffectKind.READ)


def _tell_reading(
    context: Context, conversations: Sequence[Conversation], kind: EffectKind
) -> None:
    """The newest word holds: what says the opposite, or the same, and has not left is dropped."""
    ids = [conversation.id for conversation in conversations]
    for either in sorted(_READING):
        queueing.replace(context.db, ids, either)
    queueing.put_all(context.db, [_order(context, one, kind, {}) for one in conversations])


def _tell(context: Context, kind: EffectKind, telling: Sequence[_Told]) -> None:
    """Queue the effect for each of them, unless the provider already has what it says."""
    dropped = queueing.replace(context.db, [told.before.id for told in telling], kind)
    orders = []
    for told in telling:
        payload = _news(told, dropped.get(told.before.id, ()))
        if payload is not None:
            orders.append(_order(context, told.before, kind, payload, _HOLD))
    queueing.put_all(context.db, orders)


def _news(told: _Told, earlier: Sequence[OutboxItem]) -> dict[str, Value] | None:
    """What the effect carries, those of ``earlier`` having been dropped; None when the provider
    never heard of them and has what it says."""
    if any(item.attempts for item in earlier):
        return _payload(told)  # nobody knows which of them the provider has
    had = told.had
    if earlier:
        had = _had_before(earlier[0], had)
        if told.says == had:
            return None
    return {"had": had, **_payload(told)}


def _said(kind: EffectKind, now: Callable[[str], Value], account: Account) -> Value:
    """What the effect tells the provider, as far as it tells that apart; ``now`` gives fields."""
    match kind:
        case EffectKind.STATUS:
            status = as_told(Status(str(now("status"))), account.capabilities.statuses)
            snoozed = status is Status.SNOOZED
            return [status, str(now("snoozed_until")) if snoozed else ""]
        case EffectKind.ASSIGN:
            return now("assignee")
        case EffectKind.LABELS:
            return now("labels")
        case EffectKind.MODERATE:
            return now("moderation")
        case _:
            return now("priority")


def _payload(told: _Told) -> dict[str, Value]:
    """What the effect has to carry: of triage, the conversation itself says how it is to be."""
    return {"moderation": told.says} if told.kind is EffectKind.MODERATE else {}


def _had_before(item: OutboxItem, otherwise: Value) -> Value:
    """What the provider had before an effect that never left."""
    payload: dict[str, Value] = json.loads(item.payload)
    return payload.get("had", otherwise)


def _order(
    context: Context,
    conversation: Conversation,
    kind: EffectKind,
    payload: dict[str, Value],
    hold: Millis = 0,
) -> queueing.Order:
    return queueing.Order(
        account=conversation.account,
        kind=kind,
        key=uuid4().hex,
        payload=codec.dump(payload),
        agent=context.agent,
        now=context.clock(),
        hold=hold,
        conversation_id=conversation.id,
    )
