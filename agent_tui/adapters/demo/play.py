"""Reads the plays of the demo world: who said what to whom, as plain text.

A play is one conversation::

    == okafor mail open 3h by=mara labels=warranty,zip priority=high
    # Zip on my Tarn 28 again
    > What the customer wrote,
    over as many lines as it takes.
    +zip.png
    <mara What an agent answered.
    ~tom A note of an agent.

The first line names the customer (a key of ``people.toml``), the channel, the status and how
long ago the last message came. ``+`` attaches a file to the message above it, ``>!`` begins an
automatic message (RFC 3834). ``^4 What it said before`` below a review is its earlier version,
of four stars.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from importlib.resources import files
from zlib import crc32

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import Channel, Priority, Status
from agent_tui.model.review import Moderation, Review

_FOLDER = files(__package__) / "plays"
_SPOKEN = re.compile(r"(>!?|<(?=[a-z])|~(?=[a-z]))([a-z]*) (.*)")
_EARLIER = re.compile(r"\^([1-5]) (.*)")
_FILE = re.compile(r"\+[\w-]+\.(png|pdf|txt)")
_PRODUCTS = (
    "Tarn 18",
    "Tarn 28",
    "Fell 45",
    "Gannet 60",
    "Heron 22",
    "Skua Sling",
    "Curlew",
    "Plover",
    "Puffin",
)
_PRODUCT = re.compile("|".join(_PRODUCTS))
_COUNTRIES = {
    "de": ("DE", "AT", "DE"),
    "fr": ("FR", "BE"),
    "es": ("ES",),
    "it": ("IT",),
    "nl": ("NL",),
    "pt": ("PT",),
    "pl": ("PL",),
    "ja": ("JP",),
    "zh": ("TW",),
    "ar": ("AE",),
}
_UNITS: dict[str, Millis] = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of the shop; ``mail`` is empty for people known by a handle only."""

    key: str
    name: str
    language: str  # ISO 639-1
    mail: str
    handle: str
    signature: str
    says: str = ""  # the mail address they give, which nobody has verified


class Voice(Enum):
    """Who speaks a line."""

    CUSTOMER = ">"
    AGENT = "<"
    NOTE = "~"


@dataclass(slots=True)
class Line:
    """One message of a play."""

    voice: Voice
    agent: str  # the speaker's handle; empty for the customer
    text: str
    files: list[str] = field(default_factory=list)
    automatic: bool = False
    earlier: tuple[int, str] | None = None  # stars and text that a review had at first


@dataclass(slots=True)
class Play:
    """One conversation, not yet placed in time."""

    key: str  # unique and stable
    person: Person
    channel: Channel
    status: Status
    ago: Millis  # from its last message to now
    subject: str = ""
    assignee: str | None = None
    labels: tuple[str, ...] = ()
    priority: Priority | None = None
    rating: int | None = None
    moderation: Moderation = Moderation.PUBLISHED
    snoozed: Millis | None = None  # from now on
    lines: list[Line] = field(default_factory=list)


@cache
def people() -> dict[str, Person]:
    """Everybody who ever wrote to the shop, by key."""
    table = tomllib.loads((_FOLDER / "people.toml").read_text("utf-8"))
    return {key: _person(key, row) for key, row in table.items()}


@cache
def history() -> tuple[Play, ...]:
    """All conversations up to now."""
    names = sorted(entry.name for entry in _FOLDER.iterdir() if entry.name.startswith("past-"))
    return tuple(play for name in names for play in _plays(name))


@cache
def arrivals() -> tuple[Play, ...]:
    """Conversations that begin while somebody watches."""
    return tuple(_plays("arrivals.txt"))


def parse(text: str, cast: dict[str, Person]) -> Iterator[Play]:
    """The plays written in ``text``, without keys.

    Raises ValueError or KeyError for a line that is none: the plays are part of the package.
    """
    play: Play | None = None
    for row in text.splitlines():
        if row.startswith("== "):
            if play is not None:
                yield play
            play = _begin(row[3:].split(), cast)
        elif play is not None:
            _add(play, row)
    if play is not None:
        yield play


def review(play: Play) -> Review | None:
    """What the shop says of a review; None for any other play."""
    if play.channel is not Channel.REVIEW:
        return None
    chance = crc32(play.key.encode())
    countries = _COUNTRIES.get(play.person.language, ("GB", "IE", "GB", "US"))
    named = _PRODUCT.search(f"{play.subject} {play.lines[0].text}")
    return Review(
        product=named[0] if named else _PRODUCTS[chance % len(_PRODUCTS)],
        country=countries[chance % len(countries)],
        language=play.person.language,
        verified=chance % 5 != 0,
        moderation=play.moderation,
    )


def span(text: str) -> Millis:
    """``12m``, ``3h``, ``5d`` or ``7w`` in milliseconds."""
    return int(text[:-1]) * _UNITS[text[-1]]


def _plays(file_name: str) -> Iterator[Play]:
    text = (_FOLDER / file_name).read_text("utf-8")
    for number, play in enumerate(parse(text, people())):
        play.key = f"{crc32(f'{file_name} {number}'.encode()):08x}"
        yield play


def _person(key: str, row: dict[str, str]) -> Person:
    return Person(
        key,
        row["name"],
        row.get("language", "en"),
        row.get("mail", ""),
        row.get("handle", ""),
        row.get("signature", ""),
        row.get("says", ""),
    )


def _begin(words: list[str], cast: dict[str, Person]) -> Play:
    who, channel, status, ago, *options = words
    play = Play("", cast[who], Channel(channel), Status(status), span(ago))
    for option in options:
        name, _, value = option.partition("=")
        _set(play, name, value)
    return play


def _set(play: Play, name: str, value: str) -> None:
    match name:
        case "by":
            play.assignee = value
        case "labels":
            play.labels = tuple(value.split(","))
        case "priority":
            play.priority = Priority[value.upper()]
        case "rating":
            play.rating = int(value)
        case "moderation":
            play.moderation = Moderation(value)
        case "snooze":
            play.snoozed = span(value)
        case _:
            raise ValueError(f"a play has no option '{name}'")


def _add(play: Play, row: str) -> None:
    spoken = _SPOKEN.fullmatch(row)
    if spoken is not None:
        mark, agent, text = spoken.groups()
        play.lines.append(Line(Voice(mark[0]), agent, text, automatic=mark == ">!"))
    elif not play.lines:
        play.subject = row.removeprefix("# ").strip()
    elif earlier := _EARLIER.fullmatch(row):
        play.lines[-1].earlier = int(earlier[1]), earlier[2]
    elif _FILE.fullmatch(row):
        play.lines[-1].files.append(row[1:])
    else:
        play.lines[-1].text += f"\n{row}"
