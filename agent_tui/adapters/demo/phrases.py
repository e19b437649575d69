"""What customers of the demo world say back: phrases by language, kind of answer and channel."""

import random
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class _Book:
    """``phrases.toml``."""

    topics: dict[str, list[str]]  # kind of answer -> words of the agent that call for it
    languages: dict[str, dict[str, list[str]]]  # language -> kind of answer -> phrases


@dataclass(slots=True)
class Phrases:
    """Deals phrases like cards: none comes again before all others of its kind have come."""

    chance: random.Random
    _decks: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def reminder(self, language: str) -> str:
        """Asks after a conversation that nobody answered."""
        return self._deal(language, "reminder")

    def answer(self, language: str, to: str, *, chat: bool, answers: int) -> str:
        """What a customer who has answered ``answers`` times says to an agent's text ``to``."""
        known = _book().languages.get(language, _book().languages["en"])
        prefix, rest = ("chat-", "chat") if chat else ("", "thanks" if answers else "any")
        if answers == 0:
            kinds = (f"{prefix}{topic}" for topic in _topics(to))
            return self._deal(language, next((kind for kind in kinds if kind in known), rest))
        return self._deal(language, rest)

    def _deal(self, language: str, kind: str) -> str:
        languages = _book().languages
        if language not in languages:
            language = "en"
        deck = self._decks.setdefault((language, kind), [])
        if not deck:
            deck += languages[language][kind]
            self.chance.shuffle(deck)
        return deck.pop()


def asks_for_photo(text: str) -> bool:
    """Whether an agent's ``text`` asks for a picture."""
    return "photo" in _topics(text)


@cache
def _book() -> _Book:
    text = (files(__package__) / "plays" / "phrases.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return _Book(table.pop("topics"), table)


def _topics(text: str) -> list[str]:
    """The kinds of answer that ``text`` calls for, the most telling first."""
    low = text.casefold()
    return [topic for topic, words in _book().topics.items() if any(word in low for word in words)]
