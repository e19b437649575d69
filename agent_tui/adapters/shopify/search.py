"""Questions in Shopify's search syntax, in which an address stays an address.

shopify.dev/docs/api/usage/search-syntax: a phrase stands in quotes, with a backslash before a
quote or backslash of its own. The syntax still finds by words, so whoever asks compares, too.
"""

import re
from collections.abc import Iterable, Sequence

from agent_tui.model.customer import Identity, IdentityKind

_CUSTOMER = re.compile(r"gid://shopify/Customer/([0-9]{1,20})")
_NOT_DIGITS = re.compile(r"\D")
_LONGEST = 512
MOST = 10
"""Identities that one question has room for."""


def digits(number: str) -> str:
    """A phone number without what people put between its digits."""
    return _NOT_DIGITS.sub("", number)


def usable(identities: Sequence[Identity]) -> list[Identity]:
    """Those that a shop can be asked for, each once."""
    return [one for one in dict.fromkeys(identities) if _clause(one)]


def for_people(identities: Iterable[Identity]) -> str:
    """Who goes by one of ``identities``, all of them usable."""
    return " OR ".join(_clause(one) for one in identities)


def for_orders(identities: Iterable[Identity], people: Iterable[str]) -> str:
    """What was ordered from one of the addresses or by one of ``people``, ids of customers;
    empty when there are neither."""
    addresses = (one for one in identities if one.kind is IdentityKind.EMAIL)
    known = (_CUSTOMER.fullmatch(one) for one in people)
    clauses = [*map(_clause, addresses), *(f"customer_id:{one[1]}" for one in known if one)]
    return " OR ".join(clauses)


def _clause(identity: Identity) -> str:
    """What finds an identity; empty for one that no shop has."""
    value = identity.value
    if not value.isprintable() or len(value) > _LONGEST:
        return ""
    match identity.kind:
        case IdentityKind.EMAIL if "@" in value.strip("@*"):
            return f"email:{_phrase(value)}"
        case IdentityKind.PHONE if number := digits(value):
            return f"phone:{_phrase('+' + number if value.startswith('+') else number)}"
        case IdentityKind.SHOP if own := _CUSTOMER.fullmatch(value):
            return f"id:{own[1]}"
        case _:
            return ""


def _phrase(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
