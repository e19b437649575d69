"""Who writes in a conversation at the moment: rows that are void after a while.

The engine writes down the customers, screens the agents; each sees the other's.
"""

from agent_tui.model.clock import MINUTE, Millis
from agent_tui.store.database import Database, Params

_LONGEST: Millis = 1 * MINUTE
"""Nobody announces themselves for longer than that at a time."""


def write(db: Database, conversation_id: int, who: str, *, ours: bool, until: Millis) -> None:
    """``who`` writes in the conversation, as far as we know until then; ``ours``: an agent.

    Call it again while it lasts, with ``until`` at most a minute ahead. Rows that are over, in
    whatever conversation, are dropped on the way.
    """
    with db.transaction():
        db.run("DELETE FROM presence WHERE until <= :over", {"over": until - _LONGEST})
        db.run(
            "INSERT INTO presence (conversation_id, who, ours, until)"
            " VALUES (:id, :who, :ours, :until)"
            " ON CONFLICT (conversation_id, who, ours) DO UPDATE SET until = :until",
            {"id": conversation_id, "who": who, "ours": ours, "until": until},
        )


def stop(db: Database, conversation_id: int, who: str, *, ours: bool) -> None:
    """``who`` does not write there any more; writes only when they did."""
    params = {"id": conversation_id, "who": who, "ours": ours}
    where = "conversation_id = :id AND who = :who AND ours = :ours"
    if db.one(f"SELECT 1 FROM presence WHERE {where}", params):
        db.run(f"DELETE FROM presence WHERE {where}", params)


def customer_wrote(db: Database, conversation_id: int) -> None:
    """A message of the customer has arrived: whoever wrote it has finished it."""
    db.run("DELETE FROM presence WHERE conversation_id = :id AND ours = 0", {"id": conversation_id})


def typing_customers(db: Database, account: str) -> dict[str, int]:
    """The conversations of the account in which customers write or wrote: thread key, id."""
    return _threads(db, account, "p.ours = 0", {})


def writing(db: Database, conversation_id: int, now: Millis, *, ours: bool) -> list[str]:
    """The names of who writes in the conversation now: agents with ``ours``, else customers."""
    rows = db.all(
        "SELECT who FROM presence WHERE conversation_id = :id AND ours = :ours AND until > :now"
        " ORDER BY who",
        {"id": conversation_id, "ours": ours, "now": now},
    )
    return [row["who"] for row in rows]


def customers_write_in(db: Database, now: Millis) -> frozenset[int]:
    """The conversations in which a customer writes now."""
    rows = db.all(
        "SELECT DISTINCT conversation_id AS id FROM presence WHERE ours = 0 AND until > :now",
        {"now": now},
    )
    return frozenset(row["id"] for row in rows)


def typing_agents(db: Database, account: str, now: Millis) -> dict[str, int]:
    """The conversations of the account in which an agent writes now: thread key, id."""
    return _threads(db, account, "p.ours = 1 AND p.until > :now", {"now": now})


def next_end(db: Database, account: str, now: Millis) -> Millis | None:
    """When the first of the account's agents who write now is taken to have stopped."""
    row = db.one(
        "SELECT min(p.until) AS at FROM presence p"
        " JOIN conversations c ON c.id = p.conversation_id"
        " WHERE p.ours = 1 AND p.until > :now AND c.account = :account",
        {"account": account, "now": now},
    )
    return row["at"] if row else None


def _threads(db: Database, account: str, where: str, params: Params) -> dict[str, int]:
    rows = db.all(
        "SELECT DISTINCT c.thread_key, c.id FROM presence p"
        f" JOIN conversations c ON c.id = p.conversation_id WHERE {where}"
        " AND c.account = :account AND c.thread_key IS NOT NULL",
        {**params, "account": account},
    )
    return {row["thread_key"]: row["id"] for row in rows}
