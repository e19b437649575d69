"""What the shop knows of a customer: their account, orders, refunds and parcels; read only."""

from collections.abc import Iterable, Sequence

from agent_tui.adapters.currency import money_of
from agent_tui.adapters.node import Node
from agent_tui.adapters.woocommerce.api import Api
from agent_tui.adapters.woocommerce.reading import user_of
from agent_tui.adapters.woocommerce.records import at_of
from agent_tui.adapters.woocommerce.tracking import shipments
from agent_tui.content.safe import safe_line
from agent_tui.model.customer import Identity, IdentityKind, normal
from agent_tui.model.record import Item, Looked, Profile, Record, RecordKind

MOST_ORDERS = 50
"""Of a customer, newest first."""


class Shop:
    """The look-ups of one account."""

    def __init__(self, api: Api, url: str, place: str) -> None:
        self._api = api
        self._url = url
        self._place = place

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """All of one customer: by the shop's own numbers, and by addresses.

        Addresses also find the orders of guests; WooCommerce searches for parts of an address, so
        only those that are equal count.
        """
        emails = {normal(i.kind, i.value) for i in identities if i.kind is IdentityKind.EMAIL}
        emails.discard("")
        customers = await self._customers(identities, emails)
        orders: dict[int, Node] = {}
        more = False
        for number in customers:
            found, rest = await self._orders({"customer": number})
            orders |= found
            more = more or rest
        for email in sorted(emails):
            found, rest = await self._orders({"search": email})
            orders |= {k: one for k, one in found.items() if _address(one) == email}
            more = more or rest
        newest = sorted(orders.values(), key=_newest, reverse=True)
        records = [self._order(one) for one in newest[:MOST_ORDERS]]
        for one in newest[:MOST_ORDERS]:
            records += await self._refunds(one)
        return Looked(
            tuple(self._profile(one) for one in customers.values()),
            tuple(sorted(records, key=lambda one: one.at, reverse=True)),
            more or len(newest) > MOST_ORDERS,
        )

    async def _customers(
        self, identities: Iterable[Identity], emails: Iterable[str]
    ) -> dict[int, Node]:
        found: list[Node] = []
        for identity in identities:
            shop = identity.kind is IdentityKind.SHOP
            number = user_of(identity.value, self._place) if shop else None
            one = await self._api.found(f"customers/{number}") if number else None
            if one is not None:
                found.append(one)
        for email in sorted(emails):
            listed = await self._api.listed("customers", {"email": email, "role": "all"})
            found += [one for one in listed.items if _same(one.text("email"), email)]
        return {number: one for one in found if (number := one.whole("id"))}

    async def _orders(self, query: dict[str, str | int]) -> tuple[dict[int, Node], bool]:
        """The newest orders by number, and whether there are more."""
        newest: dict[str, str | int] = {"orderby": "date", "order": "desc"}
        listed = await self._api.listed("orders", query | newest | {"per_page": MOST_ORDERS})
        found = {number: one for one in listed.items if (number := one.whole("id"))}
        return found, listed.total > len(listed.items)

    def _order(self, order: Node) -> Record:
        currency = order.text("currency")
        number = order.whole("id") or 0
        return Record(
            kind=RecordKind.ORDER,
            remote_id=str(number),
            number=f"#{order.line('number') or number}",
            at=at_of(order.text("date_created_gmt")) or 0,
            status=order.line("status").replace("-", " "),
            total=money_of(order.text("total"), currency),
            items=tuple(_item(one, currency) for one in order.nodes("line_items")),
            shipments=shipments(order),
            url=f"{self._url}/wp-admin/post.php?post={number}&action=edit",
        )

    async def _refunds(self, order: Node) -> list[Record]:
        """The refunds of an order, asked for where it says that there are any."""
        if not order.nodes("refunds"):
            return []
        number = order.whole("id") or 0
        listed = await self._api.listed(f"orders/{number}/refunds", {"per_page": 100})
        return [self._refund(one, order, number) for one in listed.items if one.whole("id")]

    def _refund(self, refund: Node, order: Node, number: int) -> Record:
        return Record(
            kind=RecordKind.REFUND,
            remote_id=str(refund.whole("id")),
            number=f"#{order.line('number') or number}",
            at=at_of(refund.text("date_created_gmt")) or 0,
            status="refunded" if refund.true("refunded_payment") else "recorded",
            total=money_of(refund.text("amount"), order.text("currency")),
            of=str(number),
            reason=refund.line("reason"),
            url=f"{self._url}/wp-admin/post.php?post={number}&action=edit",
        )

    def _profile(self, customer: Node) -> Profile:
        number = customer.whole("id") or 0
        names = f"{customer.text('first_name')} {customer.text('last_name')}"
        return Profile(
            remote_id=str(number),
            name=safe_line(names, 100) or safe_line(customer.text("username"), 100),
            since=at_of(customer.text("date_created_gmt")),
            url=f"{self._url}/wp-admin/user-edit.php?user_id={number}",
        )


def _item(line: Node, currency: str) -> Item:
    return Item(
        name=line.line("name"),
        quantity=line.whole("quantity") or 0,
        sku=line.line("sku"),
        total=money_of(line.text("total"), currency),
    )


def _address(order: Node) -> str:
    return normal(IdentityKind.EMAIL, order.node("billing").text("email"))


def _same(one: str, other: str) -> bool:
    return normal(IdentityKind.EMAIL, one) == other


def _newest(order: Node) -> tuple[int, int]:
    return at_of(order.text("date_created_gmt")) or 0, order.whole("id") or 0
