"""What providers say of conversations, merged with what agents decide: base, remote and local.

The base is the provider's last word. Only what differs from it is news, so that a provider that
repeats itself, or knows fewer statuses than we do, undoes nobody's decision.
"""

import json
from dataclasses import replace

from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import CLOSED, Conversation, Status, Triage
from agent_tui.model.incoming import ConversationState, Incoming
from agent_tui.store import changes, codec, conversations, messages, outbox
from agent_tui.store.arrival import Arrival
from agent_tui.store.changes import Value
from agent_tui.store.database import Database

_Word = dict[str, Value]
"""Status with its time, assignee, labels and priority, as far as the provider spoke of them."""

_EFFECTS = {
    "status": EffectKind.STATUS,
    "snoozed_until": EffectKind.STATUS,
    "assignee": EffectKind.ASSIGN,
    "labels": EffectKind.LABELS,
    "priority": EffectKind.PRIORITY,
}

_HANDLES = frozenset({Status.PENDING, *CLOSED})


def take_state(into: Arrival, state: ConversationState) -> None:
    """Take over what is new in the provider's word, each field an event.

    A field that an agent has changed and that is still on its way there is left alone.
    """
    conversation = conversations.of_thread(into.db, into.account, state.thread_key)
    if conversation is None:
        return
    _set_plain(into.db, conversation, state)
    said = _said(state)
    base = _base(into.db, conversation.id)
    if said and any(name not in base or base[name] != said[name] for name in said):
        _take_over(into, conversation, base, said)
        _keep(into.db, conversation.id, base | said)


def begun(db: Database, conversation_id: int, incoming: Incoming) -> None:
    """Note the provider's word of a conversation that begins with ``incoming``."""
    said: _Word = {}
    if incoming.status is not None:
        said |= {"status": incoming.status, "snoozed_until": incoming.snoozed_until}
    if incoming.labels:
        said["labels"] = sorted(set(incoming.labels))
    if incoming.assignee is not None:
        said["assignee"] = incoming.assignee
    if incoming.priority is not None:
        said["priority"] = int(incoming.priority)
    if said:
        _keep(db, conversation_id, said)


def told(
    db: Database,
    conversation_id: int,
    kind: EffectKind,
    triage: Triage,
    statuses: frozenset[Status],
) -> None:
    """The provider has taken over a field of ``triage``: that is its last word now.

    ``statuses`` are those that it tells apart.
    """
    said: _Word = {
        "status": as_told(triage.status, statuses),
        "snoozed_until": triage.snoozed_until,
        "assignee": triage.assignee,
        "labels": sorted(triage.labels),
        "priority": int(triage.priority),
    }
    mine = {name: value for name, value in said.items() if _EFFECTS[name] is kind}
    if mine:
        _keep(db, conversation_id, _base(db, conversation_id) | mine)


def as_told(status: Status, statuses: frozenset[Status]) -> Status:
    """What a provider that tells ``statuses`` apart makes of ``status``."""
    if status in statuses:
        return status
    return Status.RESOLVED if status in CLOSED else Status.OPEN


def _take_over(into: Arrival, conversation: Conversation, base: _Word, said: _Word) -> None:
    on_the_way = outbox.kinds_on_the_way(into.db, conversation.id)
    fields: dict[str, Value] = {
        name: value
        for name, value in said.items()
        if (name not in base or base[name] != value) and _EFFECTS[name] not in on_the_way
    }
    fresh = "status" not in base and "status" in fields
    if fresh and Status(str(fields["status"])) is Status.OPEN and _is_finer(conversation.status):
        del fields["status"]
        fields.pop("snoozed_until", None)
    if "status" in fields and Status(str(fields["status"])) in _HANDLES:
        fields["handled"] = messages.newest(into.db, conversation.id)
    stamp = replace(into.stamp, action="changed elsewhere")
    changes.change_conversation(into.db, stamp, conversation, undoes=None, **fields)


def _is_finer(status: Status) -> bool:
    """Whether ``status`` may be our own word for what the provider calls open."""
    return status in (Status.PENDING, Status.ON_HOLD, Status.SNOOZED)


def _said(state: ConversationState) -> _Word:
    said: _Word = {}
    if state.status is not None:
        said |= {"status": state.status, "snoozed_until": state.snoozed_until}
    if state.assignee is not None:
        said["assignee"] = state.assignee or None
    if state.labels is not None:
        said["labels"] = sorted(set(state.labels))
    if state.priority is not None:
        said["priority"] = int(state.priority)
    return said


def _set_plain(db: Database, conversation: Conversation, state: ConversationState) -> None:
    """What only the provider knows is set as it says."""
    wanted: dict[str, object] = {}
    if state.subject is not None:
        wanted["subject"] = state.subject
    if state.via is not None:
        wanted |= {
            "via": state.via,
            "reply_limit": state.reply_limit,
            "reply_until": state.reply_until,
        }
    changed = {k: v for k, v in wanted.items() if getattr(conversation, k) != v}
    if changed:
        sets = ", ".join(f"{name} = :{name}" for name in changed)
        db.run(f"UPDATE conversations SET {sets} WHERE id = :id", changed | {"id": conversation.id})


def _base(db: Database, conversation_id: int) -> _Word:
    row = db.one("SELECT remote FROM conversations WHERE id = :id", {"id": conversation_id})
    found: _Word = json.loads(row["remote"]) if row else {}
    return found


def _keep(db: Database, conversation_id: int, word: _Word) -> None:
    db.run(
        "UPDATE conversations SET remote = :remote WHERE id = :id",
        {"remote": codec.dump(word), "id": conversation_id},
    )
