"""Makes demo adapters on a clock that stands still until a test moves it."""

import logging
from dataclasses import dataclass, field

from agent_tui.adapters.contract import AccountContext, Effect
from agent_tui.adapters.demo import DemoAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import Millis
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address, Recipients

NOW: Millis = 1_790_000_000_000
US = Address("Larkfell", "help@larkfell.example")


@dataclass(slots=True)
class Visit:
    """A demo adapter, the time it believes in, and what was pulled of it."""

    seed: int = 1
    frozen: bool = False
    now: Millis = NOW
    cursors: dict[str, str] = field(default_factory=dict)
    adapter: DemoAdapter = field(init=False)

    def __post_init__(self) -> None:
        settings = {"seed": self.seed, "frozen": self.frozen, "me": "kim"}
        context = AccountContext(
            "demo", settings, _no_secret, logging.getLogger("demo"), lambda: self.now
        )
        self.adapter = DemoAdapter(context)

    async def pull(self, most: int | None = None) -> list[Batch]:
        """The next batches, ``most`` at most, with their cursors taken as committed."""
        batches: list[Batch] = []
        async for batch in self.adapter.pull(self.cursors):
            batches.append(batch)
            self.cursors[batch.mailbox] = batch.cursor
            if len(batches) == most:
                break
        return batches

    async def news(self, after: Millis = 0) -> list[Incoming]:
        """What comes until ``after`` milliseconds from now."""
        self.now += after
        return [message for batch in await self.pull() for message in batch.messages]


def reply(to: Incoming, text: str, key: str = "reply-1@larkfell.example") -> Effect:
    """An agent's answer to ``to``."""
    outgoing = Outgoing(
        subject=f"Re: {to.subject}",
        text=text,
        sender=US,
        recipients=Recipients(to=(Address(to.sender.name, to.sender.value),)),
        in_reply_to=to.message_id,
        thread_key=to.thread_key,
    )
    return Effect(EffectKind.SEND, key, outgoing, thread_key=to.thread_key)


async def commit() -> None:
    """Stands for the engine's note before the step of no return."""


def _no_secret(option: str) -> str:
    raise KeyError(option)
