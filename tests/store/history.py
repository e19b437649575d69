"""A person with a little of everything, and what a query means of it said a second, plain way."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from agent_tui.model.clock import DAY, HOUR, Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.event import Entity, Event, Stamp
from agent_tui.model.message import Body, Direction, Message
from agent_tui.model.record import Item, Looked, Record, RecordKind, Shipment
from agent_tui.query.entries import compile_entries
from agent_tui.query.plain import plain
from agent_tui.query.syntax import (
    EVERYTHING,
    And,
    Everything,
    Key,
    Not,
    Or,
    Phrase,
    Query,
    Term,
    Words,
)
from agent_tui.store import conversations, customers, events, messages, records, timeline
from agent_tui.store.database import Database
from agent_tui.store.timeline import Entry, Said
from tests.factory import START

ME = "maria"
NOW: Millis = START + 20 * DAY

TIMELINE_WORDS = ("zip", "tent", "rain", "blue")
CHANNELS = (Channel.MAIL, Channel.CHAT, Channel.REVIEW, Channel.CALL)


def customer(db: Database, name: str, kind: IdentityKind = IdentityKind.EMAIL) -> int:
    """A customer's row with one identity."""
    return customers.of_identity(db, kind, f"{name}@customer.example", name, START)


def conversation(
    db: Database, owner: int, channel: Channel = Channel.MAIL, status: Status = Status.OPEN
) -> int:
    """A conversation without messages."""
    return conversations.create(
        db,
        account="shop",
        channel=channel,
        subject="Parcel",
        status=status,
        customer_id=owner,
        at=START,
        rating=2 if channel is Channel.REVIEW else None,
    )


def say(
    db: Database,
    conversation_id: int,
    at: Millis,
    text: str = "Where is my tent?",
    direction: Direction = Direction.INBOUND,
) -> int:
    """A message of that moment; its id."""
    number = messages.new_id(db, at)
    messages.insert(
        db,
        Message(
            id=number,
            conversation_id=conversation_id,
            account="shop",
            direction=direction,
            author="Ada",
            address="ada@customer.example",
            at=at,
            subject="Parcel",
            body=Body(text),
        ),
    )
    return number


def note_change(db: Database, conversation_id: int, at: Millis, field: str = "status") -> None:
    """An event of a conversation."""
    stamp = Stamp(ME, "resolve", f"b{at}", at)
    events.append(db, stamp, Entity.CONVERSATION, conversation_id, field, "open", "resolved")


def buy(db: Database, owner: int, *bought: Record, account: str = "shop") -> None:
    """What the account knows of the customer."""
    records.put(db, owner, account, Looked(records=bought), START)


def bought(
    at: Millis,
    number: str = "1001",
    kind: RecordKind = RecordKind.ORDER,
    item: str = "Tent",
    parcel: Millis | None = None,
) -> Record:
    """An order, or another record, of one item and perhaps a parcel."""
    return Record(
        kind=kind,
        remote_id=number,
        number=f"#{number}",
        at=at,
        status="paid",
        items=(Item(item),),
        shipments=(Shipment("DHL", f"JD{number}", at=parcel),) if parcel is not None else (),
    )


def shown(
    db: Database,
    members: Sequence[int],
    query: Query = EVERYTHING,
    limit: int = 1000,
    *,
    few: bool = False,
) -> list[Entry]:
    """The first entries that match."""
    compiled = compile_entries(query, db, me=ME, now=NOW, few=few, zone=UTC)
    return timeline.page(db, members, compiled, limit=limit)


def holds(db: Database, query: Query, entry: Entry) -> bool:
    """Whether ``entry`` is among what ``query`` asks for."""
    match query:
        case Everything():
            return True
        case Not(part):
            return not holds(db, part, entry)
        case Or(parts):
            return any(holds(db, part, entry) for part in parts)
        case And(parts):
            return all(holds(db, part, entry) for part in parts)
        case Term():
            return _term(db, query, entry)
        case Words(text) | Phrase(text):
            return _has(db, text, entry)


def _has(db: Database, text: str, entry: Entry) -> bool:
    if isinstance(entry.about, Said):
        message = messages.get(db, entry.about.id)
        assert message is not None
        return plain(text) in f" {plain(message.body.text)} ".split()
    if isinstance(entry.about, Event):
        return False
    record = entry.about.record
    said = [record.number, record.reason, *(item.name for item in record.items)]
    said += [word for s in record.shipments for word in (s.carrier, s.tracking)]
    return plain(text) in plain(" ".join(said))


def _term(db: Database, term: Term, entry: Entry) -> bool:
    of = conversations.get(db, entry.conversation_id) if entry.conversation_id else None
    match term.key:
        case Key.KIND:
            return entry.kind == term.value
        case Key.STATUS:
            return of is not None and of.status == term.value
        case Key.CHANNEL:
            return of is not None and of.channel == term.value
        case Key.ASSIGNEE:
            wanted = {"none": None, "me": ME}.get(term.value, term.value)
            return of is not None and of.assignee == wanted
        case Key.RATING:
            return of is not None and of.rating is not None and of.rating <= 2
        case Key.OLDER:
            return entry.at <= NOW - _SPANS[term.value]
        case Key.NEWER:
            return entry.at > NOW - _SPANS[term.value]
        case Key.BEFORE:
            return entry.at < _midnight(term.value)
        case Key.AFTER:
            return entry.at >= _midnight(term.value)
        case _:
            raise AssertionError(term)


_SPANS = {"2h": 2 * HOUR, "1d": DAY, "1w": 7 * DAY}


def _midnight(text: str) -> Millis:
    today = datetime.fromtimestamp(NOW / 1000, UTC).date()
    day = today - timedelta(days=text == "yesterday")
    return int(datetime.combine(day, time.min, UTC).timestamp()) * 1000
