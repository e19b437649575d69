"""The conversations beside the one that is looked at, read before somebody goes there.

A thread of fifty messages opens with a fifth less work, a chat of thousands at once. What was
read is never trusted: whoever shows it reads again what is different since.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress

from agent_tui.store import rereading
from agent_tui.store.database import Database, StoreError
from agent_tui.store.rereading import Seen

_MOST = 6
_MOST_MESSAGES = 10_000
"""Kept at most: the neighbours of the last few, and no more than two large chats."""

Spawn = Callable[[Coroutine[None, None, None]], object]


class Ahead:
    """Messages by conversation, the ones asked for last kept longest."""

    def __init__(self, db: Database, spawn: Spawn) -> None:
        """``spawn`` runs something beside the keys."""
        self._db, self._spawn = db, spawn
        self._seen: dict[int, Seen] = {}
        self._reading = False

    def prepare(self, ids: Iterable[int]) -> None:
        """Read these in a thread, unless one still reads: then the next rest does it."""
        missing = [one for one in ids if one not in self._seen]
        if missing and not self._reading:
            self._reading = True
            self._spawn(self._read(missing))

    def seen(self, conversation_id: int) -> Seen:
        """The messages as they were read; nothing where they were not."""
        return self._seen.get(conversation_id, rereading.NOTHING)

    async def _read(self, ids: Iterable[int]) -> None:
        try:
            with suppress(StoreError):  # told where it is read to be shown
                for one in ids:
                    self._keep(one, await asyncio.to_thread(rereading.read, self._db, one))
        finally:
            self._reading = False

    def _keep(self, conversation_id: int, seen: Seen) -> None:
        if len(seen.messages) > _MOST_MESSAGES:
            return
        self._seen[conversation_id] = seen
        while (
            len(self._seen) > _MOST
            or sum(len(one.messages) for one in self._seen.values()) > _MOST_MESSAGES
        ):
            del self._seen[next(iter(self._seen))]
