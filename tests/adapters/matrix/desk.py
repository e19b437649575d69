"""An account under test: its adapter, how far it was pulled, and what came."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from agent_tui.adapters.contract import Effect, Receipt, Target
from agent_tui.adapters.matrix import MatrixAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import system_clock
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address
from agent_tui.testing.clock import FakeClock
from agent_tui.testing.stands.matrix import MatrixStand
from agent_tui.testing.stands.matrix_world import US

T = TypeVar("T")

DEADLINE_S = 20.0


class Desk:
    """One account on ``stand``."""

    def __init__(self, stand: MatrixStand, **settings: object) -> None:
        self.stand = stand
        self.server = stand.server
        self.clock = FakeClock(system_clock())
        self.cursor: str | None = None
        self.batches: list[Batch] = []
        self._settings = settings
        self.adapter = self._made()

    def _made(self) -> MatrixAdapter:
        return MatrixAdapter(self.stand.context(self.clock, **self._settings))

    async def restart(self) -> None:
        """Another adapter goes on where this one was."""
        await self.close()
        self.adapter = self._made()

    async def pull(self) -> list[Batch]:
        """All batches of a pull; the cursors are kept."""
        found = []
        async for batch in self.adapter.pull({"": self.cursor} if self.cursor else {}):
            found.append(batch)
            self.cursor = batch.cursor
        self.batches += found
        return found

    async def messages(self) -> list[Incoming]:
        """The messages of a pull."""
        return [one for batch in await self.pull() for one in batch.messages]

    async def texts(self) -> list[str]:
        """Their texts."""
        return [one.body.text for one in await self.messages()]

    async def deliver(
        self,
        kind: EffectKind,
        room: str,
        *targets: str,
        text: str | None = None,
        key: str = "key1@shop.test",
        files: tuple[Path, ...] = (),
        emoji: str = "",
        on: bool = True,
        topic: str | None = None,
        age: int = 0,
    ) -> Receipt:
        """Deliver an effect; ``age``: how many milliseconds ago its message was written."""
        outgoing = None
        if text is not None or files:
            outgoing = Outgoing(
                subject="",
                text=text or "",
                sender=Address("Shop", US),
                files=tuple(map(str, files)),
                date=self.clock() - age,
                thread_key=room,
            )
        effect = Effect(
            kind,
            key,
            outgoing,
            emoji=emoji,
            on=on,
            targets=tuple(Target("", target, topic=topic) for target in targets),
            thread_key=room,
        )
        return await self.adapter.deliver(effect, _never)

    async def send(self, room: str, text: str, *targets: str, **more: object) -> Receipt:
        """Send a text."""
        return await self.deliver(EffectKind.SEND, room, *targets, text=text, **more)  # type: ignore[arg-type]

    async def close(self) -> None:
        """Let go of it."""
        await self.adapter.close()


async def _never() -> None:
    raise AssertionError("a Matrix effect has no step of no return")


async def within(work: Awaitable[T]) -> T:
    """What ``work`` gives, in time."""
    async with asyncio.timeout(DEADLINE_S):
        return await work


async def until(condition: Callable[[], bool]) -> None:
    """Let others work until ``condition`` holds."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - it is no event
            await asyncio.sleep(0)
