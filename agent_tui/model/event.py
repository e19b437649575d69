"""Events: who changed what and when; undo, history and audit read them."""

from dataclasses import dataclass
from enum import StrEnum

from agent_tui.model.clock import Millis
from agent_tui.model.draft import DraftKind


class Entity(StrEnum):
    """What an event is about."""

    CONVERSATION = "conversation"
    CUSTOMER = "customer"
    COMPANY = "company"
    MESSAGE = "message"
    OUTBOX = "outbox"
    VIEWS = "views"  # all of them, or one by its name
    STORE = "store"  # all of it, number 0


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who does something now, and the batch that one key press makes."""

    actor: str  # an agent's handle, or "engine"
    action: str  # the action's name
    batch: str  # the same for everything one undo takes back
    at: Millis


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one field; values are JSON-able."""

    id: int
    stamp: Stamp
    entity: Entity
    entity_id: int
    field: str
    before: object
    after: object
    undoes: str | None = None  # the batch that this event takes back


TOLD = (
    "status",
    "assignee",
    "priority",
    "labels",
    "rating",
    "moderation",
    "guard",
    "offline",
    "consent",
    "credit",
    "merged",
    "parted",
)
"""The fields of a conversation whose changes are told in its history and in the timeline."""

ENGINE = "engine"
"""The actor of everything that nobody pressed a key for."""

UNDO = "undo"
REDO = "redo"
DECIDE = "decide"
"""The agent's word on a send that failed or is uncertain: final, undo passes over it."""

KEEP = "keep"
"""Undo met something that cannot be called back: the batch stays, and no longer stands in the
way of undoing what came before it."""

RESTORE = "restore"
ERASE = "erase"
EXPORT = "export"
"""What was done to the whole store or to all of a customer."""

FINAL = (DECIDE, RESTORE, ERASE, EXPORT)
"""Actions that undo passes over."""


def follows_from_a_message(stamp: Stamp, field: str) -> bool:
    """Whether a change only says that somebody wrote: it reopens, or sets to wait."""
    by_customer = stamp.actor == ENGINE and stamp.action == "reopen"
    return field == "status" and (by_customer or stamp.action == DraftKind.REPLY)
