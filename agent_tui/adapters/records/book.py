"""Rows put together to records: several rows of one number are the items of one order."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from agent_tui.adapters.contract import AccountProblem
from agent_tui.adapters.currency import exponent_of, known_as, money_of
from agent_tui.adapters.records.settings import NEEDED, Settings
from agent_tui.adapters.records.table import Row, Table
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.record import Item, Money, Record, RecordKind, Score, Shipment

_LONGEST = 400
"""Characters of any text: it stands on a line."""

_MOST_ITEMS = 200
_FORMATS = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S")
"""Beside ISO 8601; what could be read in two ways needs the option date_format."""

_OPEN = frozenset({"open", "unpaid", "overdue", "due", "pending", "outstanding", "offen"})
_SCORE = re.compile(r"(\d{1,4})(?: ?(?:/|of) ?(\d{1,4}))?", re.ASCII)
_AMOUNT = re.compile(r"-?[\d., '\u00a0\u202f]*\d")


class _Bad(Exception):  # noqa: N818 - a state of the row
    """The row cannot be used; ``str()`` says why."""


@dataclass(slots=True)
class Book:
    """All records of a file by the address of their customer."""

    records: dict[str, list[Record]] = field(default_factory=dict)  # newest first
    problems: list[tuple[int, str]] = field(default_factory=list)  # line, why it is left out

    @property
    def count(self) -> int:
        """How many records there are."""
        return sum(map(len, self.records.values()))

    def of(self, emails: Iterable[str]) -> list[Record]:
        """The records of all these addresses, newest first."""
        found = [one for email in dict.fromkeys(emails) for one in self.records.get(email, ())]
        return sorted(found, key=lambda record: record.at, reverse=True)


def bound(table: Table, settings: Settings) -> Book:
    """The book of a table. Raises AccountProblem when a needed column is not there."""
    for name in NEEDED:
        if settings.columns[name] not in table.columns:
            there = safe_line(", ".join(table.columns), _LONGEST)
            raise AccountProblem(
                f"The file {settings.path} has no column '{settings.columns[name]}' for the "
                f"{name}; there are {there}. Add {name}=COLUMN to the account's 'columns'."
            )
    book = Book(problems=list(table.problems))
    found: dict[tuple[str, RecordKind, str], Record] = {}
    for line, row in table.rows:
        try:
            email, record = _record(_Cells(row, settings), settings)
        except _Bad as bad:
            book.problems.append((line, str(bad)))
            continue
        key = (email, record.kind, record.remote_id)
        found[key] = _joined(found[key], record) if key in found else record
    for (email, _, _), record in found.items():
        book.records.setdefault(email, []).append(record)
    return book


@dataclass(frozen=True, slots=True)
class _Cells:
    """A row by our names of its fields."""

    row: Row
    settings: Settings

    def __getitem__(self, name: str) -> str:
        return safe_line(self.row.get(self.settings.columns[name], "")[: 4 * _LONGEST], _LONGEST)


def _record(cells: _Cells, settings: Settings) -> tuple[str, Record]:
    email = normal(IdentityKind.EMAIL, cells["email"])
    number = cells["number"]
    if "@" not in email:
        raise _Bad("there is no mail address")
    kind = _kind(cells["kind"])
    if not number and kind is not RecordKind.SURVEY:
        raise _Bad("there is no number")
    currency = known_as(cells["currency"]) or settings.currency
    status = cells["status"]
    at = _date(cells["date"], settings.date_format)
    if at is None:
        raise _Bad(f"'{cells['date'][:40]}' is no date; the option date_format says how to read it")
    return email, Record(
        kind,
        f"{email} {number or cells['date']}",
        number,
        at,
        status or str(kind),
        _amount(cells["total"], currency),
        open=kind in (RecordKind.INVOICE, RecordKind.DISPUTE) and status.casefold() in _OPEN,
        due_at=_date(cells["due"], settings.date_format),
        reason=cells["reason"] or cells["comment"],
        items=_items(cells),
        shipments=_shipments(cells, settings),
        url=_url(cells["url"]),
        score=_score(cells["score"]),
    )


def _joined(first: Record, more: Record) -> Record:
    """One order of two rows: what the first row does not say the later one may."""
    shipments = first.shipments + tuple(s for s in more.shipments if s not in first.shipments)
    return replace(
        first,
        total=first.total or more.total,
        items=(*first.items, *more.items)[:_MOST_ITEMS],
        shipments=shipments[:_MOST_ITEMS],
        url=first.url or more.url,
    )


def _kind(text: str) -> RecordKind:
    if not text:
        return RecordKind.ORDER
    try:
        return RecordKind(text.casefold())
    except ValueError:
        known = ", ".join(RecordKind)
        raise _Bad(f"'{text[:40]}' is no kind; there are {known}") from None


def _score(text: str) -> Score | None:
    """``4`` of five, ``9/10`` or ``9 of 10``."""
    if not text:
        return None
    found = _SCORE.fullmatch(text)
    score = Score(int(found[1]), int(found[2] or 5)) if found else None
    if score is None or score.points > score.of:
        raise _Bad(f"'{text[:40]}' is no score such as 4 (of five) or 9/10")
    return score


def _items(cells: _Cells) -> tuple[Item, ...]:
    if not cells["item"]:
        return ()
    quantity = cells["quantity"]
    if quantity and not (quantity.isascii() and quantity.isdigit() and len(quantity) < 7):
        raise _Bad(f"'{quantity[:40]}' is no quantity")
    return (Item(cells["item"], int(quantity or 1), cells["sku"]),)


def _shipments(cells: _Cells, settings: Settings) -> tuple[Shipment, ...]:
    tracking, url = cells["tracking"], _url(cells["tracking_url"])
    at = _date(cells["shipped"], settings.date_format)
    return (Shipment(cells["carrier"], tracking, url, at=at),) if tracking or url else ()


def _url(text: str) -> str:
    """An address of the web; anything else is none."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname else ""


def _amount(text: str, currency: str) -> Money | None:
    """``1,234.50``, ``1.234,50`` or ``1234.5``, with or without a sign of the currency."""
    if not text:
        return None
    if not currency:
        raise _Bad("there is a total and no currency; add one to the account's settings")
    match = _AMOUNT.search(text)
    money = None
    if match is not None:
        digits = re.sub(r"[ '\u00a0\u202f]", "", match[0])
        money = money_of(_pointed(digits, exponent_of(currency)), currency)
    if money is None:
        raise _Bad(f"'{text[:40]}' is no sum")
    return money


def _pointed(digits: str, exponent: int) -> str:
    """With a decimal point and nothing between thousands.

    The last of two signs is the point. A single one stands between thousands when exactly three
    digits follow, unless the currency has three behind its point.
    """
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    whole, rest = digits[:last], digits[last + 1 :]
    several = digits.count(digits[last]) > 1
    both = digits[last] in ".," and ("," in whole if digits[last] == "." else "." in whole)
    grouped = len(rest) == 3 and exponent != 3 and whole.lstrip("-0")
    thousands = several or (not both and grouped)
    plain = re.sub("[.,]", "", whole)
    return f"{plain}{rest}" if thousands else f"{plain}.{rest}"


def _date(text: str, wanted: str) -> Millis | None:
    """A time, by UTC where none is said."""
    if not text:
        return None
    for parse in _parsers(wanted):
        try:
            then = parse(text)
            then = then if then.tzinfo is not None else then.replace(tzinfo=UTC)
            return max(int(then.timestamp() * SECOND), 0)
        except (ValueError, OverflowError):
            continue
    return None


def _parsers(wanted: str) -> Sequence["_Parse"]:
    if wanted:
        return [_Parse(wanted)]
    return [_Parse(""), *map(_Parse, _FORMATS)]


@dataclass(frozen=True, slots=True)
class _Parse:
    """Reads times of one format; the empty one is ISO 8601."""

    form: str

    def __call__(self, text: str) -> datetime:
        if self.form:
            return datetime.strptime(text, self.form)  # noqa: DTZ007 - its zone is seen to
        return datetime.fromisoformat(text)
