"""A store with any number of conversations, made by SQL in seconds: for plans and counts."""

from collections.abc import Callable

from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import START

SHARES = (("open", 4), ("pending", 6), ("on_hold", 7), ("snoozed", 8), ("spam", 12))
"""Of a hundred conversations the first four are open, two more pending ...; the rest resolved."""


def fill(db: Database, conversations: int) -> None:
    """That many conversations of a tenth as many customers, one message each in the index."""
    params = {"n": conversations, "start": START}
    status = " ".join(f"WHEN i % 100 < {to} THEN '{name}'" for name, to in SHARES)
    with db.transaction():
        db.run(
            "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :n / 10)"
            " INSERT INTO customers (id, name, created_at) SELECT i, 'Customer ' || i, :start"
            " FROM r",
            params,
        )
        db.run(
            "WITH RECURSIVE r (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :n)"
            " INSERT INTO conversations (id, account, channel, subject, status, assignee,"
            " priority, rating, customer_id, waiting_since, due_at, created_at, last_at, messages,"
            " unread, snippet) SELECT i, 'mail',"
            " CASE i % 10 WHEN 0 THEN 'review' WHEN 1 THEN 'chat' ELSE 'mail' END,"
            f" 'Order ' || i, CASE {status} ELSE 'resolved' END,"
            " CASE i % 7 WHEN 0 THEN 'maria' WHEN 1 THEN 'jonas' END, 0,"
            " CASE WHEN i % 10 = 0 THEN i % 5 + 1 END, i % max(:n / 10, 1) + 1,"
            " CASE WHEN i % 100 < 3 THEN :start + i * 997 % :n END,"
            " CASE WHEN i % 100 < 3 THEN :start + i * 991 % :n END,"
            " :start, :start + i * 7919 % :n, 1, i % 3 = 0, 'where is my parcel ' || i FROM r",
            params,
        )
        db.run(
            "INSERT INTO messages (id, conversation_id, account, direction, author, address, at,"
            " subject, text) SELECT last_at * 1000 + id % 1000, id, 'mail', 'inbound', 'Ada',"
            " 'ada@customer.example', last_at, subject, snippet FROM conversations"
        )
        db.run(
            "INSERT INTO search (rowid, subject, body, people, files)"
            " SELECT id, subject, text, author, '' FROM messages"
        )


def steps(db: SqliteDatabase, work: Callable[[], object]) -> int:
    """How much SQLite does in ``work``, in tens of instructions."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    connection = db._connection()
    connection.set_progress_handler(count, 10)
    work()
    connection.set_progress_handler(None, 0)
    return counted
