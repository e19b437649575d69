"""Who a customer is: read from the store, and as lines above their orders and conversations."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.clock import Millis
from agent_tui.model.customer import Company, IdentityKind, Newsletter, Person
from agent_tui.model.event import Entity, Stamp
from agent_tui.store import companies, customers, events, likeness
from agent_tui.store.database import Database
from agent_tui.store.likeness import Suggestion
from agent_tui.ui.cells import folded
from agent_tui.ui.lines import say_time
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import KeysOf
from agent_tui.ui.theme import Part

_MANY = 99
"""Colleagues that are counted."""


class Known(NamedTuple):
    """What the store has of a person beside what they bought and said."""

    person: Person
    claims: Sequence[tuple[IdentityKind, str]] = ()  # what they say to be
    company: Company | None = None
    colleagues: int = 0  # how many people the company has beside them, up to _MANY
    suggestions: Sequence[Suggestion] = ()
    consent: Stamp | None = None  # by whom and when the newsletter choice was noted


def read(db: Database, customer_id: int, before: Known | None = None) -> Known | None:
    """Everything about the person behind a customer.

    Who it may be, and how many colleagues they have, is looked for when another person is read than
    ``before``, or one who has changed: a customer is read again with each change of the store.
    """
    person = customers.person(db, customer_id)
    if person is None:
        return None
    company = companies.of_person(db, person)
    said = person.newsletter
    consent = None
    if said.newsletter:
        noted = events.of_fields(db, Entity.CUSTOMER, said.customer, ("newsletter",), limit=1)
        consent = noted[0].stamp if noted else None
    claims = customers.claims(db, customer_id)
    if before is not None and before[:3] == (person, claims, company):
        return before._replace(consent=consent)
    everybody = companies.people(db, company.id, _MANY + 1) if company else []
    colleagues = len([one for one in everybody if one != person.id])
    suggestions = likeness.suggestions(db, person)
    return Known(person, claims, company, colleagues, suggestions, consent)


def lines(known: Known, now: Millis, width: int, keys_of: KeysOf) -> list[Line]:
    """Name, how they are reached, who else they may be, the profile, notes."""
    person = known.person
    vip = (Piece("VIP ", Part.WARNING, bold=True),) if person.vip else ()
    found: list[Line] = [(*vip, Piece(clean(person.name), Part.CUSTOMER))]
    parts = (_names(known), _identities(known), _same(known, keys_of), _profile(known, now))
    for part in parts:
        for text, look in part:
            found += plain_lines(text, look, width, 0)
    for notes in person.notes:
        for paragraph in safe_text(notes).splitlines():
            found += plain_lines(paragraph, Part.NOTE, width, 0)
    return found


def clean(text: str) -> str:
    """Text from outside on one line."""
    return folded(safe_line(text))


def there(zone: str, now: Millis) -> str:
    """What time it is in a time zone; empty where this machine does not know the zone."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # who notes no zone need not pay for it

    try:
        then = datetime.fromtimestamp(now / 1000, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""
    return f"{then:%a %H:%M}"


def called(suggestion: Suggestion) -> str:
    """A suggested person with what tells them from namesakes."""
    person = suggestion.person
    by = next((identity.value for identity in person.identities), f"#{person.id}")
    name = clean(person.name)
    return name if name == clean(by) else f"{name} <{clean(by)}>"


def _names(known: Known) -> Iterator[tuple[str, Part]]:
    if known.person.names:
        yield f"also {', '.join(map(clean, known.person.names))}", Part.DIM
    if known.company is not None:
        said = clean(known.company.name)
        if known.person.company_id is None:
            said += ", by their mail address"
        if known.colleagues:
            said += f", with {known.colleagues}{'+' if known.colleagues >= _MANY else ''} more"
        yield said, Part.ACCENT
        yield from ((line, Part.NOTE) for line in safe_text(known.company.notes).splitlines())


def _identities(known: Known) -> Iterator[tuple[str, Part]]:
    """By kind, in the order in which the kinds are declared."""
    for kind in IdentityKind:
        values = [i.value for i in known.person.identities if i.kind is kind]
        for number, value in enumerate(values):
            yield f"{kind if not number else ' ' * len(kind)} {clean(value)}", Part.TEXT
    for _, value in known.claims:
        yield f"says: {clean(value)}, unverified", Part.WARNING


def _same(known: Known, keys_of: KeysOf) -> Iterator[tuple[str, Part]]:
    others = known.person.members[1:]
    if others:
        names = ", ".join(clean(one.name) or f"#{one.id}" for one in others)
        yield f"merged with {names}", Part.DIM
    key = "".join(keys_of("merge")[:1])
    hint = f" ({key})" if key else ""
    for suggestion in known.suggestions[:2]:
        score, reasons = suggestion.likeness
        why = f"{score} %, {clean(reasons[0].words)}"
        yield f"Is it {called(suggestion)}? {why}{hint}", Part.WARNING


def _profile(known: Known, now: Millis) -> Iterator[tuple[str, Part]]:
    person = known.person
    if person.time_zone:
        time = there(person.time_zone, now)
        yield f"{time} there, {clean(person.time_zone)}" if time else person.time_zone, Part.TEXT
    if person.languages:
        yield f"reads {', '.join(map(clean, person.languages))}", Part.TEXT
    if person.tags:
        yield f"tags {', '.join(map(clean, person.tags))}", Part.ACCENT
    for name, value in person.fields.items():
        yield f"{clean(name)}: {clean(value)}", Part.TEXT
    said = person.newsletter
    if said.newsletter:
        wants = "yes" if said.newsletter is Newsletter.YES else "no"
        by = f" by {clean(known.consent.actor)}" if known.consent else ""
        when = f", noted {say_time(known.consent.at, now)}{by}" if known.consent else ""
        source = f", {clean(said.source)}" if said.source else ""
        yield f"newsletter: {wants}{source}{when}", Part.TEXT
    yield f"customer since {say_time(person.created_at, now)}", Part.DIM
