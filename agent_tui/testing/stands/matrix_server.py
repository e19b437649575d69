"""A homeserver in memory: as much of the Matrix client-server API as the adapter asks for.

Its customers have methods in place of a client. Answers have the shapes of Synapse's, as they
were seen; what is told of a room is simpler than there, since nothing is federated.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from agent_tui.testing.server import FakeServer, Handler
from agent_tui.testing.stands.matrix_world import US, Json, Room, World

TOKEN = "token-of-support"  # noqa: S105 - of a server in memory
PASSWORD = "secret-of-support"  # noqa: S105

V3 = "/_matrix/client/v3"
V1 = "/_matrix/client/v1"


class Homeserver(World, FakeServer):
    """One server, asked by HTTP; see :class:`World` for its customers' hands."""

    def __init__(self) -> None:
        World.__init__(self)
        FakeServer.__init__(self)
        self.tokens = {TOKEN}
        self.password = PASSWORD
        self.logins: list[Json] = []
        self.legacy_media = False  # files are had without a log-in only, as before Matrix 1.11
        self.bundles = True  # edits come with what they edit
        self.refuses_tokens_before = 0  # sync tokens that the server has forgotten
        self._transactions: dict[tuple[str, str], str] = {}
        self._add_routes()

    def _add_routes(self) -> None:
        routes: list[tuple[str, str, Handler]] = [
            ("GET", "/_matrix/client/versions", self._versions),
            ("POST", f"{V3}/login", self._login),
            ("POST", f"{V3}/logout", self._logout),
            ("GET", f"{V3}/account/whoami", self._whoami),
            ("GET", f"{V3}/sync", self._sync),
            ("POST", f"{V3}/rooms/{{room}}/join", self._join),
            ("GET", f"{V3}/rooms/{{room}}/state", self._state),
            ("GET", f"{V3}/rooms/{{room}}/messages", self._messages),
            ("GET", f"{V3}/rooms/{{room}}/event/{{event}}", self._event),
            ("PUT", f"{V3}/rooms/{{room}}/send/{{kind}}/{{txn}}", self._send),
            ("PUT", f"{V3}/rooms/{{room}}/redact/{{event}}/{{txn}}", self._redact),
            ("POST", f"{V3}/rooms/{{room}}/receipt/{{kind}}/{{event}}", self._receipt),
            ("PUT", f"{V3}/rooms/{{room}}/typing/{{user}}", self._typing),
            ("GET", f"{V1}/rooms/{{room}}/relations/{{event}}/{{rel}}/{{kind}}", self._relations),
            ("POST", "/_matrix/media/v3/upload", self._upload),
            ("GET", f"{V1}/media/download/{{server}}/{{media}}", self._download),
            ("GET", "/_matrix/media/v3/download/{server}/{media}", self._download_legacy),
        ]
        for method, template, handler in routes:
            self.route(method, template, handler)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        public = request.url.path.endswith(("/versions", "/login"))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not public and token not in self.tokens:
            return no_entry()
        return await super().handle_async_request(request)

    def _versions(self, _request: httpx.Request) -> httpx.Response:
        return answer_json({"versions": ["v1.11", "v1.15"]})

    def _login(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        if asked.get("password") != self.password:
            return denied("M_FORBIDDEN", "Invalid username or password")
        self.logins.append(asked)
        token = f"token-{len(self.logins)}"
        self.tokens.add(token)
        return answer_json(
            {"user_id": US, "access_token": token, "device_id": asked.get("device_id", "D")}
        )

    def _logout(self, request: httpx.Request) -> httpx.Response:
        self.tokens.discard(request.headers["Authorization"].removeprefix("Bearer "))
        return answer_json({})

    def _whoami(self, _request: httpx.Request) -> httpx.Response:
        return answer_json({"user_id": US})

    async def _sync(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        since = int(asked.get("since", "s0").removeprefix("s"))
        if since < self.refuses_tokens_before and "since" in asked:
            return denied("M_UNKNOWN", "Invalid stream token", 400)
        wanted = json.loads(asked.get("filter", "{}"))
        limit = wanted.get("room", {}).get("timeline", {}).get("limit", 10)
        rooms = self._told(since, limit)
        wait = int(asked.get("timeout", "0")) / 1000
        if "since" in asked and not any(rooms.values()) and wait:
            await self._wait_beyond(since, wait)
            rooms = self._told(since, limit)
        return answer_json({"next_batch": f"s{self.place}", "rooms": rooms})

    async def _wait_beyond(self, since: int, seconds: float) -> None:
        async with self.news:
            try:
                async with asyncio.timeout(seconds):
                    await self.news.wait_for(lambda: any(self._told(since, 1).values()))
            except TimeoutError:
                return

    def _told(self, since: int, limit: int) -> dict[str, Json]:
        """What a sync says of all rooms, by our membership."""
        told: dict[str, Json] = {"join": {}, "invite": {}, "leave": {}}
        for room in self.rooms.values():
            place, membership = room.membership(US)
            if membership == "invite" and place > since:
                state = [_stripped(event) for event in room.state(place + 1).values()]
                told["invite"][room.id] = {"invite_state": {"events": state}}
            elif membership == "join":
                if news := self._joined(room, since, limit, fresh=place > since):
                    told["join"][room.id] = news
            elif membership in ("leave", "ban") and place > since > 0:
                news = self._joined(room, since, limit, fresh=False, until=place)
                told["leave"][room.id] = {k: v for k, v in news.items() if k != "ephemeral"}
        return told

    def _joined(
        self, room: Room, since: int, limit: int, *, fresh: bool, until: int | None = None
    ) -> Json:
        begin = 0 if fresh else since
        events = [(p, e) for p, e in room.events if p > begin and (until is None or p <= until)]
        ephemeral = self._ephemeral(room, begin)
        if not events and not ephemeral:
            return {}
        shown = events[-limit:]
        first = shown[0][0] if shown else begin + 1
        state = room.state(first)
        if not fresh and begin:
            old, speaking = room.state(begin + 1), {event["sender"] for _, event in shown}
            state = {k: e for k, e in state.items() if old.get(k) != e or k[1] in speaking}
        return {
            "timeline": {
                "events": [self._served(room, event) for _, event in shown],
                "limited": len(events) > limit,
                "prev_batch": f"s{first - 1}",
            },
            "state": {"events": list(state.values())},
            "ephemeral": {"events": ephemeral},
        }

    def _ephemeral(self, room: Room, since: int) -> list[Json]:
        found: list[Json] = []
        if room.typed_at > since and (room.typing or since):
            found.append({"type": "m.typing", "content": {"user_ids": room.typing}})
        content: Json = {}
        for place, event, user, thread in room.receipts:
            if place > since:
                said: Json = {"ts": self.clock(), **({"thread_id": thread} if thread else {})}
                content.setdefault(event, {"m.read": {}})["m.read"][user] = said
        if content:
            found.append({"type": "m.receipt", "content": content})
        return found

    def _served(self, room: Room, event: Json) -> Json:
        """An event with the newest edit of it."""
        edits = [
            one
            for _, one in room.events
            if _relation(one) == ("m.replace", event["event_id"])
            and one["sender"] == event["sender"]
        ]
        if not edits or not self.bundles or not event["content"]:
            return event
        unsigned = {**event["unsigned"], "m.relations": {"m.replace": edits[-1]}}
        return {**event, "unsigned": unsigned}

    def _join(self, _request: httpx.Request, room: str) -> httpx.Response:
        if room not in self.rooms or self.rooms[room].membership(US)[1] not in ("invite", "join"):
            return denied("M_FORBIDDEN", "You are not invited to this room.")
        self.enter(room, US)
        return answer_json({"room_id": room})

    def _state(self, _request: httpx.Request, room: str) -> httpx.Response:
        if not self._inside(room):
            return _outside(room)
        state = self.rooms[room].state(self.place + 1).values()
        return answer_json([{**event, "room_id": room} for event in state])

    def _messages(self, request: httpx.Request, room: str) -> httpx.Response:
        if not self._inside(room):
            return _outside(room)
        asked = request.url.params
        start = int(asked.get("from", f"s{self.place}").removeprefix("s"))
        to = int(asked.get("to", "s0").removeprefix("s"))
        limit = int(asked.get("limit", "10"))
        there = self.rooms[room]
        older = [(p, event) for p, event in there.events if to < p <= start][::-1]
        chunk = [{**self._served(there, e), "room_id": room} for _, e in older[:limit]]
        answer: Json = {"start": f"s{start}", "chunk": chunk}
        if len(older) > limit:
            answer["end"] = f"s{older[limit - 1][0] - 1}"
        return answer_json(answer)

    def _event(self, _request: httpx.Request, room: str, event: str) -> httpx.Response:
        found = self.find(room, event)
        if found is None or not self._inside(room):
            return denied("M_NOT_FOUND", "Event not found.", 404)
        return answer_json({**self._served(self.rooms[room], found), "room_id": room})

    def _send(self, request: httpx.Request, room: str, kind: str, txn: str) -> httpx.Response:
        if not self._inside(room):
            return _outside(room)
        if len(request.content) > 65_000:
            return denied("M_TOO_LARGE", "event too large", 413)
        content = json.loads(request.content)
        if kind == "m.reaction" and (room, txn) not in self._transactions:
            same = content["m.relates_to"]
            if any(e["content"].get("m.relates_to") == same for _, e in self.rooms[room].events):
                return denied("M_DUPLICATE_ANNOTATION", "Can't send same reaction twice", 400)
        return self._once(room, txn, lambda: self.put(room, US, kind, content))

    def _redact(self, _request: httpx.Request, room: str, event: str, txn: str) -> httpx.Response:
        if not self._inside(room):
            return _outside(room)
        return self._once(room, txn, lambda: self.redact(room, US, event))

    def _once(self, room: str, txn: str, make: Any) -> httpx.Response:
        key = (room, txn)
        if key not in self._transactions:
            self._transactions[key] = make()
            event = self.find(room, self._transactions[key])
            if event is not None:
                event["unsigned"]["transaction_id"] = txn
        return answer_json({"event_id": self._transactions[key]})

    def forget_transactions(self) -> None:
        """As a server does after some hours; only events still tell."""
        self._transactions.clear()

    def _receipt(self, _request: httpx.Request, room: str, kind: str, event: str) -> httpx.Response:
        if kind != "m.read" or self.find(room, event) is None:
            return denied("M_INVALID_PARAM", "no such event", 400)
        self.read(room, US, event)
        return answer_json({})

    def _typing(self, request: httpx.Request, room: str, user: str) -> httpx.Response:
        if not self._inside(room) or user != US:
            return _outside(room)
        self.type(room, user, on=json.loads(request.content)["typing"])
        return answer_json({})

    def _relations(
        self, _request: httpx.Request, room: str, event: str, rel: str, kind: str
    ) -> httpx.Response:
        events = self.rooms[room].events
        found = [one for _, one in events if _relation(one) == (rel, event) and one["type"] == kind]
        return answer_json({"chunk": [{**one, "room_id": room} for one in found[::-1]]})

    def _upload(self, request: httpx.Request) -> httpx.Response:
        if len(request.content) > 5_000_000:
            return denied("M_TOO_LARGE", "Upload request body is too large", 413)
        address = self.keep(request.content, request.headers["Content-Type"])
        return answer_json({"content_uri": address})

    def _download(self, _request: httpx.Request, server: str, media: str) -> httpx.Response:
        found = self.media.get(f"mxc://{server}/{media}")
        if found is None or self.legacy_media:
            return denied("M_UNRECOGNIZED" if self.legacy_media else "M_NOT_FOUND", "None", 404)
        # Servers name the kind that was handed in; the API description has this one only.
        octets = {"Content-Type": "application/octet-stream"}
        return httpx.Response(200, content=found[1], headers=octets)

    def _download_legacy(self, request: httpx.Request, server: str, media: str) -> httpx.Response:
        if not self.legacy_media:
            return denied("M_NOT_FOUND", "None", 404)
        self.legacy_media = False
        answer = self._download(request, server, media)
        self.legacy_media = True
        return answer

    def _inside(self, room: str) -> bool:
        return room in self.rooms and self.rooms[room].membership(US)[1] == "join"


def answer_json(value: Any, status: int = 200) -> httpx.Response:
    """An answer with a JSON body in ASCII: escapes carry what no encoding can, as hostile senders
    know."""
    content = json.dumps(value).encode()
    return httpx.Response(status, content=content, headers={"Content-Type": "application/json"})


def denied(code: str, said: str, status: int = 403) -> httpx.Response:
    """A refusal as of Matrix."""
    return answer_json({"errcode": code, "error": said}, status)


def no_entry() -> httpx.Response:
    """The answer to a token that is not valid any more."""
    unknown: Mapping[str, Any] = {
        "errcode": "M_UNKNOWN_TOKEN",
        "error": "Invalid access token passed.",
        "soft_logout": False,
    }
    return answer_json(dict(unknown), 401)


def slow_down() -> httpx.Response:
    """The answer to too many requests."""
    said = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": 1500}
    return answer_json(said, 429)


def _outside(room: str) -> httpx.Response:
    return denied("M_FORBIDDEN", f"User {US} not in room {room}")


def _stripped(event: Json) -> Json:
    return {name: event[name] for name in ("type", "state_key", "sender", "content")}


def _relation(event: Json) -> tuple[str, str]:
    relates = event["content"].get("m.relates_to")
    if not isinstance(relates, dict):
        return "", ""
    return relates.get("rel_type", ""), relates.get("event_id", "")


def ours(events: Sequence[Json]) -> list[Json]:
    """Those of them that we sent and that are no edits, also where they were taken away."""
    return [e for e in events if e["sender"] == US and _relation(e)[0] != "m.replace"]
