"""An adapter in front of the fake Chatwoot, with its cursor kept as the engine keeps it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from agent_tui.adapters.chatwoot import ChatwootAdapter
from agent_tui.adapters.chatwoot.cursor import MAILBOX
from agent_tui.adapters.contract import Effect, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND
from agent_tui.model.conversation import Status, Triage
from agent_tui.model.incoming import ConversationState, Outgoing
from agent_tui.model.message import Address
from agent_tui.testing.stands.chatwoot import ChatwootStand
from agent_tui.testing.stands.chatwoot_api import ChatwootApi
from tests.adapters.visiting import Pulling

KEY = "k1@example.test"


@dataclass
class Visit(Pulling):
    """One account, its stand, and what was pulled."""

    adapter: ChatwootAdapter = field(init=False)
    stand: ChatwootStand = field(default_factory=ChatwootStand)
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def api(self) -> ChatwootApi:
        return self.stand.api

    async def start(self, **settings: object) -> None:
        await self.stand.start()
        self.settings = settings
        self.restart()

    def restart(self) -> None:
        """Another run of the program, which knows nothing but its cursor."""
        self.adapter = ChatwootAdapter(self.stand.context_with(self.clock, **self.settings))

    async def texts(self) -> list[str]:
        return [one.body.text for one in await self.news()]

    async def state(self) -> ConversationState:
        """What is said of the only conversation that has changed."""
        [state] = [one for batch in await self.pull() for one in batch.conversations]
        return state

    def later(self, hours: float) -> None:
        """Let time pass, here and at the server."""
        self.clock.advance(round(hours * 3_600 * SECOND))


@asynccontextmanager
async def visit(**settings: object) -> AsyncIterator[Visit]:
    made = Visit()
    await made.start(**settings)
    try:
        yield made
    finally:
        await made.adapter.close()
        await made.stand.stop()
        if made.stand.held is not None:
            assert made.stand.held.violations == []


def effect(kind: EffectKind, number: int = 11, **more: Any) -> Effect:
    return Effect(kind, KEY, thread_key=str(number), **more)


def written(text: str, kind: EffectKind = EffectKind.SEND, **more: Any) -> Effect:
    """A reply or a note in conversation 11."""
    outgoing = Outgoing("", text, Address("Support", ""), thread_key="11", **more)
    return effect(kind, outgoing=outgoing)


def triage(kind: EffectKind, **fields: Any) -> Effect:
    given = Triage(Status.OPEN)
    return effect(kind, triage=replace(given, **fields))


def target(remote_id: int) -> Target:
    return Target(MAILBOX, str(remote_id))
