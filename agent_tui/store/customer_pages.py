"""The conversations of a customer with thousands of them, a page at a time."""

from agent_tui.model.conversation import Channel, Conversation, Sort
from agent_tui.query.compile import Compiled
from agent_tui.store import conversations
from agent_tui.store.database import Database


def conversations_of(
    db: Database, customer_id: int, limit: int, after: Conversation | None = None
) -> list[Conversation]:
    """The customer's conversations on every channel, newest first, those behind ``after``."""
    theirs = Compiled("c.customer_id = :q1", {"q1": customer_id}, None)
    place = conversations.anchor(after, Sort.NEWEST) if after is not None else None
    return list(conversations.page(db, theirs, Sort.NEWEST, after=place, limit=limit))


def channels(db: Database, customer_id: int) -> dict[Channel, int]:
    """How many conversations there are on each channel."""
    rows = db.all(
        "SELECT channel, COUNT(*) AS found FROM conversations WHERE customer_id = :id"
        " GROUP BY channel ORDER BY channel",
        {"id": customer_id},
    )
    return {Channel(row["channel"]): row["found"] for row in rows}
