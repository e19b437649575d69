"""The adapter class: from identities to customers, and from customers to all their records."""

from collections.abc import Sequence
from typing import ClassVar

from agent_tui.adapters.contract import AccountContext, AdapterInfo, Finding, Option, Role
from agent_tui.adapters.node import Node
from agent_tui.adapters.stripe import records
from agent_tui.adapters.stripe.api import Page, Stripe
from agent_tui.adapters.stripe.check import findings
from agent_tui.adapters.stripe.people import customers_of
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import Identity
from agent_tui.model.record import Looked, Profile, Record

_PAGES = 2
"""Of a hundred each, that are read of one kind of object of one customer."""
_MOST_DISPUTED = 20
"""Charges whose disputes are asked for; Stripe lists disputes by charge only."""


class StripeAdapter:
    """Reads a Stripe account; nothing in it is ever changed."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="stripe",
        title="Stripe (invoices and payments)",
        version="1",
        capabilities=Capabilities(channel=Channel.MAIL, statuses=frozenset()),
        options=(
            Option("key", str, "A restricted key of the Stripe account, rk_...", secret=True),
        ),
        roles=frozenset({Role.CONTEXT}),
    )

    def __init__(self, account: AccountContext) -> None:
        self._stripe = Stripe(account)

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """See the contract; by address, phone number and Stripe's own ``cus_...``."""
        people, more = await customers_of(self._stripe, identities)
        profiles: list[Profile] = []
        found: list[Record] = []
        for person in people:
            profile, theirs, left = await self._all_of(person)
            profiles.append(profile)
            found += theirs
            more = more or left
        found.sort(key=lambda one: one.at, reverse=True)
        return Looked(tuple(profiles), tuple(found), more)

    async def check(self) -> list[Finding]:
        """See the contract."""
        return await findings(self._stripe)

    async def close(self) -> None:
        """See the contract."""
        await self._stripe.close()

    async def _all_of(self, person: Node) -> tuple[Profile, list[Record], bool]:
        """Who somebody is, what is known of them, and whether there is more."""
        whose = {"customer": person.text("id")}
        invoices = await self._pages("invoices", whose)
        charges = await self._pages("charges", {**whose, "expand[]": "data.refunds"})
        running = await self._pages("subscriptions", {**whose, "status": "all"})
        disputes, left = await self._disputes(charges.nodes)
        found = [
            *(records.invoice(one) for one in invoices.nodes),
            *(records.payment(one) for one in charges.nodes),
            *(records.subscription(one) for one in running.nodes),
            *(records.refund(one, of) for of in charges.nodes for one in _refunds(of)),
            *disputes,
        ]
        more = invoices.more or charges.more or running.more or left
        more = more or any(one.node("refunds").true("has_more") for one in charges.nodes)
        return records.profile(person, None if charges.more else charges.nodes), found, more

    async def _disputes(self, charges: Sequence[Node]) -> tuple[list[Record], bool]:
        disputed = [one for one in charges if one.true("disputed")]
        found: list[Record] = []
        for charge in disputed[:_MOST_DISPUTED]:
            page = await self._pages("disputes", {"charge": charge.text("id")})
            found += [records.dispute(one, charge) for one in page.nodes]
        return found, len(disputed) > _MOST_DISPUTED

    async def _pages(self, path: str, asked: dict[str, str]) -> Page:
        return await self._stripe.list(path, asked, pages=_PAGES)


def _refunds(charge: Node) -> list[Node]:
    return charge.node("refunds").nodes("data")
