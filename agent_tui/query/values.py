"""What may stand after each key, and what the values of dates, durations and ranks mean."""

import re
from datetime import date, timedelta
from enum import StrEnum

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import Channel, Priority, Status
from agent_tui.model.review import Moderation
from agent_tui.model.testimonial import Consent
from agent_tui.model.timeline import EntryKind
from agent_tui.model.via import NAMES
from agent_tui.query.syntax import Key, Op


class Is(StrEnum):
    """States that ``is:`` asks for."""

    UNREAD = "unread"
    VIP = "vip"  # its customer is
    WAITING = "waiting"  # the customer has no answer yet
    BREACHED = "breached"  # and should have one by now
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    DRAFT = "draft"  # somebody has begun an answer
    FAILED = "failed"  # an answer failed to leave or nobody knows whether it did
    OUTGOING = "outgoing"  # a message of ours has not left, or nobody knows whether it did
    AUTOMATIC = "automatic"  # machines wrote to us, and no person (RFC 3834)


class Has(StrEnum):
    """Things that ``has:`` asks for."""

    ATTACHMENT = "attachment"
    NOTE = "note"
    DRAFT = "draft"
    LABEL = "label"
    RATING = "rating"


ME = "me"
"""The assignee who asks."""

NONE = "none"
"""Nobody as assignee, no label at all, nothing behind the channel."""

YES, NO = "yes", "no"

_RATINGS = range(1, 6)

_EXPECTED = {
    Key.RATING: "a number from 1 to 5, <=2, >3 or 2..4",
    Key.PRIORITY: "low, normal, high or urgent, >=high or low..normal",
    Key.BEFORE: "a day such as 2026-01-31, a month such as 2026-01, today or yesterday",
    Key.AFTER: "a day such as 2026-01-31, a month such as 2026-01, today or yesterday",
    Key.OLDER: "a time such as 30m, 2h, 1d, 2w, 6mo or 1y",
    Key.NEWER: "a time such as 30m, 2h, 1d, 2w, 6mo or 1y",
    Key.DUE: "a time from now such as <2h or >1d",
    Key.VIA: "what carries it behind its channel, such as whatsapp or sms, or none",
    Key.ACCOUNT: "the name of an account",
    Key.ASSIGNEE: "an agent's handle, me or none",
    Key.MENTIONS: "a colleague's handle or me, named in a note",
    Key.LABEL: "the name of a label or none",
    Key.CUSTOMER: "words of a name, an address or a number such as #12",
    Key.COMPANY: "the beginning of the name of the customer's company",
    Key.TAG: "a tag of the customer or none",
    Key.SUBJECT: "words of a subject",
    Key.PRODUCT: "the beginning of a reviewed product's name",
    Key.COUNTRY: "two letters of a reviewer's country, such as GB",
    Key.VERIFIED: "yes for reviewers who bought it, else no",
}

_CHOICES: dict[Key, tuple[str, ...]] = {
    Key.STATUS: tuple(map(str, Status)),
    Key.KIND: tuple(map(str, EntryKind)),
    Key.CHANNEL: tuple(map(str, Channel)),
    Key.VIA: (*NAMES, NONE),
    Key.PRIORITY: tuple(level.name.lower() for level in Priority),
    Key.RATING: tuple(str(stars) for stars in _RATINGS),
    Key.VERIFIED: (YES, NO),
    Key.MODERATION: tuple(map(str, Moderation)),
    Key.TESTIMONIAL: (*map(str, Consent), NONE),
    Key.HAS: tuple(map(str, Has)),
    Key.IS: tuple(map(str, Is)),
    Key.BEFORE: ("today", "yesterday"),
    Key.AFTER: ("today", "yesterday"),
    Key.OLDER: ("30m", "2h", "1d", "1w", "1mo", "1y"),
    Key.NEWER: ("30m", "2h", "1d", "1w", "1mo", "1y"),
    Key.DUE: ("<30m", "<2h", "<1d", ">1d"),
    Key.ASSIGNEE: (ME, NONE),
    Key.MENTIONS: (ME,),
    Key.LABEL: (NONE,),
    Key.TAG: (NONE,),
}

_ONLY_CHOICES = frozenset(
    {
        Key.STATUS,
        Key.KIND,
        Key.CHANNEL,
        Key.HAS,
        Key.IS,
        Key.VERIFIED,
        Key.MODERATION,
        Key.TESTIMONIAL,
    }
)

_COMPARED = re.compile(r"(<=|>=|<|>)(.+)")
_COUNTRY = re.compile(r"[A-Za-z]{2}")  # ISO 3166-1 alpha-2
_DAY = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?", re.ASCII)
_DURATION = re.compile(r"(\d{1,6})(mo|m|h|d|w|y)", re.ASCII)
_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY, "mo": 30 * DAY, "y": 365 * DAY}
_FIRST_YEAR = 1970  # times are counted from there
_LAST_YEAR = 2999


def choices(key: Key) -> tuple[str, ...]:
    """Values worth offering for ``key``: all of them for fixed ones, else some."""
    return _CHOICES.get(key, ())


def expected(key: Key) -> str:
    """What ``key`` takes, as the end of a sentence."""
    return _EXPECTED.get(key) or ", ".join(choices(key))


def read_value(key: Key, text: str) -> tuple[Op, str] | None:
    """How the typed ``text`` compares and its normal form, or None when ``key`` cannot take it.

    ``text`` is not empty. Names lose their case, ``on-hold`` is ``on_hold``, ``-`` is ``none``.
    """
    if key in (Key.RATING, Key.PRIORITY):
        return _read_compared(key, text.lower())
    if key is Key.DUE:
        return _read_due(text.lower())
    value = _read_plain(key, text)
    return None if value is None else (Op.EQUAL, value)


def rank(key: Key, text: str) -> int | None:
    """The number behind a rating or priority, or None when it is none."""
    if text not in choices(key):
        return None
    return Priority[text.upper()].value if key is Key.PRIORITY else int(text)


def duration(text: str) -> Millis | None:
    """``30m 2h 1d 2w 6mo 1y`` in milliseconds; a month has 30 days, a year 365."""
    found = _DURATION.fullmatch(text)
    return int(found[1]) * _UNITS[found[2]] if found else None


def day(text: str, today: date) -> date | None:
    """The first day of ``2026-01-31``, ``2026-01``, ``today`` or ``yesterday``."""
    if text == "today":
        return today
    if text == "yesterday":
        return today - timedelta(days=1)
    found = _DAY.fullmatch(text)
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:  # the 30th of February
        return None


def _read_compared(key: Key, text: str) -> tuple[Op, str] | None:
    low, dots, high = text.partition("..")
    if dots:
        first, last = rank(key, low), rank(key, high)
        forward = first is not None and last is not None and first <= last
        return (Op.RANGE, text) if forward else None
    found = _COMPARED.fullmatch(text)
    op, value = (Op(found[1]), found[2]) if found else (Op.EQUAL, text)
    return None if rank(key, value) is None else (op, value)


def _read_due(text: str) -> tuple[Op, str] | None:
    found = _COMPARED.fullmatch(text)
    if found is None or duration(found[2]) is None or Op(found[1]) not in (Op.LESS, Op.MORE):
        return None
    return Op(found[1]), found[2]


def _read_plain(key: Key, text: str) -> str | None:
    lower = text.lower()
    if key in _ONLY_CHOICES:
        name = lower.replace("-", "_")
        return name if name in choices(key) else None
    if key is Key.COUNTRY:
        return text.upper() if _COUNTRY.fullmatch(text) else None
    if key in (Key.BEFORE, Key.AFTER):
        return lower if day(lower, date(_LAST_YEAR, 1, 1)) else None
    if key in (Key.OLDER, Key.NEWER):
        return lower if duration(lower) is not None else None
    if key is Key.MENTIONS:
        return lower.removeprefix("@") or None
    if key in (Key.VIA, Key.TAG) or (key in (Key.ASSIGNEE, Key.LABEL) and lower in choices(key)):
        return lower
    return NONE if key is Key.ASSIGNEE and text == "-" else text
