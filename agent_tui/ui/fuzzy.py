"""Fuzzy matching: whether letters occur in order in a text, and how well."""

from collections.abc import Iterable

from agent_tui.ui.shell import Choice

_WORD_START = 8
_IN_A_ROW = 4
_IN_TITLE = 2


def score(typed: str, title: str, about: str = "") -> int | None:
    """How well a line fits the words of ``typed``, more is better; None when it does not.

    Each word must stand in the title or its explanation; in the title it is enough that its
    letters occur in order. Beginnings of words, letters in a row and the title count more.
    """
    total = 0
    for word in typed.casefold().split():
        in_title = _word_score(word, title.casefold())
        in_about = _piece_score(word, about.casefold())
        found = [in_title * _IN_TITLE] if in_title is not None else []
        found += [in_about] if in_about is not None else []
        if not found:
            return None
        total += max(found)
    return total


def matches(typed: str, items: Iterable[Choice]) -> list[Choice]:
    """The items whose title or explanation fits, best first, equal ones in their order."""
    scored = [
        (found, item)
        for item in items
        if (found := score(typed, item.title, item.about)) is not None
    ]
    return [item for _, item in sorted(scored, key=lambda pair: -pair[0])]


def _word_score(word: str, text: str) -> int | None:
    """The best of matching the word in one piece, and letter by letter."""
    found = _piece_score(word, text)
    return found if found is not None else _letters_score(word, text)


def _piece_score(word: str, text: str) -> int | None:
    at = text.find(word)
    while at > 0 and _inside_word(text, at):
        following = text.find(word, at + 1)
        if following < 0:
            break
        at = following
    if at < 0:
        return None
    return _IN_A_ROW * len(word) + (0 if _inside_word(text, at) else _WORD_START)


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
