"""What every command that touches the store begins with: the store, the settings, who acts."""

import os
from typing import TYPE_CHECKING

from agent_tui.config.load import load_settings
from agent_tui.config.paths import Paths, make_private
from agent_tui.config.settings import Settings
from agent_tui.model.clock import SECOND, Clock, system_clock
from agent_tui.model.conversation import Conversation
from agent_tui.store import agents, conversations
from agent_tui.store.database import Database, StoreError
from agent_tui.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from agent_tui.actions.action import Context


def open_store(paths: Paths) -> SqliteDatabase:
    """The store of ``paths``, made when there is none. Raises ConfigError or StoreError."""
    make_private(paths.data)
    return SqliteDatabase(paths.store)


def settings_of(paths: Paths) -> Settings:
    """The settings of ``paths``. Raises ConfigError."""
    return load_settings(paths, os.environ)


def enter(db: Database, settings: Settings) -> None:
    """Note the agent of ``settings`` among those who work on ``db``. Raises StoreError."""
    agents.put(db, settings.agent.handle, settings.agent.name)


def take_in(paths: Paths, db: Database) -> None:
    """Bring what was being written when the program had to end, and the store was held by another,
    into ``db``. Raises ConfigError or StoreError."""
    if paths.unsaved.is_dir():
        from agent_tui.ui import unsaved  # most have none

        unsaved.take_in(paths.unsaved, db)


def context_of(db: Database, settings: Settings, clock: Clock = system_clock) -> "Context":
    """The agent of ``settings`` at work on ``db``. Raises StoreError."""
    from agent_tui.actions.action import Context  # an inbox does without until its first paint

    enter(db, settings)
    return Context(
        db=db,
        agent=settings.agent.handle,
        clock=clock,
        undo_ms={c: seconds * SECOND for c, seconds in settings.undo_seconds.items()},
        hours=settings.clocks.hours,
        blaming=settings.blaming_words,
        macros=settings.macros,
    )


def conversation_of(db: Database, number: int) -> Conversation:
    """The conversation of that number. Raises StoreError where there is none."""
    found = conversations.get(db, number)
    if found is None:
        raise StoreError(f"There is no conversation {number}; see 'agent-tui list'.")
    return found
