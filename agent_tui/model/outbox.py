"""The outbox: effects on their way to a provider, never lost and never sent twice."""

from dataclasses import dataclass
from enum import StrEnum

from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Millis


class OutboxState(StrEnum):
    """The stations of an effect, in order; the last six are ends or need a decision."""

    QUEUED = "queued"
    HELD = "held"  # the undo window
    SENDING = "sending"
    COMMITTED = "committed"  # written with full sync just before the step of no return
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    OVERTAKEN = "overtaken"  # it was to leave later, and the customer has written meanwhile
    CHECK = "check"  # it came back with a copy of the store, and may have left since
    CANCELLED = "cancelled"


class Filed(StrEnum):
    """Whether a copy lies in the provider's Sent mailbox: its own fact, retried on its own."""

    NONE = "none"  # nothing to file
    WANTED = "wanted"
    DONE = "done"
    FAILED = "failed"


MESSAGES = frozenset({EffectKind.SEND, EffectKind.NOTE})
"""Effects that become a message: carried out twice they would be seen twice."""

UNDOABLE = frozenset({OutboxState.QUEUED, OutboxState.HELD})
"""States from which an effect can still be called back."""

NEEDS_DECISION = frozenset(
    {OutboxState.FAILED, OutboxState.UNCERTAIN, OutboxState.OVERTAKEN, OutboxState.CHECK}
)
"""States that wait for the agent's word."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One effect with all it needs to be delivered."""

    id: int
    account: str
    kind: EffectKind
    state: OutboxState
    key: str  # idempotency key, fixed when queued; Message-ID without brackets for mail
    payload: str  # JSON of the effect, see adapters.contract
    agent: str
    queued_at: Millis
    due_at: Millis  # not before
    conversation_id: int | None = None
    message_id: int | None = None  # the row of the outbound message
    attempts: int = 0
    problem: str = ""
    filed: Filed = Filed.NONE
    file_attempts: int = 0
    finished_at: Millis | None = None
    send_at: Millis | None = None  # when the agent wants it to leave; None: at once


def state_after_crash(state: OutboxState) -> OutboxState:
    """What an effect found in ``state`` at start is: before the point of no return it may be
    tried again, after it nobody knows (RFC 1047)."""
    match state:
        case OutboxState.SENDING:
            return OutboxState.QUEUED
        case OutboxState.COMMITTED:
            return OutboxState.UNCERTAIN
        case _:
            return state
