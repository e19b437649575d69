"""The outbox: each change of state is one guarded UPDATE, so that no effect is taken twice.

Who changes an item shows it as they read it. The change is made only while the item stands in a
state that allows it and nobody has tried to deliver it since: an engine that was stopped for
longer than its lease can no longer touch what another one has taken over.
"""

from collections.abc import Set

from agent_tui.model.account import TO_CUSTOMER, EffectKind
from agent_tui.model.clock import Millis
from agent_tui.model.message import Delivery
from agent_tui.model.outbox import (
    MESSAGES,
    NEEDS_DECISION,
    UNDOABLE,
    Filed,
    OutboxItem,
    OutboxState,
    state_after_crash,
)
from agent_tui.store import messages
from agent_tui.store.database import NO_PARAMS, Conflict, Database, Params, Row

_SHOWN = {
    OutboxState.QUEUED: Delivery.QUEUED,
    OutboxState.HELD: Delivery.QUEUED,
    OutboxState.SENDING: Delivery.SENDING,
    OutboxState.COMMITTED: Delivery.SENDING,
    OutboxState.SENT: Delivery.SENT,
    OutboxState.FAILED: Delivery.FAILED,
    OutboxState.UNCERTAIN: Delivery.UNCERTAIN,
    OutboxState.OVERTAKEN: Delivery.QUEUED,
    OutboxState.CHECK: Delivery.UNCERTAIN,
}

SEEN = f"({', '.join(sorted(repr(str(kind)) for kind in TO_CUSTOMER))})"
"""Kinds that a customer sees, in SQL."""

OPEN = "('queued', 'held', 'sending', 'committed')"
"""States of what may still leave by itself."""

_IN_HAND = frozenset({OutboxState.SENDING})
_ON_THE_WAY = frozenset({OutboxState.SENDING, OutboxState.COMMITTED})
_OVER = frozenset({OutboxState.SENT, OutboxState.FAILED, OutboxState.CANCELLED})

_RESTORED = "The store was brought back from a copy; this may have been sent since."
_ENDED = "The program ended while this was being sent."


def get(db: Database, item_id: int) -> OutboxItem | None:
    """The item as it stands now."""
    row = db.one("SELECT * FROM outbox WHERE id = :id", {"id": item_id})
    return item_of(row) if row else None


def shown(db: Database, limit: int = 200) -> list[OutboxItem]:
    """What the outbox screen lists: everything not sent, and sends of late, newest first."""
    rows = db.all(
        "SELECT * FROM outbox WHERE state <> 'cancelled'"
        " AND (kind = 'send' OR state NOT IN ('sent')) ORDER BY id DESC LIMIT :limit",
        {"limit": limit},
    )
    return list(map(item_of, rows))


def undecided(db: Database) -> int:
    """How much of what the agent wrote or did to messages waits for the agent's word."""
    states = ", ".join(f"'{state}'" for state in sorted(NEEDS_DECISION))
    row = db.one(
        "SELECT count(*) AS n FROM outbox"
        f" WHERE state IN ({states}) AND (kind = 'note' OR kind IN {SEEN})"
    )
    return int(row["n"]) if row else 0


def take(db: Database, item: OutboxItem) -> OutboxItem | None:
    """Begin to deliver; the item as taken, None when it was called back or taken meanwhile."""
    with db.transaction():
        if not _move(db, item, UNDOABLE, OutboxState.SENDING, more="attempts = attempts + 1"):
            return None
        return get(db, item.id)


def commit(db: Database, item: OutboxItem) -> None:
    """Written with full sync just before the step of no return.

    Raises Conflict when the item is not in this taker's hands any more: an engine that was
    stopped for longer than its lease must not send what another one has taken over.
    """
    with db.transaction(durable=True):
        if not _move(db, item, _IN_HAND, OutboxState.COMMITTED):
            raise Conflict(f"Effect {item.id} was taken over meanwhile; it is not sent from here.")


def sent(db: Database, item: OutboxItem, now: Millis, *, filed: Filed, problem: str = "") -> None:
    """The provider has accepted it; ``problem`` names recipients that were refused.

    True also of an item that was put back into the queue after a crash that was none.
    """
    with db.transaction(durable=True):
        _move(
            db,
            item,
            _ON_THE_WAY | {OutboxState.UNCERTAIN, OutboxState.CHECK, OutboxState.QUEUED},
            OutboxState.SENT,
            problem,
            more="finished_at = :now, filed = :filed",
            params={"now": now, "filed": filed},
        )


def has_left(db: Database, message_id: int, now: Millis) -> None:
    """A server speaks of the message: what was in doubt has left."""
    rows = db.all(
        "SELECT * FROM outbox WHERE message_id = :id AND kind = 'send'"
        " AND state IN ('uncertain', 'check')",
        {"id": message_id},
    )
    for item in map(item_of, rows):
        _move(
            db,
            item,
            {OutboxState.UNCERTAIN, OutboxState.CHECK},
            OutboxState.SENT,
            more="finished_at = :now, filed = :filed",
            params={"now": now, "filed": Filed.WANTED},
        )


def retry(db: Database, item: OutboxItem, due_at: Millis, problem: str) -> None:
    """Nothing happened at the provider, or the agent says so; try again then."""
    _move(
        db,
        item,
        _ON_THE_WAY | NEEDS_DECISION,
        OutboxState.QUEUED,
        problem,
        more="due_at = :due, finished_at = NULL",
        params={"due": due_at},
    )


def fail(db: Database, item: OutboxItem, problem: str, now: Millis) -> None:
    """The provider refused it for good."""
    _end(db, item, OutboxState.FAILED, problem, now)


def doubt(db: Database, item: OutboxItem, problem: str, now: Millis) -> None:
    """Nobody knows whether it left; it is never sent again without the agent's word."""
    _end(db, item, OutboxState.UNCERTAIN, problem, now)


def hold(db: Database, item: OutboxItem, send_at: Millis) -> bool:
    """Let what the agent sends later leave at that time; False when it has left."""
    return _move(
        db,
        item,
        {OutboxState.HELD, OutboxState.OVERTAKEN},
        OutboxState.HELD,
        more="due_at = :at, send_at = :at",
        params={"at": send_at},
    )


def overtake(db: Database, conversation_id: int, problem: str) -> int:
    """Hold what was to leave later from a conversation: it may not fit any more, ``problem`` says
    why. How many messages that were."""
    rows = db.all(
        "SELECT * FROM outbox WHERE conversation_id = :id AND state = 'held'"
        " AND send_at IS NOT NULL",
        {"id": conversation_id},
    )
    held = {OutboxState.HELD}
    return sum(_move(db, item, held, OutboxState.OVERTAKEN, problem) for item in map(item_of, rows))


def cancel(db: Database, item: OutboxItem) -> bool:
    """Call it back, or drop what failed or is uncertain; False when it has left."""
    return _move(db, item, UNDOABLE | NEEDS_DECISION, OutboxState.CANCELLED)


def can_cancel(item: OutboxItem) -> bool:
    """Whether the item has not left yet."""
    return item.state in UNDOABLE


def settle_sent(db: Database, item: OutboxItem, now: Millis) -> None:
    """The agent says that it has left, whatever we know."""
    with db.transaction(durable=True):
        _move(
            db,
            item,
            NEEDS_DECISION - {OutboxState.OVERTAKEN},
            OutboxState.SENT,
            more="finished_at = :now, filed = :filed",
            params={"now": now, "filed": Filed.NONE},
        )


def forget_message(db: Database, message_id: int) -> None:
    """The message of a cancelled item is about to be deleted."""
    db.run("UPDATE outbox SET message_id = NULL WHERE message_id = :id", {"id": message_id})


def recover(db: Database, account: str) -> int:
    """Put right what a crash left half done; how many effects that were."""
    with db.transaction(durable=True):
        rows = db.all(
            "SELECT * FROM outbox WHERE account = :account AND state IN ('sending', 'committed')",
            {"account": account},
        )
        for item in map(item_of, rows):
            after = state_after_crash(item.state)
            problem = _ENDED if after is OutboxState.UNCERTAIN else ""
            _move(db, item, {item.state}, after, problem)
    return len(rows)


def stop_all(db: Database) -> int:
    """Let nothing leave that had not left: this store is a copy brought back, and all of it may
    have happened since the copy was made. How many effects wait for a word now."""
    states = {OutboxState(state) for state in OutboxState} - _OVER
    marks = ", ".join(f"'{state}'" for state in sorted(states))
    with db.transaction(durable=True):
        items = [item_of(row) for row in db.all(f"SELECT * FROM outbox WHERE state IN ({marks})")]
        for item in items:
            _move(db, item, states, OutboxState.CHECK, _RESTORED)
    return len(items)


def set_filed(db: Database, item: OutboxItem, filed: Filed) -> None:
    """Note whether the copy lies in Sent."""
    db.run(
        "UPDATE outbox SET filed = :filed, file_attempts = file_attempts + 1 WHERE id = :id",
        {"filed": filed, "id": item.id},
    )


def of_message(db: Database, message_id: int, kind: EffectKind) -> list[OutboxItem]:
    """The effects of that kind on a message, whatever became of them, oldest first."""
    rows = db.all(
        "SELECT * FROM outbox WHERE message_id = :id AND kind = :kind ORDER BY id",
        {"id": message_id, "kind": kind},
    )
    return list(map(item_of, rows))


def kinds_on_the_way(db: Database, conversation_id: int) -> frozenset[EffectKind]:
    """What is on its way to the provider from a conversation."""
    rows = db.all(
        f"SELECT DISTINCT kind FROM outbox WHERE conversation_id = :id AND state IN {OPEN}",
        {"id": conversation_id},
    )
    return frozenset(EffectKind(row["kind"]) for row in rows)


def changing(db: Database, message_id: int) -> bool:
    """Whether an agent's own edit or deletion of a message is on its way to the provider."""
    row = db.one(
        "SELECT 1 FROM outbox WHERE message_id = :id AND kind IN ('edit', 'delete')"
        f" AND state IN {OPEN}",
        {"id": message_id},
    )
    return row is not None


def _end(db: Database, item: OutboxItem, state: OutboxState, problem: str, now: Millis) -> None:
    origins = _ON_THE_WAY | {OutboxState.QUEUED}
    _move(db, item, origins, state, problem, more="finished_at = :now", params={"now": now})


def _move(
    db: Database,
    item: OutboxItem,
    origins: Set[OutboxState],
    to: OutboxState,
    problem: str = "",
    *,
    more: str = "",
    params: Params = NO_PARAMS,
) -> bool:
    """Change the state, and with it the delivery of the message that it sends; False when that
    is not allowed."""
    states = ", ".join(f"'{state}'" for state in sorted(origins))
    sets = ", ".join(filter(None, ("state = :to, problem = :problem", more)))
    with db.transaction():
        touched = db.run(
            f"UPDATE outbox SET {sets}"
            f" WHERE id = :id AND attempts = :attempts AND state IN ({states})",
            {"to": to, "problem": problem, "id": item.id, "attempts": item.attempts, **params},
        )
        if touched and item.kind in MESSAGES and item.message_id is not None and to in _SHOWN:
            messages.set_delivery(db, item.message_id, _SHOWN[to], problem)
    return touched == 1


def item_of(row: Row) -> OutboxItem:
    """A row of the table."""
    return OutboxItem(
        id=row["id"],
        account=row["account"],
        kind=EffectKind(row["kind"]),
        state=OutboxState(row["state"]),
        key=row["key"],
        payload=row["payload"],
        agent=row["agent"],
        queued_at=row["queued_at"],
        due_at=row["due_at"],
        conversation_id=row["conversation_id"],
        message_id=row["message_id"],
        attempts=row["attempts"],
        problem=row["problem"],
        filed=Filed(row["filed"]),
        file_attempts=row["file_attempts"],
        finished_at=row["finished_at"],
        send_at=row["send_at"],
    )
