"""What rarely changes in an account: its agents, inboxes and canned responses."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from agent_tui.adapters.chatwoot.api import Api
from agent_tui.adapters.chatwoot.canned import server_reply
from agent_tui.adapters.chatwoot.people import Agents
from agent_tui.adapters.chatwoot.records import Conversation, Inbox
from agent_tui.adapters.contract import AccountProblem
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import MINUTE, Clock, Millis
from agent_tui.model.incoming import ServerReply

_FRESH: Millis = 10 * MINUTE


@dataclass(frozen=True)
class Known:
    """The account as of ``at``."""

    at: Millis
    agents: Agents
    inboxes: dict[int, Inbox]
    served: frozenset[int] | None  # None: all inboxes
    canned: tuple[ServerReply, ...]

    @cached_property
    def digest(self) -> str:
        """Other agents or canned responses have another one."""
        told = repr((self.agents.colleagues(), self.canned))
        return sha256(told.encode(errors="replace")).hexdigest()[:12]

    def serves(self, conversation: Conversation) -> bool:
        return self.served is None or conversation.inbox in self.served

    @property
    def only_inbox(self) -> int | None:
        """The inbox to ask for where there is but one."""
        return next(iter(self.served)) if self.served and len(self.served) == 1 else None


class Directory:
    """Keeps :class:`Known`."""

    def __init__(self, api: Api, clock: Clock, inboxes: Sequence[str]) -> None:
        self._api = api
        self._clock = clock
        self._wanted = inboxes
        self._known: Known | None = None

    async def known(self) -> Known:
        """What is known, asked for anew where it is ten minutes old."""
        known = self._known
        if known is None or not 0 <= self._clock() - known.at < _FRESH:
            known = self._known = await self._asked()
        return known

    def forget(self) -> None:
        """Somebody or something is not known: ask anew."""
        self._known = None

    async def _asked(self) -> Known:
        at = self._clock()
        inboxes = {one.id: one for one in await self._api.inboxes()}
        agents = Agents(await self._api.agents())
        canned = {
            reply.name: reply
            for one in await self._api.canned_responses()
            if (reply := server_reply(one)) is not None
        }
        served = served_inboxes(self._wanted, list(inboxes.values()))
        return Known(at, agents, inboxes, served, tuple(canned.values()))


def served_inboxes(wanted: Sequence[str], there: Sequence[Inbox]) -> frozenset[int] | None:
    """The numbers of the inboxes named in ``wanted``; None for all.

    Raises AccountProblem for a name that no inbox has.
    """
    if not wanted:
        return None
    found: set[int] = set()
    for name in wanted:
        numbers = {one.id for one in there if name in (str(one.id), one.name)}
        if not numbers:
            known = ", ".join(f"{safe_line(one.name, 60)} ({one.id})" for one in there) or "none"
            raise AccountProblem(
                f"Chatwoot has no inbox '{safe_line(name, 60)}' that you see; there are {known}. "
                "Correct 'inboxes', or have yourself added to it there."
            )
        found |= numbers
    return frozenset(found)
