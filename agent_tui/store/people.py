"""Which customers are one person: ids alone, for whoever reads what belongs to all of them."""

from agent_tui.store.database import Database

THEIRS = (
    "(SELECT m.id FROM customers o JOIN customers m ON m.person_id = o.person_id"
    " WHERE o.id = :customer)"
)
"""In SQL: the ids of ``:customer`` and of all who are merged with them."""


def members(db: Database, customer_id: int) -> list[int]:
    """The customer and all who are merged with them; who stands for all comes first."""
    rows = db.all(
        "SELECT m.id FROM customers o JOIN customers m ON m.person_id = o.person_id"
        " WHERE o.id = :id ORDER BY m.id <> m.person_id, m.id",
        {"id": customer_id},
    )
    return [row["id"] for row in rows]
