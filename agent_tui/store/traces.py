"""What became of messages after they were written: earlier texts and reactions."""

from dataclasses import dataclass

from agent_tui.model.clock import Millis
from agent_tui.model.message import Reaction, Version
from agent_tui.store.database import Database, Params, Row

_OF_CONVERSATION = "JOIN messages m ON m.id = t.message_id WHERE m.conversation_id = :id"
_OF_MESSAGE = "WHERE t.message_id = :id"


@dataclass(frozen=True, slots=True)
class Traces:
    """Those of some messages, by message id."""

    reactions: dict[int, tuple[Reaction, ...]]
    versions: dict[int, tuple[Version, ...]]


def of_conversation(db: Database, conversation_id: int, *, edited: bool) -> Traces:
    """Of all messages of a conversation; ``edited``: whether any of them has earlier texts."""
    return _read(db, _OF_CONVERSATION, {"id": conversation_id}, edited=edited)


def of_message(db: Database, message_id: int, *, edited: bool) -> Traces:
    """Of one message."""
    return _read(db, _OF_MESSAGE, {"id": message_id}, edited=edited)


def keep_version(
    db: Database, message_id: int, at: Millis, text: str, rating: int | None = None
) -> Millis:
    """Note the text, and the stars of a review, that a message had until then; providers count in
    seconds, so that the time it is noted under may be a little later, behind the earlier ones."""
    row = db.one(
        "SELECT max(at) AS last FROM message_versions WHERE message_id = :id", {"id": message_id}
    )
    if row is not None and row["last"] is not None:
        at = max(at, row["last"] + 1)
    db.run(
        "INSERT INTO message_versions (message_id, at, text, rating)"
        " VALUES (:id, :at, :text, :rating)",
        {"id": message_id, "at": at, "text": text, "rating": rating},
    )
    return at


def drop_version(db: Database, message_id: int, at: Millis) -> None:
    """Forget the text that a message had until then: it has it again."""
    db.run(
        "DELETE FROM message_versions WHERE message_id = :id AND at = :at",
        {"id": message_id, "at": at},
    )


def react(
    db: Database,
    message_id: int,
    address: str,
    emoji: str,
    *,
    who: str,
    ours: bool,
    account: str,
    remote_id: str | None = None,
) -> bool:
    """Note that ``address``, called ``who``, has put ``emoji`` to a message.

    False when we knew, with its provider's id.
    """
    touched = db.run(
        "INSERT INTO reactions (message_id, address, emoji, who, ours, account, remote_id)"
        " VALUES (:id, :address, :emoji, :who, :ours, :account, :remote_id)"
        " ON CONFLICT (message_id, address, emoji) DO UPDATE SET remote_id = :remote_id"
        " WHERE :remote_id IS NOT NULL AND coalesce(reactions.remote_id, '') <> :remote_id",
        {
            "id": message_id,
            "address": address,
            "emoji": emoji,
            "who": who,
            "ours": ours,
            "account": account,
            "remote_id": remote_id,
        },
    )
    return touched == 1


def name(db: Database, message_id: int, address: str, emoji: str, remote_id: str) -> None:
    """Note what the provider calls a reaction."""
    db.run(
        "UPDATE reactions SET remote_id = :remote_id"
        " WHERE message_id = :id AND address = :address AND emoji = :emoji",
        {"remote_id": remote_id, "id": message_id, "address": address, "emoji": emoji},
    )


def unreact(db: Database, message_id: int, address: str, emoji: str) -> bool:
    """Take a reaction off; False when there was none."""
    return bool(
        db.run(
            "DELETE FROM reactions"
            " WHERE message_id = :id AND address = :address AND emoji = :emoji",
            {"id": message_id, "address": address, "emoji": emoji},
        )
    )


def unreact_remote(db: Database, account: str, remote_id: str) -> bool:
    """Take off the reaction that the provider calls so; False when there was none."""
    return bool(
        db.run(
            "DELETE FROM reactions WHERE account = :account AND remote_id = :remote_id",
            {"account": account, "remote_id": remote_id},
        )
    )


def forget(db: Database, message_id: int) -> None:
    """Drop all traces of a message."""
    for table in ("message_versions", "reactions"):
        db.run(f"DELETE FROM {table} WHERE message_id = :id", {"id": message_id})


def _read(db: Database, where: str, params: Params, *, edited: bool) -> Traces:
    reactions: dict[int, tuple[Reaction, ...]] = {}
    for row in db.all(f"SELECT t.* FROM reactions t {where} ORDER BY t.emoji, t.who", params):
        key = row["message_id"]
        reactions[key] = (*reactions.get(key, ()), _reaction(row))
    versions: dict[int, tuple[Version, ...]] = {}
    if edited:
        for row in db.all(f"SELECT t.* FROM message_versions t {where} ORDER BY t.at", params):
            key = row["message_id"]
            versions[key] = (*versions.get(key, ()), _version(row))
    return Traces(reactions, versions)


def _version(row: Row) -> Version:
    return Version(row["at"], row["text"], row["rating"])


def _reaction(row: Row) -> Reaction:
    return Reaction(row["who"], row["emoji"], bool(row["ours"]))
