"""Live chats: where a customer waits for an agent right now."""

from agent_tui.model.conversation import LIVE, Conversation
from agent_tui.store import conversations
from agent_tui.store.database import Database

_LIMIT = 50


_OURS = "status = 'open' AND (assignee = :me OR assignee IS NULL)"


def waiting(db: Database, me: str, limit: int = _LIMIT) -> list[Conversation]:
    """Open chats of agent ``me`` or of nobody that wait or are unread, longest waiting first.

    Reads no more than ``limit`` rows of each, however many conversations there are.
    """
    wait = _first(db, me, f"waiting_since IS NOT NULL AND {_OURS}", "waiting_since", limit)
    unread = f"unread > 0 AND waiting_since IS NULL AND {_OURS}"
    rest = _first(db, me, unread, "last_at", limit - len(wait))
    return conversations.by_ids(db, [*wait, *rest])


def _first(db: Database, me: str, where: str, order: str, limit: int) -> list[int]:
    """The ids of the first conversations by that column, of all live channels together."""
    found = [
        (row["at"], row["id"])
        for channel in sorted(LIVE)
        for row in db.all(
            f"SELECT id, {order} AS at FROM conversations WHERE channel = :channel AND {where}"
            f" ORDER BY {order}, id LIMIT :limit",
            {"channel": channel, "me": me, "limit": limit},
        )
    ]
    return [number for _, number in sorted(found)[:limit]]
