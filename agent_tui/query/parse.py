"""Reads the query language.

Parts side by side are all wanted; ``OR`` (capital) binds less than that; ``-`` negates a word,
phrase, term or parenthesis; ``()`` is everything. ``key:a,b`` is any of its values, quotes hold
blanks, commas and colons, and ``\\"`` inside them is a quote. A quote, a hyphen or a colon
inside a word is part of it, unless what stands before the colon reads like a key.
"""

import re

from agent_tui.query.syntax import (
    Key,
    Phrase,
    Query,
    QueryError,
    Term,
    Words,
    all_of,
    any_of,
    negated,
)
from agent_tui.query.values import choices, expected, read_value

MOST_PARTS = 200
"""Words and terms in one query: SQLite takes expressions 1,000 deep, and a view added to this
must still fit."""

MOST_CHARACTERS = 10_000
"""In one query: SQLite takes patterns of 50,000 bytes."""

_DEEPEST = 20

_UNREADABLE = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)), " ")
"""What no database takes or no text holds; it separates words like a blank."""

_BLANKS = re.compile(r"\s*")
_MINUSES = re.compile(r"(?:-(?=[^\s)]))*")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\["\\]?+)*+)"')
_ESCAPED = re.compile(r'\\(["\\])')
_WORD = re.compile(r"[^\s()]+")
_VALUE = re.compile(r'[^\s(),"][^\s(),]*')
_KEY = re.compile(r"([A-Za-z_]+):(?!//)")  # an address of the web is a word
_OR = re.compile(r"OR(?![^\s()])")
_OR_AS_WORD = 'the word itself is written "OR"'


def parse(text: str) -> Query:
    """The query in ``text``, in normal form; nothing but blanks is everything.

    Raises QueryError on what it cannot read.
    """
    if len(text) > MOST_CHARACTERS:
        sentence = f"a query has at most {MOST_CHARACTERS:,} characters, this one {len(text):,}"
        raise QueryError(sentence, MOST_CHARACTERS, text[MOST_CHARACTERS:])
    reader = _Reader(text.translate(_UNREADABLE))
    query = reader.either()
    if not reader.ended():
        at = reader.at
        raise QueryError(f"the parenthesis {_where(at)} closes nothing", at, ")")
    return query


def is_word(text: str) -> bool:
    """Whether ``text`` without quotes reads as one word, itself."""
    if _WORD.fullmatch(text) is None or text[0] == '"' or _OR.match(text):
        return False
    return text == "-" or not (text[0] == "-" or _KEY.match(text))


def is_value(text: str) -> bool:
    """Whether ``text`` needs no quotes after a key."""
    return _VALUE.fullmatch(text) is not None and not text.startswith("//")


class _Reader:
    """Recursive descent over one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self._depth = 0
        self._count = 0

    def ended(self) -> bool:
        return self.at == len(self._text)

    def either(self) -> Query:
        alternatives = [self._every()]
        while self._take(_OR):
            start = self.at - len("OR")
            alternatives.append(self._every())
            if not (alternatives[-1] and alternatives[-2]):
                sentence = f"OR {_where(start)} needs something on both sides; {_OR_AS_WORD}"
                raise QueryError(sentence, start, "OR")
        return any_of(all_of(parts) for parts in alternatives)

    def _every(self) -> list[Query]:
        parts: list[Query] = []
        self._take(_BLANKS)
        while not (self.ended() or self._text[self.at] == ")" or _OR.match(self._text, self.at)):
            parts.append(self._signed())
            self._take(_BLANKS)
        return parts

    def _signed(self) -> Query:
        minuses = len(self._take(_MINUSES))
        if minuses and _OR.match(self._text, self.at):
            sentence = f"OR {_where(self.at)} cannot be negated; {_OR_AS_WORD}"
            raise QueryError(sentence, self.at, "OR")
        part = self._part()
        return negated(part) if minuses % 2 else part

    def _part(self) -> Query:
        character = self._text[self.at]
        if character == "(":
            return self._parenthesis()
        if character == '"':
            return Phrase(self._quoted())
        key = _KEY.match(self._text, self.at)
        if key:
            return self._term(key)
        self._counted()
        return Words(self._take(_WORD))

    def _parenthesis(self) -> Query:
        start = self.at
        if self._depth == _DEEPEST:
            sentence = f"the parenthesis {_where(start)} is more than {_DEEPEST} deep"
            raise QueryError(sentence, start, "(")
        self.at += 1
        self._depth += 1
        query = self.either()
        if self.ended():
            raise QueryError(f"the parenthesis {_where(start)} is not closed", start, "(")
        self.at += 1
        self._depth -= 1
        return query

    def _quoted(self) -> str:
        self._counted()
        found = _QUOTED.match(self._text, self.at)
        if found is None:
            rest = self._text[self.at :]
            raise QueryError(f"the quote {_where(self.at)} is not closed", self.at, rest)
        words = " ".join(_ESCAPED.sub(r"\1", found[1]).split())
        if not words:
            sentence = f"there is nothing in the quotes {_where(self.at)}"
            raise QueryError(sentence, self.at, found[0])
        self.at = found.end()
        return words

    def _term(self, found: re.Match[str]) -> Query:
        name = found[1]
        key = self._key(name)
        self.at = found.end()
        values = [self._value(key)]
        while self._text.startswith(",", self.at):
            self.at += 1
            values.append(self._value(key))
        return any_of(values)

    def _key(self, name: str) -> Key:
        try:
            return Key(name.lower())
        except ValueError:
            raise QueryError(
                f"unknown key '{name}' {_where(self.at)}{_meant(name, tuple(Key))}; keys are "
                f"{', '.join(Key)}; text with a colon stands in quotes",
                self.at,
                name,
            ) from None

    def _value(self, key: Key) -> Term:
        start = self.at
        if self._text.startswith('"', start):
            text = self._quoted()
        else:
            self._counted()
            text = self._take(_VALUE)
        if not text:
            sentence = f"{key} needs a value {_where(start)}: {expected(key)}"
            raise QueryError(sentence, start, "")
        read = read_value(key, text)
        if read is None:
            raise QueryError(
                f"{key} does not know '{text}' {_where(start)}{_meant(text, choices(key))}; "
                f"it takes {expected(key)}",
                start,
                self._text[start : self.at],
            )
        return Term(key, *read)

    def _counted(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise QueryError(
                f"a query holds at most {MOST_PARTS} words and terms; "
                f"one more stands {_where(self.at)}",
                self.at,
                self._take(_WORD),
            )

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]


def _where(position: int) -> str:
    return f"at character {position + 1}"


def _meant(word: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches  # 5 ms that only a mistake need cost

    close = get_close_matches(word.lower(), known, n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
