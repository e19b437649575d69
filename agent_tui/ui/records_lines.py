"""What shops know of a customer as lines: pure, made safe, measured in cells."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.record import Item, Known, LookUp, Money, Profile, Record, RecordKind
from agent_tui.ui.cells import Glyphs, fit, folded
from agent_tui.ui.lines import say_time
from agent_tui.ui.markup import Line, plain_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part

STALE: Millis = 10 * MINUTE
"""After that an answer is asked for anew when a conversation is opened: a parcel's status changes
in hours, so ten minutes old is as good as new, and providers count each request."""

_ITEMS = 2
_NAMES = {
    RecordKind.ORDER: ("order", "orders"),
    RecordKind.INVOICE: ("invoice", "invoices"),
    RecordKind.PAYMENT: ("payment", "payments"),
    RecordKind.REFUND: ("refund", "refunds"),
    RecordKind.DISPUTE: ("dispute", "disputes"),
    RecordKind.SUBSCRIPTION: ("subscription", "subscriptions"),
    RecordKind.SURVEY: ("survey", "surveys"),
}
_CAREFUL = frozenset({RecordKind.REFUND, RecordKind.DISPUTE})


class Facts(NamedTuple):
    """All that is known of a customer but the records themselves."""

    look_ups: Sequence[LookUp] = ()
    counts: Mapping[RecordKind, int] = {}
    spent: Sequence[Money] = ()
    open_ones: Sequence[Known] = ()

    @property
    def records(self) -> int:
        """How many there are."""
        return sum(self.counts.values())


def money(amount: Money) -> str:
    """An amount for people: ``1,234.50 EUR``."""
    whole, rest = divmod(abs(amount.minor), 10**amount.exponent)
    sign = "-" if amount.minor < 0 else ""
    point = f".{rest:0{amount.exponent}}" if amount.exponent else ""
    return f"{sign}{whole:,}{point} {clean(amount.currency)}"


def counted(kind: RecordKind, count: int) -> str:
    """``1 order``, ``12 invoices``."""
    one, many = _NAMES[kind]
    return f"{count:,} {one if count == 1 else many}"


def called(record: Record) -> str:
    """What a record is, with its score and its number."""
    score = f"{record.score.points}/{record.score.of}" if record.score is not None else ""
    return " ".join(filter(None, [_NAMES[record.kind][0], score, clean(record.number)]))


def facts_lines(facts: Facts, now: Millis, width: int) -> list[Line]:
    """What is known, how old it is, and what needs somebody; nothing where nobody was asked."""
    lines: list[Line] = []
    for look_up in facts.look_ups:
        for profile in look_up.profiles:
            lines += _profile(profile, width, more=look_up.more)
    total = [counted(kind, facts.counts[kind]) for kind in RecordKind if kind in facts.counts]
    total += [f"{money(amount)} in all" for amount in facts.spent]
    if total:
        lines += plain_lines(", ".join(total), Part.TEXT, width, 0)
    for known in facts.open_ones:
        lines += plain_lines(_open(known.record, now), Part.ERROR, width, 0)
    for look_up in facts.look_ups:
        lines += _state(look_up, now, width)
    return lines


def rows(known: Known, width: int, glyphs: Glyphs, now: Millis) -> tuple[Line, Line]:
    """The two lines of a record: what it is and when; how it stands, above where there is room for
    it, items and tracking."""
    record = known.record
    part = Part.WARNING if record.kind in _CAREFUL else Part.ERROR if record.open else Part.TEXT
    first, status = f"  {called(record)}  {_day(record.at, now)}", clean(record.status)
    total = money(record.total) if record.total is not None else ""
    room = max(width - len(total) - 1, 0)
    if cell_len(f"{first}  {status}") <= room:
        first, status = f"{first}  {status}", ""
    top = f"{fit(first, room, glyphs.more)} {total}"
    below = [status, _reason(record), items(record), _tracking(record)]
    about = f"    {'  '.join(filter(None, below))}"
    return (Piece(fit(top, width, glyphs.more), part),), (
        Piece(fit(about, width, glyphs.more), Part.DIM),
    )


def items(record: Record, most: int = _ITEMS) -> str:
    """The first items of a record, and how many more there are."""
    names = [item_words(item) for item in record.items[:most]]
    rest = len(record.items) - most
    return ", ".join([*names, *([f"{rest} more"] if rest > 0 else [])])


def item_words(item: Item) -> str:
    """An item with how many of it."""
    return f"{item.quantity} x {clean(item.name)}" if item.quantity != 1 else clean(item.name)


def clean(text: str) -> str:
    """Text from outside on one line."""
    return folded(safe_line(text))


def age(then: Millis, now: Millis) -> str:
    """How old an answer is: by the clock while it is new, else in words."""
    old = max(now - then, 0)
    if old < HOUR:
        return f"as of {say_time(then, now)}"
    if old < 2 * DAY:
        return f"{old // HOUR} h old"
    return f"{old // DAY} days old"


def _profile(profile: Profile, width: int, *, more: bool) -> Iterator[Line]:
    said = [f"in the shop since {_year(profile.since)}"] if profile.since is not None else []
    if more and profile.orders is not None:  # else the records themselves are counted
        said.append(f"{counted(RecordKind.ORDER, profile.orders)} there")
    said += [clean(tag) for tag in profile.tags]
    if said:
        yield from plain_lines(", ".join(said), Part.DIM, width, 0)
    if profile.note:
        yield from plain_lines(clean(profile.note), Part.NOTE, width, 0)


def _state(look_up: LookUp, now: Millis, width: int) -> Iterator[Line]:
    name = clean(look_up.account)
    if look_up.problem:
        yield from plain_lines(f"{name}: {clean(look_up.problem)}", Part.WARNING, width, 0)
    said = [age(look_up.looked_at, now)] if look_up.looked_at is not None else []
    if look_up.wanted_at is not None and not look_up.problem:
        said.append("looking ...")
    if look_up.more:
        said.append("there are older ones")
    if said:
        yield from plain_lines(f"{name}: {', '.join(said)}", Part.DIM, width, 0)


def _open(record: Record, now: Millis) -> str:
    """Why somebody has to do something."""
    total = f", {money(record.total)}" if record.total is not None else ""
    due = ""
    if record.due_at is not None:
        when = _day(record.due_at, now)
        due = f", overdue since {when}" if record.due_at < now else f", due {when}"
    if record.kind is RecordKind.DISPUTE:
        return f"OPEN {called(record)}{total}{due}: {_reason(record) or 'it needs an answer'}"
    return f"OPEN {called(record)}: {clean(record.status)}{total}{due}"


def _reason(record: Record) -> str:
    return clean(record.reason)


def _tracking(record: Record) -> str:
    return next((f"parcel {clean(s.tracking)}" for s in record.shipments if s.tracking), "")


def _day(at: Millis, now: Millis) -> str:
    then, today = _local(at), _local(now)
    return f"{then:%d %b}" if then.year == today.year else f"{then:%Y-%m-%d}"


def _year(at: Millis) -> str:
    return f"{_local(at):%b %Y}"


def _local(at: Millis) -> datetime:
    """By the agent's own clock; a time that no calendar has is taken for the last that one has."""
    return datetime.fromtimestamp(min(at / 1000, 250_000_000_000))  # noqa: DTZ006
