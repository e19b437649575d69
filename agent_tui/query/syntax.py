"""What a query is: a small tree of words and terms, and the rules that keep it in normal form.

A tree in normal form has two parts or more in every And and Or, no And directly in an And, no
Or in an Or, no Not in a Not, and Everything only at the root or under a Not (where it says
"nothing"). :func:`all_of`, :func:`any_of` and :func:`negated` build nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Key(StrEnum):
    """What stands before the colon, in the order in which help lists it."""

    STATUS = "status"
    CHANNEL = "channel"
    VIA = "via"
    ACCOUNT = "account"
    ASSIGNEE = "assignee"
    MENTIONS = "mentions"
    LABEL = "label"
    PRIORITY = "priority"
    CUSTOMER = "customer"
    COMPANY = "company"
    TAG = "tag"
    SUBJECT = "subject"
    RATING = "rating"
    PRODUCT = "product"
    COUNTRY = "country"
    VERIFIED = "verified"
    MODERATION = "moderation"
    TESTIMONIAL = "testimonial"
    KIND = "kind"
    HAS = "has"
    IS = "is"
    BEFORE = "before"
    AFTER = "after"
    OLDER = "older"
    NEWER = "newer"
    DUE = "due"


class Op(StrEnum):
    """How a term compares; only rating, priority and due know more than EQUAL."""

    EQUAL = ""
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    RANGE = ".."  # the value is "2..4", both ends included


@dataclass(frozen=True, slots=True)
class Everything:
    """Every conversation; the empty query."""


@dataclass(frozen=True, slots=True)
class Words:
    """A word typed without quotes; at the end of a query it may be the beginning of one."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, single blanks between them."""

    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """``key:value``; the value is in the form that :mod:`agent_tui.query.values` gives it."""

    key: Key
    op: Op
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever ``part`` is not."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class And:
    """All of ``parts``; the words and phrases among them stand in one message."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of ``parts``."""

    parts: "tuple[Query, ...]"


Query = Everything | Words | Phrase | Term | Not | And | Or

EVERYTHING = Everything()


class QueryError(ValueError):
    """A query that cannot be read; ``str()`` is one sentence that points at the word."""

    def __init__(self, sentence: str, position: int, word: str) -> None:
        """``position`` is the offset of ``word`` in the text; the sentence counts from 1."""
        super().__init__(sentence)
        self.position = position
        self.word = word

    @property
    def unplaced(self) -> str:
        """The sentence for where the word is marked itself: without its place."""
        return str(self).replace(f" at character {self.position + 1}", "")


def all_of(parts: Iterable[Query]) -> Query:
    """The query that wants every one of ``parts``; without parts it is everything."""
    flat: list[Query] = []
    for part in parts:
        if isinstance(part, And):
            flat.extend(part.parts)
        elif not isinstance(part, Everything):
            flat.append(part)
    if not flat:
        return EVERYTHING
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(parts: Iterable[Query]) -> Query:
    """The query that wants one of ``parts`` at least; without parts it is nothing."""
    flat: list[Query] = []
    for part in parts:
        if isinstance(part, Everything):
            return EVERYTHING
        if isinstance(part, Or):
            flat.extend(part.parts)
        else:
            flat.append(part)
    if not flat:
        return Not(EVERYTHING)
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(part: Query) -> Query:
    """The query that wants what ``part`` does not."""
    return part.part if isinstance(part, Not) else Not(part)
