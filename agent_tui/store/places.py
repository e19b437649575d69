"""Where messages lie at their provider, as an effect on them has to know."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_tui.store.database import Database, Row


@dataclass(frozen=True, slots=True)
class Place:
    """A message at its provider."""

    mailbox: str
    remote_id: str
    message_id: str | None  # its Message-ID or key
    topic: str | None


_SELECT = (
    "SELECT l.mailbox, l.remote_id, m.message_id, m.topic"
    " FROM locations l JOIN messages m ON m.id = l.message_id"
)


def of_customer(db: Database, conversation_id: int) -> list[Place]:
    """All places of all messages of the customer in a conversation, newest last."""
    rows = db.all(
        f"{_SELECT} WHERE m.conversation_id = :id AND m.direction = 'inbound' ORDER BY m.id",
        {"id": conversation_id},
    )
    return _places(rows)


def newest_of_customer(db: Database, conversation_id: int) -> list[Place]:
    """All places of the customer's newest message that lies anywhere."""
    row = db.one(
        "SELECT m.id FROM messages m WHERE m.conversation_id = :id AND m.direction = 'inbound'"
        " AND EXISTS (SELECT 1 FROM locations l WHERE l.message_id = m.id)"
        " ORDER BY m.id DESC LIMIT 1",
        {"id": conversation_id},
    )
    return of_message(db, row["id"]) if row else []


def named(db: Database, conversation_id: int, message_id: str) -> list[Place]:
    """All places of the customer's message with that Message-ID."""
    rows = db.all(
        f"{_SELECT} WHERE m.conversation_id = :id AND m.direction = 'inbound'"
        " AND m.message_id = :message_id ORDER BY m.id",
        {"id": conversation_id, "message_id": message_id},
    )
    return _places(rows)


def of_message(db: Database, number: int) -> list[Place]:
    """All places of one message, the first one first: there stands its text."""
    return _places(db.all(f"{_SELECT} WHERE m.id = :id", {"id": number}))


def mailbox_of(db: Database, account: str, conversation_id: int) -> str:
    """Where the conversation's messages lie: as the others of it, else where all of the account
    do; empty when nobody can tell."""
    row = db.one(
        "SELECT l.mailbox FROM messages m JOIN locations l ON l.message_id = m.id"
        " WHERE m.conversation_id = :id ORDER BY m.id DESC LIMIT 1",
        {"id": conversation_id},
    )
    if row is not None:
        return str(row["mailbox"])
    rows = db.all(
        "SELECT mailbox FROM cursors WHERE account = :account LIMIT 2", {"account": account}
    )
    return str(rows[0]["mailbox"]) if len(rows) == 1 else ""


def _places(rows: Sequence[Row]) -> list[Place]:
    return [Place(r["mailbox"], r["remote_id"], r["message_id"], r["topic"]) for r in rows]
