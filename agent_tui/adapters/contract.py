"""The contract between the program and a provider: what an adapter is, gets, gives and may raise.

An adapter is a class with a class attribute ``info`` and the methods of :class:`Adapter`. It is
found by the entry point group ``agent_tui.adapters`` and made by :func:`registry.load` only when
an account names it. It keeps no files, spawns nothing, and sees the secrets of its own account
only.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol, cast

from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import Clock, Millis
from agent_tui.model.conversation import CLOSED, Triage
from agent_tui.model.customer import Identity
from agent_tui.model.incoming import Batch, Outgoing, Typing
from agent_tui.model.record import Looked
from agent_tui.model.review import Moderation

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of an account: one declaration feeds its file, the wizard and the messages."""

    name: str
    type: type[str] | type[int] | type[bool] | type[list[str]]
    help: str
    default: object = None  # None: must be given unless ``optional``
    optional: bool = False
    choices: tuple[str, ...] = ()
    secret: bool = False  # a reference to a secret, never the secret itself


class Role(StrEnum):
    """What an adapter is for; it may be both."""

    CHANNEL = "channel"  # conversations in, effects out: :class:`Adapter`
    CONTEXT = "context"  # what a shop knows of a customer: :class:`ContextAdapter`


@dataclass(frozen=True, slots=True)
class AdapterInfo:
    """What an adapter is, readable without making one."""

    name: str
    title: str
    version: str
    capabilities: Capabilities
    options: tuple[Option, ...] = ()
    roles: frozenset[Role] = frozenset({Role.CHANNEL})


def _nobody(_sentence: str) -> None:
    """There is no screen to tell."""


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What the engine gives an adapter for one account."""

    name: str
    settings: Mapping[str, object]  # validated against ``info.options``, defaults filled in
    secret: Callable[[str], str]  # option name -> secret; raises AccountProblem
    log: logging.Logger  # masks secrets
    clock: Clock
    network: "Callable[[], httpx.AsyncBaseTransport] | None" = None  # see adapters.http
    exchange: "Callable[[str, Exchange], None] | None" = None
    """Replaces a secret where it is kept, by what an Exchange makes of it, while no other process
    does so; blocks. Raises NotKept when the new one was made but could not be stored."""
    notice: Callable[[str], None] = _nobody  # a sentence for the agent, to be shown once


Exchange = Callable[[str], str]
"""Turns the secret that is kept into the one to keep from now on, such as a refresh token."""


@dataclass(frozen=True, slots=True)
class Target:
    """A message at the provider."""

    mailbox: str
    remote_id: str
    message_id: str | None = None
    topic: str | None = None  # the thread within its conversation


WHOLE = ""
"""The part of a mail that is all of it, header included, byte for byte."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to be done at the provider."""

    kind: EffectKind
    key: str  # idempotency key, the same on every try; Message-ID without brackets for mail
    outgoing: Outgoing | None = None  # for SEND, NOTE and EDIT
    triage: Triage | None = None  # for STATUS, ASSIGN, LABELS and PRIORITY: all as it is to be
    emoji: str = ""  # for REACT
    moderation: Moderation | None = None  # for MODERATE
    on: bool = True  # for TYPING and REACT; False: no longer
    targets: tuple[Target, ...] = ()  # for EDIT, DELETE and REACT the message itself,
    # else the customer's messages that it concerns, newest last
    thread_key: str | None = None

    @property
    def resolved(self) -> bool:
        """Whether the conversation is to be closed, for providers that know no more."""
        return self.triage is not None and self.triage.status in CLOSED


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider said to a delivered effect."""

    remote_id: str | None = None
    parts: tuple[str, ...] = ()  # remote ids of what else became of the message, such as its files
    refused: tuple[tuple[str, str], ...] = ()  # recipient, reason: the others got it
    files_copy: bool = False  # the provider itself files a copy in Sent
    targets: tuple[tuple[Target, Target], ...] = ()  # where moved messages are now: old, new


class Settled(StrEnum):
    """What became of an effect left in doubt."""

    SENT = "sent"
    NOT_SENT = "not sent"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``doctor`` and ``account check``."""

    what: str
    severity: Severity
    detail: str = ""


class AdapterError(Exception):
    """Something went wrong at the provider; ``str()`` is one sentence for the agent."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail  # for the log


class Unreachable(AdapterError):  # noqa: N818 - a state of the world, not a fault of ours
    """The provider cannot be reached or broke off; worth another try with back-off."""

    def __init__(
        self, sentence: str, detail: str = "", *, retry_after: Millis | None = None
    ) -> None:
        super().__init__(sentence, detail)
        self.retry_after = retry_after


class Deferred(Unreachable):
    """The provider itself answered "not now" (an SMTP 4xx): nothing happened, even after commit."""


class NeverLeft(Unreachable):
    """No connection came about, so nothing happened, even after commit."""


class AccountProblem(AdapterError):  # noqa: N818
    """Only a person can mend it: a wrong password, a bad certificate, a missing mailbox."""


class NotKept(AccountProblem):
    """A secret was replaced by the provider, and the new one could not be stored."""


class LoginRefused(AccountProblem):
    """The provider knows us not, or not any more."""


class MailboxProblem(AccountProblem):
    """A person must mend one mailbox; the others were pulled and can go on being pulled."""


class Refused(AdapterError):  # noqa: N818
    """The provider refused this effect for good; trying again changes nothing."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something changed at the provider; an empty mailbox means anywhere.

    With ``typing`` that is all that changed, and nothing need be pulled.
    """

    mailbox: str = ""
    typing: Typing | None = None


Commit = Callable[[], Awaitable[None]]
"""Called by ``deliver`` just before its step of no return; writes that down with full sync."""


class Adapter(Protocol):
    """A connection to one account of a provider.

    Its methods run side by side: a pull while something is watched, fetched, settled and, for
    different conversations, delivered.
    """

    info: ClassVar[AdapterInfo]

    def __init__(self, account: AccountContext) -> None: ...

    def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Everything new since ``cursors`` (mailbox -> cursor of its last committed batch).

        Ends when it has caught up. Stopping after any batch and pulling again with the
        cursors committed so far loses nothing and doubles nothing.
        """
        ...

    def watch(self) -> AsyncIterator[Hint]:
        """Hints that a pull is worth while, until cancelled; nothing for adapters without push."""
        ...

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Carry out ``effect``; awaits ``commit()`` once, just before the step of no return.

        What may be repeated without harm, such as a flag, a move, or anything that the provider
        itself does once for a key, has no such step and does not commit. A TYPING effect comes
        at any time, also while others are delivered, and what it raises is only logged.

        Raises Unreachable (try again), AccountProblem or Refused. What is raised before
        ``commit`` was awaited, or a Refused, Deferred or NeverLeft after it, means: nothing
        happened. Any other Unreachable after ``commit`` leaves the effect in doubt.
        """
        ...

    async def settle(self, effect: Effect) -> Settled:
        """What became of an effect whose ``deliver`` broke off after ``commit``."""
        ...

    async def file_copy(self, effect: Effect) -> None:
        """Put a copy of a sent message where the provider keeps sent mail, once.

        Comes after the receipt is on disk and may be repeated, so what else can wait until the
        message has left belongs here, too, such as a flag on the message that it answers.
        """
        ...

    async def fetch(self, target: Target, part: str) -> bytes:
        """The bytes of an attachment; with the capability ``source`` also of :data:`WHOLE`.

        Raises Unreachable when it is worth another try, for good anything else.
        """
        ...

    async def check(self) -> list[Finding]:
        """What ``doctor`` and ``account check`` show: log-in, sending, mailboxes."""
        ...

    async def close(self) -> None:
        """Let go of all connections; called once, also after errors."""
        ...


class ContextAdapter(Protocol):
    """A connection to a provider that knows customers: orders, invoices, shipments; read-only."""

    info: ClassVar[AdapterInfo]

    def __init__(self, account: AccountContext) -> None: ...

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """What the provider knows of whoever goes by these identities, all of one customer.

        Identities of kinds that the provider does not know are passed over; an empty answer
        means that it knows nobody. Raises as ``Adapter.pull`` does.
        """
        ...

    async def check(self) -> list[Finding]:
        """What ``doctor`` and ``account check`` show."""
        ...

    async def close(self) -> None:
        """Let go of all connections; called once, also after errors."""
        ...


AnyAdapter = Adapter | ContextAdapter
"""An adapter, whatever its roles are."""


def as_channel(adapter: AnyAdapter) -> Adapter | None:
    """The adapter as one that has conversations; None when that is not its role."""
    return cast("Adapter", adapter) if Role.CHANNEL in adapter.info.roles else None


def as_context(adapter: AnyAdapter) -> ContextAdapter | None:
    """The adapter as one that knows customers; None when that is not its role."""
    return cast("ContextAdapter", adapter) if Role.CONTEXT in adapter.info.roles else None
