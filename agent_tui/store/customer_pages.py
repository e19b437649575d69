"""The conversations of a customer with thousands of them, a page at a time."""

from agent_tui.model.conversation import Channel, Conversation, Sort
from agent_tui.query.compile import Compiled
from agent_tui.store import listings, people
from agent_tui.store.database import Database


def conversations_of(
    db: Database,
    customer_id: int,
    limit: int,
    after: Conversation | None = None,
    *,
    backwards: bool = False,
) -> list[Conversation]:
    """The person's conversations on every channel, newest first, those behind ``after``; with
    ``backwards`` those before it, or the last of all."""
    theirs = Compiled(
        f"c.customer_id IN {people.THEIRS}",
        {"customer": customer_id},
        match=None,
        person=customer_id,
    )
    place = listings.anchor(after, Sort.NEWEST) if after is not None else None
    return listings.page(db, theirs, Sort.NEWEST, after=place, backwards=backwards, limit=limit)


def channels(db: Database, customer_id: int) -> dict[Channel, int]:
    """How many conversations there are with the person on each channel."""
    rows = db.all(
        "SELECT channel, COUNT(*) AS found FROM conversations"
        f" WHERE customer_id IN {people.THEIRS} GROUP BY channel ORDER BY channel",
        {"customer": customer_id},
    )
    return {Channel(row["channel"]): row["found"] for row in rows}


def count_others(db: Database, conversation: Conversation, limit: int = 99) -> int:
    """How many more conversations there are with the person, at most ``limit``."""
    row = db.one(
        "SELECT count(*) AS n FROM (SELECT 1 FROM conversations"
        f" WHERE customer_id IN {people.THEIRS} AND id <> :id LIMIT :limit) x",
        {"customer": conversation.customer_id, "id": conversation.id, "limit": limit},
    )
    return int(row["n"]) if row else 0
