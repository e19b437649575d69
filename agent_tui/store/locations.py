"""The places of messages at their provider: a mailbox and an id there, as a pull tells them."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_tui.store.database import Database, Row


@dataclass(frozen=True, slots=True)
class Location:
    """Where a message lies at its provider."""

    mailbox: str
    remote_id: str
    message_id: int
    seen: bool
    answered: bool


def of_messages(db: Database, message_ids: Sequence[int]) -> list[Location]:
    """Where these messages lie at their provider."""
    found: list[Location] = []
    for message_id in message_ids:
        rows = db.all("SELECT * FROM locations WHERE message_id = :id", {"id": message_id})
        found.extend(_location(row) for row in rows)
    return found


def put(
    db: Database,
    account: str,
    mailbox: str,
    remote_id: str,
    message_id: int,
    *,
    seen: bool = False,
    answered: bool = False,
) -> None:
    """Note that a message lies there."""
    db.run(
        "INSERT INTO locations (account, mailbox, remote_id, message_id, seen, answered)"
        " VALUES (:account, :mailbox, :remote_id, :message_id, :seen, :answered)"
        " ON CONFLICT (account, mailbox, remote_id) DO UPDATE SET message_id = :message_id",
        {
            "account": account,
            "mailbox": mailbox,
            "remote_id": remote_id,
            "message_id": message_id,
            "seen": seen,
            "answered": answered,
        },
    )


def at(db: Database, account: str, mailbox: str, remote_id: str) -> Location | None:
    """What lies there, if we know it."""
    row = db.one(
        "SELECT * FROM locations"
        " WHERE account = :account AND mailbox = :mailbox AND remote_id = :remote_id",
        {"account": account, "mailbox": mailbox, "remote_id": remote_id},
    )
    return _location(row) if row else None


def set_flags(
    db: Database, account: str, mailbox: str, remote_id: str, *, seen: bool, answered: bool
) -> None:
    """Note the provider's flags of what lies there."""
    db.run(
        "UPDATE locations SET seen = :seen, answered = :answered"
        " WHERE account = :account AND mailbox = :mailbox AND remote_id = :remote_id",
        {
            "account": account,
            "mailbox": mailbox,
            "remote_id": remote_id,
            "seen": seen,
            "answered": answered,
        },
    )


def of_customer(db: Database, conversation_id: int) -> list[Location]:
    """Where the customer's messages of a conversation lie, oldest first."""
    rows = db.all(
        "SELECT l.* FROM locations l JOIN messages m ON m.id = l.message_id"
        " WHERE m.conversation_id = :id AND m.direction = 'inbound' ORDER BY m.id",
        {"id": conversation_id},
    )
    return list(map(_location, rows))


def leave(db: Database, account: str, mailbox: str, remote_id: str) -> None:
    """Note that nothing of ours lies there any more."""
    db.run(
        "DELETE FROM locations"
        " WHERE account = :account AND mailbox = :mailbox AND remote_id = :remote_id",
        {"account": account, "mailbox": mailbox, "remote_id": remote_id},
    )


def leave_mailbox(db: Database, account: str, mailbox: str) -> None:
    """Note that all remote ids of a mailbox are void."""
    db.run(
        "DELETE FROM locations WHERE account = :account AND mailbox = :mailbox",
        {"account": account, "mailbox": mailbox},
    )


def _location(row: Row) -> Location:
    return Location(
        row["mailbox"],
        row["remote_id"],
        row["message_id"],
        bool(row["seen"]),
        bool(row["answered"]),
    )
