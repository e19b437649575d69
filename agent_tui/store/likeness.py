"""Customers who may be one person with another, and customers as agents look for them.

Who is compared at all is found by indexes; how alike they are is said by
:mod:`agent_tui.model.likeness`.
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent_tui.model.customer import IdentityKind, Person, normal
from agent_tui.model.likeness import (
    SUGGESTED,
    Candidate,
    Likeness,
    Order,
    likeness,
    mailbox,
    phone,
    spellings,
)
from agent_tui.store import customers
from agent_tui.store.database import Database
from agent_tui.store.people import THEIRS, members

_COMPARED = 40
"""Candidates of each kind that are compared: a common name has thousands."""

_SHOWN = 5
_MESSAGES = 200

_DIGITS = (
    "SUBSTR(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE("
    "i.value, ' ', ''), '-', ''), '(', ''), ')', ''), '/', ''), '.', ''), -8)"
)
"""As the index identities_by_phone has it."""

_BY_CLAIM = (
    "SELECT i.customer_id FROM claims c JOIN identities i ON i.kind = c.kind AND i.value = c.value"
    f" WHERE c.customer_id IN {THEIRS}",
    "SELECT c.customer_id FROM identities i JOIN claims c ON c.kind = i.kind AND c.value = i.value"
    f" WHERE i.customer_id IN {THEIRS}",
    "SELECT o.customer_id FROM claims c JOIN claims o ON o.kind = c.kind AND o.value = c.value"
    f" WHERE c.customer_id IN {THEIRS}",
)
_BY_ORDER = (
    "SELECT o.customer_id FROM records r JOIN records o ON o.number = r.number"
    " AND o.account = r.account AND o.kind = r.kind AND o.remote_id = r.remote_id"
    f" WHERE r.customer_id IN {THEIRS} AND r.number <> ''"
)
_BY_PHONE = f"SELECT i.customer_id FROM identities i WHERE i.kind = 'phone' AND {_DIGITS} = :value"
_BY_NAME = "SELECT c.id AS customer_id FROM customers c WHERE LOWER(c.name) = LOWER(:value)"
_BY_MAILBOX = (
    "SELECT i.customer_id FROM identities i"
    " WHERE i.kind = 'email' AND i.value >= :value || '@' AND i.value < :value || 'A'"
)


class Suggestion(NamedTuple):
    """Somebody who may be the same person."""

    person: Person
    likeness: Likeness


def suggestions(db: Database, person: Person) -> list[Suggestion]:
    """Who may be the same person, most likely first, but for those agents said are not."""
    own = candidate(db, person)
    found: list[Suggestion] = []
    for number in _compared(db, own):
        other = customers.person(db, number)
        if other is not None and not _told_apart(person, other):
            alike = likeness(own, candidate(db, other))
            if alike.score >= SUGGESTED:
                found.append(Suggestion(other, alike))
    return sorted(found, key=lambda one: (-one.likeness.score, one.person.id))[:_SHOWN]


def candidate(db: Database, person: Person) -> Candidate:
    """The person with what else is compared."""
    rows = db.all(
        f"SELECT DISTINCT account, number FROM records WHERE customer_id IN {THEIRS}"
        " AND number <> ''",
        {"customer": person.id},
    )
    orders = [Order(row["account"], row["number"]) for row in rows]
    return Candidate(person, customers.claims(db, person.id), orders)


def named(db: Database, text: str) -> list[int]:
    """The people whom an agent means by ``#12``, an address, handle or number, or a whole name."""
    digits = text.removeprefix("#")
    if digits != text and digits.isdecimal():
        return members(db, int(digits))[:1]
    for kind in IdentityKind:
        found = customers.find(db, kind, text)
        if found is not None:
            return members(db, found)[:1]
    rows = db.all(f"{_BY_NAME} LIMIT :limit", {"value": text.strip(), "limit": _COMPARED})
    return _people(db, [row["customer_id"] for row in rows])


def found(db: Database, typed: str, limit: int = 8) -> list[Person]:
    """People whose name or an identity begins with ``typed``, or who are named so in messages."""
    typed = typed.strip()
    if not typed:
        return []
    params = {
        "typed": normal(IdentityKind.EMAIL, typed),
        "behind": normal(IdentityKind.EMAIL, typed) + "\U0010ffff",
        "limit": limit,
    }
    kinds = ", ".join(f"'{kind}'" for kind in IdentityKind)
    numbers = [
        row["customer_id"]
        for sql in (
            "SELECT c.id AS customer_id FROM customers c"
            " WHERE LOWER(c.name) >= LOWER(:typed) AND LOWER(c.name) < LOWER(:behind)",
            f"SELECT i.customer_id FROM identities i WHERE i.kind IN ({kinds})"
            " AND i.value >= :typed AND i.value < :behind",
        )
        for row in db.all(f"{sql} LIMIT :limit", params)
    ]
    numbers += _written_of(db, typed) if len(numbers) < limit else []
    people = (customers.person(db, number) for number in _people(db, numbers)[:limit])
    return [person for person in people if person is not None]


def _written_of(db: Database, typed: str) -> list[int]:
    """Customers of the newest messages whose people are called so."""
    expression = db.term(typed, "people", prefix=True)
    if not expression:
        return []
    rows = db.all(
        "SELECT c.customer_id FROM search JOIN messages m ON m.id = search.rowid"
        " JOIN conversations c ON c.id = m.conversation_id"
        f" WHERE {db.match('match')} ORDER BY search.rowid DESC LIMIT :limit",
        {"match": expression, "limit": _MESSAGES},
    )
    return [row["customer_id"] for row in rows]


def _compared(db: Database, own: Candidate) -> list[int]:
    """The people who have something in common, those with the stronger signs first."""
    person = own.person
    phones = [i.value for i in person.identities if i.kind is IdentityKind.PHONE]
    phones += [value for kind, value in own.claims if kind is IdentityKind.PHONE]
    names = [name for name in (person.name, *person.names) if name and "@" not in name]
    asked = [(sql, "") for sql in (*_BY_CLAIM, _BY_ORDER)]
    asked += [(_BY_PHONE, digits) for value in phones if (digits := phone(value))]
    asked += [(_BY_MAILBOX, box) for i in person.identities if (box := mailbox(i))]
    asked += [(_BY_NAME, way) for name in names for way in spellings(name)]
    numbers = [
        row["customer_id"]
        for sql, value in dict.fromkeys(asked)
        for row in db.all(
            f"{sql} LIMIT :limit",
            {"customer": person.id, "value": value, "limit": _COMPARED + len(person.members)},
        )
    ]
    return [number for number in _people(db, numbers) if number != person.id]


def _people(db: Database, numbers: Sequence[int]) -> list[int]:
    """Who stands for each of the customers, each once."""
    found: dict[int, None] = {}
    for number in dict.fromkeys(numbers):
        found.update(dict.fromkeys(members(db, number)[:1]))
    return list(found)


def _told_apart(one: Person, other: Person) -> bool:
    """Whether agents said that some of these are somebody else than some of those."""
    ones, others = ({member.id for member in person.members} for person in (one, other))
    return any(others.intersection(member.distinct_from) for member in one.members) or any(
        ones.intersection(member.distinct_from) for member in other.members
    )
