"""A Chatwoot in memory: its application API for one account, as far as agents use it.

Paging, what Liquid does to what is sent and the shapes of its noes were read in Chatwoot 4.14.0.
"""

import json
import re
from collections.abc import Callable, Sequence
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

import httpx

from agent_tui.testing.server import FakeServer, answer_json
from agent_tui.testing.stands.chatwoot_world import ACCOUNT, Json, Talk, World

_PAGE = 25
_MESSAGES = 20
_LONGEST = 150_000
_STATUSES = ("open", "resolved", "pending", "snoozed")
_PRIORITIES = ("low", "medium", "high", "urgent")
_CODE = re.compile(r"(`.*?`)", re.DOTALL)
_TAG = re.compile(r"\{\{\s*(?:\"([^\"]*)\"|[^}]*)\s*\}\}|\{%.*?%\}", re.DOTALL)
_WAY = "/api/v1/accounts/{account}"
_TALK = f"{_WAY}/conversations/{{number}}"


class No(Exception):  # noqa: N818 - what the server says
    """The server refuses."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = body


class ChatwootApi(World, FakeServer):
    """The server of a :class:`World`."""

    def __init__(self, token: str, now: Callable[[], float], host: str) -> None:
        World.__init__(self, token, now, host)
        FakeServer.__init__(self)
        self._route_all()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = await super().handle_async_request(request)
        except No as no:
            answer = answer_json(no.body, no.status)
        answer.headers["Date"] = formatdate(self._now(), usegmt=True)
        return answer

    def _route_all(self) -> None:
        guarded: tuple[tuple[str, str, Callable[..., httpx.Response]], ...] = (
            ("GET", "/api/v1/profile", self._profile),
            ("GET", f"{_WAY}/agents", lambda _: answer_json(self.agents)),
            ("GET", f"{_WAY}/inboxes", lambda _: answer_json({"payload": self.inboxes})),
            ("GET", f"{_WAY}/canned_responses", lambda _: answer_json(self.canned)),
            ("GET", f"{_WAY}/conversations", self._list),
            ("GET", _TALK, lambda _, talk: answer_json(self.of_talk(talk))),
            ("GET", f"{_TALK}/messages", self._messages),
            ("POST", f"{_TALK}/messages", self._write),
            ("DELETE", f"{_TALK}/messages/{{message}}", self._delete),
            ("POST", f"{_TALK}/toggle_status", self._status),
            ("POST", f"{_TALK}/toggle_priority", self._priority),
            ("POST", f"{_TALK}/toggle_typing_status", self._typing),
            ("POST", f"{_TALK}/assignments", self._assign),
            ("POST", f"{_TALK}/labels", self._label),
            ("POST", f"{_TALK}/update_last_seen", self._seen),
            ("POST", f"{_TALK}/unread", self._unseen),
        )
        for method, template, handler in guarded:
            self.route(method, template, self._guarded(handler))
        self.route("GET", "/rails/active_storage/{kind}/{way}/{signed}/{name}", self._file)

    def _guarded(self, handler: Callable[..., httpx.Response]) -> Callable[..., httpx.Response]:
        """With the token looked at, and the conversation found."""

        def answer(
            request: httpx.Request, account: str = "", number: str = "", **more: str
        ) -> httpx.Response:
            if request.headers.get("api_access_token") != self.token:
                raise No(401, {"error": "Invalid Access Token"})
            if account and int(account) != ACCOUNT:
                raise No(404, {"error": "Resource could not be found"})
            if not number:
                return handler(request, **more)
            talk = self.talks.get(int(number))
            if talk is None:
                raise No(404, {"error": "Resource could not be found"})
            if talk.id in self.forbidden:
                raise No(401, {"error": "You are not authorized to do this action"})
            return handler(request, talk, **more)

        return answer

    def _profile(self, _: httpx.Request) -> httpx.Response:
        account = {"id": ACCOUNT, "name": "Shop", "role": "agent"}
        more = {"pubsub_token": self.cable.pubsub_token, "accounts": [account]}
        return answer_json(self.profile | more)

    def _list(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        wanted, inbox = query.get("status", "open"), query.get("inbox_id")
        found = [
            talk
            for talk in self.talks.values()
            if wanted in ("all", talk.status)
            and inbox in (None, str(talk.inbox))
            and talk.id not in self.forbidden
        ]
        found.sort(key=lambda talk: talk.active_at, reverse=True)
        total = len(found)
        if "updated_within" in query:
            line = self._now() - int(query["updated_within"])
            found = [talk for talk in found if talk.updated_at > line]
        else:
            start = (int(query.get("page", "1")) - 1) * _PAGE
            found = found[start : start + _PAGE]
        meta = {"mine_count": 0, "unassigned_count": 0, "assigned_count": 0, "all_count": total}
        rows = [self.of_talk(talk) for talk in found]
        return answer_json({"data": {"meta": meta, "payload": rows}})

    def _messages(self, request: httpx.Request, talk: Talk) -> httpx.Response:
        before = request.url.params.get("before")
        rows = [row for row in talk.rows if before is None or row.id < int(before)]
        rows = sorted(rows, key=lambda row: row.at)[-_MESSAGES:]
        return answer_json({"meta": {}, "payload": [self.of_message(row, talk) for row in rows]})

    def _write(self, request: httpx.Request, talk: Talk) -> httpx.Response:
        if self.flooded:
            raise No(422, {"error": "Validation failed: Too many messages"})
        fields, files = _sent(request)
        if len(files) > 15:
            raise No(422, {"error": "Attachments exceeded maximum allowed"})
        text = str(fields.get("content", ""))
        if len(text) > _LONGEST:
            raise No(422, {"error": "Content is too long (maximum is 150000 characters)"})
        row = self.say(
            talk.id,
            _rendered(text),
            1,
            private=fields.get("private") in (True, "true"),
            attributes=_attributes(fields.get("content_attributes")),
            sender={"id": 1, "name": "Ann Agent", "type": "user"},
            files=files,
        )
        return answer_json(self.of_message(row, talk))

    def _delete(self, _: httpx.Request, talk: Talk, message: str) -> httpx.Response:
        if all(row.id != int(message) for row in talk.rows):
            raise No(404, {"error": "Resource could not be found"})
        self.erase(talk.id, int(message))
        return httpx.Response(200)

    def _status(self, request: httpx.Request, talk: Talk) -> httpx.Response:
        body = json.loads(request.content)
        if body["status"] not in _STATUSES:
            return httpx.Response(500)  # Rails' enum raises ArgumentError
        self.decide(talk.id, status=body["status"], snoozed_until=body.get("snoozed_until"))
        self.say(talk.id, f"Conversation was marked {talk.status} by Ann", 2)
        done = {"success": True, "current_status": talk.status, "conversation_id": talk.id}
        return answer_json({"meta": {}, "payload": done})

    def _priority(self, request: httpx.Request, talk: Talk) -> httpx.Response:
        word = json.loads(request.content)["priority"]
        if word not in _PRIORITIES:
            return httpx.Response(500)  # Rails' enum raises ArgumentError, for "none", too
        self.decide(talk.id, priority=word)
        return httpx.Response(200)

    def _typing(self, request: httpx.Request, talk: Talk) -> httpx.Response:
        talk.typing = json.loads(request.content)["typing_status"] == "on"
        return httpx.Response(200)

    def _assign(self, request: httpx.Request, talk: Talk) -> httpx.Response:
        number = json.loads(request.content)["assignee_id"]
        agent = next((one for one in self.agents if one["id"] == number), None)
        self.decide(talk.id, assignee=agent["id"] if agent else None)
        return answer_json(agent or {})

    def _label(self, request: httpx.Request, talk: Talk) -> httpx.Response:
        self.decide(talk.id, labels=json.loads(request.content)["labels"])
        return answer_json({"payload": talk.labels})

    def _seen(self, _: httpx.Request, talk: Talk) -> httpx.Response:
        talk.seen_at = self._now()
        return answer_json(self.of_talk(talk))

    def _unseen(self, _: httpx.Request, talk: Talk) -> httpx.Response:
        wrote = [row.at for row in talk.rows if row.kind == 0]
        talk.seen_at = wrote[-1] - 1 if wrote else 0
        return answer_json(self.of_talk(talk))

    def _file(
        self, _: httpx.Request, kind: str, way: str, signed: str, name: str
    ) -> httpx.Response:
        found = self.files.get(f"{signed}/{name}")
        if found is None:
            return httpx.Response(404, text="not found")
        if kind == "blobs":  # the store of the files is another host
            path = f"/rails/active_storage/disk/{way}/{signed}/{quote(name, safe='')}"
            return httpx.Response(302, headers={"Location": f"https://files.example.test{path}"})
        return httpx.Response(200, content=found[1], headers={"Content-Type": found[2]})


def _sent(request: httpx.Request) -> tuple[Json, list[tuple[str, bytes, str]]]:
    """Fields and files of a request, JSON or form."""
    kind = request.headers.get("Content-Type", "")
    if not kind.startswith("multipart/"):
        return json.loads(request.content), []
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + request.content)
    fields: Json = {}
    files: list[tuple[str, bytes, str]] = []
    for part in form.iter_parts():
        octets = part.get_payload(decode=True)
        assert isinstance(octets, bytes)
        if part.get_filename() is None:
            name = str(part.get_param("name", "", header="Content-Disposition"))
            fields[name] = octets.decode()
        else:
            files.append((str(part.get_filename()), octets, part.get_content_type()))
    return fields, files


def _attributes(given: Any) -> Json:
    found = json.loads(given) if isinstance(given, str) else given
    return found if isinstance(found, dict) else {}


def _rendered(text: str) -> str:
    """What Liquid makes of ``text``: nothing of a variable, for none is known here."""
    parts: Sequence[str] = _CODE.split(text)
    return "".join(
        part if n % 2 else _TAG.sub(lambda match: match[1] or "", part)
        for n, part in enumerate(parts)
    )
