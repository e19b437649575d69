"""What a claim of the conformance suite is, and what can become of one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from agent_tui.adapters.contract import Role
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.testing.stand import Fault

if TYPE_CHECKING:
    from agent_tui.testing.trial import Trial


class Broken(AssertionError):  # noqa: N818 - a claim is broken
    """A claim does not hold; ``str()`` says what was seen instead."""


class NotApplicable(Exception):  # noqa: N818 - a state of the world
    """The account, as it is set up, does not offer what the claim is about."""


class Outcome(StrEnum):
    """What became of a claim."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"  # the adapter does not offer it
    NOT_CHECKED = "not checked"  # the stand is not there or has no hands for it


@dataclass(frozen=True, slots=True)
class Need:
    """What an adapter must offer for a claim to be about it."""

    words: str
    met: Callable[[Capabilities], bool]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that holds for every good adapter."""

    name: str  # for a command line and a test's id
    sentence: str
    check: Callable[["Trial"], Awaitable[None]]
    needs: tuple[Need, ...] = ()
    fault: Fault | None = None  # what the stand must be able to play
    pulling: bool = False  # it is pull() or lookup() that meets the fault
    roles: frozenset[Role] = frozenset({Role.CHANNEL})  # the adapter must have one of these


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one claim, and why."""

    claim: Claim
    outcome: Outcome
    detail: str = ""
    missing: bool = False  # the stand itself cannot be had here


def hold(condition: object, otherwise: str) -> None:
    """Raise Broken with ``otherwise``, what was seen instead, unless ``condition`` holds."""
    if not condition:
        raise Broken(otherwise)


def offers(kind: EffectKind) -> Need:
    """The adapter offers effects of that kind."""
    return Need(f"the effect '{kind}'", lambda can: kind in can.effects)


SENDS = offers(EffectKind.SEND)
PUSH = Need("push", lambda can: can.push)
NO_PUSH = Need("no push", lambda can: not can.push)
MARKS = Need("marks of delivery", lambda can: can.marks)
FILES = Need("attachments", lambda can: can.attach)
LIMIT = Need("a limit of replies", lambda can: can.reply_limit is not None)
IDEMPOTENT = Need("a provider that drops repeated keys", lambda can: can.idempotent)
COMMITS = Need("a step of no return", lambda can: not can.idempotent)
SOURCE = Need("mails that can be fetched whole", lambda can: can.source)
REVIEWS = Need("reviews", lambda can: can.channel is Channel.REVIEW)
ALIVE = Need(
    "messages that can change (not mail)",
    lambda can: can.channel not in (Channel.MAIL, Channel.FORM),
)
