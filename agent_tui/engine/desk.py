"""What the parts of the engine work with when they serve one account."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.config.accounts import AccountConfig
from agent_tui.engine.backoff import Chance
from agent_tui.engine.contain import Doing
from agent_tui.model.clock import Clock
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.store.database import Database


@dataclass(frozen=True, slots=True)
class Owner:
    """Who an account is to its customers."""

    address: str  # what customers write to; empty where there is none
    display_name: str
    own: frozenset[str]  # every normal address that is us


@dataclass(frozen=True, slots=True)
class Desk:
    """One account's place in the engine."""

    db: Database
    account: str
    adapter: str  # its name, for sentences
    owner: Owner
    clock: Clock
    chance: Chance
    log: logging.Logger
    attachments: Path
    ours: Callable[[], bool]  # whether the account's lease is still ours
    last_step: asyncio.Lock = field(default_factory=asyncio.Lock)  # of a delivery, see there

    def doing(self, what: str, limit_s: float | None) -> Doing:
        """``what`` is asked of the account's adapter."""
        return Doing(self.adapter, what, limit_s)


def owner_of(config: AccountConfig) -> Owner:
    """Read off the settings ``address``, ``name`` and ``aliases``, the same in every adapter."""
    address = _text(config.settings.get("address"))
    aliases = config.settings.get("aliases")
    others = [_text(one) for one in aliases] if isinstance(aliases, list) else []
    own = frozenset(normal(IdentityKind.EMAIL, one) for one in (address, *others) if one)
    return Owner(address, _text(config.settings.get("name")), own)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
