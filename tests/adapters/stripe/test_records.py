"""Stripe's own examples of its objects as records, and the digits of its currencies."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from agent_tui.adapters.node import Node
from agent_tui.adapters.stripe import records
from agent_tui.model.record import Item, Money, Record, RecordKind
from agent_tui.testing.stands.stripe import fixtures


def _examples() -> dict[str, dict[str, Any]]:
    found = fixtures()
    if found is None:
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS"):
            pytest.fail("AGENT_TUI_SHARED names no contracts/stripe/fixtures3-subset.json")
        pytest.skip("AGENT_TUI_SHARED names no contracts/stripe/fixtures3-subset.json")
    return found


class _Watched(dict[str, Any]):
    """A JSON object that notes which fields it was asked for and does not have."""

    def __init__(self, fields: dict[str, Any], missed: set[str], place: str) -> None:
        super().__init__(fields)
        self._missed, self._place = missed, place

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self._missed.add(f"{self._place}.{key}")
            return default
        return _watched(self[key], self._missed, f"{self._place}.{key}")


def _watched(value: Any, missed: set[str], place: str) -> Any:
    if isinstance(value, dict):
        return _Watched(value, missed, place)
    if isinstance(value, list):
        return [_watched(one, missed, place) for one in value]
    return value


_READ: dict[str, Callable[[Node], object]] = {
    "invoice": records.invoice,
    "charge": records.payment,
    "refund": lambda found: records.refund(found, Node({})),
    "dispute": lambda found: records.dispute(found, Node({})),
    "subscription": records.subscription,
    "customer": lambda found: records.profile(found, []),
}
_ABSENT = {
    "refund.failure_reason",  # there only when a refund failed (docs.stripe.com/api/refunds/object)
}


@pytest.mark.parametrize("name", _READ)
def test_only_fields_are_read_that_stripes_own_examples_have(name: str) -> None:
    missed: set[str] = set()
    _READ[name](Node(_watched(_examples()[name], missed, name)))
    assert missed <= _ABSENT


def test_a_field_that_stripe_does_not_have_would_be_noticed() -> None:
    missed: set[str] = set()
    Node(_watched(_examples()["charge"], missed, "charge")).line("invoice")
    assert missed == {"charge.invoice"}


def test_an_example_of_an_invoice_is_read_whole() -> None:
    found = records.invoice(Node(_examples()["invoice"] | {"status": "open"}))
    assert found == Record(
        kind=RecordKind.INVOICE,
        remote_id="in_1Pgc6tB7WZ01zgkWu9fdqL6I",
        number="in_1Pgc6tB7WZ01zgkWu9fdqL6I",
        at=1234567890_000,
        status="open",
        total=Money(1000, "USD"),
        open=True,
        due_at=1234567890_000,
        of="subscription",
        items=(
            Item(
                "My First Invoice Item (created for API docs)", quantity=1, total=Money(1000, "USD")
            ),
        ),
        url="https://dashboard.stripe.com/test/invoices/in_1Pgc6tB7WZ01zgkWu9fdqL6I",
    )


def test_an_example_of_a_subscription_has_the_sum_of_its_period() -> None:
    found = records.subscription(Node(_examples()["subscription"]))
    assert (found.total, found.status) == (Money(2000, "USD"), "active, ends with its period")


@pytest.mark.parametrize(
    ("code", "money"),
    [
        ("usd", Money(1050, "USD", 2)),
        ("jpy", Money(1050, "JPY", 0)),
        ("kwd", Money(1050, "KWD", 3)),
        ("isk", Money(1050, "ISK", 2)),  # ISO 4217 has none, Stripe goes on with two
        ("ugx", Money(1050, "UGX", 2)),
        ("mga", Money(1050, "MGA", 0)),
        ("dollars", None),
        (None, None),
    ],
)
def test_amounts_have_the_digits_that_stripe_counts(code: object, money: Money | None) -> None:
    assert records.invoice(Node({"total": 1050, "currency": code})).total == money


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "succeeded", "captured": True}, "succeeded"),
        ({"status": "succeeded", "captured": False}, "authorized"),
        ({"status": "succeeded", "amount_refunded": 1}, "partly refunded"),
        ({"status": "succeeded", "amount_refunded": 9, "refunded": True}, "refunded"),
        ({"status": "succeeded", "disputed": True, "refunded": True}, "disputed"),
        ({"status": "failed"}, "failed"),
        ({}, "unknown"),
    ],
)
def test_a_payment_says_what_became_of_it(fields: dict[str, Any], status: str) -> None:
    assert records.payment(Node(fields)).status == status


@pytest.mark.parametrize("name", ["in_1/../../x", "in_\u0661", "", "x y", 5])
def test_an_odd_id_is_no_part_of_an_address(name: object) -> None:
    assert records.invoice(Node({"id": name})).url == ""


def test_what_a_metered_price_costs_is_not_known() -> None:
    part = {"price": {"currency": "usd", "unit_amount": 5}, "quantity": None}
    found = records.subscription(Node({"items": {"data": [part]}}))
    assert found.total is None


@pytest.mark.parametrize(
    ("status", "needs_answer"),
    [
        ("needs_response", True),
        ("warning_needs_response", True),
        ("appeal_needs_response", True),
        ("under_review", False),
        ("won", False),
    ],
)
def test_a_dispute_that_needs_an_answer_is_open_and_due(status: str, needs_answer: bool) -> None:
    fields = {"status": status, "evidence_details": {"due_by": 1_790_000_000}}
    found = records.dispute(Node(fields), Node({}))
    assert (found.open, found.due_at is not None) == (needs_answer, needs_answer)
