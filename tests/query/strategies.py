"""Queries in normal form for property tests."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from agent_tui.query.parse import is_word
from agent_tui.query.syntax import (
    EVERYTHING,
    Key,
    Phrase,
    Query,
    Term,
    Words,
    all_of,
    any_of,
    negated,
)
from agent_tui.query.values import choices, read_value

FREE = (
    Key.ACCOUNT,
    Key.ASSIGNEE,
    Key.LABEL,
    Key.CUSTOMER,
    Key.COMPANY,
    Key.TAG,
    Key.SUBJECT,
    Key.PRODUCT,
)
"""Keys that take any text."""

_COMPARED = {
    Key.RATING: ("1", "<=2", "<3", ">4", ">=5", "2..4", "3..3"),
    Key.PRIORITY: ("low", "<=normal", "<high", ">normal", ">=high", "low..high"),
}
_DATED = ("today", "yesterday", "2026-01-31", "2026-02", "2025-12-31", "1970-01-01")
_DUE = ("<30m", "<2h", ">1d", ">0d")
_AGED = ("30m", "2h", "1d", "2w", "6mo", "1y", "0d")

_CURIOUS = st.sampled_from(
    "OR AND NOT NEAR status: none me a é 日 \U0001f389 #1 // <= ..".split()
) | st.sampled_from("\"'\\-(),:*^{}+%_! ")


def curious_text() -> SearchStrategy[str]:
    """Text full of what the language, FTS5 and LIKE take for their own."""
    readable = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=5)
    return st.lists(_CURIOUS | readable, min_size=1, max_size=6).map("".join)


def term(key: Key, text: str) -> Term:
    """The term that ``key:text`` is read as."""
    read = read_value(key, text)
    assert read is not None, (key, text)
    return Term(key, *read)


def terms_of(key: Key) -> list[Term]:
    """Terms that try every kind of value of a key that does not take any text."""
    values = _COMPARED.get(key) or {
        Key.BEFORE: _DATED,
        Key.AFTER: _DATED,
        Key.OLDER: _AGED,
        Key.NEWER: _AGED,
        Key.DUE: _DUE,
        Key.MENTIONS: ("me", "ann", "bo"),
        Key.COUNTRY: ("GB", "de", "Fr"),
    }.get(key, choices(key))
    return [term(key, value) for value in values]


def fixed_terms() -> SearchStrategy[Query]:
    return st.sampled_from([t for key in Key if key not in FREE for t in terms_of(key)])


def any_leaf() -> SearchStrategy[Query]:
    """Every kind of leaf, with text of every kind."""
    quoted = curious_text().map(lambda text: " ".join(text.split())).filter(bool)
    words: SearchStrategy[Query] = curious_text().filter(is_word).map(Words)
    phrases: SearchStrategy[Query] = quoted.map(Phrase)
    free: SearchStrategy[Query] = st.builds(term, st.sampled_from(FREE), quoted)
    return words | phrases | free | fixed_terms()


def queries(leaves: SearchStrategy[Query]) -> SearchStrategy[Query]:
    """Trees over ``leaves`` in normal form."""

    def deeper(parts: SearchStrategy[Query]) -> SearchStrategy[Query]:
        several = st.lists(parts, min_size=2, max_size=4)
        return several.map(all_of) | several.map(any_of) | parts.map(negated)

    return st.recursive(st.just(EVERYTHING) | leaves, deeper, max_leaves=10)
