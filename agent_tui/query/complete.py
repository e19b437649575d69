"""Says how the word under the cursor may go on; pure, so that every prompt can use it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent_tui.query.printer import value_text
from agent_tui.query.syntax import Key
from agent_tui.query.values import choices, expected


@dataclass(frozen=True, slots=True)
class Known:
    """Names that a query may hold beside those of the language."""

    accounts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """``text`` may stand for the typed ``start`` to ``end`` (offsets)."""

    text: str
    start: int
    end: int
    about: str = ""  # what a key takes


_QUOTED = r'"(?:[^"\\]|\\.)*+"?+'
_ITEM = rf'(?:{_QUOTED}|[^\s(),"][^\s(),]*+)'
# Possessive groups are avoided where they may match nothing: Python 3.11.2 gets them wrong.
_TOKEN = re.compile(
    rf"(?P<key>[A-Za-z_]+):(?:{_ITEM},)*(?P<item>{_ITEM}?)|-|[()]|\s+|{_QUOTED}|[^\s()]+",
    re.DOTALL,
)


def complete(text: str, cursor: int, known: Known) -> list[Completion]:
    """What may stand for the key or value that ends at ``cursor``, likely ones first.

    Nothing is offered inside a word, for free text and for what is complete.
    """
    if cursor < len(text) and text[cursor] not in " )":
        return []
    tokens = list(_TOKEN.finditer(text[:cursor]))
    last = tokens[-1] if tokens else None
    if last is None or last[0].isspace() or last[0] in ("(", "-"):
        return _keys("", cursor)
    if last["key"] is None:
        return _keys(last[0], cursor)
    return _values(last["key"].lower(), last["item"], cursor, known)


def _keys(typed: str, cursor: int) -> list[Completion]:
    start = cursor - len(typed)
    return [
        Completion(f"{key}:", start, cursor, expected(key))
        for key in Key
        if key.startswith(typed.lower())
    ]


def _values(name: str, typed: str, cursor: int, known: Known) -> list[Completion]:
    if name not in tuple(Key):
        return []
    start = cursor - len(typed)
    fitting = _fitting(typed.strip('"').casefold(), _offered(Key(name), known))
    return [
        Completion(shown, start, cursor) for shown in map(value_text, fitting) if shown != typed
    ]


def _offered(key: Key, known: Known) -> tuple[str, ...]:
    match key:
        case Key.ACCOUNT:
            return known.accounts
        case Key.LABEL:
            return known.labels + choices(key)
        case Key.TAG:
            return known.tags + choices(key)
        case Key.COMPANY:
            return known.companies
        case Key.ASSIGNEE | Key.MENTIONS:
            return choices(key) + known.assignees
        case _:
            return choices(key)


def _fitting(typed: str, offered: Iterable[str]) -> list[str]:
    """Those of ``offered`` that begin with ``typed``, then those that hold it."""
    holding = [value for value in offered if typed in value.casefold()]
    return sorted(holding, key=lambda value: not value.casefold().startswith(typed))
