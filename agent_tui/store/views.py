"""Saved views, and the order that the agent has given to all of them."""

from collections.abc import Sequence

from agent_tui.model.conversation import Sort, View
from agent_tui.store.database import Database


def saved(db: Database) -> list[View]:
    """The agent's own views in their order."""
    rows = db.all("SELECT * FROM views ORDER BY position, name")
    return [View(row["name"], row["query"], Sort(row["sort"])) for row in rows]


def get(db: Database, name: str) -> View | None:
    """The saved view of that name."""
    return next((view for view in saved(db) if view.name == name), None)


def save(db: Database, view: View) -> None:
    """Add a view at the end, or change the one of that name where it stands."""
    db.run(
        "INSERT INTO views (name, query, sort, position) VALUES (:name, :query, :sort,"
        " (SELECT coalesce(max(position), 0) + 1 FROM views))"
        " ON CONFLICT (name) DO UPDATE SET query = :query, sort = :sort",
        {"name": view.name, "query": view.query, "sort": view.sort},
    )


def rename(db: Database, name: str, to: str) -> None:
    """Call a view something else; there must be none called so."""
    db.run("UPDATE views SET name = :to WHERE name = :name", {"name": name, "to": to})


def delete(db: Database, name: str) -> None:
    """Drop a view; nothing happens where there is none."""
    db.run("DELETE FROM views WHERE name = :name", {"name": name})


def order(db: Database) -> list[str]:
    """Names of views, the first first; empty when nobody has put them in order."""
    return [row["name"] for row in db.all("SELECT name FROM view_order ORDER BY position")]


def set_order(db: Database, names: Sequence[str]) -> None:
    """Put the views in this order."""
    db.run("DELETE FROM view_order")
    db.many(
        "INSERT INTO view_order (name, position) VALUES (:name, :position)",
        [{"name": name, "position": place} for place, name in enumerate(names, 1)],
    )
