"""Which conversation a mail belongs to: by ids it names, never by its subject."""

import re
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation that knows an id named by an incoming mail."""

    conversation_id: int
    participants: frozenset[str]  # normal addresses of everybody in it but us
    issued: bool  # the id is one of our own unguessable Message-IDs


def joins(candidate: Candidate, people: Collection[str]) -> bool:
    """Whether a mail of ``people`` (sender and recipients but us) belongs to ``candidate``.

    A stranger who merely guesses or copies a customer's Message-ID gets a conversation of
    their own; one who answers our own mail was given its id by somebody in the thread.
    """
    return candidate.issued or not candidate.participants.isdisjoint(people)


def bare_subject(subject: str) -> str:
    """``subject`` without reply and forward prefixes, for naming a conversation only."""
    rest = subject.strip()
    while (found := _PREFIX.match(rest)) and found[1].lower() in _PREFIXES:
        rest = rest[found.end() :].strip()
    return rest


_PREFIX = re.compile(r"(\w+) ?(?:\[\d+\]|\(\d+\))? ?[:：]")
"""Some programs count: ``Re[2]:``; Chinese and Japanese ones write a wide colon."""

_PREFIXES = frozenset(
    "re aw antw sv vs fwd fw wg tr rv ref rif odp res enc ynt 回复 回覆 转发 轉寄 答复 返信".split()
)
