"""A stand: a provider under control, with one account on it and the hands of its customers.

The conformance suite plays the customer and the bad weather by these methods and looks at what
arrives. An author writes one stand for an adapter, in front of a real server or a fake one, and
names it in the entry point group ``agent_tui.stands`` under the adapter's name.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from agent_tui.adapters.contract import AccountContext, AnyAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Clock
from agent_tui.model.record import Money
from agent_tui.model.review import Moderation

GROUP = "agent_tui.stands"


class Fault(StrEnum):
    """Bad weather that a stand can play."""

    REFUSED = "refused"  # no connection comes about
    CUT_BEFORE = "cut before"  # the connection breaks before the provider has read the request
    CUT_AFTER = "cut after"  # the provider has done it, its answer is lost
    GARBAGE = "garbage"  # an answer that is none of the protocol's
    SERVER_ERROR = "server error"  # the provider has a problem of its own and has done nothing
    SLOW_DOWN = "slow down"  # too many requests
    NO_ENTRY = "no entry"  # the log-in is not valid any more
    SILENCE = "silence"  # no answer ever comes


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something of ours at the provider, as a customer or colleague there sees it."""

    kind: EffectKind  # SEND or NOTE
    thread: str  # as given to :meth:`Stand.write`
    text: str
    files: tuple[tuple[str, bytes], ...] = ()
    deleted: bool = False


class StandMissing(Exception):  # noqa: N818 - a state of the world
    """The stand cannot be had here; ``str()`` says what to install."""


class CannotPlay(Exception):  # noqa: N818 - a state of the world
    """The stand has no hands for this; the claim is reported as not checked."""


class Stand(ABC):
    """What an author fills in; the optional hands raise CannotPlay unless they are overridden."""

    adapter: ClassVar[type[AnyAdapter]]
    faults: ClassVar[frozenset[Fault]] = frozenset()  # what :meth:`fault` can play
    faults_of_pull: ClassVar[frozenset[Fault] | None] = (
        None  # all that reading ever meets, if fewer
    )
    contract: str = ""  # the API description that all exchanges were held against, for the table

    @abstractmethod
    async def start(self) -> None:
        """Set the provider up, empty. Raises StandMissing."""

    @abstractmethod
    async def stop(self) -> None:
        """Take it down; also after a failed start."""

    @abstractmethod
    def context(self, clock: Clock) -> AccountContext:
        """The account, ready to log in; each call gives a context of its own.

        ``clock`` is the provider's, too: times that it puts on things are of now.
        """

    def make(self, account: AccountContext) -> AnyAdapter:
        """The adapter for an account of :meth:`context`; a stand may want to keep hold of it."""
        return self.adapter(account)

    @abstractmethod
    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        """The customer of ``thread`` writes, for the first time or again; the remote id.

        With ``single_reply`` each call makes a review, which is a conversation of its own.
        """

    @abstractmethod
    async def arrived(self) -> Sequence[Arrived]:
        """Everything of ours that has reached the provider, in order, doubles included."""

    async def edit(self, remote_id: str, text: str) -> None:
        """The customer edits what they wrote."""
        raise CannotPlay

    async def delete(self, remote_id: str) -> None:
        """The customer takes back what they wrote."""
        raise CannotPlay

    async def rename(self, name: str, *, thread: str = "one") -> None:
        """The customer of ``thread`` has another display name in what they write from now on."""
        raise CannotPlay

    async def react(self, remote_id: str, emoji: str) -> None:
        """The customer puts an emoji to a message."""
        raise CannotPlay

    async def read(self, thread: str = "one") -> None:
        """The customer has read all of ours."""
        raise CannotPlay

    async def type(self, thread: str = "one", *, on: bool = True) -> None:
        """The customer begins to write, or stops."""
        raise CannotPlay

    async def seen_typing(self, thread: str = "one") -> bool:
        """Whether the customer sees us write."""
        raise CannotPlay

    async def moderation(self, remote_id: str) -> Moderation:
        """Whether the public sees what a customer wrote."""
        raise CannotPlay

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        """Whoever has the address ``email`` orders one ``item``, later than all before; ``total``
        is any sum unless it is given."""
        raise CannotPlay

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        """Play ``fault`` on the next ``times`` exchanges with the provider."""
        raise CannotPlay

    def end_faults(self) -> None:  # noqa: B027 - nothing to end where nothing is played
        """Fair weather again."""

    def strange(self) -> None:
        """From now on all answers have fields, event types and values that nobody knows."""
        raise CannotPlay


class ContextStand(Stand):
    """A stand whose provider knows customers and has no conversations."""

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        raise CannotPlay

    async def arrived(self) -> Sequence[Arrived]:
        return ()
