"""Makes what an adapter delivers out of what stands in the outbox."""

import json
from collections.abc import Sequence
from pathlib import Path

from agent_tui.adapters.contract import Effect, Receipt, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Triage
from agent_tui.model.incoming import Outgoing
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import codec, conversations, messages
from agent_tui.store.database import Database
from agent_tui.store.messages import Location

_OF_TRIAGE = frozenset(
    {EffectKind.STATUS, EffectKind.ASSIGN, EffectKind.LABELS, EffectKind.PRIORITY}
)


def effect_of(db: Database, item: OutboxItem) -> Effect:
    """The effect behind ``item``, with the places of the messages it concerns as of now.

    Raises ValueError when the payload is none of ours.
    """
    try:
        payload = json.loads(item.payload)
        outgoing = codec.outgoing(payload) if item.kind is EffectKind.SEND else None
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__} in a payload of kind {item.kind}") from error
    targets = _targets(db, item.conversation_id)
    return Effect(
        kind=item.kind,
        key=item.key,
        outgoing=outgoing,
        triage=_triage(db, item),
        targets=targets if outgoing is None else _answered(targets, outgoing),
        thread_key=_thread_key(db, item, outgoing),
    )


def size_of(effect: Effect) -> int:
    """About how many bytes have to go over the wire."""
    if effect.outgoing is None:
        return 0
    files = [Path(path) for path in effect.outgoing.files]
    return len(effect.outgoing.text) + sum(f.stat().st_size for f in files if f.is_file())


def note_moves(db: Database, account: str, receipt: Receipt) -> None:
    """Write down where the messages that the effect moved lie now."""
    for old, new in receipt.targets:
        place = messages.location(db, account, old.mailbox, old.remote_id)
        if place is None:
            continue
        messages.leave(db, account, old.mailbox, old.remote_id)
        messages.locate(
            db,
            account,
            new.mailbox,
            new.remote_id,
            place.message_id,
            seen=place.seen,
            answered=place.answered,
        )


def note_place(db: Database, item: OutboxItem, effect: Effect, receipt: Receipt) -> None:
    """Write down the provider's id of what was sent, so that its echo is no news."""
    if item.message_id is None or receipt.remote_id is None:
        return
    mailbox = effect.targets[-1].mailbox if effect.targets else ""
    messages.locate(db, item.account, mailbox, receipt.remote_id, item.message_id, seen=True)


def _triage(db: Database, item: OutboxItem) -> Triage | None:
    """How the conversation stands now: what was decided since the effect was queued holds."""
    if item.kind not in _OF_TRIAGE or item.conversation_id is None:
        return None
    conversation = conversations.get(db, item.conversation_id)
    return conversation.triage if conversation else None


def _targets(db: Database, conversation_id: int | None) -> tuple[Target, ...]:
    if conversation_id is None:
        return ()
    places = messages.inbound_locations(db, conversation_id)
    ids = {place.message_id: _message_id(db, place) for place in places}
    return tuple(Target(p.mailbox, p.remote_id, ids[p.message_id]) for p in places)


def _message_id(db: Database, place: Location) -> str | None:
    message = messages.get(db, place.message_id)
    return message.message_id if message else None


def _answered(targets: Sequence[Target], outgoing: Outgoing) -> tuple[Target, ...]:
    """The message that is answered, wherever it lies; else the customer's newest."""
    named = tuple(t for t in targets if t.message_id and t.message_id == outgoing.in_reply_to)
    return named or tuple(targets[-1:])


def _thread_key(db: Database, item: OutboxItem, outgoing: Outgoing | None) -> str | None:
    if outgoing is not None and outgoing.thread_key is not None:
        return outgoing.thread_key
    if item.conversation_id is None:
        return None
    conversation = conversations.get(db, item.conversation_id)
    return conversation.thread_key if conversation else None
