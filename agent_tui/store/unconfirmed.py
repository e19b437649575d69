"""What was given to a provider that has not said yet that it took it."""

from agent_tui.model.account import TO_CUSTOMER, EffectKind
from agent_tui.model.message import Delivery
from agent_tui.model.outbox import MESSAGES, OutboxItem
from agent_tui.store import messages
from agent_tui.store.database import Database

_AWAITED = ", ".join(sorted(repr(str(kind)) for kind in TO_CUSTOMER | {EffectKind.NOTE}))


def tell(db: Database, item: OutboxItem, problem: str) -> None:
    """Say beside ``item``, as it was taken, why it is not through; nothing if it is by now.

    Its state stays as it is: that an answer takes long says nothing about what it will be.
    """
    with db.transaction():
        touched = db.run(
            "UPDATE outbox SET problem = :problem"
            " WHERE id = :id AND attempts = :attempts AND state IN ('sending', 'committed')",
            {"problem": problem, "id": item.id, "attempts": item.attempts},
        )
        if touched and item.kind in MESSAGES and item.message_id is not None:
            messages.set_delivery(db, item.message_id, Delivery.SENDING, problem)


def by_account(db: Database) -> dict[str, int]:
    """How much of what customers or colleagues wait for is held up, by the account's name: a
    provider does not answer, or it is tried again."""
    rows = db.all(
        "SELECT account, count(*) AS n FROM outbox"
        " WHERE state IN ('queued', 'sending', 'committed') AND problem <> ''"
        f" AND kind IN ({_AWAITED}) GROUP BY account ORDER BY account"
    )
    return {row["account"]: row["n"] for row in rows}
