"""What Chatwoot pushes: Rails' Action Cable over a websocket.

The protocol is that of Rails (actioncable/app/javascript): a welcome, our subscription and its
confirmation, then events, and a ping every three seconds that says that the server still lives.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException
from websockets.typing import Subprotocol

from agent_tui.adapters.chatwoot import records
from agent_tui.adapters.chatwoot.records import Profile
from agent_tui.adapters.chatwoot.routes import CABLE
from agent_tui.adapters.contract import AccountProblem, Unreachable
from agent_tui.content.safe import safe_line

OPEN_LIMIT_S = 20.0
SILENCE_S = 30.0
"""After so long without a ping the line is dead; Rails' own client waits for two of them."""

_LARGEST = 4_000_000
_PROTOCOL = Subprotocol("actioncable-v1-json")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that Chatwoot tells, such as "message.created"."""

    name: str
    data: Mapping[str, Any]


class Cable:
    """Connections to the cable of one account."""

    def __init__(
        self, base: str, account: int, ca_file: str, *, silence_s: float = SILENCE_S
    ) -> None:
        parts = urlsplit(base)
        scheme = "wss" if parts.scheme == "https" else "ws"
        self._url = urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + CABLE, "", ""))
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._host = safe_line(parts.netloc, 100)
        self._encrypted = scheme == "wss"
        self._account = account
        self._ca_file = ca_file
        self._silence_s = silence_s

    @asynccontextmanager
    async def listening(self, profile: Profile) -> AsyncIterator[AsyncIterator[Event]]:
        """The events from the moment on when the server has confirmed that it sends them.

        Raises Unreachable when the line breaks, AccountProblem when we are turned away.
        """
        try:
            async with connect(
                self._url,
                ssl=self._tls() if self._encrypted else None,
                origin=self._origin,  # type: ignore[arg-type]  # a str with a name of its own
                subprotocols=[_PROTOCOL],
                open_timeout=OPEN_LIMIT_S,
                ping_interval=None,  # the server's own pings tell the same
                close_timeout=1,
                max_size=_LARGEST,
                proxy=None,
                user_agent_header="agent-tui",
            ) as line:
                await self._subscribe(line, profile)
                yield self._events(line)
        except ssl.SSLCertVerificationError as error:
            raise AccountProblem(
                f"The certificate of Chatwoot at {self._host} cannot be trusted "
                f"({safe_line(error.verify_message)}); correct 'url', or name your own authority "
                "in 'ca_file'.",
                str(error),
            ) from error
        except (InvalidHandshake, InvalidURI) as error:
            raise Unreachable(
                f"Chatwoot at {self._host} opens no websocket at {CABLE}; messages come by "
                "polling, once a minute. A proxy in front of it has to let websockets through.",
                f"{type(error).__name__}: {error}",
            ) from error
        except (WebSocketException, OSError, TimeoutError) as error:
            raise Unreachable(
                f"The websocket to Chatwoot at {self._host} broke off; it is opened again.",
                f"{type(error).__name__}: {error}",
            ) from error

    def _tls(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise AccountProblem(
                f"The certificates in {safe_line(self._ca_file)} cannot be read; correct 'ca_file'."
            ) from error

    async def _subscribe(self, line: ClientConnection, profile: Profile) -> None:
        async with asyncio.timeout(OPEN_LIMIT_S):
            await self._await(line, "welcome")
            room = {
                "channel": "RoomChannel",
                "pubsub_token": profile.pubsub_token,
                "account_id": self._account,
                "user_id": profile.id,
            }
            await line.send(json.dumps({"command": "subscribe", "identifier": json.dumps(room)}))
            await self._await(line, "confirm_subscription")

    async def _await(self, line: ClientConnection, kind: str) -> None:
        while True:
            frame = self._checked(_frame(await line.recv()))
            if frame.get("type") == kind:
                return

    async def _events(self, line: ClientConnection) -> AsyncIterator[Event]:
        while True:
            async with asyncio.timeout(self._silence_s):
                frame = self._checked(_frame(await line.recv()))
            message = records.table(frame.get("message"))
            data = records.table(message.get("data"))
            # The token hears of all accounts that its owner belongs to.
            if records.text(message.get("event")) and data.get("account_id") == self._account:
                yield Event(records.text(message["event"]), data)

    def _checked(self, frame: Mapping[str, Any]) -> Mapping[str, Any]:
        match frame.get("type"):
            case "reject_subscription":
                raise AccountProblem(
                    f"Chatwoot at {self._host} does not let us listen to account "
                    f"{self._account}; renew the access token."
                )
            case "disconnect":
                reason = safe_line(records.text(frame.get("reason")), 60) or "no reason given"
                if frame.get("reconnect") is False:
                    raise AccountProblem(
                        f"Chatwoot at {self._host} has closed the websocket for good ({reason}); "
                        "renew the access token."
                    )
                raise Unreachable(
                    f"Chatwoot at {self._host} has closed the websocket ({reason}); "
                    "it is opened again."
                )
            case _:
                return frame


def _frame(octets: str | bytes) -> Mapping[str, Any]:
    """A frame; empty for one that is none of the protocol's."""
    try:
        return records.table(json.loads(octets))
    except (ValueError, RecursionError):
        return {}
