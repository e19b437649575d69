"""Drafts: what an agent has begun to write."""

from dataclasses import dataclass
from enum import StrEnum

from agent_tui.model.clock import Millis
from agent_tui.model.message import Recipients


class DraftKind(StrEnum):
    """What a draft becomes when it is sent."""

    REPLY = "reply"
    FORWARD = "forward"
    NEW = "new"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsent reply, note, forward or new conversation of one agent."""

    id: int
    kind: DraftKind
    agent: str
    account: str
    conversation_id: int | None  # None: a new conversation
    subject: str
    body: str
    updated_at: Millis
    recipients: Recipients = Recipients()
    files: tuple[str, ...] = ()  # paths of attachments
    cursor: tuple[int, int] = (0, 0)  # line, column
    seen_message: int | None = None  # newest message on screen when writing began
    asks: int | None = None  # the conversation whose customer it asks to be quoted
    edits: int | None = None  # the sent message whose other text it is
