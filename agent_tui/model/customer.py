"""Customers and the identities by which providers know them."""

from dataclasses import dataclass
from enum import StrEnum

from agent_tui.model.clock import Millis


class IdentityKind(StrEnum):
    """What an identity is."""

    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"  # a chat or social name, unique within its account
    SHOP = "shop"  # a customer number in a shop


@dataclass(frozen=True, slots=True)
class Identity:
    """One name a customer goes by, unique by kind and value."""

    kind: IdentityKind
    value: str  # normal form, see :func:`normal`
    name: str = ""  # the display name its owner gave


@dataclass(frozen=True, slots=True)
class Customer:
    """A person (or company) with everything we call them."""

    id: int
    name: str
    notes: str
    created_at: Millis
    version: int
    identities: tuple[Identity, ...] = ()


def normal(kind: IdentityKind, value: str) -> str:
    """The form under which identities are compared: addresses without case and blanks."""
    value = value.strip()
    return value.lower() if kind is IdentityKind.EMAIL else value
