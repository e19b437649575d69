"""The Bot API over HTTP: methods called, files sent and fetched, errors in words.

The token is part of every address. It is filled in on the wire only (``Http.path_secrets``), so
that no log line and no error can quote it.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from agent_tui.adapters.contract import AccountContext, AccountProblem, Refused, Unreachable
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.telegram.words import error_of
from agent_tui.model.clock import SECOND, Millis

if TYPE_CHECKING:
    import httpx

OFFICIAL = "https://api.telegram.org"
_PROVIDER = "the Telegram Bot API"
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{3,200}")
_UPDATES = ("message", "edited_message", "message_reaction", "my_chat_member")
"""What is asked for; reactions only come when they are asked for by name."""
_MARGIN_S = 15.0
"""How much longer than a long poll's own time its answer may take."""
_UPLOAD_S = 300.0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to be sent."""

    field: str  # what the method calls it: photo, document
    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Lines:
    """The clients for one token: whoever sends too fast must not stop what comes in."""

    token: str
    talk: Http
    updates: Http

    async def close(self) -> None:
        await self.talk.close()
        await self.updates.close()


class Bot:
    """One bot at one server; its token is read when first needed and again once it is refused."""

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self.api = str(account.settings.get("api") or OFFICIAL).rstrip("/")
        self._lines: _Lines | None = None
        self._former: list[_Lines] = []  # somebody may still be using them
        self._refused = False
        self._opening = asyncio.Lock()

    async def call(self, method: str, **fields: Any) -> Any:
        """The result of ``method``; fields that are None are left out.

        Raises as :meth:`Http.send`, AccountProblem for a token that is not known, and
        :class:`words.No`.
        """
        lines = await self._open()
        given = {name: value for name, value in fields.items() if value is not None}
        how: dict[str, Any] = {"json": given} if given else {}
        answer = await lines.talk.send("POST", _path(method), **how)
        return self._result(lines.talk, answer)

    async def send_file(self, method: str, upload: Upload, fields: Mapping[str, Any]) -> Any:
        """The result of ``method`` with a file; raises as :meth:`call`."""
        lines = await self._open()
        answer = await lines.talk.send(
            "POST",
            _path(method),
            data={name: str(value) for name, value in fields.items() if value is not None},
            files={upload.field: (upload.name, upload.content, upload.type)},
            timeout=_UPLOAD_S,
        )
        if answer.status_code == 413:  # said by the web server in front of the API
            raise Refused(
                f"The file '{upload.name}' is too large for Telegram; send a link to it instead."
            )
        return self._result(lines.talk, answer)

    async def updates(self, offset: int | None, wait_s: int) -> list[Node]:
        """Up to 100 updates from ``offset`` on; an empty list when none came within ``wait_s``.

        Everything before ``offset`` is deleted at Telegram. Raises as :meth:`call`.
        """
        lines = await self._open()
        asked: dict[str, Any] = {"timeout": wait_s, "allowed_updates": list(_UPDATES)}
        if offset is not None:
            asked["offset"] = offset
        answer = await lines.updates.send(
            "POST", _path("getUpdates"), json=asked, timeout=wait_s + _MARGIN_S
        )
        return Node({"found": self._result(lines.updates, answer)}).nodes("found")

    async def fetch(self, path: str) -> bytes:
        """The file that ``getFile`` called ``path``. Raises as :meth:`call`."""
        lines = await self._open()
        where = f"/file/bot{{token}}/{quote(path)}"
        answer = await lines.talk.send("GET", where, timeout=_UPLOAD_S)
        if answer.status_code == 404:
            raise Refused("This file is no longer at Telegram.")
        return lines.talk.good(answer).content

    async def close(self) -> None:
        for lines in (*self._former, *filter(None, [self._lines])):
            await lines.close()

    def _result(self, http: Http, answer: "httpx.Response") -> Any:
        if answer.has_redirect_location:
            http.good(answer)
        found = Node.of(http.decoded(answer))
        if found.true("ok"):
            return found.fields.get("result")
        if not found.has("ok"):
            raise Unreachable(
                f"What {_PROVIDER} answered is none of its answers; it is tried again. If that "
                "goes on, something else answers in its place: check 'api' in the settings."
            )
        error = error_of(found, answer.status_code)
        if isinstance(error, AccountProblem):
            self._refused = True
        raise error

    async def _open(self) -> _Lines:
        """The clients, made anew when the token has changed. Raises AccountProblem."""
        async with self._opening:
            if self._lines is not None and not self._refused:
                return self._lines
            token = (await asyncio.to_thread(self._account.secret, "token")).strip()
            if not _TOKEN.fullmatch(token):
                raise AccountProblem(
                    "The bot's token does not look like one (digits, a colon, letters and digits);"
                    " copy it anew from @BotFather into the account's settings."
                )
            if self._lines is None or self._lines.token != token:
                self._former += filter(None, [self._lines])
                self._lines = _Lines(token, self._client(token), self._client(token))
            self._refused = False
            return self._lines

    def _client(self, token: str) -> Http:
        return Http(
            self._account,
            self.api,
            provider=_PROVIDER,
            words=_description,
            retry_after=_retry_after,
            path_secrets={"token": token},
        )


def _path(method: str) -> str:
    return f"/bot{{token}}/{method}"


def _answer(answer: "httpx.Response") -> Node:
    try:
        return Node.of(answer.json())
    except (ValueError, RecursionError):
        return Node({})


def _description(answer: "httpx.Response") -> str:
    return _answer(answer).text("description")


def _retry_after(answer: "httpx.Response") -> Millis | None:
    """``parameters.retry_after``, which is in seconds."""
    seconds = _answer(answer).node("parameters").whole("retry_after")
    return seconds * SECOND if seconds is not None and 0 < seconds < 1_000_000 else None
