"""Which conversation a mail belongs to: by ids it names, never by its subject."""

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
    while True:
        head, colon, tail = rest.partition(":")
        if not colon or head.strip().lower() not in _PREFIXES:
            return rest
        rest = tail.strip()


_PREFIXES = frozenset(
    "re aw antw sv vs fwd fw wg tr rv ref rif odp res enc ynt 回复 回覆 转发 轉寄 答复 返信".split()
)
