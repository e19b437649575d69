"""The adapter class: hands each of the contract's calls to the module that does it."""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import ClassVar
from urllib.parse import quote

from agent_tui.adapters.contract import (
    AccountContext,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Receipt,
    Refused,
    Settled,
    Target,
)
from agent_tui.adapters.matrix import check
from agent_tui.adapters.matrix.chunk import MAILBOX, Converter
from agent_tui.adapters.matrix.client import LONG_POLL, V1, Client, Denied
from agent_tui.adapters.matrix.cursor import Cursor
from agent_tui.adapters.matrix.effects import Hands
from agent_tui.adapters.matrix.feed import Feed
from agent_tui.adapters.matrix.pull import FILTER, Pull
from agent_tui.adapters.matrix.reading import Reader
from agent_tui.adapters.matrix.rooms import Rooms
from agent_tui.adapters.matrix.settings import OPTIONS, Settings
from agent_tui.adapters.matrix.wire import RoomUpdate
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Batch, Typing

_LONGEST = 60_000
"""Characters; an event with everything in it may have 65,536 bytes (Matrix, "Size limits")."""

_MXC = re.compile(r"mxc://([^/?#\s]+)/([^/?#\s]+)")
_DOWNLOAD_S = 120.0
_BREATH_S = 1.0
"""Between long polls that a server answers at once without having anything to say."""


class MatrixAdapter:
    """Chats of one Matrix user, in rooms without end-to-end encryption."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="matrix",
        title="Chat (Matrix)",
        version="1",
        capabilities=Capabilities(
            Channel.CHAT,
            frozenset(
                {
                    EffectKind.SEND,
                    EffectKind.EDIT,
                    EffectKind.DELETE,
                    EffectKind.REACT,
                    EffectKind.READ,
                    EffectKind.TYPING,
                }
            ),
            push=True,
            marks=True,
            attach=True,
            reply_limit=_LONGEST,
            idempotent=True,
            undo_ms=0,
        ),
        options=OPTIONS,
    )

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self._settings = settings = Settings.read(account)
        self._client = Client(account, settings)
        self._rooms = Rooms(self._client)
        reader = Reader(settings.user, settings.ours)
        self._converter = Converter(reader, self._rooms, account.clock, account.log)
        self._feed = Feed()
        self._hands = Hands(self._client, self._rooms, settings.user, account.clock)

    async def pull(self, cursors: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """See the contract; an account is one mailbox."""
        pull = Pull(self._client, self._settings, self._rooms, self._converter, self._feed)
        async with aclosing(pull.batches(Cursor.read(cursors.get(MAILBOX)))) as batches:
            async for batch in batches:
                yield batch

    async def watch(self) -> AsyncGenerator[Hint, None]:
        """See the contract; does the long poll, whose answers the next pull takes."""
        loop = asyncio.get_running_loop()
        while True:
            since = await self._feed.ready()
            self._feed.polling, began = since, loop.time()
            try:
                sync = await self._client.sync(since, LONG_POLL, FILTER)
            finally:
                self._feed.polling = None
            kept = self._feed.add(since, sync)
            if kept and sync.news():
                yield Hint()
            for update in sync.rooms:
                for typing in await self._typing(update):
                    yield Hint(typing=typing)
            if sync.next_batch == since and loop.time() - began < _BREATH_S:
                await asyncio.sleep(_BREATH_S)

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:  # noqa: ARG002
        """See the contract; nothing commits, since the homeserver does everything once."""
        return await self._hands.deliver(effect)

    async def settle(self, effect: Effect) -> Settled:
        """See the contract; whatever is not in the room may be sent again under its key."""
        if effect.kind is not EffectKind.SEND:
            return Settled.NOT_SENT
        return Settled.SENT if await self._hands.sent(effect) else Settled.NOT_SENT

    async def file_copy(self, effect: Effect) -> None:
        """See the contract; a room keeps what was said in it."""

    async def fetch(self, target: Target, part: str) -> bytes:  # noqa: ARG002
        """See the contract; ``part`` is the ``mxc`` address of a file."""
        parts = _MXC.fullmatch(part)
        if parts is None:
            raise Refused("This file has no address at a Matrix server, so it cannot be fetched.")
        place = "/".join(quote(one, safe="") for one in parts.groups())
        try:
            path = f"{V1}/media/download/{place}"
            answer = await self._client.send("GET", path, timeout=_DOWNLOAD_S)
        except Denied as error:
            if error.status not in (400, 404, 405):
                raise
            # Before Matrix 1.11 files were not behind the log-in.
            path = f"/_matrix/media/v3/download/{place}"
            answer = await self._client.send("GET", path, timeout=_DOWNLOAD_S)
        return answer.content

    async def check(self) -> list[Finding]:
        """See the contract."""
        return await check.findings(self._account, self._settings)

    async def close(self) -> None:
        """See the contract."""
        await self._client.close()

    async def _typing(self, update: RoomUpdate) -> list[Typing]:
        """Who has begun to write, and who has stopped."""
        found: list[Typing] = []
        for event in update.ephemeral:
            users = event.content.get("user_ids")
            if event.type != "m.typing" or not isinstance(users, list):
                continue
            room = self._rooms.get(update.room)
            now = {user for user in users if isinstance(user, str)} - self._settings.ours
            if now - room.names.keys() and not room.complete:
                with suppress(Denied):  # then they are called by their ids
                    room = await self._rooms.whole(room.id)
            found += [
                Typing(room.id, room.called(user), on=user in now)
                for user in sorted(now ^ room.typing)
            ]
            room.typing = now
        return found
