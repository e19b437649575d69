"""Stripe's objects as records and profiles: made safe, with the currency's digits."""

from collections.abc import Sequence

from agent_tui.adapters.currency import exponent_of, known_as
from agent_tui.adapters.node import Node
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.record import Item, Money, Profile, Record, RecordKind

_DASHBOARD = "https://dashboard.stripe.com"
_DIFFERENT = {"ISK": 2, "UGX": 2, "MGA": 0}
"""Digits behind the point where Stripe counts otherwise than ISO 4217
(docs.stripe.com/currencies)."""
_MOST_MINOR = 10**18
_LONGEST = 300
"""Characters of a name or reason."""
_NEEDS_ANSWER = frozenset({"needs_response", "warning_needs_response", "appeal_needs_response"})


def invoice(found: Node) -> Record:
    """An invoice; a draft has no number yet."""
    status = _words(found, "status") or "draft"
    parent = found.node("parent").node("subscription_details")
    return Record(
        RecordKind.INVOICE,
        remote_id=found.line("id"),
        number=found.line("number") or found.line("id"),
        at=_time(found, "created") or 0,
        status=status,
        total=_money(found, "total"),
        open=status == "open",
        due_at=_time(found, "due_date"),
        of=parent.line("subscription"),
        items=tuple(_line(one) for one in found.node("lines").nodes("data")),
        url=_page(found, "invoices"),
    )


def payment(found: Node) -> Record:
    """A charge."""
    named = _short(found, "description")
    return Record(
        RecordKind.PAYMENT,
        remote_id=found.line("id"),
        number=found.line("receipt_number") or found.line("id"),
        at=_time(found, "created") or 0,
        status=_charge_status(found),
        total=_money(found, "amount"),
        reason=_short(found, "failure_message"),
        items=(Item(named),) if named else (),
        url=_page(found, "payments"),
    )


def refund(found: Node, charge: Node) -> Record:
    """A refund of ``charge``."""
    return Record(
        RecordKind.REFUND,
        remote_id=found.line("id"),
        number=found.line("receipt_number") or found.line("id"),
        at=_time(found, "created") or 0,
        status=_words(found, "status") or "unknown",
        total=_money(found, "amount"),
        of=charge.line("id"),
        reason=_words(found, "failure_reason") or _words(found, "reason"),
        url=_page(charge, "payments"),
    )


def dispute(found: Node, charge: Node) -> Record:
    """A dispute about ``charge``, due when Stripe wants its evidence."""
    needs_answer = found.text("status") in _NEEDS_ANSWER
    return Record(
        RecordKind.DISPUTE,
        remote_id=found.line("id"),
        number=found.line("id"),
        at=_time(found, "created") or 0,
        status=_words(found, "status") or "unknown",
        total=_money(found, "amount"),
        open=needs_answer,
        due_at=_time(found.node("evidence_details"), "due_by") if needs_answer else None,
        of=charge.line("id"),
        reason=_words(found, "reason"),
        url=_page(charge, "payments"),
    )


def subscription(found: Node) -> Record:
    """A subscription; its total is what one period costs."""
    parts = found.node("items").nodes("data")
    status = _words(found, "status") or "unknown"
    ends = status == "active" and found.true("cancel_at_period_end")
    return Record(
        RecordKind.SUBSCRIPTION,
        remote_id=found.line("id"),
        number=found.line("id"),
        at=_time(found, "created") or 0,
        status=f"{status}, ends with its period" if ends else status,
        total=_period(parts),
        reason=_words(found.node("cancellation_details"), "reason"),
        items=tuple(_part(one, found) for one in parts),
        url=_page(found, "subscriptions"),
    )


def profile(found: Node, charges: Sequence[Node] | None) -> Profile:
    """A customer; ``charges`` are all of theirs, None when those are too many to know."""
    return Profile(
        remote_id=found.line("id"),
        name=_short(found, "name") or _short(found, "email"),
        since=_time(found, "created"),
        spent=None if charges is None else _spent(charges),
        note=found.line("description"),
        tags=("delinquent",) if found.true("delinquent") else (),
        url=_page(found, "customers"),
    )


def _spent(charges: Sequence[Node]) -> Money | None:
    """What was paid and not paid back; None where it is not of one currency."""
    paid = [one for one in charges if one.text("status") == "succeeded"]
    sums = [_money(one, "amount_captured") for one in paid]
    back = [_money(one, "amount_refunded") for one in paid]
    known = [one for one in (*sums, *back) if one is not None]
    if not known or len({one.currency for one in known}) != 1:
        return None
    minor = sum(one.minor for one in sums if one) - sum(one.minor for one in back if one)
    return Money(minor, known[0].currency, known[0].exponent)


def _charge_status(found: Node) -> str:
    if found.true("disputed"):
        return "disputed"
    if found.true("refunded"):
        return "refunded"
    if (found.whole("amount_refunded") or 0) > 0:
        return "partly refunded"
    if found.text("status") == "succeeded" and found.fields.get("captured") is False:
        return "authorized"
    return _words(found, "status") or "unknown"


def _line(found: Node) -> Item:
    count = found.whole("quantity")
    return Item(
        _short(found, "description") or found.line("id"),
        quantity=1 if count is None else count,
        total=_money(found, "amount"),
    )


def _part(found: Node, whole: Node) -> Item:
    price, count = found.node("price"), found.whole("quantity")
    name = _short(whole, "description") or _short(price, "nickname") or _short(price, "lookup_key")
    return Item(
        name or price.line("product") or found.line("id"),
        quantity=1 if count is None else count,
        sku=price.line("id"),
        total=_cost(found),
    )


def _period(parts: Sequence[Node]) -> Money | None:
    costs = [_cost(one) for one in parts]
    known = [one for one in costs if one is not None]
    if not known or len(known) < len(costs) or len({one.currency for one in known}) != 1:
        return None
    return Money(sum(one.minor for one in known), known[0].currency, known[0].exponent)


def _cost(part: Node) -> Money | None:
    """None for metered and tiered prices: what they cost is known when the period is over."""
    price, count = part.node("price"), part.whole("quantity")
    unit = _money(price, "unit_amount")
    if unit is None or count is None:
        return None
    return Money(unit.minor * count, unit.currency, unit.exponent)


def _money(found: Node, name: str) -> Money | None:
    minor, currency = found.whole(name), known_as(found.fields.get("currency"))
    if minor is None or not currency or abs(minor) >= _MOST_MINOR:
        return None
    exponent = _DIFFERENT.get(currency, exponent_of(currency))
    return Money(minor, currency, exponent)


def _time(found: Node, name: str) -> Millis | None:
    """Stripe's seconds."""
    seconds = found.whole(name)
    return seconds * SECOND if seconds is not None and 0 < seconds < 10**11 else None


def _short(found: Node, name: str) -> str:
    return safe_line(found.text(name), _LONGEST)


def _words(found: Node, name: str) -> str:
    """One of Stripe's words, such as ``requires_action``, for people."""
    return found.line(name).replace("_", " ")


def _page(found: Node, place: str) -> str:
    """Where the dashboard shows an object."""
    name = found.text("id")
    if not name or not name.isascii() or not name.replace("_", "").isalnum():
        return ""
    mode = "/test" if found.fields.get("livemode") is False else ""
    return f"{_DASHBOARD}{mode}/{place}/{name}"
