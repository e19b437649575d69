"""Shopify's customers and orders as profiles and records: made safe, sums exactly."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from agent_tui.adapters.currency import money_of
from agent_tui.adapters.node import Node
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.clock import Millis
from agent_tui.model.record import Item, Money, Profile, Record, RecordKind, Shipment

_LONGEST = 300
"""Characters of a name or reason."""
_LONGEST_NOTE = 5_000
_LONGEST_ADDRESS = 2_000


def profile(found: Node, url: str) -> Profile:
    """A customer; ``url`` shows them in the shop's admin."""
    spent = found.node("amountSpent")
    return Profile(
        remote_id=found.line("id"),
        name=_short(found, "displayName"),
        since=_time(found, "createdAt"),
        spent=money_of(spent.text("amount"), spent.text("currencyCode")),
        orders=_whole(found, "numberOfOrders"),
        note=safe_text(found.text("note")[:_LONGEST_NOTE]),
        tags=tuple(safe_line(one, _LONGEST) for one in _texts(found, "tags")),
        url=url,
    )


def order(found: Node, url: str) -> Record:
    """An order, in the money that the customer paid with."""
    paid, sent = (_words(found, f"display{what}Status") for what in ("Financial", "Fulfillment"))
    cancelled = "cancelled" if found.has("cancelledAt") else ""
    return Record(
        RecordKind.ORDER,
        remote_id=found.line("id"),
        number=_short(found, "name"),
        at=_time(found, "processedAt") or _time(found, "createdAt") or 0,
        status=", ".join(one for one in (cancelled, paid, sent) if one) or "unknown",
        total=_paid(found, "totalPriceSet"),
        reason=_words(found, "cancelReason"),
        items=tuple(_item(one) for one in found.node("lineItems").nodes("nodes")),
        shipments=tuple(
            parcel for one in found.nodes("fulfillments") for parcel in _shipments(one)
        ),
        url=url,
    )


def refunds(found: Node, url: str) -> list[Record]:
    """The refunds of an order, whose number they have."""
    return [
        Record(
            RecordKind.REFUND,
            remote_id=one.line("id"),
            number=_short(found, "name"),
            at=_time(one, "createdAt") or _time(found, "createdAt") or 0,
            status="refunded",
            total=_paid(one, "totalRefundedSet"),
            of=found.line("id"),
            reason=_short(one, "note"),
            url=url,
        )
        for one in found.nodes("refunds")
    ]


def _item(found: Node) -> Item:
    count = found.whole("quantity")
    return Item(
        _short(found, "name"),
        quantity=1 if count is None else count,
        sku=_short(found, "sku"),
        total=_paid(found, "discountedTotalSet"),
    )


def _shipments(found: Node) -> list[Shipment]:
    """The parcels of a fulfillment, one without a number where the shop gave none."""
    at = _time(found, "inTransitAt") or _time(found, "createdAt")
    return [
        Shipment(
            carrier=_short(one, "company"),
            tracking=_short(one, "number"),
            url=_address(one.text("url")),
            status=_words(found, "displayStatus"),
            at=at,
        )
        for one in found.nodes("trackingInfo") or [Node({})]
    ]


def _paid(found: Node, name: str) -> Money | None:
    money = found.node(name).node("presentmentMoney")
    return money_of(money.text("amount"), money.text("currencyCode"))


def _time(found: Node, name: str) -> Millis | None:
    """A DateTime (ISO 8601)."""
    try:
        at = datetime.fromisoformat(found.text(name))
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(at.timestamp() * 1000)


def _whole(found: Node, name: str) -> int | None:
    """An UnsignedInt64, which comes as a text."""
    text = found.text(name)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _texts(found: Node, name: str) -> list[str]:
    members = found.fields.get(name)
    return [one for one in members if isinstance(one, str)] if isinstance(members, list) else []


def _address(url: str) -> str:
    """A link that may be shown: of the web, and without anything odd."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return ""
    fit = len(url) <= _LONGEST_ADDRESS and url == safe_line(url) and " " not in url
    return url if fit and scheme in ("http", "https") else ""


def _short(found: Node, name: str) -> str:
    return safe_line(found.text(name), _LONGEST)


def _words(found: Node, name: str) -> str:
    """One of Shopify's words, such as ``PARTIALLY_REFUNDED``, for people."""
    return _short(found, name).replace("_", " ").lower()
