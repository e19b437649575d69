"""How many digits a currency has behind the point, and amounts that are written with a point."""

from decimal import Decimal, InvalidOperation

from agent_tui.model.record import Money

_MOST_DIGITS = 18
"""Of an amount in the smallest unit; more are a mistake, and would not fit the store."""

_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
)
_EXPONENTS |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
_EXPONENTS |= dict.fromkeys("CLF UYW".split(), 4)
"""ISO 4217, list one; all other currencies have two."""


def exponent_of(currency: str) -> int:
    """The digits behind the point of ``currency``, three capital letters (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def known_as(code: object) -> str:
    """``code`` as three capital letters; empty when it is no currency's."""
    name = code.upper() if isinstance(code, str) else ""
    return name if len(name) == 3 and name.isascii() and name.isalpha() else ""


def money_of(amount: object, code: object) -> Money | None:
    """The decimal ``amount``, such as "12.50" or 12.5, of a currency; None when either is none.

    A float counts as what it is written as in JSON, not as the fraction beside it that it is.
    Digits beyond the currency's own are rounded, halves to the even one.
    """
    currency = known_as(code)
    if not currency or not isinstance(amount, str | int | float) or isinstance(amount, bool):
        return None
    exponent = exponent_of(currency)
    try:
        minor = Decimal(str(amount)).scaleb(exponent).to_integral_value()
    except (InvalidOperation, ValueError):  # no number, or endless
        return None
    if not minor.is_finite() or minor.adjusted() >= _MOST_DIGITS:  # int() writes out all zeros
        return None
    return Money(int(minor), currency, exponent)
