"""Naming a colleague in a note: who fits ``@ma`` while it is typed, and Tab to complete it."""

from agent_tui.content.safe import safe_line
from agent_tui.model.mention import begun
from agent_tui.store import agents
from agent_tui.store.agents import Agent
from agent_tui.store.database import Database
from agent_tui.ui.shell import Choice, Shell

_MOST = 4
"""Names in the status line."""


def fitting(db: Database, typed: str) -> list[Agent]:
    """The colleagues whose handle begins like ``typed``, then those of whose name a word does."""
    wanted = typed.casefold()
    every = agents.every(db)
    by_handle = [a for a in every if a.handle.casefold().startswith(wanted)]
    named = [
        agent
        for agent in every
        if any(word.startswith(wanted) for word in agent.name.casefold().split())
    ]
    return [*by_handle, *(agent for agent in named if agent not in by_handle)]


def hint(db: Database, before: str) -> str:
    """Who may be meant by what stands before the cursor, empty where nobody is being named."""
    typed = begun(before)
    if typed is None:
        return ""
    found = fitting(db, typed)
    if any(agent.handle.casefold() == typed.casefold() for agent in found):
        return ""
    names = "  ".join(f"@{safe_line(a.handle)} {safe_line(a.name)}" for a in found[:_MOST])
    return f"Tab: {names}" if names else f"Nobody is called @{safe_line(typed)}."


async def complete(shell: Shell, typed: str) -> str | None:
    """The handle that is meant; asks where several fit, None when nobody does or it was left."""
    found = fitting(shell.db, typed)
    if len(found) <= 1:
        return found[0].handle if found else None
    items = [Choice(a.handle, f"@{a.handle}", a.name) for a in found]
    return await shell.choose("Mention", items)
