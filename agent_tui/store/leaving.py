"""What of the outbox the engine has to do next: what may leave, and what is to be looked after.

What a customer is to see leaves in the order in which it was written.
"""

from agent_tui.model.clock import MINUTE, Millis
from agent_tui.model.outbox import OutboxItem
from agent_tui.store.database import Database
from agent_tui.store.outbox import OPEN, SEEN, item_of

_SET_BACK = MINUTE
"""Clocks of a team's machines may differ by less."""

_READING = "('read', 'unread')"

_NEXT = (
    "o.account = :account AND o.state IN ('queued', 'held')"
    f" AND (o.kind IN {_READING} OR NOT EXISTS"
    " (SELECT 1 FROM outbox e WHERE e.conversation_id = o.conversation_id AND e.id < o.id"
    f" AND e.state IN {OPEN} AND e.kind NOT IN {_READING}"
    " AND NOT (e.state = 'held' AND e.send_at IS NOT NULL)"
    f" AND (o.kind NOT IN {SEEN} OR e.kind IN {SEEN})))"
)
"""What a customer is to see in order leaves in order, and waits for nothing else: what is told to
the provider for itself, such as a status, waits for all before it, and reading for nothing. For
what is to leave later nobody waits."""


def due(db: Database, account: str, now: Millis) -> list[OutboxItem]:
    """Effects of the account that may leave now, in the order they were queued, those that a
    customer waits for first. In each conversation one waits for those before it.

    What was queued in the future was so before the clock was set back: it does not wait a day."""
    rows = db.all(
        f"SELECT o.* FROM outbox o WHERE {_NEXT} AND (o.due_at <= :now OR (o.attempts = 0"
        f" AND o.send_at IS NULL AND o.queued_at > :now + {_SET_BACK}))"
        f" ORDER BY o.kind NOT IN {SEEN}, o.id",
        {"account": account, "now": now},
    )
    return list(map(item_of, rows))


def next_due(db: Database, account: str, *, only_seen: bool = False) -> Millis | None:
    """When the account's next effect may leave; ``only_seen``: that a customer waits for."""
    which = f"{_NEXT} AND o.kind IN {SEEN}" if only_seen else _NEXT
    row = db.one(f"SELECT min(o.due_at) AS due FROM outbox o WHERE {which}", {"account": account})
    return row["due"] if row else None


def waiting(db: Database, account: str) -> int:
    """How many effects of the account have not left yet."""
    row = db.one(
        "SELECT count(*) AS n FROM outbox WHERE account = :account AND state IN ('queued', 'held')",
        {"account": account},
    )
    return int(row["n"]) if row else 0


def hasten(db: Database, account: str, now: Millis) -> int:
    """Let what waits for another try leave now: the account is back; how many effects."""
    return db.run(
        "UPDATE outbox SET due_at = :now WHERE account = :account AND state = 'queued'"
        " AND attempts > 0 AND due_at > :now",
        {"account": account, "now": now},
    )


def unfiled(db: Database, account: str) -> list[OutboxItem]:
    """Sent mails of the account whose copy is not in Sent yet."""
    return _items(db, account, "state = 'sent' AND filed = 'wanted'")


def uncertain(db: Database, account: str) -> list[OutboxItem]:
    """Effects of the account that may or may not have happened."""
    return _items(db, account, "state = 'uncertain'")


def to_check(db: Database, account: str) -> list[OutboxItem]:
    """Effects of the account that came back with a copy of the store."""
    return _items(db, account, "state = 'check'")


def _items(db: Database, account: str, where: str) -> list[OutboxItem]:
    rows = db.all(
        f"SELECT * FROM outbox WHERE account = :account AND {where} ORDER BY id",
        {"account": account},
    )
    return list(map(item_of, rows))
