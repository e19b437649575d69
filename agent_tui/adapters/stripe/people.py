"""Finds the customers of a Stripe account who go by given identities."""

import re
from collections.abc import Sequence

from agent_tui.adapters.contract import Refused
from agent_tui.adapters.node import Node
from agent_tui.adapters.stripe.api import Stripe
from agent_tui.model.customer import Identity, IdentityKind, normal

MOST_CUSTOMERS = 10
"""Of one person: a shop that lets guests pay makes a new one each time."""
_MOST_IDENTITIES = 10
_LONGEST = 512
"""Characters of an address that Stripe takes (docs.stripe.com/api/customers/list)."""
_ID = re.compile(r"cus_[A-Za-z0-9_]{1,250}")
_NOT_DIGITS = re.compile(r"\D")


async def customers_of(stripe: Stripe, identities: Sequence[Identity]) -> tuple[list[Node], bool]:
    """The customers behind ``identities``, newest first, and whether there are more.

    Raises as :meth:`Stripe.list`.
    """
    found: dict[str, Node] = {}
    for identity in list(dict.fromkeys(identities))[:_MOST_IDENTITIES]:
        for customer in await _found(stripe, identity):
            if not customer.true("deleted"):
                found.setdefault(customer.text("id"), customer)
    people = sorted(found.values(), key=lambda one: one.whole("created") or 0, reverse=True)
    more = len(people) > MOST_CUSTOMERS or len(set(identities)) > _MOST_IDENTITIES
    return people[:MOST_CUSTOMERS], more


async def _found(stripe: Stripe, identity: Identity) -> list[Node]:
    value = identity.value
    if not value.isprintable() or not 0 < len(value) <= _LONGEST:
        return []  # Stripe has none such, and would refuse the question
    match identity.kind:
        case IdentityKind.EMAIL if "@" in value:
            return await _by_email(stripe, value)
        case IdentityKind.PHONE if digits := _NOT_DIGITS.sub("", value):
            found = await _searched(stripe, "phone", value)
            return [one for one in found if _NOT_DIGITS.sub("", one.text("phone")) == digits]
        case IdentityKind.SHOP if _ID.fullmatch(value):
            one = await stripe.one(f"customers/{value}")
            return [one] if one else []
        case _:
            return []


async def _by_email(stripe: Stripe, email: str) -> list[Node]:
    """Listing knows everybody, but only by the very case in which the address was written;
    searching takes any case, but knows only who is older than a minute."""
    listed = await stripe.list("customers", {"email": email}, pages=1)
    found = listed.nodes + await _searched(stripe, "email", email)
    return [one for one in found if _same(one.text("email"), email)]


async def _searched(stripe: Stripe, field: str, value: str) -> list[Node]:
    """Nobody where Stripe offers no search, as in India: then only listing is left."""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    try:
        return (await stripe.search("customers", f'{field}:"{quoted}"', most=100)).nodes
    except Refused:
        return []


def _same(one: str, other: str) -> bool:
    return normal(IdentityKind.EMAIL, one) == normal(IdentityKind.EMAIL, other)
