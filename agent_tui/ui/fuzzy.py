"""Fuzzy matching: whether letters occur in order in a text, and how well."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from agent_tui.ui.shell import Choice

_Item = TypeVar("_Item")

_WORD_START = 8
_IN_A_ROW = 4
_IN_TITLE = 2


def score(typed: str, text: str) -> int | None:
    """How well ``text`` fits the words of ``typed``, more is better; None when it does not.

    Each word's letters must occur in order; beginnings of words and letters in a row count more.
    """
    folded = text.casefold()
    total = 0
    for word in typed.casefold().split():
        found = _word_score(word, folded)
        if found is None:
            return None
        total += found
    return total


def matches(typed: str, items: Iterable[Choice]) -> list[Choice]:
    """The items whose title or explanation fits, best first, equal ones in their order."""
    scored = []
    for item in items:
        in_title = score(typed, item.title)
        anywhere = score(typed, f"{item.title} {item.about}")
        if anywhere is not None:
            best = anywhere if in_title is None else max(anywhere, in_title * _IN_TITLE)
            scored.append((best, item))
    return _best_first(scored)


def _best_first(scored: Sequence[tuple[int, _Item]]) -> list[_Item]:
    return [item for _, item in sorted(scored, key=lambda pair: -pair[0])]


def _word_score(word: str, text: str) -> int | None:
    """The best of matching the word in one piece, and letter by letter."""
    at = text.find(word)
    while at > 0 and _inside_word(text, at):
        following = text.find(word, at + 1)
        if following < 0:
            break
        at = following
    if at >= 0:
        return _IN_A_ROW * len(word) + (0 if _inside_word(text, at) else _WORD_START)
    return _letters_score(word, text)


def _letters_score(word: str, text: str) -> int | None:
    total, at = 0, -1
    for letter in word:
        found = text.find(letter, at + 1)
        if found < 0:
            return None
        total += _IN_A_ROW // 2 if found == at + 1 else 0
        at = found
    return total


def _inside_word(text: str, at: int) -> bool:
    return at > 0 and text[at - 1].isalnum()
