"""Agents: the colleagues a conversation can be assigned to."""

from dataclasses import dataclass

from agent_tui.store.database import Database


@dataclass(frozen=True, slots=True)
class Agent:
    """A colleague."""

    handle: str
    name: str


def put(db: Database, handle: str, name: str) -> None:
    """Make an agent known, or renew the name; writes only when something changed."""
    db.run(
        "INSERT INTO agents (handle, name) VALUES (:handle, :name)"
        " ON CONFLICT (handle) DO UPDATE SET name = :name WHERE agents.name <> :name",
        {"handle": handle, "name": name},
    )


def every(db: Database) -> list[Agent]:
    """All agents by handle."""
    return [Agent(r["handle"], r["name"]) for r in db.all("SELECT * FROM agents ORDER BY handle")]
