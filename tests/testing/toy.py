"""A toy provider, an adapter to it that does everything right, and its stand."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import httpx

from agent_tui.adapters.contract import (
    AccountContext,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Option,
    Receipt,
    Refused,
    Settled,
    Severity,
    Target,
)
from agent_tui.adapters.http import Http
from agent_tui.content.body import prepare_text
from agent_tui.content.safe import safe_line, safe_name, safe_text
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import (
    Batch,
    Deletion,
    Edit,
    Incoming,
    IncomingFile,
    Mark,
    Outgoing,
    ReactionChange,
    Sender,
    Typing,
)
from agent_tui.model.message import Delivery, Direction
from agent_tui.model.review import Moderation
from agent_tui.testing.faults import FaultTransport
from agent_tui.testing.server import FakeServer, answer_json
from agent_tui.testing.stand import Arrived, Fault, Stand

TOKEN = "toy-secret-token"
BOX = "toy"
_PAGE = 3


class ToyServer(FakeServer):
    """A log of events; whoever is told a key twice does it once."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []
        self.files: list[bytes] = []
        self.keys: dict[str, str] = {}
        self.typing: set[str] = set()  # threads in which we write
        self.idempotent = False
        self.strange = False
        self.news = asyncio.Event()
        self.route("GET", "/me", lambda _: answer_json({"name": "Toy"}))
        self.route("GET", "/events", self._events)
        self.route("GET", "/wait", self._wait)
        self.route("GET", "/files/{number}", self._file)
        self.route("POST", "/files", self._upload)
        self.route("POST", "/do", self._do)
        self.route("GET", "/keys/{key}", lambda _, key: answer_json({"known": key in self.keys}))

    def add(self, kind: str, **fields: Any) -> str:
        number = str(len(self.events) + 1)
        self.events.append({"id": number, "kind": kind, **fields})
        self.news.set()
        return number

    def _events(self, request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["after"])
        found: list[Any] = self.events[after : after + _PAGE]
        if self.strange:
            found = [*found[:1], {"kind": "horoscope"}, *found[1:]]
        return answer_json({"events": found, "next": min(after + _PAGE, len(self.events))})

    async def _wait(self, request: httpx.Request) -> httpx.Response:
        after = int(request.url.params["after"])
        while len(self.events) <= after:
            self.news.clear()
            await self.news.wait()
        return answer_json({"events": self.events[after:], "next": len(self.events)})

    def _file(self, request: httpx.Request, number: str) -> httpx.Response:
        return httpx.Response(200, content=self.files[int(number)])

    def _upload(self, request: httpx.Request) -> httpx.Response:
        self.files.append(request.content)
        return answer_json({"number": len(self.files) - 1})

    def _do(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        key = asked.pop("key")
        if asked["kind"] == "typing":
            (self.typing.add if asked["on"] else self.typing.discard)(asked["thread"])
            return answer_json({})
        if self.idempotent and key in self.keys:
            return answer_json({"id": self.keys[key]})
        self.keys[key] = self.add(**asked, ours=True)
        return answer_json({"id": self.keys[key]})


class ToyAdapter:
    """Everything right; flaws are put in by overriding one of the small methods."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="toy",
        title="Toy chat",
        version="1",
        capabilities=Capabilities(
            Channel.CHAT,
            frozenset(EffectKind),
            push=True,
            marks=True,
            attach=True,
            reply_limit=500,
        ),
        options=(Option("token", str, "What lets us in.", secret=True),),
    )

    def __init__(self, account: AccountContext) -> None:
        self.account = account
        self.http = Http(
            account,
            "https://toy.example",
            provider="the toy server",
            headers={"Authorization": f"Bearer {account.secret('token')}"},
        )

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        after = int(cursors.get(BOX, "0"))
        while True:
            page = await self.page(after)
            if page["next"] == after:
                return
            after = page["next"]
            yield self.batch(page["events"], after)

    async def watch(self) -> AsyncIterator[Hint]:
        after = (await self.latest())["next"]
        while True:
            page = await self.http.json("GET", "/wait", params={"after": after})
            after = page["next"]
            for event in page["events"]:
                if event["kind"] == "typing":
                    yield Hint(BOX, Typing(event["thread"], "Ada", event["on"]))
                else:
                    yield Hint(BOX)

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        match effect.kind:
            case EffectKind.SEND | EffectKind.NOTE | EffectKind.EDIT:
                return await self.say(effect, commit)
            case EffectKind.DELETE:
                await commit()
                await self.do(effect, kind="delete", of=effect.targets[-1].remote_id)
            case EffectKind.REACT:
                await commit()
                await self.do(effect, kind="react", of=effect.targets[-1].remote_id)
            case EffectKind.MODERATE:
                state = str(effect.moderation)
                await self.do(effect, kind="moderate", of=effect.targets[-1].remote_id, to=state)
            case EffectKind.TYPING:
                await self.do(effect, kind="typing", thread=effect.thread_key, on=effect.on)
            case _:
                await self.http.json("GET", "/me")
        return Receipt()

    async def say(self, effect: Effect, commit: Commit) -> Receipt:
        outgoing = effect.outgoing
        assert outgoing is not None
        files = await self.uploaded(outgoing)
        asked: dict[str, Any] = {"kind": str(effect.kind), "text": outgoing.text, "files": files}
        asked["thread"] = effect.thread_key
        if effect.kind is EffectKind.EDIT:
            asked["of"] = effect.targets[-1].remote_id
        await self.before_sending(commit)
        return Receipt(remote_id=await self.do(effect, **asked))

    async def settle(self, effect: Effect) -> Settled:
        found = await self.http.json("GET", f"/keys/{effect.key}")
        return Settled.SENT if found["known"] else Settled.NOT_SENT

    async def file_copy(self, effect: Effect) -> None:
        """The toy server keeps what was sent."""

    async def fetch(self, target: Target, part: str) -> bytes:
        return self.http.good(await self.http.send("GET", f"/files/{part}")).content

    async def check(self) -> list[Finding]:
        me = await self.http.json("GET", "/me")
        return [Finding("Toy server", Severity.OK, f"logged in as {safe_line(me['name'])}")]

    async def close(self) -> None:
        await self.http.close()

    async def page(self, after: int) -> Any:
        return await self.http.json("GET", "/events", params={"after": after})

    async def latest(self) -> Any:
        page = {"next": 0}
        while (after := page["next"]) != (page := await self.page(after))["next"]:
            pass
        return page

    async def uploaded(self, outgoing: Outgoing) -> list[list[Any]]:
        files = []
        for path in map(Path, outgoing.files):
            try:
                octets = path.read_bytes()
            except OSError as error:
                raise Refused(f"The file {path.name} cannot be read; attach it again.") from error
            answer = self.http.good(await self.http.send("POST", "/files", content=octets))
            files.append([path.name, self.http.decoded(answer)["number"]])
        return files

    async def before_sending(self, commit: Commit) -> None:
        await commit()

    async def do(self, effect: Effect, **asked: Any) -> str:
        answer = await self.http.json("POST", "/do", json=asked | {"key": effect.key})
        return str(answer.get("id"))

    def batch(self, events: Sequence[Mapping[str, Any]], after: int) -> Batch:
        """What a page of the log says."""

        def of(kind: str) -> list[Mapping[str, Any]]:
            return [one for one in events if one["kind"] == kind]

        ada = Sender(IdentityKind.HANDLE, "ada", "Ada")
        edits = [Edit(e["of"], prepare_text(e["text"]), self.account.clock()) for e in of("edit")]
        return Batch(
            BOX,
            str(after),
            tuple(map(self.message, [*of("write"), *of("send"), *of("note")])),
            edits=tuple(edits),
            deletions=tuple(Deletion(e["of"], self.account.clock()) for e in of("delete")),
            reactions=tuple(
                ReactionChange(e["of"], ada, safe_line(e["emoji"]))
                for e in of("react")
                if "emoji" in e
            ),
            marks=tuple(
                Mark(e["of"], Delivery.READ, and_before=True) for e in of("read") if e["of"]
            ),
        )

    def message(self, event: Mapping[str, Any]) -> Incoming:
        directions = {"write": Direction.INBOUND, "send": Direction.OUTBOUND}
        return Incoming(
            remote_id=event["id"],
            channel=Channel.CHAT,
            direction=directions.get(event["kind"], Direction.NOTE),
            sender=Sender(IdentityKind.HANDLE, event["thread"], self.person(event)),
            at=self.account.clock() + int(event["id"]),
            body=prepare_text(safe_text(event["text"])),
            thread_key=event["thread"],
            files=tuple(
                IncomingFile(str(number), self.name_of(name), "application/octet-stream", 1)
                for name, number in event["files"]
            ),
        )

    def person(self, event: Mapping[str, Any]) -> str:
        return safe_line(event.get("name", "Support"))

    def name_of(self, name: str) -> str:
        return safe_name(name)


class IdempotentToy(ToyAdapter):
    """On a server that does a key once."""

    info = replace(
        ToyAdapter.info, capabilities=replace(ToyAdapter.info.capabilities, idempotent=True)
    )

    async def before_sending(self, commit: Commit) -> None:
        """The server itself drops a repeated key."""


class ToyStand(Stand):
    """The toy server in memory, in any weather."""

    adapter = ToyAdapter
    faults = frozenset(Fault)

    async def start(self) -> None:
        self.server = ToyServer()
        self.names: dict[str, str] = {}
        self.server.idempotent = self.adapter.info.capabilities.idempotent
        self.weather = FaultTransport(self.server)

    async def stop(self) -> None:
        """Nothing is left of it."""

    def context(self, clock: Clock) -> AccountContext:
        log = logging.getLogger("toy")
        settings = {"token": "a reference"}
        return AccountContext("toy", settings, lambda _: TOKEN, log, clock, lambda: self.weather)

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        numbers = [[name, self._kept(octets)] for name, octets in files]
        name = self.names.get(thread, "Ada")
        return self.server.add("write", thread=thread, name=name, text=text, files=numbers)

    async def rename(self, name: str, *, thread: str = "one") -> None:
        self.names[thread] = name

    def _kept(self, octets: bytes) -> int:
        self.server.files.append(octets)
        return len(self.server.files) - 1

    async def arrived(self) -> Sequence[Arrived]:
        found = {}
        for event in self.server.events:
            if not event.get("ours"):
                continue
            if event["kind"] in ("send", "note"):
                files = tuple((name, self.server.files[n]) for name, n in event["files"])
                kind = EffectKind(event["kind"])
                found[event["id"]] = Arrived(kind, event["thread"], event["text"], files)
            elif event["kind"] == "edit":
                found[event["of"]] = replace(found[event["of"]], text=event["text"])
            elif event["kind"] == "delete":
                found[event["of"]] = replace(found[event["of"]], deleted=True)
        return list(found.values())

    async def edit(self, remote_id: str, text: str) -> None:
        self.server.add("edit", of=remote_id, text=text)

    async def delete(self, remote_id: str) -> None:
        self.server.add("delete", of=remote_id)

    async def react(self, remote_id: str, emoji: str) -> None:
        self.server.add("react", of=remote_id, emoji=emoji)

    async def moderation(self, remote_id: str) -> Moderation:
        done = [e["to"] for e in self.server.events if e["kind"] == "moderate"]
        return Moderation(done[-1])

    async def read(self, thread: str = "one") -> None:
        ours = [e["id"] for e in self.server.events if e["kind"] == "send"]
        self.server.add("read", of=ours[-1] if ours else "")

    async def type(self, thread: str = "one", *, on: bool = True) -> None:
        self.server.add("typing", thread=thread, on=on)

    async def seen_typing(self, thread: str = "one") -> bool:
        return thread in self.server.typing

    def fault(self, fault: Fault, *, times: int = 1) -> None:
        self.weather.play(fault, times)

    def end_faults(self) -> None:
        self.weather.end()

    def strange(self) -> None:
        self.server.strange = True
        self.weather.strange()


class IdempotentStand(ToyStand):
    """The same, before a server that does a key once."""

    adapter = IdempotentToy
