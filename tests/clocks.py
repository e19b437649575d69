"""The clocks of a shop that has set nothing."""

from pathlib import Path

from agent_tui.config.clocks import clock_rules
from agent_tui.config.settings import SETTINGS
from agent_tui.config.toml import Source
from agent_tui.engine.clocks import settle
from agent_tui.model.targets import Rules
from agent_tui.store.database import Database


def plain_rules() -> Rules:
    """The defaults."""
    return clock_rules(Source(Path("none"), ""), {one.name: one.default for one in SETTINGS})


def reckon(db: Database) -> None:
    """Work out until when all answers are due, as the engine does."""
    settle(db, plain_rules())
