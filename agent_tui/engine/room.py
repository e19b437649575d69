"""What one engine process works with, whichever accounts it serves."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_tui.adapters.contract import AnyAdapter
from agent_tui.config.accounts import AccountConfig
from agent_tui.content.safe import safe_line
from agent_tui.engine.backoff import Chance
from agent_tui.engine.context import make_adapter
from agent_tui.engine.desk import Desk, owner_of
from agent_tui.engine.log import account_log, masked
from agent_tui.model.clock import Clock
from agent_tui.store import accounts
from agent_tui.store.database import Database, StoreError

Make = Callable[[AccountConfig, Mapping[str, str], logging.Logger], AnyAdapter]
"""Makes the adapter of an account with the secrets that were asked for, and its log."""


@dataclass(frozen=True, slots=True)
class Room:
    """One process of the engine."""

    db: Database
    clock: Clock
    chance: Chance
    log: logging.Logger
    attachments: Path
    make: Make

    def desk(self, config: AccountConfig, ours: Callable[[], bool]) -> Desk:
        """The place of one account."""
        return Desk(
            db=self.db,
            account=config.name,
            adapter=config.adapter,
            owner=owner_of(config),
            clock=self.clock,
            chance=self.chance,
            log=account_log(config.name),
            attachments=self.attachments,
            ours=ours,
        )


def maker(db: Database, clock: Clock) -> Make:
    """Makes installed adapters; what they have to tell the agent is told in ``db``."""

    def make(config: AccountConfig, asked: Mapping[str, str], log: logging.Logger) -> AnyAdapter:
        def notice(sentence: str) -> None:
            try:
                accounts.set_notice(db, config.name, masked(safe_line(sentence)), clock())
            except StoreError as error:
                log.warning("cannot be told: %s", error)

        return make_adapter(config, asked=asked, clock=clock, log=log, notice=notice)

    return make
