"""A Chatwoot in memory: its application API for one account, as far as agents use it.

What it does was read in Chatwoot 4.14.0: paging, what touches a conversation, what Liquid does
to what is sent, the shapes of its noes. Times are those of the clock that is handed in, moved on
by a microsecond at each change, as the server's would be.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

import httpx

from agent_tui.testing.server import FakeServer, answer_json
from agent_tui.testing.stands.chatwoot_cable import CableServer

Json = dict[str, Any]

ACCOUNT = 7
_PAGE = 25
_MESSAGES = 20
_LONGEST = 150_000
_HOUR = 3600
_WINDOWS = {"Channel::Whatsapp": 24, "Channel::FacebookPage": 24, "Channel::Instagram": 24}
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


@dataclass
class Row:
    """A message."""

    id: int
    kind: int
    content: str | None
    at: float
    private: bool = False
    status: str = "sent"
    attributes: Json = field(default_factory=dict)
    sender: Json | None = None
    content_type: str = "text"
    files: list[tuple[str, bytes, str]] = field(default_factory=list)


@dataclass
class Talk:
    """A conversation."""

    id: int
    inbox: int
    contact: Json
    rows: list[Row] = field(default_factory=list)
    status: str = "open"
    snoozed_until: float | None = None
    priority: str | None = None
    labels: list[str] = field(default_factory=list)
    assignee: int | None = None
    active_at: float = 0.0
    updated_at: float = 0.0
    seen_at: float = 0.0
    attributes: Json = field(default_factory=dict)
    typing: bool = False  # one of ours writes


class ChatwootApi(FakeServer):
    """The server; customers and colleagues act by the methods in plain words."""

    def __init__(self, token: str, now: Callable[[], float], host: str) -> None:
        """``now`` gives seconds since the epoch, ``host`` is what stands before paths of files."""
        super().__init__()
        self.token = token
        self.host = host
        self.profile: Json = {"id": 1, "name": "Ann Agent", "email": "ann@shop.example"}
        self.agents: list[Json] = [
            {**self.profile, "available_name": "Ann"},
            {"id": 2, "name": "Bob Builder", "email": "bob@shop.example"},
        ]
        self.inboxes: list[Json] = [
            {"id": 1, "name": "Website", "channel_type": "Channel::WebWidget"}
        ]
        self.canned: list[Json] = []
        self.talks: dict[int, Talk] = {}
        self.files: dict[str, tuple[str, bytes, str]] = {}
        self.flooded = False  # too many messages in a minute
        self.forbidden: set[int] = set()  # conversations that Ann may not see
        self.cable = CableServer("pubsub-of-ann", 1, ACCOUNT)
        self._now = now
        self._ticks = 0
        self._last_id = 1000
        self._route_all()

    # What people do.

    def talk(self, number: int, inbox: int = 1, **contact: Any) -> Talk:
        """A conversation in ``inbox``, begun where there is none yet."""
        if number not in self.talks:
            who = {"id": 100 + number, "name": f"Customer {number}"} | contact
            one = self.talks[number] = Talk(number, inbox, who)
            one.active_at = one.updated_at = self.time()
        return self.talks[number]

    def say(self, number: int, text: str | None, kind: int = 0, **more: Any) -> Row:
        """Anybody writes; the customer unless told otherwise."""
        if text is not None and len(text) > _LONGEST:
            raise ValueError("Chatwoot takes no message so long")
        talk = self.talk(number)
        self._last_id += 1
        sender = {**talk.contact, "type": "contact"} if kind == 0 else None
        row = Row(self._last_id, kind, text, self.time(), **{"sender": sender} | more)
        talk.rows.append(row)
        talk.active_at = talk.updated_at = row.at
        if kind == 0 and talk.status in ("resolved", "snoozed"):
            talk.status, talk.snoozed_until = "open", None
        self.cable.tell("message.created", self.pushed(talk, row))
        return row

    def change(self, number: int, message: int, **fields: Any) -> None:
        """A message changes, which does not touch its conversation."""
        talk = self.talks[number]
        row = next(one for one in talk.rows if one.id == message)
        for name, value in fields.items():
            setattr(row, name, value)
        self.cable.tell("message.updated", self.pushed(talk, row))

    def erase(self, number: int, message: int) -> None:
        """As when an agent deletes a message, or a customer takes it back at Instagram."""
        gone = {"content": "This message was deleted", "attributes": {"deleted": True}}
        self.change(number, message, files=[], **gone)

    def read(self, number: int) -> None:
        """The customer has read everything."""
        talk = self.talks[number]
        talk.updated_at = self.time()
        for row in talk.rows:
            if row.kind == 1 and not row.private and row.status in ("sent", "delivered"):
                self.change(number, row.id, status="read")

    def type(self, number: int, *, on: bool = True, user: Json | None = None) -> None:
        """Somebody writes, or stops; the customer unless told otherwise."""
        talk = self.talk(number)
        data = {
            "conversation": {"id": number},
            "user": user or {**talk.contact, "type": "contact"},
            "is_private": False,
        }
        self.cable.tell(f"conversation.typing_{'on' if on else 'off'}", data)

    def decide(self, number: int, **fields: Any) -> None:
        """A colleague changes status, labels and the like."""
        talk = self.talks[number]
        for name, value in fields.items():
            setattr(talk, name, value)
        talk.updated_at = self.time()
        self.cable.tell("conversation.updated", {"id": number})

    def time(self) -> float:
        """A moment after all before."""
        self._ticks += 1
        return self._now() + self._ticks / 1_000_000

    # How things look from outside.

    def of_message(self, row: Row, talk: Talk) -> Json:
        found: Json = {
            "id": row.id,
            "content": row.content,
            "inbox_id": talk.inbox,
            "conversation_id": talk.id,
            "message_type": row.kind,
            "content_type": row.content_type,
            "status": row.status,
            "content_attributes": row.attributes,
            "created_at": int(row.at),
            "private": row.private,
            "source_id": None,
        }
        if row.content is None:
            del found["content"]
        if row.sender is not None:
            found["sender"] = row.sender
        if row.files:
            found["attachments"] = [self._of_file(row, *one) for one in row.files]
        return found

    def pushed(self, talk: Talk, row: Row) -> Json:
        updated = datetime.fromtimestamp(self._now(), UTC).isoformat()
        return self.of_message(row, talk) | {"updated_at": updated}

    def of_talk(self, talk: Talk) -> Json:
        channel = self._channel(talk)
        meta: Json = {"sender": talk.contact, "channel": channel, "hmac_verified": False}
        if talk.assignee is not None:
            meta["assignee"] = next(one for one in self.agents if one["id"] == talk.assignee)
        snoozed = talk.snoozed_until
        until = None if snoozed is None else datetime.fromtimestamp(snoozed, UTC).isoformat()
        return {
            "meta": meta,
            "id": talk.id,
            "messages": [self.of_message(row, talk) for row in talk.rows[-1:]],
            "account_id": ACCOUNT,
            "additional_attributes": talk.attributes,
            "agent_last_seen_at": int(talk.seen_at),
            "can_reply": self._can_reply(talk, channel),
            "inbox_id": talk.inbox,
            "labels": talk.labels,
            "snoozed_until": until,
            "status": talk.status,
            "priority": talk.priority,
            "created_at": int(talk.rows[0].at if talk.rows else talk.updated_at),
            "updated_at": talk.updated_at,
            "timestamp": int(talk.active_at),
            "last_activity_at": int(talk.active_at),
            "unread_count": 0,
        }

    def _channel(self, talk: Talk) -> str:
        inbox = next(one for one in self.inboxes if one["id"] == talk.inbox)
        return str(inbox["channel_type"])

    def _can_reply(self, talk: Talk, channel: str) -> bool:
        hours = _WINDOWS.get(channel)
        wrote = [row.at for row in talk.rows if row.kind == 0]
        return hours is None or (bool(wrote) and self._now() < wrote[-1] + hours * _HOUR)

    def _of_file(self, row: Row, name: str, octets: bytes, kind: str) -> Json:
        signed = f"s{row.id}x{len(octets)}"
        self.files[f"{signed}/{name}"] = (name, octets, kind)
        way = f"/rails/active_storage/blobs/redirect/{signed}/{quote(name, safe='')}"
        found = {"id": row.id, "message_id": row.id, "file_type": "file", "account_id": ACCOUNT}
        return found | {
            "data_url": self.host + way,
            "content_type": kind,
            "file_size": len(octets),
        }

    # What is asked over HTTP.

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
