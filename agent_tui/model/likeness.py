"""How likely two customers are one person, and why: pure rules, which only ever suggest.

Each reason has points of 100, the chance that it is right when nothing else is known. Reasons of
different kinds add up as independent chances do: two of 50 make 75.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agent_tui.model.customer import Identity, IdentityKind, Person
from agent_tui.model.free_mail import is_free

SUGGESTED = 50
"""From here on two customers are suggested: rather one name too many than a mail too late, for
an agent decides."""

_MOST = 99  # what is certain is an equal identity, and that joins by itself
_PHONE_DIGITS = 8
"""Of the end of a number: national and international spellings share them."""

_SHORTEST_MAILBOX = 6
_ROLES = frozenset(
    {"admin", "accounts", "billing", "contact", "enquiries", "hello", "info", "kontakt", "mail"}
    | {"marketing", "noreply", "office", "orders", "postmaster", "purchasing", "sales", "service"}
    | {"shop", "support", "team", "webmaster", "buchhaltung", "einkauf", "verwaltung"}
)


class Order(NamedTuple):
    """A record of an account: two customers who have the same one paid together."""

    account: str
    number: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person and what is known beside the profile."""

    person: Person
    claims: Collection[tuple[IdentityKind, str]] = ()
    orders: Collection[Order] = ()


class Reason(NamedTuple):
    """Why two may be one: words for the agent, points of 100."""

    words: str
    points: int


class Likeness(NamedTuple):
    """How likely, of 100, and the reasons, the strongest first."""

    score: int
    reasons: Sequence[Reason]


def likeness(one: Candidate, other: Candidate) -> Likeness:
    """How alike two people are; the score is 0 where nothing speaks for it."""
    found = [*_claims(one, other), *_phones(one, other), *_orders(one, other), *_names(one, other)]
    reasons = sorted(found, key=lambda reason: -reason.points)
    doubt = 1.0
    for reason in reasons:
        doubt *= 1 - reason.points / 100
    return Likeness(min(round(100 * (1 - doubt)), _MOST), reasons)


def spellings(name: str) -> list[str]:
    """How else a name may be written: ``Ada Okafor``, ``Okafor, Ada``, ``Okafor Ada``."""
    words = name.replace(",", " ").split()
    if len(words) < 2:
        return words
    turned = [*words[-1:], *words[:-1]]
    back = [*words[1:], words[0]]
    ways = [" ".join(words), " ".join(turned), f"{turned[0]}, {' '.join(turned[1:])}"]
    return list(dict.fromkeys([*ways, " ".join(back)]))


def phone(value: str) -> str:
    """The end of a number, by which numbers are compared; empty where it is too short."""
    digits = "".join(char for char in value if char.isdecimal())
    return digits[-_PHONE_DIGITS:] if len(digits) >= _PHONE_DIGITS else ""


def mailbox(identity: Identity) -> str:
    """What stands before the @ of a mail address, or within a handle, if it tells somebody from
    others; else empty."""
    value = identity.value.lstrip("@").casefold()
    if identity.kind not in (IdentityKind.EMAIL, IdentityKind.HANDLE):
        return ""
    name = re.split(r"[@:+]", value, maxsplit=1)[0]
    telling = len(name) >= _SHORTEST_MAILBOX and not name.isdecimal()
    return name if telling and name not in _ROLES else ""


def _claims(one: Candidate, other: Candidate) -> Iterator[Reason]:
    for teller, owner in ((one, other), (other, one)):
        owned = {(identity.kind, identity.value) for identity in owner.person.identities}
        for _, value in sorted(owned.intersection(teller.claims)):
            yield Reason(f"{_called(teller)} says to be {value}", 90)
            return
    for _, value in sorted(set(one.claims) & set(other.claims)):
        yield Reason(f"both say to be {value}", 60)
        return


def _phones(one: Candidate, other: Candidate) -> Iterator[Reason]:
    mine, theirs = _numbers(one.person), _numbers(other.person)
    if mine & theirs:
        yield Reason("same phone number", 85)
    elif (mine | _claimed(one)) & (theirs | _claimed(other)):
        yield Reason("same phone number, as one of them says", 60)


def _orders(one: Candidate, other: Candidate) -> Iterator[Reason]:
    shared = sorted(set(one.orders) & set(other.orders))
    if shared:
        yield Reason(f"both have {shared[0].number} in {shared[0].account}", 90)


def _names(one: Candidate, other: Candidate) -> Iterator[Reason]:
    """Names say little alone: what stands in an address beside them says more."""
    shared = _written(one.person) & _written(other.person)
    boxes = _mailboxes(one.person) & _mailboxes(other.person)
    domains = _domains(one.person) & _domains(other.person)
    if shared and domains:
        yield Reason(f"same name, both at {min(domains)}", 75)
    elif shared and boxes:
        yield Reason(f"same name, and both are called {min(boxes)}", 70)
    elif boxes:
        yield Reason(f"both are called {min(boxes)}", 40)
    elif shared:
        full = any(" " in name for name in shared)
        yield Reason("same name", 30 if full else 10)


def _called(one: Candidate) -> str:
    return one.person.name or "one of them"


def _numbers(person: Person) -> set[str]:
    numbers = {phone(i.value) for i in person.identities if i.kind is IdentityKind.PHONE}
    return numbers - {""}


def _claimed(one: Candidate) -> set[str]:
    return {phone(value) for kind, value in one.claims if kind is IdentityKind.PHONE} - {""}


def _written(person: Person) -> set[str]:
    """Names without accents, case, commas and order; an address is nobody's name."""
    return {_plain(name) for name in (person.name, *person.names) if "@" not in name} - {""}


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.replace(",", " ")).casefold()
    kept = "".join(char for char in bare if not unicodedata.combining(char))
    return " ".join(sorted(kept.split()))


def _mailboxes(person: Person) -> set[str]:
    return set(map(mailbox, person.identities)) - {""}


def _domains(person: Person) -> set[str]:
    addresses = [i.value for i in person.identities if i.kind is IdentityKind.EMAIL]
    return {domain for a in addresses if not is_free(domain := a.rpartition("@")[2])}
