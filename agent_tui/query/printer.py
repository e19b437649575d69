"""Writes a query as a person would type it; what comes out parses to the same query."""

from collections.abc import Iterable
from itertools import groupby

from agent_tui.query.parse import is_value, is_word
from agent_tui.query.syntax import And, Everything, Key, Not, Op, Or, Phrase, Query, Term, Words


def to_text(query: Query) -> str:
    """``query`` in the query language; everything is the empty text."""
    return "" if isinstance(query, Everything) else _any(query)


def value_text(value: str) -> str:
    """``value`` as it stands after a key: in quotes where it must."""
    return value if is_value(value) else _quoted(value)


def _any(query: Query) -> str:
    """``query`` where nothing binds tighter than OR."""
    return " OR ".join(_all(run) for run in _runs(query))


def _all(query: Query | tuple[Term, ...]) -> str:
    """``query`` as a side of an OR."""
    if isinstance(query, And):
        return " ".join(_one(part) for part in query.parts)
    return _one(query)


def _one(query: Query | tuple[Term, ...]) -> str:
    """``query`` as one part among others."""
    match query:
        case Everything():
            return "()"
        case Words(text):
            return text if is_word(text) else _quoted(text)
        case Phrase(text):
            return _quoted(text)
        case Term():
            return _term((query,))
        case Not(part):
            return f"-{_one(part)}"
        case And():
            return f"({_all(query)})"
        case Or():
            runs = _runs(query)
            return _one(runs[0]) if len(runs) == 1 else f"({_any(query)})"
        case _:
            return _term(query)


def _runs(query: Query) -> list[Query | tuple[Term, ...]]:
    """The alternatives of ``query``, neighbouring terms of one key together: ``key:a,b``."""
    runs: list[Query | tuple[Term, ...]] = []
    for key, parts in groupby(query.parts if isinstance(query, Or) else (query,), _key):
        if key is None:
            runs.extend(parts)
        else:
            runs.append(tuple(part for part in parts if isinstance(part, Term)))
    return runs


def _key(query: Query) -> Key | None:
    return query.key if isinstance(query, Term) else None


def _term(terms: Iterable[Term]) -> str:
    key, values = "", []
    for term in terms:
        key = term.key
        compared = "" if term.op is Op.RANGE else term.op
        values.append(compared + value_text(term.value))
    return f"{key}:{','.join(values)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
