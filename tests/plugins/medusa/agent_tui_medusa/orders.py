"""What the shop knows of a customer: orders, parcels and refunds; read only."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent_tui.adapters.currency import money_of
from agent_tui.adapters.node import Node
from agent_tui.content.safe import safe_line
from agent_tui.model.customer import Identity, IdentityKind, normal
from agent_tui.model.record import Item, Looked, Money, Profile, Record, RecordKind, Shipment

from agent_tui_medusa.api import Api, Listed
from agent_tui_medusa.reading import at_of

MOST_ORDERS = 50
"""Of a customer, newest first."""

_PAID = ("captured", "partially_refunded", "refunded")


class Shop:
    """The look-ups of one account."""

    def __init__(self, api: Api, url: str, place: str) -> None:
        self._api = api
        self._url = url
        self._place = place

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """All of one customer: by the shop's own ids, and by addresses.

        Medusa searches for parts of an address, so only those that are equal count.
        """
        emails = {normal(one.kind, one.value) for one in identities if _is_email(one)} - {""}
        customers = await self._customers(_ids(identities, f"{self._place}/customer/"), emails)
        parts = [
            _with_email(await self._api.orders(MOST_ORDERS, q=email), email)
            for email in sorted(emails)
        ]
        if customers:
            parts.append(await self._api.orders(MOST_ORDERS, customer_id=sorted(customers)))
        if bought := _ids(identities, f"{self._place}/order/"):
            parts.append(await self._api.orders(MOST_ORDERS, id=bought))
        found = {one.text("id"): one for part in parts for one in part.items}
        newest = sorted(found.values(), key=_newest, reverse=True)
        records = [each for one in newest[:MOST_ORDERS] for each in self._records(one)]
        more = len(newest) > MOST_ORDERS or any(one.total > len(one.items) for one in parts)
        profiles = tuple(self._profile(one) for one in customers.values())
        return Looked(profiles, tuple(sorted(records, key=lambda one: -one.at)), more)

    async def _customers(self, ids: list[str], emails: Iterable[str]) -> dict[str, Node]:
        found = (await self._api.customers(id=ids)).items if ids else []
        for email in sorted(emails):
            found += _with_email(await self._api.customers(q=email), email).items
        return {number: one for one in found if (number := one.text("id"))}

    def _records(self, order: Node) -> list[Record]:
        """An order and its refunds."""
        currency = order.text("currency_code")
        number = f"#{order.whole('display_id') or order.line('id')}"
        url = f"{self._url}/app/orders/{order.line('id')}"
        made = Record(
            kind=RecordKind.ORDER,
            remote_id=order.line("id"),
            number=number,
            at=at_of(order.text("created_at")) or 0,
            status=_status(order),
            total=_ordered(order, currency),
            items=tuple(_item(one, currency) for one in order.nodes("items")),
            shipments=tuple(
                each for one in order.nodes("fulfillments") for each in _shipments(one)
            ),
            url=url,
        )
        paid = [
            one for part in order.nodes("payment_collections") for one in part.nodes("payments")
        ]
        return [made, *(_refund(each, made) for one in paid for each in one.nodes("refunds"))]

    def _profile(self, customer: Node) -> Profile:
        number = customer.line("id")
        names = f"{customer.text('first_name')} {customer.text('last_name')}"
        return Profile(
            remote_id=number,
            name=safe_line(names, 100) or customer.line("email"),
            since=at_of(customer.text("created_at")),
            url=f"{self._url}/app/customers/{number}",
        )


def _ordered(order: Node, currency: str) -> Money | None:
    """What was ordered for. Medusa takes refunds off an order's total, as lines of credit, and
    they are told of beside it."""
    total = money_of(order.number("total"), currency)
    credit = money_of(order.number("credit_line_total"), currency)
    return replace(total, minor=total.minor + credit.minor) if total and credit else total


def _status(order: Node) -> str:
    """Of its parcels, and of its payment as long as something is due; refunds are told of beside
    it. The order's own says "pending" of almost all."""
    if order.text("status") == "canceled":
        return "canceled"
    paid = order.line("payment_status")
    words = (order.line("fulfillment_status"), "" if paid in _PAID else paid)
    return ", ".join(one.replace("_", " ") for one in words if one) or order.line("status")


def _item(line: Node, currency: str) -> Item:
    names = (line.line("product_title"), line.line("variant_title"))
    return Item(
        name=", ".join(one for one in names if one) or line.line("title"),
        quantity=line.whole("quantity") or 0,
        sku=line.line("variant_sku"),
        total=money_of(line.number("total"), currency),
    )


def _shipments(parcel: Node) -> list[Shipment]:
    """A shipment for each label; Medusa does not say whose label it is."""
    if parcel.has("canceled_at"):
        return []
    steps = (("delivered", "delivered_at"), ("shipped", "shipped_at"), ("packed", "packed_at"))
    status, at = next(((word, at) for word, at in steps if parcel.has(at)), ("", ""))
    found = []
    for label in parcel.nodes("labels"):
        url = label.line("tracking_url")
        web = url.startswith(("https://", "http://"))
        number = label.line("tracking_number")
        found.append(Shipment("", number, url if web else "", status, at_of(parcel.text(at))))
    return found


def _refund(refund: Node, of: Record) -> Record:
    why = (refund.node("refund_reason").line("label"), refund.line("note"))
    currency = of.total.currency if of.total else ""
    return Record(
        kind=RecordKind.REFUND,
        remote_id=refund.line("id"),
        number=of.number,
        at=at_of(refund.text("created_at")) or of.at,
        status="refunded",
        total=money_of(refund.number("amount"), currency),
        of=of.remote_id,
        reason=": ".join(one for one in why if one),
        url=of.url,
    )


def _is_email(identity: Identity) -> bool:
    return identity.kind is IdentityKind.EMAIL


def _ids(identities: Iterable[Identity], before: str) -> list[str]:
    """The shop's own ids among ``identities``, as :mod:`.reading` makes them."""
    values = [one.value for one in identities if one.kind is IdentityKind.SHOP]
    return [one.removeprefix(before) for one in values if one.startswith(before) and one != before]


def _with_email(listed: Listed, email: str) -> Listed:
    same = [one for one in listed.items if normal(IdentityKind.EMAIL, one.text("email")) == email]
    return Listed(same, len(same) if listed.total == len(listed.items) else listed.total)


def _newest(order: Node) -> tuple[int, int]:
    return at_of(order.text("created_at")) or 0, order.whole("display_id") or 0
