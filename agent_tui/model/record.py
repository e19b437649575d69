"""What shops and billing know of a customer: read-only records, amounts in minor units."""

from dataclasses import dataclass
from enum import StrEnum

from agent_tui.model.clock import Millis


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the smallest unit of its currency (ISO 4217), such as cents."""

    minor: int
    currency: str  # three capital letters
    exponent: int = 2  # digits behind the point: 0 for JPY, 3 for KWD


class RecordKind(StrEnum):
    """What a record is."""

    ORDER = "order"
    INVOICE = "invoice"
    PAYMENT = "payment"
    REFUND = "refund"
    DISPUTE = "dispute"
    SUBSCRIPTION = "subscription"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order or invoice."""

    name: str
    quantity: int = 1
    sku: str = ""
    total: Money | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel on its way."""

    carrier: str = ""
    tracking: str = ""
    url: str = ""
    status: str = ""
    at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What a customer answered to a survey: ``points`` of at most ``of``."""

    points: int
    of: int = 5  # 10 where people are asked whether they would recommend us


@dataclass(frozen=True, slots=True)
class Record:
    """One order, invoice, payment, refund, dispute or survey; every string has passed
    ``content.safe``."""

    kind: RecordKind
    remote_id: str  # unique within account and kind
    number: str  # what the customer calls it, such as "#1001"
    at: Millis
    status: str  # the provider's word, for people
    total: Money | None = None
    open: bool = False  # an invoice that is not paid, a dispute that needs an answer
    due_at: Millis | None = None
    of: str = ""  # remote id of the order or payment that it belongs to
    reason: str = ""  # of a survey what the customer wrote beside the score
    items: tuple[Item, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    url: str = ""  # in the provider's own program
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What a provider knows of the person behind the identities that were asked for."""

    remote_id: str
    name: str = ""
    since: Millis | None = None
    spent: Money | None = None  # lifetime value, as the provider counts it
    orders: int | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """The answer to one look-up: all there is, newest first, up to the adapter's limit."""

    profiles: tuple[Profile, ...] = ()
    records: tuple[Record, ...] = ()
    more: bool = False  # the provider has more than these


@dataclass(frozen=True, slots=True)
class Known:
    """A record as it stands in the store."""

    id: int  # another one after each look-up
    account: str
    record: Record

    @property
    def key(self) -> tuple[str, RecordKind, str]:
        """What names it across look-ups."""
        return self.account, self.record.kind, self.record.remote_id


@dataclass(frozen=True, slots=True)
class LookUp:
    """What one account was asked, or is to be asked, about a customer."""

    account: str
    wanted_at: Millis | None = None  # somebody waits for it since then
    looked_at: Millis | None = None  # None: never yet
    more: bool = False
    profiles: tuple[Profile, ...] = ()
    problem: str = ""  # why the last one failed; one sentence


def together(one: LookUp, other: LookUp) -> LookUp:
    """What an account was asked about two customers who are one person."""
    wanted = [at for at in (one.wanted_at, other.wanted_at) if at is not None]
    looked = [at for at in (one.looked_at, other.looked_at) if at is not None]
    profiles = {profile.remote_id: profile for profile in (*one.profiles, *other.profiles)}
    return LookUp(
        account=one.account,
        wanted_at=max(wanted, default=None),
        looked_at=min(looked, default=None),
        more=one.more or other.more,
        profiles=tuple(profiles.values()),
        problem=one.problem or other.problem,
    )
