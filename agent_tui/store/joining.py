"""Two conversations as one, and one as two; what was moved is written down, so that each can be
taken back exactly.

The log has it as an event of the conversation that is no more (``merged``, with all that it was)
or of the one that is there again or new (``parted``, with where its messages were). One is the
other's inverse.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agent_tui.model.conversation import Conversation
from agent_tui.model.event import Entity, Stamp
from agent_tui.store import audit, conversations, events, lists, summary
from agent_tui.store.database import Conflict, Database

MERGED = audit.MERGED
PARTED = "parted"

_SETS = {  # tables where both conversations may have the same row: its other columns
    "participants": ("address",),
    "thread_ids": ("account", "message_id", "issued"),
}
_LOOSE = {"conversation_labels": ("label",), "presence": ("who", "ours", "until")}
"""The same, of which a merge by an agent moves none: labels are decided on."""

_SHARED = "{} of both"
"""Under this name a record keeps the rows that the other conversation had as well."""

_OWNED = ("messages", "drafts", "outbox")
"""Tables whose rows belong to one conversation."""

_MADE = frozenset({"turn", "subject", "snippet", "draft"})
"""Columns that are made of others, or of the messages again."""

_COPIED = ("account", "channel", "assignee", "priority", "via", "reply_limit", "reply_until")
"""What a part of a conversation has from the whole."""


def move_all(db: Database, source: int, target: int) -> None:
    """Everything in ``source``, and what the log has of it, is in ``target`` from now on."""
    params = {"source": source, "target": target}
    for table, columns in {**_SETS, **_LOOSE}.items():
        names = ", ".join(columns)
        db.run(
            f"INSERT INTO {table} (conversation_id, {names}) SELECT :target, {names}"
            f" FROM {table} WHERE conversation_id = :source ON CONFLICT DO NOTHING",
            params,
        )
        db.run(f"DELETE FROM {table} WHERE conversation_id = :source", params)
    for table in _OWNED:
        db.run(
            f"UPDATE {table} SET conversation_id = :target WHERE conversation_id = :source",
            params,
        )
    audit.move(db, source, target)


def merge(
    db: Database, stamp: Stamp, source: int, target: int, *, undoes: str | None = None
) -> None:
    """Put everything of ``source`` into ``target``, which keeps its own fields and labels.

    Raises Conflict when one of them is gone.
    """
    with db.transaction():
        labels = _rows(db, "conversation_labels", ("label",), source)
        record: dict[str, Any] = {"row": _row(db, source), "target": target, "labels": labels}
        record["origins"] = sorted({source, *audit.origins(db, source)})
        _row(db, target)
        db.run("DELETE FROM conversation_labels WHERE conversation_id = :id", {"id": source})
        for table, columns in _SETS.items():
            key = _key(table, columns)
            known = _rows(db, table, key, target)
            record[table] = _rows(db, table, columns, source)
            record[_SHARED.format(table)] = [r for r in record[table] if r[: len(key)] in known]
        for table in _OWNED:
            record[table] = [
                row["id"]
                for row in db.all(
                    f"SELECT id FROM {table} WHERE conversation_id = :id ORDER BY id",
                    {"id": source},
                )
            ]
        record["newest"] = max(_newest(db, source), _newest(db, target))
        events.append(db, stamp, Entity.CONVERSATION, source, MERGED, record, target, undoes=undoes)
        move_all(db, source, target)
        db.run("DELETE FROM conversations WHERE id = :id", {"id": source})
        _settle(db, target)


def part(db: Database, stamp: Stamp, record: Mapping[str, Any], *, undoes: str) -> int:
    """Take a merge back by what was written down of it; the id of the conversation that is there
    again.

    Raises Conflict when what was moved lies elsewhere by now.
    """
    source, target = int(record["row"]["id"]), int(record["target"])
    with db.transaction():
        _row(db, target)
        _check_moved(db, record, target)
        _restore(db, record["row"])
        for table, columns in _SETS.items():
            _divide(db, table, columns, record, source, target)
        conversations.set_labels(db, source, [label for (label,) in record["labels"]])
        for table in _OWNED:
            _move(db, table, record[table], source)
        audit.move_back(db, source, target, record["origins"])
        _settle(db, source)
        _settle(db, target)
        if _newest(db, target) > record["newest"]:
            # What came since may name messages of both: that makes them not one again.
            _keep_apart(db, source, target)
        _log_parting(db, stamp, source, target, undoes)
    return source


def _newest(db: Database, number: int) -> int:
    """The newest message of a conversation; 0 without one."""
    row = db.one("SELECT max(id) AS id FROM messages WHERE conversation_id = :id", {"id": number})
    return (row["id"] or 0) if row else 0


def split(
    db: Database,
    stamp: Stamp,
    conversation: Conversation,
    message_ids: Sequence[int],
    *,
    customer_id: int,
    people: Sequence[str],
) -> int:
    """Put messages of a conversation into a new one, which is open; its id."""
    with db.transaction():
        row = _row(db, conversation.id)
        number = conversations.create(
            db,
            account=conversation.account,
            channel=conversation.channel,
            subject=conversation.subject,
            status=conversation.status,
            customer_id=customer_id,
            at=conversation.created_at,
        )
        db.run(
            f"UPDATE conversations SET {', '.join(f'{name} = :{name}' for name in _COPIED)}"
            " WHERE id = :id",
            {name: row[name] for name in _COPIED} | {"id": number},
        )
        conversations.set_labels(db, number, conversation.labels)
        db.many(
            "INSERT INTO participants (conversation_id, address) VALUES (:id, :address)",
            [{"id": number, "address": address} for address in people],
        )
        _move(db, "messages", message_ids, number)
        for some in lists.stretches(message_ids):
            marks, params = lists.among(some)
            db.run(
                "UPDATE thread_ids SET conversation_id = :new WHERE conversation_id = :old"
                " AND (account, message_id) IN (SELECT account, message_id FROM messages"
                f" WHERE id IN ({marks}))",
                params | {"new": number, "old": conversation.id},
            )
            db.run(
                f"UPDATE outbox SET conversation_id = :new WHERE message_id IN ({marks})",
                params | {"new": number},
            )
        _keep_apart(db, number, conversation.id)
        _settle(db, number)
        _settle(db, conversation.id)
        _log_parting(db, stamp, number, conversation.id, None)
    return number


def kept_apart(db: Database, ids: Sequence[int]) -> bool:
    """Whether an agent keeps some of these conversations apart from each other."""
    marks, params = lists.among(ids)
    row = db.one(
        f"SELECT 1 FROM conversations WHERE id IN ({marks}) AND split_from IN ({marks})", params
    )
    return row is not None


def _log_parting(db: Database, stamp: Stamp, number: int, whole: int, undoes: str | None) -> None:
    where = {"source": number, "target": whole}
    events.append(db, stamp, Entity.CONVERSATION, number, PARTED, where, None, undoes=undoes)


def _settle(db: Database, number: int) -> None:
    """Bring what is said of the messages up to date; the engine works out anew when it is due."""
    summary.recount(db, number)
    db.run(
        "UPDATE conversations SET due_at = NULL, warn_at = NULL, due_known = 0,"
        " version = version + 1 WHERE id = :id",
        {"id": number},
    )


def _keep_apart(db: Database, number: int, whole: int) -> None:
    db.run(
        "UPDATE conversations SET split_from = :whole WHERE id = :id",
        {"id": number, "whole": whole},
    )


def _row(db: Database, number: int) -> dict[str, Any]:
    row = db.one("SELECT * FROM conversations WHERE id = :id", {"id": number})
    if row is None:
        raise Conflict(f"Conversation #{number} is not there any more.")
    return {name: row[name] for name in row.keys() if name not in _MADE}  # noqa: SIM118 - no dict


def _key(table: str, columns: Sequence[str]) -> Sequence[str]:
    """The columns that may stand only once in a conversation."""
    return columns[:-1] if table == "thread_ids" else columns


def _rows(db: Database, table: str, columns: Sequence[str], number: int) -> list[list[Any]]:
    rows = db.all(
        f"SELECT {', '.join(columns)} FROM {table} WHERE conversation_id = :id"
        f" ORDER BY {', '.join(columns)}",
        {"id": number},
    )
    return [[row[name] for name in columns] for row in rows]


def _check_moved(db: Database, record: Mapping[str, Any], target: int) -> None:
    for some in lists.stretches(record["messages"]):
        marks, params = lists.among(some)
        row = db.one(
            f"SELECT count(*) AS n FROM messages WHERE id IN ({marks}) AND conversation_id = :id",
            params | {"id": target},
        )
        if row is None or row["n"] != len(some):
            raise Conflict(f"The messages have been moved on from #{target} since.")


def _restore(db: Database, row: Mapping[str, Any]) -> None:
    names = list(row)
    db.run(
        f"INSERT INTO conversations ({', '.join(names)}, subject)"
        f" VALUES (:{', :'.join(names)}, '')",
        row,
    )


def _divide(
    db: Database,
    table: str,
    columns: Sequence[str],
    record: Mapping[str, Any],
    source: int,
    target: int,
) -> None:
    """Rows that came from ``source`` go back; those that ``target`` had as well stay there, too."""
    same = " AND ".join(f"{name} = :{name}" for name in _key(table, columns))
    rows = [dict(zip(columns, row, strict=True)) for row in record[table]]
    shared = record[_SHARED.format(table)]
    db.many(
        f"DELETE FROM {table} WHERE conversation_id = :target AND {same}",
        [row | {"target": target} for row in rows if list(row.values()) not in shared],
    )
    db.many(
        f"INSERT INTO {table} (conversation_id, {', '.join(columns)})"
        f" VALUES (:source, :{', :'.join(columns)})",
        [row | {"source": source} for row in rows],
    )


def _move(db: Database, table: str, ids: Sequence[int], to: int) -> None:
    for some in lists.stretches(ids):
        marks, params = lists.among(some)
        db.run(
            f"UPDATE {table} SET conversation_id = :to WHERE id IN ({marks})", params | {"to": to}
        )
