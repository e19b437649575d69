"""The websocket of a fake Chatwoot: Rails' Action Cable with its one channel."""

import asyncio
import json
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

_PING_S = 3.0  # Rails' own pace


class CableServer:
    """Listens on a port of this machine and sends events to who has subscribed."""

    def __init__(self, pubsub_token: str, user: int, account: int) -> None:
        self.pubsub_token = pubsub_token
        self.user = user
        self.account = account
        self.subscribed: set[ServerConnection] = set()
        self.mute = False  # no pings: the line looks dead
        self.turned_away: dict[str, Any] | None = None  # what is said in place of a welcome
        self._server: Server | None = None
        self._came = asyncio.Condition()

    async def start(self) -> None:
        protocol = Subprotocol("actioncable-v1-json")
        self._server = await serve(
            self._serve, "127.0.0.1", 0, subprotocols=[protocol], close_timeout=1
        )

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    async def heard(self) -> None:
        """Wait until somebody has subscribed."""
        async with self._came:
            await self._came.wait_for(lambda: bool(self.subscribed))

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Send an event to all who have subscribed."""
        room = json.dumps({"channel": "RoomChannel"})
        payload = {"account_id": self.account} | data
        self.send({"identifier": room, "message": {"event": event, "data": payload}})

    def send(self, frame: dict[str, Any] | str) -> None:
        """Send any frame."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        broadcast(self.subscribed, text)

    async def drop(self) -> None:
        """Break all lines off."""
        for line in list(self.subscribed):
            line.transport.abort()
            await line.wait_closed()

    async def _serve(self, line: ServerConnection) -> None:
        if line.request is None or line.request.path != "/cable":
            await line.close(1008)
            return
        pings = asyncio.create_task(self._ping(line))
        try:
            await line.send(json.dumps(self.turned_away or {"type": "welcome"}))
            async for text in line:
                await self._subscribe(line, json.loads(text))
        except ConnectionClosed:
            return
        finally:
            self.subscribed.discard(line)
            pings.cancel()

    async def _subscribe(self, line: ServerConnection, frame: dict[str, Any]) -> None:
        identifier = frame.get("identifier", "")
        wanted = {
            "channel": "RoomChannel",
            "pubsub_token": self.pubsub_token,
            "account_id": self.account,
            "user_id": self.user,
        }
        if frame.get("command") != "subscribe" or json.loads(identifier) != wanted:
            await line.send(json.dumps({"type": "reject_subscription", "identifier": identifier}))
            return
        await line.send(json.dumps({"type": "confirm_subscription", "identifier": identifier}))
        async with self._came:
            self.subscribed.add(line)
            self._came.notify_all()

    async def _ping(self, line: ServerConnection) -> None:
        while True:
            await asyncio.sleep(_PING_S)
            if not self.mute:
                await line.send(json.dumps({"type": "ping", "message": 0}))
