"""Where searched words stand in a text, found as the index finds them: without case or accents."""

from collections.abc import Iterable
from unicodedata import combining, normalize


def spans(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Start and end of every place where one of ``words`` stands, in order; none overlap."""
    folded, places = _folded(text)
    found: list[tuple[int, int]] = []
    for word in words:
        wanted, _ = _folded(word)
        at = folded.find(wanted) if wanted else -1
        while at >= 0:
            end = at + len(wanted)
            found.append((places[at], _past_accents(text, places[end - 1] + 1)))
            at = folded.find(wanted, end)
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def _folded(text: str) -> tuple[str, range | list[int]]:
    """``text`` without case and accents, and for each of its characters its place in ``text``."""
    if text.isascii():
        return text.lower(), range(len(text))
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        plain = "".join(c for c in normalize("NFD", character) if not combining(c)).casefold()
        kept.append(plain)
        places += [place] * len(plain)
    return "".join(kept), places


def _past_accents(text: str, end: int) -> int:
    while end < len(text) and combining(text[end]):
        end += 1
    return end
