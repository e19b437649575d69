"""A review adapter in front of its stand, with its cursors kept as the engine keeps them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar, cast

from agent_tui.adapters.contract import (
    AccountContext,
    Adapter,
    AdapterError,
    Effect,
    Receipt,
    Target,
)
from agent_tui.model.account import EffectKind
from agent_tui.model.incoming import Batch, Deletion, Edit, Incoming, Outgoing
from agent_tui.model.message import Address
from agent_tui.testing.clock import FakeClock
from agent_tui.testing.stand import Stand

S = TypeVar("S", bound=Stand)


@dataclass
class Desk(Generic[S]):
    """One account, its stand, and what was pulled."""

    stand: S
    adapter: Adapter
    clock: FakeClock
    cursors: dict[str, str] = field(default_factory=dict)
    commits: int = 0

    async def pull(self) -> list[Batch]:
        """One pull, whose batches are then committed."""
        batches = []
        async for batch in self.adapter.pull(dict(self.cursors)):
            self.cursors[batch.mailbox] = batch.cursor
            batches.append(batch)
        return batches

    async def news(self) -> list[Incoming]:
        return [message for batch in await self.pull() for message in batch.messages]

    async def edits(self) -> list[Edit]:
        return [edit for batch in await self.pull() for edit in batch.edits]

    async def deletions(self) -> list[Deletion]:
        return [one for batch in await self.pull() for one in batch.deletions]

    async def asked(self, text: str = "It does not start.") -> Target:
        """The review that a customer writes, pulled."""
        remote_id = await self.stand.write(text)
        batches = await self.pull()
        return Target(batches[-1].mailbox, remote_id)

    async def deliver(self, effect: Effect) -> Receipt:
        return await self.adapter.deliver(effect, self._commit)

    async def failing(self, effect: Effect) -> AdapterError:
        """The error of delivering ``effect``."""
        try:
            await self.deliver(effect)
        except AdapterError as error:
            return error
        raise AssertionError("it was delivered")

    async def pulling_fails(self) -> AdapterError:
        """The error of a pull."""
        try:
            await self.pull()
        except AdapterError as error:
            return error
        raise AssertionError("the pull ended well")

    def reply(self, to: Target, text: str, kind: EffectKind = EffectKind.SEND) -> Effect:
        outgoing = Outgoing("", text, Address("", ""), date=self.clock())
        return Effect(kind, "k1", outgoing, targets=(to,), thread_key=to.remote_id)

    async def _commit(self) -> None:
        self.commits += 1


def made_by(stand: Stand, context: AccountContext) -> Adapter:
    """The stand's adapter, which is for a channel."""
    return cast("Adapter", stand.make(context))


@asynccontextmanager
async def desk(stand: S, **settings: object) -> AsyncIterator[Desk[S]]:
    """A desk that is left well: nothing was asked against the contract."""
    await stand.start()
    clock = FakeClock()
    context = stand.context(clock)
    adapter = made_by(stand, replace(context, settings={**context.settings, **settings}))
    try:
        yield Desk(stand, adapter, clock)
    finally:
        await adapter.close()
        await stand.stop()
