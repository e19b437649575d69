"""What is put into the outbox, and what a later order drops of it before it has left."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Millis
from agent_tui.model.outbox import OutboxItem, OutboxState
from agent_tui.store import lists
from agent_tui.store.database import Database
from agent_tui.store.outbox import item_of

_COLUMNS = (
    "account",
    "kind",
    "key",
    "payload",
    "agent",
    "queued_at",
    "conversation_id",
    "message_id",
    "send_at",
    "state",
    "due_at",
)
_QUEUE = f"INSERT INTO outbox ({', '.join(_COLUMNS)}) VALUES (:{', :'.join(_COLUMNS)})"


class Order(NamedTuple):
    """An effect to be queued."""

    account: str
    kind: EffectKind
    key: str
    payload: str
    agent: str
    now: Millis
    hold: Millis = 0
    conversation_id: int | None = None
    message_id: int | None = None
    send_at: Millis | None = None


def put(
    db: Database,
    *,
    account: str,
    kind: EffectKind,
    key: str,
    payload: str,
    agent: str,
    now: Millis,
    hold: Millis = 0,
    send_at: Millis | None = None,
    conversation_id: int | None = None,
    message_id: int | None = None,
) -> int:
    """Put an effect in, to leave ``hold`` milliseconds from now at the earliest, or at the time
    that the agent has said; its id."""
    order = Order(
        account, kind, key, payload, agent, now, hold, conversation_id, message_id, send_at
    )
    return db.insert(_QUEUE, dict(zip(_COLUMNS, _row_of(order), strict=True)))


def put_all(db: Database, orders: Iterable[Order]) -> None:
    """Put many effects in, in their order."""
    db.insert_all("outbox", _COLUMNS, list(map(_row_of, orders)))


def replace(
    db: Database, conversation_ids: Sequence[int], kind: EffectKind
) -> dict[int, list[OutboxItem]]:
    """Drop what has not left yet of that kind, in each of these conversations: a later one says
    all. The dropped of each, oldest first.

    For effects that are no message: what a message says of its delivery is not touched.
    """
    found: dict[int, list[OutboxItem]] = {}
    with db.transaction():
        for some in lists.stretches(conversation_ids):
            marks, params = lists.among(some)
            rows = db.all(
                f"SELECT * FROM outbox WHERE conversation_id IN ({marks}) AND kind = :kind"
                " AND state IN ('queued', 'held') ORDER BY id",
                params | {"kind": kind},
            )
            db.many(
                "UPDATE outbox SET state = 'cancelled', problem = '' WHERE id = :id",
                [{"id": row["id"]} for row in rows],
            )
            for row in rows:
                found.setdefault(row["conversation_id"], []).append(item_of(row))
    return found


def _row_of(order: Order) -> Sequence[object]:
    """The values of _COLUMNS."""
    state = OutboxState.HELD if order.hold or order.send_at else OutboxState.QUEUED
    due = order.now + order.hold if order.send_at is None else order.send_at
    return (
        order.account,
        order.kind,
        order.key,
        order.payload,
        order.agent,
        order.now,
        order.conversation_id,
        order.message_id,
        order.send_at,
        state,
        due,
    )
