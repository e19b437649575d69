"""A Stripe adapter in front of an account in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from agent_tui.adapters.stripe import StripeAdapter
from agent_tui.model.clock import system_clock
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Looked, Record, RecordKind
from agent_tui.testing.stands.stripe import KEY, StripeStand
from agent_tui.testing.stands.stripe_api import StripeApi

ADA = "ada@example.test"


class Visit:
    """An adapter and the account that it asks."""

    def __init__(self, stand: StripeStand) -> None:
        self.api: StripeApi = stand.api
        self.weather = stand.weather
        self.keys = [KEY]  # what the keystore gives, the last one from then on
        context = replace(stand.context(system_clock), secret=lambda _: self._next_key())
        self.adapter = StripeAdapter(context)

    async def email(self, *emails: str) -> Looked:
        """What is known of who has these addresses."""
        return await self.of(*(Identity(IdentityKind.EMAIL, one) for one in emails))

    async def of(self, *identities: Identity) -> Looked:
        return await self.adapter.lookup(identities)

    def _next_key(self) -> str:
        return self.keys.pop(0) if len(self.keys) > 1 else self.keys[0]


@asynccontextmanager
async def visit() -> AsyncIterator[Visit]:
    """Ends with an error when the adapter asked what Stripe would refuse."""
    stand = StripeStand()
    await stand.start()
    here = Visit(stand)
    try:
        yield here
    finally:
        await here.adapter.close()
    await stand.stop()


def of_kind(looked: Looked, kind: RecordKind) -> list[Record]:
    """The records of one kind, newest first."""
    return [one for one in looked.records if one.kind is kind]
