"""Customers, the identities by which providers know them, and the people that they are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from agent_tui.model.clock import Millis


class IdentityKind(StrEnum):
    """What an identity is."""

    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"  # a chat or social name, unique within its account
    SHOP = "shop"  # a customer number in a shop


class Newsletter(StrEnum):
    """Whether a customer wants to get mail that nobody asked for."""

    UNKNOWN = ""
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Identity:
    """One name a customer goes by, unique by kind and value."""

    kind: IdentityKind
    value: str  # normal form, see :func:`normal`
    name: str = ""  # the display name its owner gave


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with everything we call them; merged with others they are one :class:`Person`."""

    id: int
    name: str
    notes: str
    created_at: Millis
    version: int
    identities: tuple[Identity, ...] = ()
    merged_into: int | None = None  # the customer who stands for this one too
    person_id: int = 0  # the one who stands for all who are merged with this one
    distinct_from: tuple[int, ...] = ()  # customers who are somebody else, agents say
    aliases: tuple[str, ...] = ()  # other names
    languages: tuple[str, ...] = ()  # BCP 47, the one to write in first
    time_zone: str = ""  # IANA, such as Europe/Berlin
    fields: Mapping[str, str] = field(default_factory=dict)  # whatever else agents note
    tags: tuple[str, ...] = ()
    newsletter: Newsletter = Newsletter.UNKNOWN
    newsletter_source: str = ""  # where the customer said so
    vip: bool = False
    company_id: int | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """Whom customers work for."""

    id: int
    name: str
    notes: str
    created_at: Millis
    version: int
    domains: tuple[str, ...] = ()  # whoever has a mail address there belongs to it


class Said(NamedTuple):
    """Whether a person wants newsletters, and which customer's word that is."""

    newsletter: Newsletter
    source: str
    customer: int


@dataclass(frozen=True, slots=True)
class Person:
    """Customers who are one and the same: one alone, or several who were merged.

    The profile is theirs together, so that a merge hides nothing: of what there can be but one,
    the first one's counts, and where that has none the next one's.
    """

    members: tuple[Customer, ...]  # who stands for all comes first

    @property
    def root(self) -> Customer:
        """The customer who stands for all: changes of the profile are written there."""
        return self.members[0]

    @property
    def id(self) -> int:
        return self.root.id

    @property
    def name(self) -> str:
        return next((one.name for one in self.members if one.name), "")

    @property
    def names(self) -> tuple[str, ...]:
        """What else they are called, by us or by themselves."""
        called = [name for one in self.members for name in _names(one)]
        addresses = {identity.value.casefold() for identity in self.identities}
        return tuple(
            name
            for name in _once(called)
            if name.casefold() != self.name.casefold() and name.casefold() not in addresses
        )

    @property
    def identities(self) -> tuple[Identity, ...]:
        return tuple(identity for one in self.members for identity in one.identities)

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes on each of them that has some."""
        return tuple(one.notes for one in self.members if one.notes)

    @property
    def created_at(self) -> Millis:
        return min(one.created_at for one in self.members)

    @property
    def languages(self) -> tuple[str, ...]:
        return _once(language for one in self.members for language in one.languages)

    @property
    def time_zone(self) -> str:
        return next((one.time_zone for one in self.members if one.time_zone), "")

    @property
    def fields(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for one in self.members:
            for name, value in one.fields.items():
                found.setdefault(name, value)
        return found

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(sorted({tag for one in self.members for tag in one.tags}))

    @property
    def vip(self) -> bool:
        return any(one.vip for one in self.members)

    @property
    def company_id(self) -> int | None:
        """Where agents put them; who is put nowhere may belong to a company by an address."""
        return next((one.company_id for one in self.members if one.company_id is not None), None)

    @property
    def newsletter(self) -> Said:
        """A no of one of them is a no, until the one who stands for all says otherwise."""
        root = self.root
        said = [one for one in self.members if one.newsletter]
        if root.newsletter or not said:
            return Said(root.newsletter, root.newsletter_source, root.id)
        one = min(said, key=lambda one: one.newsletter is not Newsletter.NO)
        return Said(one.newsletter, one.newsletter_source, one.id)

    def emails(self, first: int | None = None) -> tuple[str, ...]:
        """Their verified mail addresses, those of the customer ``first`` before the others."""
        ordered = sorted(self.members, key=lambda one: one.id != first)
        return tuple(
            identity.value
            for one in ordered
            for identity in one.identities
            if identity.kind is IdentityKind.EMAIL
        )


def normal(kind: IdentityKind, value: str) -> str:
    """The form under which identities are compared: addresses without case and blanks."""
    value = value.strip()
    return value.lower() if kind is IdentityKind.EMAIL else value


def _names(customer: Customer) -> Iterator[str]:
    yield customer.name
    yield from customer.aliases
    for identity in customer.identities:
        yield identity.name


def _once(words: Iterable[str]) -> tuple[str, ...]:
    """Each of ``words`` once, whatever its case, in their order; empty ones are left out."""
    found: dict[str, str] = {}
    for word in words:
        if word:
            found.setdefault(word.casefold(), word)
    return tuple(found.values())
