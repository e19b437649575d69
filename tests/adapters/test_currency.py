"""Amounts in the smallest unit of their currency."""

import pytest

from agent_tui.adapters.currency import exponent_of, known_as, money_of
from agent_tui.model.record import Money


@pytest.mark.parametrize(
    ("amount", "code", "money"),
    [
        ("12.50", "EUR", Money(1250, "EUR", 2)),
        ("12.5", "eur", Money(1250, "EUR", 2)),
        ("500", "JPY", Money(500, "JPY", 0)),
        ("500.0", "JPY", Money(500, "JPY", 0)),
        ("1.250", "KWD", Money(1250, "KWD", 3)),
        ("0.1", "CLF", Money(1000, "CLF", 4)),
        ("-3", "USD", Money(-300, "USD", 2)),
        (7, "USD", Money(700, "USD", 2)),
        ("19.995", "USD", Money(2000, "USD", 2)),
        (54.48, "EUR", Money(5448, "EUR", 2)),
        (1.25, "KWD", Money(1250, "KWD", 3)),
        (0.1 + 0.2, "USD", Money(30, "USD", 2)),
    ],
)
def test_a_decimal_amount_comes_in_the_smallest_unit(
    amount: object, code: object, money: Money
) -> None:
    assert money_of(amount, code) == money


@pytest.mark.parametrize(
    "amount",
    ["", "much", "NaN", "Infinity", "1e400000", "-1e99", None, float("nan"), True, [], "12,50"],
)
def test_what_is_no_amount_is_none(amount: object) -> None:
    assert money_of(amount, "EUR") is None


@pytest.mark.parametrize("code", ["", "EURO", "E1R", "\u20ac", None, 978])
def test_what_is_no_currency_has_no_name(code: object) -> None:
    assert known_as(code) == ""
    assert money_of("1", code) is None


def test_most_currencies_have_two_digits() -> None:
    assert [exponent_of(code) for code in ("USD", "JPY", "KWD", "UYW", "XYZ")] == [2, 0, 3, 4, 2]
