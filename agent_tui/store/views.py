"""Saved views."""

from agent_tui.model.conversation import Sort, View
from agent_tui.store.database import Database


def saved(db: Database) -> list[View]:
    """The agent's own views in their order."""
    rows = db.all("SELECT * FROM views ORDER BY position, name")
    return [View(row["name"], row["query"], Sort(row["sort"])) for row in rows]


def save(db: Database, view: View) -> None:
    """Add a view at the end, or change the one of that name where it stands."""
    db.run(
        "INSERT INTO views (name, query, sort, position) VALUES (:name, :query, :sort,"
        " (SELECT coalesce(max(position), 0) + 1 FROM views))"
        " ON CONFLICT (name) DO UPDATE SET query = :query, sort = :sort",
        {"name": view.name, "query": view.query, "sort": view.sort},
    )


def delete(db: Database, name: str) -> None:
    """Drop a view; nothing happens where there is none."""
    db.run("DELETE FROM views WHERE name = :name", {"name": name})
