"""An adapter at its stand, and what was pulled: what the visits of single adapters begin with."""

from dataclasses import dataclass, field

from agent_tui.adapters.contract import Adapter, Effect, Receipt
from agent_tui.model.incoming import Batch, Incoming
from agent_tui.testing.clock import FakeClock


@dataclass
class Pulling:
    """One account; who is one says which adapter, and begins."""

    adapter: Adapter = field(init=False)
    clock: FakeClock = field(default_factory=FakeClock)
    cursors: dict[str, str] = field(default_factory=dict)
    commits: int = 0

    async def pull(self) -> list[Batch]:
        """One pull, whose batches are then committed."""
        batches = [batch async for batch in self.adapter.pull(dict(self.cursors))]
        self.cursors |= {batch.mailbox: batch.cursor for batch in batches}
        return batches

    async def news(self) -> list[Incoming]:
        """The messages of one pull."""
        return [message for batch in await self.pull() for message in batch.messages]

    async def deliver(self, effect: Effect) -> Receipt:
        """Carry it out, counting how often it is committed."""
        return await self.adapter.deliver(effect, self.commit)

    async def commit(self) -> None:
        """As the engine notes the point of no return."""
        self.commits += 1
