"""Turns a query into SQL that every database of ours understands.

The condition is over conversations under the alias ``c``. What SQL does not know (a rating that
is missing, a list with NULL in it) counts as "is not": hence ``IS NOT TRUE`` instead of ``NOT``.

Words, phrases and subjects that are wanted together must stand in one message; the index holds
the names, addresses and files of a message beside its text, so ``okafor zip`` finds the mail in
which Okafor wrote of the zip. A word that holds nothing indexed (a lone ``&``) is passed over
beside others and finds nothing alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from typing import Protocol

from agent_tui.model.clock import Millis
from agent_tui.query import columns, whose
from agent_tui.query.kinds import of_conversation
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
    all_of,
)
from agent_tui.query.values import ME, NONE, YES, Has, Is, day, duration, rank


class Dialect(Protocol):
    """What differs between databases: how text is searched for."""

    def match(self, param: str) -> str:
        """A condition on table ``search``: it matches the expression in ``:param``."""
        ...

    def term(self, text: str, column: str | None, *, prefix: bool) -> str:
        """The search expression for words in this order, in ``column`` or anywhere.

        With ``prefix`` the last word may go on. Empty when ``text`` holds nothing indexed.
        Expressions joined by ``AND`` are one.
        """
        ...


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query as a store runs it."""

    where: str  # a condition over conversations c
    params: dict[str, object]  # of ``where``; their names are q1, q2, ...
    match: str | None  # some message must match this too; ``where`` does not repeat it
    statuses: tuple[str, ...] = ()  # of a list such as status:open,pending; ``where`` has it too
    person: int | None = None  # a customer whose conversations they all are; ``where`` has it too


def compile_query(
    query: Query,
    dialect: Dialect,
    *,
    me: str,
    now: Millis,
    prefix: bool = False,
    zone: tzinfo | None = None,
) -> Compiled:
    """``query`` as SQL for the agent ``me`` at ``now``.

    With ``prefix`` a word or subject at the very end is still being typed and may go on. Dates
    are days of ``zone``, by default the machine's.
    """
    compiler = Compiler(dialect, me, now, zone, growing(query) if prefix else None)
    texts, others = _split(query.parts if isinstance(query, And) else (query,))
    match = compiler.expression(texts)
    if texts and not match:
        return Compiled("FALSE", {}, None)
    where = compiler.condition(all_of(others))
    return Compiled(where, compiler.params, match or None, _statuses(others), _person(others))


Text = Words | Phrase | Term

LISTED = frozenset({*columns.OF_KEY, Key.KIND, Key.TAG})
"""Keys whose values are looked up together, so that an index can serve a list of them."""


_LONGEST_ID = 18  # digits that are sure to fit 64 bits


@dataclass(slots=True, eq=False, repr=False, match_args=False)
class Compiler:
    """What every part of one query needs, and the parameters bound so far.

    One of another kind of rows says with the methods without an underscore what words, keys and
    times mean of them.
    """

    dialect: Dialect
    me: str
    now: Millis
    zone: tzinfo | None
    goes_on: Query | None  # the word at the end that may go on
    at: str = "c.last_at"
    customer: str = "c.customer_id"
    params: dict[str, object] = field(default_factory=dict)

    def condition(self, query: Query) -> str:
        """``query`` as a condition that needs no parentheses around it."""
        match query:
            case Everything():
                return "TRUE"
            case Not(part):
                return f"({self.condition(part)} IS NOT TRUE)"
            case And(parts):
                return self._every(parts)
            case Or(parts):
                return self._either(parts)
            case Term(key) if key is not Key.SUBJECT:
                return self.term(query)
            case _:
                return self.text((query,))

    def expression(self, texts: Iterable[Text]) -> str:
        """What the index is asked for one message with all of ``texts``."""
        return " AND ".join(filter(None, map(self._searched, texts)))

    def _every(self, parts: Sequence[Query]) -> str:
        texts, others = _split(parts)
        conditions = [self.text(texts)] if texts else []
        conditions += map(self.condition, others)
        return f"({' AND '.join(conditions)})"

    def _either(self, parts: Sequence[Query]) -> str:
        listed: dict[Key, list[str]] = {}
        others: list[Query] = []
        for part in parts:
            if isinstance(part, Term) and part.key in LISTED and part.op is Op.EQUAL:
                listed.setdefault(part.key, []).append(part.value)
            else:
                others.append(part)
        conditions = [self.listed(key, values) for key, values in listed.items()]
        conditions += map(self.condition, others)
        return f"({' OR '.join(conditions)})"

    def _searched(self, text: Text) -> str:
        prefix = text is self.goes_on or (isinstance(text, Words) and text.text.endswith("*"))
        if isinstance(text, Term):
            return self.dialect.term(text.value, "subject", prefix=prefix)
        return self.dialect.term(text.text, None, prefix=prefix)

    def text(self, texts: Sequence[Text]) -> str:
        """The condition that one message has all of ``texts``."""
        expression = self.expression(texts)
        if not expression:
            return "FALSE"
        return columns.FOUND.format(self.dialect.match(self.bind(expression)[1:]))

    def term(self, term: Term) -> str:
        """The condition of a key."""
        match term.key:
            case Key.CUSTOMER:
                return self._customer(term.value)
            case Key.COMPANY:
                return self._people(whose.AT_COMPANY.format(self._begins("w.name", term.value)))
            case Key.PRODUCT:
                return f"(c.product IS NOT NULL AND {self._begins('c.product', term.value)})"
            case Key.DUE:
                return f"c.due_at {term.op} {self.bind(self.now + (duration(term.value) or 0))}"
            case Key.IS:
                return self._is(Is(term.value))
            case Key.HAS:
                return columns.HAS[Has(term.value)]
            case Key.BEFORE | Key.AFTER | Key.OLDER | Key.NEWER:
                return self._time(term)
            case _ if term.op is Op.EQUAL:
                return self.listed(term.key, [term.value])
            case _:
                return self._compared(term)

    def _is(self, state: Is) -> str:
        match state:
            case Is.BREACHED:
                return f"c.due_at <= {self.bind(self.now)}"
            case Is.VIP:
                return self._people(whose.VIP)
            case _:
                return columns.IS[state]

    def listed(self, key: Key, values: Sequence[str]) -> str:
        """The condition that a key has one of ``values``."""
        if key is Key.KIND:
            return f"({' OR '.join(map(of_conversation, dict.fromkeys(values)))})"
        if key is Key.TAG:
            return self._tagged(values)
        known = [value for value in values if not (value == NONE and key in columns.ABSENT)]
        conditions = [] if len(known) == len(values) else [columns.ABSENT[key]]
        if known:
            found = self.within(columns.OF_KEY[key], [self._value(key, value) for value in known])
            conditions.append(columns.WITHIN.get(key, "{}").format(found))
        return conditions[0] if len(conditions) == 1 else f"({' OR '.join(conditions)})"

    def _value(self, key: Key, value: str) -> object:
        if value == ME and key is Key.ASSIGNEE:
            return self.me
        if value == ME and key is Key.MENTIONS:
            return self.me.casefold()
        if key is Key.VERIFIED:
            return int(value == YES)
        return rank(key, value) if key in (Key.RATING, Key.PRIORITY) else value

    def _compared(self, term: Term) -> str:
        column = columns.OF_KEY[term.key]
        if term.op is Op.RANGE:
            low, _, high = term.value.partition("..")
            first, last = (self.bind(rank(term.key, end)) for end in (low, high))
            return f"{column} BETWEEN {first} AND {last}"
        return f"{column} {term.op} {self.bind(rank(term.key, term.value))}"

    def _time(self, term: Term) -> str:
        if term.key in (Key.OLDER, Key.NEWER):
            sign = "<=" if term.key is Key.OLDER else ">"
            return f"{self.at} {sign} {self.bind(self.now - (duration(term.value) or 0))}"
        sign = "<" if term.key is Key.BEFORE else ">="
        return f"{self.at} {sign} {self.bind(self._midnight(term.value))}"

    def _midnight(self, text: str) -> Millis | None:
        start = day(text, datetime.fromtimestamp(self.now / 1000, self.zone).date())
        if start is None:
            return None
        return int(datetime.combine(start, time.min, self.zone).timestamp()) * 1000

    def _customer(self, text: str) -> str:
        number = _number(text)
        if number is not None:
            return self._people(f"k.id = {self.bind(number)}")
        from agent_tui.model.customer import IdentityKind, normal  # no view needs it to be shown

        values = sorted({normal(kind, text) for kind in IdentityKind})
        known = whose.KNOWN_AS.format(
            self.within("i.kind", list(IdentityKind)), self.within("i.value", values)
        )
        if "@" not in text:
            known += whose.NAMED.format(" AND ".join(map(self._named, text.split())))
        return self._people(f"k.id IN ({known})")

    def _people(self, condition: str) -> str:
        """Whose customer is one person with a customer ``k`` of whom ``condition`` is true."""
        return whose.OF_PEOPLE.format(self.customer, condition)

    def _tagged(self, tags: Sequence[str]) -> str:
        known = [tag for tag in tags if tag != NONE]
        found = [self._people(whose.TAGGED.format(self.within("t.tag", known)))] if known else []
        found += [whose.UNTAGGED.format(self.customer)] if len(known) < len(tags) else []
        return f"({' OR '.join(found)})"

    def _named(self, word: str) -> str:
        return f"({self._holds('u.name', word)} OR {self._holds('u.aliases', word)})"

    def _holds(self, column: str, text: str) -> str:
        return self._like(column, text, "%{}%")

    def _begins(self, column: str, text: str) -> str:
        return self._like(column, text, "{}%")

    def _like(self, column: str, text: str, pattern: str) -> str:
        # SQLite's LOWER and LIKE fold ASCII only: other letters are looked for as people
        # write them in names. PostgreSQL's LOWER makes the first spelling find them all.
        spellings = dict.fromkeys(map(_ascii_lower, (text.lower(), text.title(), text.upper())))
        patterns = (self.bind(pattern.format(_escaped(s))) for s in spellings)
        likes = (f"LOWER({column}) LIKE {p} ESCAPE '!'" for p in patterns)
        return f"({' OR '.join(likes)})"

    def within(self, column: str, values: Sequence[object]) -> str:
        """The condition that ``column`` has one of ``values``."""
        names = [self.bind(value) for value in values]
        return f"{column} = {names[0]}" if len(names) == 1 else f"{column} IN ({', '.join(names)})"

    def bind(self, value: object) -> str:
        """The parameter that stands for ``value``, with its colon."""
        name = f"q{len(self.params) + 1}"
        self.params[name] = value
        return f":{name}"


def growing(query: Query) -> Query | None:
    """The word or subject at the very end, if nothing negates it."""
    while isinstance(query, And | Or):
        query = query.parts[-1]
    return None if isinstance(query, Phrase) else query


def _split(parts: Iterable[Query]) -> tuple[list[Text], list[Query]]:
    """What the index is asked for, and the rest."""
    texts: list[Text] = []
    others: list[Query] = []
    for part in parts:
        if isinstance(part, Words | Phrase) or (isinstance(part, Term) and part.key is Key.SUBJECT):
            texts.append(part)
        else:
            others.append(part)
    return texts, others


def _statuses(parts: Iterable[Query]) -> tuple[str, ...]:
    """The statuses of the first list of them among conditions that all hold."""
    for part in parts:
        terms = part.parts if isinstance(part, Or) else ()
        listed = [t.value for t in terms if isinstance(t, Term) and t.key is Key.STATUS]
        if listed and len(listed) == len(terms):
            return tuple(dict.fromkeys(listed))
    return ()


def _person(parts: Iterable[Query]) -> int | None:
    """The first customer who is named by number among conditions that all hold."""
    numbers = (_number(p.value) for p in parts if isinstance(p, Term) and p.key is Key.CUSTOMER)
    return next((number for number in numbers if number is not None), None)


def _number(text: str) -> int | None:
    """The id in ``#12``."""
    digits = text.removeprefix("#")
    plain = digits != text and digits.isascii() and digits.isdecimal()
    return int(digits) if plain and len(digits) <= _LONGEST_ID else None


def _ascii_lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
