"""A few conversations in a real store, and what a query means said a second, plain way."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import Channel, Priority, Status
from agent_tui.model.event import Entity, Stamp
from agent_tui.model.message import Direction
from agent_tui.model.outbox import OutboxState
from agent_tui.model.review import Moderation
from agent_tui.model.testimonial import Consent
from agent_tui.query.syntax import (
    And,
    Everything,
    Key,
    Not,
    Op,
    Or,
    Phrase,
    Query,
    Term,
    Words,
)
from agent_tui.store import events
from agent_tui.store.database import Database

ME = "ann"
NOW: Millis = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) * 1000


@dataclass(frozen=True)
class Letter:
    """A message as the index sees it."""

    body: str
    subject: str = ""
    people: str = ""
    direction: Direction = Direction.INBOUND
    automatic: bool = False
    names: str = ""  # the colleague whom a note mentions


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    identities: tuple[tuple[str, str], ...] = ()
    stands: int = 0  # who stands for them, where they are merged
    vip: bool = False
    tags: tuple[str, ...] = ()
    company: str = ""  # where agents put them


@dataclass(frozen=True)
class Case:
    """A conversation with everything a query can ask for."""

    id: int
    person: Person
    ago: Millis
    status: Status = Status.OPEN
    channel: Channel = Channel.MAIL
    via: str = ""
    account: str = "shop"
    assignee: str | None = None
    priority: Priority = Priority.NORMAL
    rating: int | None = None
    product: str | None = None
    country: str | None = None
    verified: bool | None = None
    moderation: Moderation | None = None
    consent: Consent | None = None
    waiting: bool = False
    due_in: Millis | None = None
    unread: int = 0
    attachments: int = 0
    labels: tuple[str, ...] = ()
    draft: bool = False
    outbox: OutboxState | None = None
    letters: tuple[Letter, ...] = field(default=())

    @property
    def last_at(self) -> Millis:
        return NOW - self.ago


OKAFOR = Person(1, "Chidi Okafor", (("email", "chidi@example.org"), ("phone", "+49 170 1")))
EMILE = Person(
    2,
    "Émile 100%",
    (("email", "emile@example.org"),),
    tags=("press", "b2b"),
    company="Tarn 50% Ltd",
)
IVAN = Person(12, "Иван O'Brien_Smith", (("handle", "Ivan"),), tags=("press",))
WANJA = Person(14, "Wanja", (("email", "wanja@acme.example"),), stands=12, vip=True)
NAMESAKE = Person(13, "by way of chidi@example.org")
PEOPLE = (OKAFOR, EMILE, IVAN, NAMESAKE, WANJA)
COMPANIES = {"Tarn 50% Ltd": (), "Acme": ("acme.example", "example.net")}

CASES = (
    Case(
        1,
        OKAFOR,
        0,
        due_in=HOUR,
        letters=(Letter("the zip is broken", "Broken order", "Chidi Okafor"),),
    ),
    Case(
        2,
        OKAFOR,
        30 * MINUTE,
        Status.PENDING,
        assignee="ann",
        labels=("vip",),
        letters=(Letter("zip", "order"), Letter("broken again", automatic=True)),
    ),
    Case(
        3,
        EMILE,
        DAY,
        channel=Channel.REVIEW,
        account="store",
        rating=2,
        product="Zip 100% (Tarn)",
        country="GB",
        verified=True,
        moderation=Moderation.PUBLISHED,
        consent=Consent.ASKED,
        waiting=True,
        due_in=-HOUR,
        unread=1,
        letters=(Letter("broken zip", people="Émile"),),
    ),
    Case(
        4,
        EMILE,
        14 * HOUR,
        Status.SPAM,
        priority=Priority.URGENT,
        labels=("vip", "a, b"),
        letters=(Letter("zip zip", automatic=True),),
    ),
    Case(
        5,
        IVAN,
        40 * DAY,
        Status.RESOLVED,
        Channel.CHAT,
        via="whatsapp",
        assignee="bo",
        attachments=1,
        letters=(
            Letter("zipper and order"),
            Letter("order", direction=Direction.NOTE, names="ann"),
        ),
    ),
    Case(
        6,
        IVAN,
        29 * DAY,
        Status.SNOOZED,
        priority=Priority.LOW,
        draft=True,
        rating=5,
        product="a tarn",
        country="DE",
        verified=False,
        moderation=Moderation.HELD,
        consent=Consent.GRANTED,
    ),
    Case(
        7,
        OKAFOR,
        366 * DAY,
        Status.ON_HOLD,
        priority=Priority.HIGH,
        outbox=OutboxState.UNCERTAIN,
        letters=(Letter("order", direction=Direction.OUTBOUND, automatic=True),),
    ),
    Case(8, NAMESAKE, 2 * HOUR, assignee="none", labels=("none at all",), outbox=OutboxState.SENT),
    Case(9, EMILE, 36 * HOUR, due_in=2 * DAY, assignee="ann", outbox=OutboxState.FAILED, rating=3),
    Case(
        10,
        EMILE,
        5 * DAY,
        channel=Channel.CALL,
        letters=(Letter("called back", direction=Direction.OUTBOUND),),
    ),
    Case(11, WANJA, 3 * HOUR),
)


def insert_world(db: Database) -> None:
    """``CASES`` and their customers as rows."""
    for number, (name, domains) in enumerate(COMPANIES.items(), 1):
        db.run(
            "INSERT INTO companies (id, name, created_at) VALUES (:id, :name, 0)",
            {"id": number, "name": name},
        )
        for domain in domains:
            db.run(
                "INSERT INTO company_domains (domain, company_id) VALUES (:domain, :id)",
                {"domain": domain, "id": number},
            )
    for person in PEOPLE:
        db.run(
            "INSERT INTO customers (id, name, created_at, merged_into, person_id, vip, company_id)"
            " VALUES (:id, :name, 0, :into, :stands, :vip,"
            " (SELECT id FROM companies WHERE name = :company))",
            {
                "id": person.id,
                "name": person.name,
                "into": person.stands or None,
                "stands": person.stands or person.id,
                "vip": person.vip,
                "company": person.company,
            },
        )
        for tag in person.tags:
            db.run(
                "INSERT INTO customer_tags (customer_id, tag) VALUES (:id, :tag)",
                {"id": person.id, "tag": tag},
            )
        for kind, value in person.identities:
            db.run(
                "INSERT INTO identities (kind, value, customer_id) VALUES (:kind, :value, :id)",
                {"kind": kind, "value": value, "id": person.id},
            )
    # Rows that belong to no conversation must not turn a negation into nothing.
    db.run(_DRAFT, {"id": None})
    db.run(_OUTBOX, {"id": None, "state": "failed", "key": "none"})
    for case in CASES:
        _insert(db, case)
    db.run(
        "INSERT INTO records (customer_id, account, kind, remote_id, number, at, status, shipments)"
        " VALUES (:id, 'shop', 'refund', '1', '', 0, '', '[[\"\", \"\", \"\", \"\", 0]]')",
        {"id": EMILE.id},
    )


def index_letter(db: Database, number: int, letter: Letter) -> None:
    """``letter`` in the index as message ``number``."""
    db.run(
        "INSERT INTO search (rowid, subject, body, people, files)"
        " VALUES (:number, :subject, :body, :people, '')",
        asdict(letter) | {"number": number},
    )


def holds(query: Query, case: Case, growing: Query | None = None) -> bool:
    """Whether ``case`` is among what ``query`` asks for; the word ``growing`` may go on."""
    match query:
        case Everything():
            return True
        case Not(part):
            return not holds(part, case)
        case Or(parts):
            return any(holds(part, case, growing) for part in parts)
        case And(parts):
            texts = [part for part in parts if _is_text(part)]
            others = [part for part in parts if not _is_text(part)]
            return _one_letter(texts, case, growing) and all(
                holds(part, case, growing) for part in others
            )
        case Term(key) if key is not Key.SUBJECT:
            return _MEANING[key](query, case)
        case _:
            return _one_letter([query], case, growing)


_DRAFT = (
    "INSERT INTO drafts (kind, agent, account, conversation_id, subject, body, updated_at)"
    " VALUES ('reply', 'bo', 'shop', :id, '', '', 0)"
)
_ASSIGNED = Stamp("bo", "assign", "", 0)
_OUTBOX = (
    "INSERT INTO outbox (account, kind, state, key, payload, agent, conversation_id, queued_at,"
    " due_at) VALUES ('shop', 'send', :state, :key, '', 'bo', :id, 0, 0)"
)


def _insert(db: Database, case: Case) -> None:
    row = {
        **{name: value for name, value in asdict(case).items() if name != "person"},
        "labels": None,
        "letters": None,
        "customer_id": case.person.id,
        "last_at": case.last_at,
        "waiting_since": case.last_at if case.waiting else None,
        "due_at": None if case.due_in is None else NOW + case.due_in,
    }
    db.run(
        "INSERT INTO conversations (id, account, channel, via, subject, status, assignee, priority,"
        " rating, product, country, verified, moderation, consent, customer_id, waiting_since,"
        " due_at, created_at, last_at, unread,"
        " attachments) VALUES"
        " (:id, :account, :channel, :via, '', :status, :assignee, :priority, :rating,"
        " :product, :country, :verified, :moderation, :consent, :customer_id,"
        " :waiting_since, :due_at, 0, :last_at, :unread, :attachments)",
        row,
    )
    for label in case.labels:
        db.run(
            "INSERT INTO conversation_labels (conversation_id, label) VALUES (:id, :label)",
            {"id": case.id, "label": label},
        )
    for number, letter in enumerate(case.letters):
        _insert_letter(db, case.id * 10 + number, case.id, letter)
    if case.assignee is not None:
        events.append(db, _ASSIGNED, Entity.CONVERSATION, case.id, "assignee", None, case.assignee)
    if case.draft:
        db.run(_DRAFT, {"id": case.id})
    if case.outbox:
        db.run(_OUTBOX, {"id": case.id, "state": case.outbox, "key": str(case.id)})


def _insert_letter(db: Database, number: int, conversation_id: int, letter: Letter) -> None:
    db.run(
        "INSERT INTO messages (id, conversation_id, account, direction, author, address, at,"
        " subject, text, automatic) VALUES"
        " (:id, :conversation_id, 'shop', :direction, '', '', 0, :subject, :body, :automatic)",
        asdict(letter) | {"id": number, "conversation_id": conversation_id},
    )
    index_letter(db, number, letter)
    if letter.names:
        db.run(
            "INSERT INTO mentions (message_id, handle) VALUES (:id, :names)",
            {"id": number, "names": letter.names},
        )


def _is_text(query: Query) -> bool:
    return isinstance(query, Words | Phrase) or (
        isinstance(query, Term) and query.key is Key.SUBJECT
    )


def _one_letter(texts: list[Query], case: Case, growing: Query | None) -> bool:
    if not texts:
        return True
    searched = [text for text in texts if _tokens(_text_of(text))]
    return bool(searched) and any(
        all(_in_letter(text, letter, text is growing) for text in searched)
        for letter in case.letters
    )


def _in_letter(text: Query, letter: Letter, prefix: bool) -> bool:
    columns = [letter.subject]
    if not isinstance(text, Term):
        columns += [letter.body, letter.people]
    prefix = prefix or (isinstance(text, Words) and text.text.endswith("*"))
    wanted = " " + " ".join(_tokens(_text_of(text))) + ("" if prefix else " ")
    return any(wanted in f" {' '.join(_tokens(column))} " for column in columns)


def _text_of(text: Query) -> str:
    if isinstance(text, Term):
        return text.value
    assert isinstance(text, Words | Phrase)
    return text.text


def _tokens(text: str) -> list[str]:
    plain = text.lower().replace("é", "e")
    return re.findall(r"[^\W_]+", plain)


def _everybody(case: Case) -> list[Person]:
    """All who are merged with the case's customer."""
    root = case.person.stands or case.person.id
    return [person for person in PEOPLE if root in (person.id, person.stands)]


def _customer(term: Term, case: Case) -> bool:
    return any(_is_called(person, term.value) for person in _everybody(case))


def _is_called(person: Person, text: str) -> bool:
    if re.fullmatch(r"#\d+", text):
        return person.id == int(text[1:])
    values = [value for _, value in person.identities]
    if text in values or text.lower() in values:
        return True
    return "@" not in text and all(w in person.name.lower() for w in text.lower().split())


def _company(term: Term, case: Case) -> bool:
    people = _everybody(case)
    put = [person.company for person in people if person.company]
    domains = {value.partition("@")[2] for person in people for _, value in person.identities}
    wrote = [name for name, theirs in COMPANIES.items() if domains.intersection(theirs)]
    return any(name.lower().startswith(term.value.lower()) for name in put or wrote)


def _tag(term: Term, case: Case) -> bool:
    tags = {tag for person in _everybody(case) for tag in person.tags}
    return not tags if term.value == "none" else term.value in tags


_STATES: dict[str, Callable[[Case], bool]] = {
    "unread": lambda case: case.unread > 0,
    "vip": lambda case: any(person.vip for person in _everybody(case)),
    "waiting": lambda case: case.waiting,
    "breached": lambda case: case.due_in is not None and case.due_in <= 0,
    "assigned": lambda case: case.assignee is not None,
    "unassigned": lambda case: case.assignee is None,
    "draft": lambda case: case.draft,
    "failed": lambda case: case.outbox in (OutboxState.FAILED, OutboxState.UNCERTAIN),
    "outgoing": lambda case: case.outbox not in (None, OutboxState.SENT),
    "automatic": lambda case: {x.automatic for x in _inbound(case)} == {True},
    "attachment": lambda case: case.attachments > 0,
    "note": lambda case: any(x.direction is Direction.NOTE for x in case.letters),
    "label": lambda case: bool(case.labels),
    "rating": lambda case: case.rating is not None,
}


_KINDS: dict[str, Callable[[Case], bool]] = {
    "message": lambda case: any(_kind(x, case) == "message" for x in case.letters),
    "note": lambda case: any(_kind(x, case) == "note" for x in case.letters),
    "review": lambda case: any(_kind(x, case) == "review" for x in case.letters),
    "call": lambda case: any(_kind(x, case) == "call" for x in case.letters),
    "event": lambda case: case.assignee is not None,
    "refund": lambda case: case.person is EMILE,
    "shipment": lambda case: case.person is EMILE,
}
"""Others there are none of."""


def _kind(letter: Letter, case: Case) -> str:
    if letter.direction is Direction.NOTE:
        return "note"
    if case.channel is Channel.CALL:
        return "call"
    inbound = letter.direction is Direction.INBOUND
    return "review" if case.channel is Channel.REVIEW and inbound else "message"


def _inbound(case: Case) -> list[Letter]:
    return [letter for letter in case.letters if letter.direction is Direction.INBOUND]


def _compared(term: Term, number: int | None, rank: Callable[[str], int]) -> bool:
    if number is None:
        return False
    if term.op is Op.RANGE:
        low, high = term.value.split("..")
        return rank(low) <= number <= rank(high)
    wanted = rank(term.value)
    return {
        Op.EQUAL: number == wanted,
        Op.LESS: number < wanted,
        Op.AT_MOST: number <= wanted,
        Op.MORE: number > wanted,
        Op.AT_LEAST: number >= wanted,
    }[term.op]


def _before(text: str, case: Case) -> bool:
    today = date(2026, 3, 1)
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    full = text if text.count("-") == 2 else f"{text}-01"
    start = named.get(text) or date.fromisoformat(full)
    return datetime.fromtimestamp(case.last_at / 1000, UTC).date() < start


def _older(text: str, case: Case) -> bool:
    return case.ago >= _span(text)


def _span(text: str) -> Millis:
    found = re.fullmatch(r"(\d+)(\w+)", text)
    assert found
    unit = {"m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 30 * 86400, "y": 365 * 86400}
    return int(found[1]) * unit[found[2]] * 1000


_MEANING: dict[Key, Callable[[Term, Case], bool]] = {
    Key.STATUS: lambda term, case: case.status == term.value,
    Key.CHANNEL: lambda term, case: case.channel == term.value,
    Key.VIA: lambda term, case: case.via == {"none": ""}.get(term.value, term.value),
    Key.ACCOUNT: lambda term, case: case.account == term.value,
    Key.ASSIGNEE: lambda term, case: (
        case.assignee == {"me": ME, "none": None}.get(term.value, term.value)
    ),
    Key.MENTIONS: lambda term, case: any(
        x.names == {"me": ME}.get(term.value, term.value) for x in case.letters
    ),
    Key.LABEL: lambda term, case: (
        not case.labels if term.value == "none" else term.value in case.labels
    ),
    Key.PRIORITY: lambda term, case: _compared(
        term, case.priority, lambda text: Priority[text.upper()]
    ),
    Key.RATING: lambda term, case: _compared(term, case.rating, int),
    Key.PRODUCT: lambda term, case: (
        case.product is not None and case.product.lower().startswith(term.value.lower())
    ),
    Key.COUNTRY: lambda term, case: case.country == term.value,
    Key.VERIFIED: lambda term, case: case.verified is {"yes": True, "no": False}[term.value],
    Key.MODERATION: lambda term, case: case.moderation == term.value,
    Key.TESTIMONIAL: lambda term, case: (
        case.consent is None if term.value == "none" else case.consent == term.value
    ),
    Key.CUSTOMER: _customer,
    Key.KIND: lambda term, case: term.value in _KINDS and _KINDS[term.value](case),
    Key.COMPANY: _company,
    Key.TAG: _tag,
    Key.HAS: lambda term, case: _STATES[term.value](case),
    Key.IS: lambda term, case: _STATES[term.value](case),
    Key.BEFORE: lambda term, case: _before(term.value, case),
    Key.AFTER: lambda term, case: not _before(term.value, case),
    Key.OLDER: lambda term, case: _older(term.value, case),
    Key.NEWER: lambda term, case: not _older(term.value, case),
    Key.DUE: lambda term, case: _compared(term, case.due_in, _span),
}
