"""Keeps ``due_at`` of conversations: what the clocks of :mod:`agent_tui.model.targets` say.

Triggers of the schema forget it when somebody waits, was answered, or the status changes.
"""

import json
from collections.abc import Iterable

from agent_tui.model.conversation import Channel, Status
from agent_tui.model.targets import Change, Facts, Rules, clocks, soonest
from agent_tui.store.database import Database, Row

BATCH = 200
"""Conversations in one transaction: a few milliseconds."""

_UNKNOWN = "due_known = 0 AND status NOT IN ('resolved', 'spam')"  # as in the index

_FACTS = (
    "SELECT c.id, c.channel, c.status, c.created_at, c.waiting_since,"
    " EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id"
    " AND m.direction = 'outbound') AS answered FROM conversations c"
)

_CHANGES = (
    "SELECT at, before, after FROM events WHERE entity = 'conversation' AND field = 'status'"
    " AND entity_id = :id ORDER BY id"
)
"""An index holds the events of status alone: a chat has thousands of others."""


def facts(db: Database, conversation_id: int) -> Facts | None:
    """What the clocks of a conversation go by; None when there is none."""
    row = db.one(f"{_FACTS} WHERE c.id = :id", {"id": conversation_id})
    return _facts(db, row) if row else None


def keep(db: Database, rules: Rules, limit: int = BATCH) -> int:
    """Work out when the next conversations are due of which it is not known; how many."""
    with db.transaction():
        rows = db.all(f"{_FACTS} WHERE {_UNKNOWN} ORDER BY c.id LIMIT :limit", {"limit": limit})
        found = [(row["id"], soonest(clocks(_facts(db, row), rules))) for row in rows]
        db.many(
            "UPDATE conversations SET due_at = :due, warn_at = :warn, due_known = 1 WHERE id = :id",
            [
                {
                    "id": number,
                    "due": clock.due if clock else None,
                    "warn": clock.warn if clock else None,
                }
                for number, clock in found
            ],
        )
    return len(found)


def use(db: Database, rules: Rules) -> None:
    """Forget what was worked out by other rules than these, in small transactions."""
    text = _text(rules)
    row = db.one("SELECT rules FROM due_rules")
    if row is not None and row["rules"] == text:
        return
    last: int | None = 0
    while last is not None:
        last = _forget(db, last)
    with db.transaction():
        db.run("DELETE FROM due_rules")
        db.run("INSERT INTO due_rules (rules) VALUES (:rules)", {"rules": text})


def _forget(db: Database, after: int) -> int | None:
    """The next conversations behind ``after``; the last of them, None when there are no more."""
    with db.transaction():
        rows = db.all(
            "SELECT id FROM conversations WHERE id > :after ORDER BY id LIMIT :limit",
            {"after": after, "limit": 10 * BATCH},
        )
        if not rows:
            return None
        last: int = rows[-1]["id"]
        db.run(
            "UPDATE conversations SET due_known = 0, due_at = NULL, warn_at = NULL"
            " WHERE id > :after AND id <= :last AND due_known = 1",
            {"after": after, "last": last},
        )
    return last


def _facts(db: Database, row: Row) -> Facts:
    return Facts(
        Channel(row["channel"]),
        Status(row["status"]),
        row["created_at"],
        row["waiting_since"],
        bool(row["answered"]),
        tuple(_changes(db.all(_CHANGES, {"id": row["id"]}))),
    )


def _changes(rows: Iterable[Row]) -> Iterable[Change]:
    for row in rows:
        before, after = json.loads(row["before"]), json.loads(row["after"])
        yield Change(row["at"], Status(before), Status(after))


def _text(rules: Rules) -> str:
    """Rules as a text that is the same for the same rules."""
    hours = rules.hours
    return json.dumps(
        {
            "targets": sorted(f"{k} {c} {t}" for (k, c), t in rules.targets.items()),
            "week": hours.week,
            "holidays": sorted(map(str, hours.holidays)),
            "zone": str(hours.zone),
            "pauses": sorted(rules.pauses),
        }
    )
