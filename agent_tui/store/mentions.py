"""Who is named in notes, so that ``mentions:me`` need not read them."""

from agent_tui.model.mention import mentioned
from agent_tui.store.database import Database


def put(db: Database, message_id: int, text: str) -> None:
    """Note whom a note's text names."""
    rows = [{"id": message_id, "handle": handle} for handle in mentioned(text)]
    if rows:
        db.many("INSERT INTO mentions (message_id, handle) VALUES (:id, :handle)", rows)


def drop(db: Database, message_id: int) -> None:
    """Forget whom a note names."""
    db.run("DELETE FROM mentions WHERE message_id = :id", {"id": message_id})
