"""An adapter in front of the shop in memory, with its cursor kept as the engine keeps it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from agent_tui.adapters.contract import Effect, Target
from agent_tui.adapters.woocommerce import WooCommerceAdapter
from agent_tui.adapters.woocommerce.cursor import MAILBOX
from agent_tui.model.account import EffectKind
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address
from agent_tui.testing.stands.woocommerce import WooCommerceStand
from agent_tui.testing.stands.woocommerce_world import World, Written
from tests.adapters.visiting import Pulling

KEY = "k1@example.test"


@dataclass
class Visit(Pulling):
    """One account, its stand, and what was pulled."""

    adapter: WooCommerceAdapter = field(init=False)
    stand: WooCommerceStand = field(default_factory=WooCommerceStand)

    @property
    def world(self) -> World:
        return self.stand.world

    async def start(self, *, keyed: bool = True) -> None:
        await self.stand.start()
        self.restart(keyed=keyed)

    def restart(self, *, keyed: bool = True) -> None:
        """Another run of the program, which knows nothing but its cursor."""
        context = self.stand.context(self.clock)
        if not keyed:
            context = replace(context, settings={k: context.settings[k] for k in ("url", "user")})
        self.adapter = WooCommerceAdapter(context)

    def reviewed(self, text: str = "Leaks", **more: Any) -> Written:
        """A guest reviews the mug."""
        return self.world.review(text, "Ann", "ann@example.test", **more)

    def asked(self, part: str) -> list[httpx.Request]:
        """The requests whose path has ``part`` in it."""
        return [one for one in self.stand.api.requests if part in one.url.path]


@asynccontextmanager
async def visit(*, keyed: bool = True) -> AsyncIterator[Visit]:
    """A visit that ends well: nothing was asked against the contract."""
    made = Visit()
    await made.start(keyed=keyed)
    try:
        yield made
    finally:
        await made.adapter.close()
        await made.stand.stop()


def effect(kind: EffectKind, review: int, number: int = 0, text: str = "", **more: Any) -> Effect:
    """An effect on a review, or on our answer ``number`` to it."""
    outgoing = Outgoing("", text, Address("Shop", "")) if text else None
    targets = (Target(MAILBOX, str(number or review)),)
    return Effect(kind, KEY, outgoing, targets=targets, thread_key=str(review), **more)
