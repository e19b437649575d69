"""A Shopify adapter in front of a shop in memory, held to the introspection where it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from agent_tui.adapters.shopify import ShopifyAdapter
from agent_tui.model.clock import system_clock
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Looked
from agent_tui.testing.stands.shopify import SHOP, TOKEN, ShopifyStand

ADA = "ada@example.test"


class Visit:
    """An adapter and the shop that it asks."""

    def __init__(self, stand: ShopifyStand, shop: str) -> None:
        self.api = stand.api
        self.weather = stand.weather
        self.tokens = [TOKEN]  # what the keystore gives, the last one from then on
        context = stand.context(system_clock)
        context = replace(context, settings={"shop": shop}, secret=lambda _: self._next_token())
        self.adapter = ShopifyAdapter(context)

    async def email(self, *emails: str) -> Looked:
        """What is known of who has these addresses."""
        return await self.of(*(Identity(IdentityKind.EMAIL, one) for one in emails))

    async def of(self, *identities: Identity) -> Looked:
        return await self.adapter.lookup(identities)

    def _next_token(self) -> str:
        return self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]


@asynccontextmanager
async def visit(shop: str = SHOP) -> AsyncIterator[Visit]:
    """Ends with an error when the adapter asked what the introspection does not have."""
    stand = ShopifyStand()
    await stand.start()
    here = Visit(stand, shop)
    try:
        yield here
    finally:
        await here.adapter.close()
    await stand.stop()
