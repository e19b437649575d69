"""Makes what an adapter delivers out of what stands in the outbox."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from agent_tui.adapters.contract import Effect, Receipt, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Triage
from agent_tui.model.event import ENGINE, Stamp
from agent_tui.model.incoming import Outgoing
from agent_tui.model.outbox import MESSAGES, OutboxItem
from agent_tui.model.review import Moderation
from agent_tui.store import (
    accounts,
    changes,
    codec,
    conversations,
    locations,
    messages,
    places,
    remote,
    rewriting,
    traces,
)
from agent_tui.store.database import Database
from agent_tui.store.intake_changes import OURS
from agent_tui.store.places import Place
from agent_tui.system import files

_WITH_TEXT = frozenset({EffectKind.SEND, EffectKind.NOTE, EffectKind.EDIT})
_ON_A_MESSAGE = frozenset({EffectKind.EDIT, EffectKind.DELETE, EffectKind.REACT})
_OF_TRIAGE = frozenset(
    {EffectKind.STATUS, EffectKind.ASSIGN, EffectKind.LABELS, EffectKind.PRIORITY}
)


def effect_of(db: Database, item: OutboxItem) -> Effect:
    """The effect behind ``item``, with the places of the messages it concerns as of now.

    Raises ValueError when the payload is none of ours.
    """
    try:
        payload = json.loads(item.payload)
        outgoing = codec.outgoing(payload) if item.kind in _WITH_TEXT else None
        emoji, on = _reaction(item, payload)
        moderation = _moderation(item, payload)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__} in a payload of kind {item.kind}") from error
    return Effect(
        kind=item.kind,
        key=item.key,
        outgoing=outgoing,
        triage=_triage(db, item),
        emoji=emoji,
        on=on,
        moderation=moderation,
        targets=tuple(map(_target, _places(db, item, outgoing))),
        thread_key=_thread_key(db, item, outgoing),
    )


def size_of(effect: Effect) -> int:
    """About how many bytes have to go over the wire."""
    if effect.outgoing is None:
        return 0
    return len(effect.outgoing.text) + sum(map(files.size_of, effect.outgoing.files))


def note_moves(db: Database, account: str, receipt: Receipt) -> None:
    """Write down where the messages that the effect moved lie now."""
    for old, new in receipt.targets:
        place = locations.at(db, account, old.mailbox, old.remote_id)
        if place is None:
            continue
        locations.leave(db, account, old.mailbox, old.remote_id)
        locations.put(
            db,
            account,
            new.mailbox,
            new.remote_id,
            place.message_id,
            seen=place.seen,
            answered=place.answered,
        )


def note_outcome(db: Database, item: OutboxItem, effect: Effect, receipt: Receipt) -> None:
    """Write down what the provider says to an effect, so that its echo is no news."""
    if item.kind in MESSAGES:
        _note_places(db, item, effect, receipt)
    elif item.kind is EffectKind.REACT and effect.on and receipt.remote_id and item.message_id:
        traces.name(db, item.message_id, OURS, effect.emoji, receipt.remote_id)
    elif item.kind is EffectKind.DELETE and item.message_id:
        message = messages.get(db, item.message_id)
        if message is not None:
            rewriting.wipe(db, message, item.queued_at)
    elif effect.triage is not None and item.conversation_id is not None:
        account = accounts.get(db, item.account)
        if account is not None:
            statuses = account.capabilities.statuses
            remote.told(db, item.conversation_id, item.kind, effect.triage, statuses)


def note_failure(db: Database, item: OutboxItem) -> None:
    """A message that the provider does not take away is still there, and a review that it does not
    moderate is as public as before."""
    if item.kind is EffectKind.MODERATE:
        _moderate_back(db, item)
        return
    message = messages.get(db, item.message_id) if item.message_id else None
    if item.kind is not EffectKind.DELETE or message is None:
        return
    if message.body.text or message.attachments:
        rewriting.unmark_deleted(db, message)


def _moderate_back(db: Database, item: OutboxItem) -> None:
    payload = json.loads(item.payload)
    conversation = conversations.get(db, item.conversation_id) if item.conversation_id else None
    if conversation is None or conversation.review is None or not payload.get("had"):
        return
    if conversation.review.moderation == payload["moderation"]:
        stamp = Stamp(ENGINE, "not moderated", uuid4().hex, item.due_at)
        changes.change_conversation(db, stamp, conversation, moderation=payload["had"])


def _note_places(db: Database, item: OutboxItem, effect: Effect, receipt: Receipt) -> None:
    """The provider's ids of what was sent: of the message, and of what else became of it."""
    ids = [receipt.remote_id, *receipt.parts]
    named = [remote_id for remote_id in ids if remote_id]
    if item.message_id is None or not named:
        return
    if effect.targets:
        mailbox = effect.targets[-1].mailbox
    else:
        mailbox = places.mailbox_of(db, item.account, item.conversation_id or 0)
    for remote_id in named:
        locations.put(db, item.account, mailbox, remote_id, item.message_id, seen=True)


def _reaction(item: OutboxItem, payload: dict[str, Any]) -> tuple[str, bool]:
    if item.kind is not EffectKind.REACT:
        return "", True
    return str(payload["emoji"]), bool(payload["on"])


def _moderation(item: OutboxItem, payload: dict[str, Any]) -> Moderation | None:
    if item.kind is not EffectKind.MODERATE:
        return None
    return Moderation(payload["moderation"])


def _triage(db: Database, item: OutboxItem) -> Triage | None:
    """How the conversation stands now: what was decided since the effect was queued holds."""
    if item.kind not in _OF_TRIAGE or item.conversation_id is None:
        return None
    conversation = conversations.get(db, item.conversation_id)
    return conversation.triage if conversation else None


def _places(db: Database, item: OutboxItem, outgoing: Outgoing | None) -> Iterable[Place]:
    """The message itself, or the one that is answered, wherever it lies, else the customer's
    newest; all of the customer's for what concerns the conversation."""
    if item.kind in _ON_A_MESSAGE:
        return places.of_message(db, item.message_id or 0)
    if item.conversation_id is None:
        return ()
    if outgoing is not None and outgoing.in_reply_to:
        named = places.named(db, item.conversation_id, outgoing.in_reply_to)
        if named:
            return named
    if outgoing is not None or item.kind is EffectKind.UNREAD:
        return places.newest_of_customer(db, item.conversation_id)
    return places.of_customer(db, item.conversation_id)


def _target(place: Place) -> Target:
    return Target(place.mailbox, place.remote_id, place.message_id, place.topic)


def _thread_key(db: Database, item: OutboxItem, outgoing: Outgoing | None) -> str | None:
    if outgoing is not None and outgoing.thread_key is not None:
        return outgoing.thread_key
    if item.conversation_id is None:
        return None
    conversation = conversations.get(db, item.conversation_id)
    return conversation.thread_key if conversation else None
