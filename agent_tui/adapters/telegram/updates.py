"""Fetches updates so that none is lost: Telegram deletes what a higher offset confirms.

An offset only ever is the one behind the cursor that a pull was given, which is the last one
committed. So a pull makes one batch, and the next pull, with its cursor, confirms it. Only one
request for updates may run at a time: a pull breaks off the long poll, which then goes on from
where the pull was.
"""

import asyncio
from collections.abc import AsyncGenerator

from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.bot import Bot
from agent_tui.adapters.telegram.words import Conflict

_POLL_S = 50
"""Shorter than the minute after which routers forget a silent connection."""
_CHANCE_HITS = 2
"""A poll that an engine before us left behind may end ours once; who does it again is there."""


class Updates:
    """What a pull and a watch share."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._asking = asyncio.Lock()
        self._offset: int | None = None  # of the last pull
        self._pulled = asyncio.Event()  # since the watch last looked
        self._ready = False  # there was a pull, so that the offset is known
        self._given = False  # the last pull gave something out, which is not yet known committed
        self._held: list[Node] | None = None  # what the long poll brought
        self._poll: asyncio.Task[list[Node]] | None = None
        self._conflicts: list[Conflict] = []  # in a row

    async def take(self, offset: int | None) -> list[Node]:
        """The updates from ``offset`` on, at most a hundred; the ones before are confirmed."""
        if self._poll is not None:
            self._poll.cancel()
        async with self._asking:
            if self._held is not None and offset == self._offset:
                found = self._held
            else:
                found = await self._bot.updates(offset, 0)
        self._held, self._offset, self._given = None, offset, bool(found)
        self._ready = True
        self._pulled.set()
        return found

    async def listen(self) -> AsyncGenerator[None, None]:
        """Yields whenever a pull is worth while."""
        while True:
            if not self._ready or self._given or self._held:
                self._pulled.clear()
                if self._ready:
                    yield
                await self._pulled.wait()
                continue
            async with self._asking:
                if not self._given:
                    self._held = await self._polled()

    def rival(self) -> Conflict | None:
        """The problem that somebody else fetches this bot's updates, if there are signs of it."""
        return self._conflicts[-1] if len(self._conflicts) >= _CHANCE_HITS else None

    async def _polled(self) -> list[Node] | None:
        """What a long poll brings; None when nothing came or a pull broke it off."""
        self._poll = poll = asyncio.create_task(self._bot.updates(self._offset, _POLL_S))
        poll.add_done_callback(_looked_at)
        try:
            await asyncio.wait({poll})
        finally:
            poll.cancel()
            self._poll = None
        if poll.cancelled():
            return None
        try:
            found = poll.result()
        except Conflict as conflict:
            self._conflicts.append(conflict)
            raise
        self._conflicts.clear()
        return found or None


def _looked_at(poll: "asyncio.Task[list[Node]]") -> None:
    """Keep asyncio from complaining about a poll that failed while it was broken off."""
    if not poll.cancelled():
        poll.exception()
