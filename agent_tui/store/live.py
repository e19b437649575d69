"""Live chats: where a customer waits for an agent right now."""

from agent_tui.model.conversation import LIVE, Conversation
from agent_tui.store import conversations
from agent_tui.store.database import Database

_LIMIT = 50


def waiting(db: Database, me: str, limit: int = _LIMIT) -> list[Conversation]:
    """Open chats of agent ``me`` or of nobody that wait or are unread, longest waiting first.

    Reads no other open conversation than chats.
    """
    channels = ", ".join(f"'{channel}'" for channel in sorted(LIVE))
    rows = db.all(
        f"SELECT id FROM conversations WHERE channel IN ({channels}) AND status = 'open'"
        " AND (assignee = :me OR assignee IS NULL)"
        " AND (waiting_since IS NOT NULL OR unread > 0)"
        " ORDER BY waiting_since IS NULL, waiting_since, last_at, id LIMIT :limit",
        {"me": me, "limit": limit},
    )
    return conversations.by_ids(db, [row["id"] for row in rows])
