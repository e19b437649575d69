"""The adapter class: who goes by some identities, and what they ordered."""

from collections.abc import Sequence
from typing import ClassVar

from agent_tui.adapters.contract import AccountContext, AdapterInfo, Finding, Option, Role
from agent_tui.adapters.node import Node
from agent_tui.adapters.shopify import queries, records, search
from agent_tui.adapters.shopify.api import Shopify
from agent_tui.adapters.shopify.check import findings
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import Identity, IdentityKind, normal
from agent_tui.model.record import Looked, Record

_PAGES = 5
"""Of ten orders each."""


class ShopifyAdapter:
    """Reads a Shopify shop; nothing in it is ever changed."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="shopify",
        title="Shopify (customers and orders)",
        version="1",
        capabilities=Capabilities(channel=Channel.MAIL, statuses=frozenset()),
        options=(
            Option("shop", str, "The shop's own domain, such as example.myshopify.com."),
            Option("token", str, "The Admin API access token of your app there.", secret=True),
        ),
        roles=frozenset({Role.CONTEXT}),
    )

    def __init__(self, account: AccountContext) -> None:
        self._shopify = Shopify(account)

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """See the contract; by address, phone number and Shopify's ``gid://shopify/Customer/...``.

        Orders are also found by the address that was given with them, without a customer.
        """
        usable = search.usable(identities)
        asked = usable[: search.MOST]
        if not asked:
            return Looked()
        people, more = await self._people(asked)
        orders, left = await self._orders(asked, people)
        found: list[Record] = []
        for one in orders:
            url = self._shopify.page("orders", one.text("legacyResourceId"))
            found += [records.order(one, url), *records.refunds(one, url)]
        found.sort(key=lambda one: one.at, reverse=True)
        profiles = (
            records.profile(one, self._shopify.page("customers", one.text("legacyResourceId")))
            for one in people
        )
        return Looked(tuple(profiles), tuple(found), more or left or len(usable) > len(asked))

    async def check(self) -> list[Finding]:
        """See the contract."""
        return await findings(self._shopify)

    async def close(self) -> None:
        """See the contract."""
        await self._shopify.close()

    async def _people(self, asked: Sequence[Identity]) -> tuple[list[Node], bool]:
        """The customers, and whether there are more of them."""
        found = await self._shopify.ask(queries.PEOPLE, query=search.for_people(asked))
        page = found.node("customers")
        people = [one for one in page.nodes("nodes") if any(_is(one, who) for who in asked)]
        return people, _has_more(page)

    async def _orders(
        self, asked: Sequence[Identity], people: Sequence[Node]
    ) -> tuple[list[Node], bool]:
        """The newest orders, and whether there is more of them or in them."""
        ids = {one.text("id") for one in people}
        question = search.for_orders(asked, sorted(ids))
        if not question:
            return [], False
        answers, more = await self._pages(question)
        emails = {_email(one.value) for one in asked if one.kind is IdentityKind.EMAIL}
        found = {
            one.text("id"): one
            for one in answers
            if one.node("customer").text("id") in ids or _email(one.text("email")) in emails
        }
        cut = any(_has_more(one.node("lineItems")) for one in found.values())
        return list(found.values()), more or cut

    async def _pages(self, question: str) -> tuple[list[Node], bool]:
        """What orders a question finds, newest first, and whether there are more."""
        found: list[Node] = []
        after: dict[str, str] = {}
        for _ in range(_PAGES):
            data = await self._shopify.ask(queries.ORDERS, query=question, **after)
            page = data.node("orders")
            found += page.nodes("nodes")
            cursor = page.node("pageInfo").text("endCursor")
            if not _has_more(page) or not cursor:
                return found, False
            after = {"after": cursor}
        return found, True


def _is(person: Node, who: Identity) -> bool:
    """Shopify finds by words; only the whole of an identity counts here."""
    match who.kind:
        case IdentityKind.EMAIL:
            own = person.node("defaultEmailAddress").text("emailAddress")
            return _email(own) == _email(who.value)
        case IdentityKind.PHONE:
            number = search.digits(person.node("defaultPhoneNumber").text("phoneNumber"))
            return bool(number) and number == search.digits(who.value)
        case _:
            return person.text("id") == who.value


def _has_more(page: Node) -> bool:
    return page.node("pageInfo").true("hasNextPage")


def _email(address: str) -> str:
    return normal(IdentityKind.EMAIL, address)
