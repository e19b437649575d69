"""Drafts: rows on disk before the screen that showed them is gone."""

import json

from agent_tui.model.clock import Millis
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.store import codec
from agent_tui.store.database import Conflict, Database, Row


def create(db: Database, draft: Draft) -> Draft:
    """Write a new draft; the same with its id."""
    with db.transaction(durable=True):
        new = db.insert(
            "INSERT INTO drafts (kind, agent, account, conversation_id, subject, body, recipients,"
            " files, cursor, seen_message, asks, edits,"
            " updated_at) VALUES (:kind, :agent, :account,"
            " :conversation_id, :subject, :body, :recipients, :files, :cursor, :seen_message,"
            " :asks, :edits, :updated_at)",
            _row(draft),
        )
    found = get(db, new)
    assert found is not None
    return found


def save(db: Database, draft: Draft) -> None:
    """Write what has been typed so far, on disk when this returns.

    Raises Conflict when the draft is gone: sent or discarded in another window.
    """
    with db.transaction(durable=True):
        touched = db.run(
            "UPDATE drafts SET subject = :subject, body = :body, recipients = :recipients,"
            " files = :files, cursor = :cursor, seen_message = :seen_message,"
            " asks = :asks, updated_at = :updated_at WHERE id = :id",
            _row(draft) | {"id": draft.id},
        )
        if not touched:
            raise Conflict("This draft was sent or discarded elsewhere; copy what you typed here.")


def delete(db: Database, draft_id: int) -> bool:
    """Remove a draft; False when it was gone already."""
    return db.run("DELETE FROM drafts WHERE id = :id", {"id": draft_id}) == 1


def get(db: Database, draft_id: int) -> Draft | None:
    """The draft as it was saved last."""
    row = db.one("SELECT * FROM drafts WHERE id = :id", {"id": draft_id})
    return _draft(row) if row else None


def of_conversation(db: Database, conversation_id: int, agent: str) -> list[Draft]:
    """The agent's drafts in a conversation, newest first."""
    rows = db.all(
        "SELECT * FROM drafts WHERE conversation_id = :id AND agent = :agent"
        " ORDER BY updated_at DESC, id DESC",
        {"id": conversation_id, "agent": agent},
    )
    return list(map(_draft, rows))


def of_agent(db: Database, agent: str) -> list[Draft]:
    """All drafts of an agent, newest first."""
    rows = db.all(
        "SELECT * FROM drafts WHERE agent = :agent ORDER BY updated_at DESC, id DESC",
        {"agent": agent},
    )
    return list(map(_draft, rows))


def dump(draft: Draft) -> dict[str, object]:
    """A draft as an event holds it, so that undo can bring it back."""
    return _row(draft)


def load(values: dict[str, object], now: Millis) -> Draft:
    """The draft of :func:`dump`, without an id."""
    return _draft({"asks": None, "edits": None, **values, "id": 0, "updated_at": now})


def _row(draft: Draft) -> dict[str, object]:
    return {
        "kind": draft.kind,
        "agent": draft.agent,
        "account": draft.account,
        "conversation_id": draft.conversation_id,
        "subject": draft.subject,
        "body": draft.body,
        "recipients": codec.dump_recipients(draft.recipients),
        "files": codec.dump(draft.files),
        "cursor": codec.dump(draft.cursor),
        "seen_message": draft.seen_message,
        "asks": draft.asks,
        "edits": draft.edits,
        "updated_at": draft.updated_at,
    }


def _draft(row: Row) -> Draft:
    line, column = json.loads(row["cursor"])
    return Draft(
        id=row["id"],
        kind=DraftKind(row["kind"]),
        agent=row["agent"],
        account=row["account"],
        conversation_id=row["conversation_id"],
        subject=row["subject"],
        body=row["body"],
        updated_at=row["updated_at"],
        recipients=codec.recipients(row["recipients"]),
        files=codec.strings(row["files"]),
        cursor=(line, column),
        seen_message=row["seen_message"],
        asks=row["asks"],
        edits=row["edits"],
    )
