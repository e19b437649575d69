"""Chatwoot's application API: its requests, what the server's clock says, its noes in words."""

import json
from collections.abc import Callable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from agent_tui.adapters.chatwoot import records
from agent_tui.adapters.chatwoot.records import CannedResponse, Conversation, Inbox, Message, Person
from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    Deferred,
    Refused,
    Unreachable,
)
from agent_tui.adapters.http import Http
from agent_tui.model.clock import MINUTE, SECOND, Millis

Upload = tuple[str, tuple[str, bytes, str]]
"""A part of a form: field, then name, bytes and type of the file."""


class Api:
    """The requests of one account; the token goes nowhere but to its server."""

    def __init__(self, account: AccountContext, base: str, number: int, ca_file: str) -> None:
        """Raises AccountProblem."""
        self._clock = account.clock
        self._root = f"/api/v1/accounts/{number}"
        self._number = number
        self._ahead: Millis = 0  # the server's clock before ours
        self._http = Http(
            account,
            base,
            provider="Chatwoot",
            headers={"api_access_token": account.secret("access_token")},
            words=said,
            ca_file=ca_file,
        )

    def now(self) -> Millis:
        """The time at the server, as of its last answer; up to a second behind."""
        return self._clock() + self._ahead

    def at_server(self, ours: Millis) -> Millis:
        """What the server's clock said when ours said ``ours``."""
        return ours + self._ahead

    async def profile(self) -> records.Profile:
        return records.profile(await self._json("GET", "/api/v1/profile"))

    async def agents(self) -> list[Person]:
        raw = await self._items(f"{self._root}/agents")
        return [one for one in (records.person(found, "user") for found in raw) if one]

    async def canned_responses(self) -> list[CannedResponse]:
        return [
            records.canned_response(one)
            for one in await self._items(f"{self._root}/canned_responses")
        ]

    async def inboxes(self) -> list[Inbox]:
        """The inboxes that the token's owner sees. AccountProblem where there is no account."""
        try:
            found = await self._json("GET", f"{self._root}/inboxes")
        except Refused as refused:
            raise AccountProblem(
                f"Chatwoot has no account {self._number} there; correct 'url' or 'account_id'.",
                refused.detail,
            ) from refused
        return [records.inbox(one) for one in self._list(records.table(found).get("payload"))]

    async def conversations(self, **query: str | int) -> tuple[list[Conversation], int]:
        """Conversations and how many there are: 25 a page, those that changed last first."""
        found = await self._json("GET", f"{self._root}/conversations", params=query)
        data = records.table(records.table(found).get("data"))
        rows = [records.conversation(one) for one in self._list(data.get("payload"))]
        total = records.whole(records.table(data.get("meta")).get("all_count"))
        return [one for one in rows if one is not None], total

    async def conversation(self, number: int) -> Conversation | None:
        """None for one that is gone, or hidden from us."""
        answer = await self._send("GET", f"{self._root}/conversations/{number}")
        if answer.status_code == httpx.codes.NOT_FOUND or _no_right(answer):
            return None
        return records.conversation(self._http.decoded(self._http.good(answer)))

    async def messages(self, conversation: int, before: int | None = None) -> list[Message] | None:
        """The newest 20, or the 20 before a message; None where the conversation is gone."""
        path = f"{self._root}/conversations/{conversation}/messages"
        query = {} if before is None else {"before": before}
        answer = await self._send("GET", path, params=query)
        if answer.status_code == httpx.codes.NOT_FOUND or _no_right(answer):
            return None
        found = self._http.decoded(self._http.good(answer))
        rows = self._list(records.table(found).get("payload"))
        return [one for one in map(records.message, rows) if one is not None]

    async def write(
        self, conversation: int, body: Mapping[str, Any], files: Sequence[Upload] = ()
    ) -> int:
        """Write a message or a note; its id. Refused, Deferred or NeverLeft: nothing happened."""
        how: dict[str, Any] = {"json": body}
        if files:
            how = {"data": {k: _field(v) for k, v in body.items()}, "files": list(files)}
        answer = await self._send(
            "POST", f"{self._root}/conversations/{conversation}/messages", **how
        )
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY and _FLOOD in said(answer):
            raise Deferred(
                "Chatwoot takes no more messages in this conversation for a minute; "
                "it goes on by itself.",
                detail=answer.text[:200],
                retry_after=MINUTE,
            )
        found = records.whole(records.table(self._decoded_good(answer)).get("id"))
        if not found:
            raise self._strange(answer.text)
        return found

    async def change(self, conversation: int, what: str, body: Mapping[str, Any]) -> None:
        """Carry out ``what``, such as "toggle_status", for a conversation. Raises Refused."""
        path = f"{self._root}/conversations/{conversation}/{what}"
        how = {"json": body} if body else {}
        self._done(await self._send("POST", path, **how))

    async def delete(self, conversation: int, message: int) -> None:
        """Take a message away. Raises Refused."""
        path = f"{self._root}/conversations/{conversation}/messages/{message}"
        self._done(await self._send("DELETE", path))

    async def close(self) -> None:
        await self._http.close()

    async def _items(self, path: str) -> list[Any]:
        return self._list(await self._json("GET", path))

    async def _json(self, method: str, path: str, **how: Any) -> Any:
        return self._decoded_good(await self._send(method, path, **how))

    async def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        answer = await self._http.send(method, path, **how)
        if (at := _date(answer)) is not None:
            self._ahead = at - self._clock()
        return answer

    def _decoded_good(self, answer: httpx.Response) -> Any:
        return self._http.decoded(self._good(answer))

    def _good(self, answer: httpx.Response) -> httpx.Response:
        """``answer`` if it says yes. A right that is missing for one thing stops no account."""
        if _no_right(answer):
            raise Refused(
                "Chatwoot does not let you do this: your role there lacks the right.",
                detail=answer.text[:200],
            )
        return self._http.good(answer)

    def _done(self, answer: httpx.Response) -> None:
        """Chatwoot says yes by JSON or by nothing; a page is somebody else's."""
        if self._good(answer).content:
            self._http.decoded(answer)

    def _list(self, value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        raise self._strange(json.dumps(value)[:200])

    def _strange(self, detail: str) -> Unreachable:
        return Unreachable(
            "What Chatwoot answered is not what its API promises; it is tried again. If that goes "
            "on, something else answers in its place: check 'url'.",
            detail[:200],
        )


_FLOOD = "Too many messages"
"""app/models/message.rb, prevent_message_flooding."""

_NO_RIGHT = "You are not authorized to do this action"
"""app/controllers/concerns/request_exception_handler.rb: comes with a 401, as a bad token does."""


def said(answer: httpx.Response) -> str:
    """Chatwoot's own explanation of a no: {"error"}, {"errors": [..]}, {"message"}."""
    try:
        found = records.table(json.loads(answer.content))
    except (ValueError, RecursionError):
        return ""
    errors = [
        records.text(one) or records.text(records.table(one).get("message"))
        for one in records.items(found.get("errors"))
    ]
    texts: list[Callable[[], str]] = [
        lambda: records.text(found.get("error")),
        lambda: records.text(found.get("message")),
        lambda: ", ".join(filter(None, errors)),
        lambda: records.text(found.get("description")),
    ]
    return next((text for one in texts if (text := one())), "")


def _no_right(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.UNAUTHORIZED and said(answer) == _NO_RIGHT


def _field(value: object) -> str:
    """A field of a form: the server reads JSON in content_attributes, and true as a truth."""
    return value if isinstance(value, str) else json.dumps(value)


def _date(answer: httpx.Response) -> Millis | None:
    """The header Date (RFC 9110, 6.6.1)."""
    try:
        return int(parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()) * SECOND
    except ValueError:
        return None
