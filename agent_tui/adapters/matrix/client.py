"""Requests to a homeserver: a lost token is had anew, errors are the contract's.

Matrix Client-Server API, "Standards": an error is a JSON object with ``errcode`` and ``error``.
"""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from agent_tui.adapters.contract import AccountContext, AccountProblem, Refused, Unreachable
from agent_tui.adapters.http import Http
from agent_tui.adapters.matrix import wire
from agent_tui.adapters.matrix.settings import Settings
from agent_tui.adapters.matrix.wire import Event, Page, Sync
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis

V3 = "/_matrix/client/v3"
V1 = "/_matrix/client/v1"

LONG_POLL: Millis = 30 * SECOND
PAGE = 100
"""Events asked for at once."""

_FIRST_SYNC_S = 300.0
"""A homeserver may think for minutes about the first sync of many rooms."""
_UPLOAD_S = 120.0
_MOST_LOGINS = 3
"""Within a minute; who is thrown out so often is not helped by yet another log-in."""
_MINUTE_S = 60.0

_NO_ENTRY = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"})
_SHUT_OUT = frozenset({"M_USER_DEACTIVATED", "M_USER_LOCKED", "M_USER_SUSPENDED"})


class Denied(Refused):
    """The homeserver said no; ``code`` is its errcode."""

    def __init__(self, sentence: str, code: str, status: int) -> None:
        super().__init__(sentence, detail=f"{status} {code}")
        self.code = code
        self.status = status


class Client:
    """One user at one homeserver; logs in when first needed."""

    def __init__(self, account: AccountContext, settings: Settings, device: str = "") -> None:
        self._settings = settings
        self._device = device or settings.device
        self._http = Http(
            account,
            settings.homeserver,
            provider="the Matrix server",
            words=_said,
            retry_after=_retry_after,
            ca_file=settings.ca_file,
        )
        self._token = ""
        self._logins: deque[float] = deque(maxlen=_MOST_LOGINS)
        self._door = asyncio.Lock()

    async def call(self, method: str, path: str, **how: Any) -> Any:
        """The decoded JSON object of an answer that says yes.

        Raises Denied, AccountProblem, and as :meth:`Http.send`.
        """
        answer = self._http.decoded(await self.send(method, path, **how))
        if not isinstance(answer, dict):
            raise Unreachable(
                "What the Matrix server answered is no answer of Matrix; it is tried again. If "
                "that goes on, check the address in 'homeserver'."
            )
        return answer

    async def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **how: Any
    ) -> httpx.Response:
        """An answer that says yes; logs in anew, once, where the token is not valid any more."""
        token = await self._entry()
        for last in (False, True):
            with_token = {**(headers or {}), "Authorization": f"Bearer {token}"}
            answer = await self._http.send(method, path, headers=with_token, **how)
            if (
                last
                or answer.status_code != httpx.codes.UNAUTHORIZED
                or not self._thrown_out(answer)
            ):
                break
            token = await self._entry(lost=token)
        return self._good(answer)

    async def public(self, method: str, path: str, **how: Any) -> Any:
        """The JSON of an answer to whoever asks."""
        return self._http.decoded(self._good(await self._http.send(method, path, **how)))

    async def sync(self, since: str, wait: Millis, sync_filter: Mapping[str, Any]) -> Sync:
        """What is new since ``since``, waiting up to ``wait`` ms for it."""
        params = {"filter": _json(sync_filter), "timeout": str(wait), "set_presence": "offline"}
        if since:
            params["since"] = since
        patience = wait / SECOND + 30.0 if since else _FIRST_SYNC_S
        value = await self.call("GET", f"{V3}/sync", params=params, timeout=patience)
        found = wire.read_sync(value, self._settings.user)
        if not found.next_batch:
            raise Unreachable(
                "The Matrix server answered a sync without saying how far it goes; it is tried "
                "again."
            )
        return found

    async def messages(self, room: str, start: str = "", to: str = "", limit: int = PAGE) -> Page:
        """Events of ``room`` backwards from ``start`` (else the newest), newest first."""
        params = {"dir": "b", "limit": str(limit)}
        params |= {"from": start} if start else {}
        params |= {"to": to} if to else {}
        return wire.read_page(await self.call("GET", in_room(room, "messages"), params=params))

    async def state(self, room: str) -> list[Event]:
        """All state of ``room``."""
        answer = self._http.decoded(await self.send("GET", in_room(room, "state")))
        return list(map(Event.read, answer if isinstance(answer, list) else []))

    async def event(self, room: str, event: str) -> Event:
        """One event as it is now."""
        return Event.read(await self.call("GET", in_room(room, "event", event)))

    async def put_event(self, room: str, kind: str, key: str, content: Mapping[str, Any]) -> str:
        """Send an event, once for ``key``; its id."""
        path = in_room(room, "send", kind, key)
        return _event_id(await self.call("PUT", path, json=content))

    async def redact(self, room: str, event: str, key: str) -> None:
        """Take an event away, once for ``key``."""
        await self.call("PUT", in_room(room, "redact", event, key), json={})

    async def upload(self, name: str, kind: str, data: bytes) -> str:
        """Hand in a file; its ``mxc`` address."""
        answer = await self.call(
            "POST",
            "/_matrix/media/v3/upload",
            params={"filename": name},
            headers={"Content-Type": kind},
            content=data,
            timeout=_UPLOAD_S,
        )
        if not (address := wire.text(answer, "content_uri")):
            raise Unreachable("The Matrix server took a file without saying where it is.")
        return address

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close()

    async def leave_device(self) -> None:
        """End the log-in again, where it was ours."""
        if self._token and self._settings.token is None:
            await self.send("POST", f"{V3}/logout")
            self._token = ""

    async def _entry(self, lost: str = "") -> str:
        """The token to use; a new one where ``lost`` is still the one in use."""
        async with self._door:
            if self._token and self._token != lost:
                return self._token
            given = self._settings.token() if self._settings.token is not None else ""
            if given and given != lost:  # somebody may have put a new one in its place
                self._token = await self._checked(given)
            elif self._settings.password is not None:
                self._check_pace()
                self._token = await self._log_in(self._settings.password())
            else:
                raise AccountProblem(
                    f"The access token of {self._settings.user} is not valid any more; give the "
                    "account a new one, or a password to log in anew with."
                )
            return self._token

    def _check_pace(self) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._logins) == _MOST_LOGINS and now - self._logins[0] < _MINUTE_S:
            raise AccountProblem(
                f"The Matrix server ends each log-in of {self._settings.user} right after it was "
                "made; see whether another program logs in as this device."
            )
        self._logins.append(now)

    async def _checked(self, token: str) -> str:
        """``token``, if it is our user's."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._http.send("GET", f"{V3}/account/whoami", headers=headers)
        if self._thrown_out(answer) and self._settings.password is not None:
            return await self._log_in(self._settings.password())
        self._same_user(self._http.decoded(self._good(answer)))
        return token

    async def _log_in(self, password: str) -> str:
        """A token of a new log-in as our device."""
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self._settings.user},
            "password": password,
            "device_id": self._device,
            "initial_device_display_name": "agent-tui",
        }
        answer = await self._http.send("POST", f"{V3}/login", json=body)
        if answer.status_code == httpx.codes.FORBIDDEN and _code(answer) == "M_FORBIDDEN":
            raise AccountProblem(
                f"The Matrix server refused the password of {self._settings.user}; correct it.",
                detail=answer.text[:200],
            )
        found = self._http.decoded(self._good(answer))
        self._same_user(found)
        if not (token := wire.text(found, "access_token")):
            raise Unreachable("The Matrix server let us in without a token; it is tried again.")
        return token

    def _same_user(self, answer: Any) -> None:
        user = wire.text(answer, "user_id")
        if not user:
            raise Unreachable("The Matrix server did not say who we are; it is tried again.")
        if user != self._settings.user:
            raise AccountProblem(
                f"This log-in is of {safe_line(user, 100)}, not of {self._settings.user}; correct "
                "'address' or the token."
            )

    def _thrown_out(self, answer: httpx.Response) -> bool:
        return answer.status_code == httpx.codes.UNAUTHORIZED and _code(answer) in _NO_ENTRY

    def _good(self, answer: httpx.Response) -> httpx.Response:
        if answer.is_success:
            return answer
        code, said = _code(answer), safe_line(_said(answer), 200).rstrip(".")
        if code in _NO_ENTRY:
            raise AccountProblem(
                f"The Matrix server does not know the log-in of {self._settings.user} any more; "
                "give the account a new access token, or a password."
            )
        if code in _SHUT_OUT:
            raise AccountProblem(
                f"The Matrix server has shut out {self._settings.user} ({said}); ask those who "
                "run it."
            )
        if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            raise Denied(_TOO_LARGE, code, answer.status_code)
        if code == "M_FORBIDDEN":
            raise Denied(
                f"The Matrix server does not allow this ({said}); see whether you are still in "
                "the room.",
                code,
                answer.status_code,
            )
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise AccountProblem(f"The Matrix server does not let us in ({said}).")
        said = said or f"status {answer.status_code}"
        raise Denied(f"The Matrix server refused this: {said}.", code, answer.status_code)


_TOO_LARGE = "The Matrix server finds this too large; shorten the message or send a smaller file."


def in_room(room: str, *parts: str) -> str:
    """A path below a room, its parts encoded."""
    return "/".join([f"{V3}/rooms", *(quote(part, safe="") for part in (room, *parts))])


def _event_id(answer: Any) -> str:
    if not (event := wire.text(answer, "event_id")):
        raise Unreachable("The Matrix server took an event without naming it; it is tried again.")
    return event


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))


def _decoded(answer: httpx.Response) -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def _code(answer: httpx.Response) -> str:
    return wire.text(_decoded(answer), "errcode")


def _said(answer: httpx.Response) -> str:
    value = _decoded(answer)
    return wire.text(value, "error") or wire.text(value, "errcode")


def _retry_after(answer: httpx.Response) -> Millis | None:
    """Of a 429: the old field of the body, else the header that replaced it in Matrix 1.10."""
    in_body = wire.whole(_decoded(answer), "retry_after_ms")
    header = answer.headers.get("Retry-After", "")
    in_header = int(header) * SECOND if header.isdecimal() and len(header) < 6 else 0
    return max(in_body, in_header) or None
