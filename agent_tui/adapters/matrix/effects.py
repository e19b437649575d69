"""What agents do, carried out in a room; all of it may be repeated under the same key.

A homeserver carries out a transaction id once, but forgets it after some hours (Synapse: after a
day), so an old message is first looked for in the room.
"""

import asyncio
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from agent_tui.adapters.contract import Effect, Receipt, Refused, Target
from agent_tui.adapters.matrix import wire
from agent_tui.adapters.matrix.client import V1, Client, Denied, in_room
from agent_tui.adapters.matrix.markup import formatted
from agent_tui.adapters.matrix.reading import KEY, key_of, part_key
from agent_tui.adapters.matrix.rooms import Rooms
from agent_tui.adapters.matrix.wire import Event
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import HOUR, MINUTE, SECOND, Clock, Millis
from agent_tui.model.incoming import Outgoing

OLD: Millis = 30 * MINUTE
TYPING_LASTS: Millis = 30 * SECOND

_MOST_PAGES = 50
"""Of a hundred events each, searched for a message of ours."""

_ROOMY = 50_000
"""Bytes of text that fit into an event (65,536 bytes) whatever else is in it."""
_BEGINNING = 500

_KINDS = {"image": "m.image", "audio": "m.audio", "video": "m.video"}


class Hands:
    """What can be done in rooms as our user."""

    def __init__(self, client: Client, rooms: Rooms, me: str, clock: Clock) -> None:
        self._client = client
        self._rooms = rooms
        self._me = me
        self._clock = clock

    async def deliver(self, effect: Effect) -> Receipt:
        """Carry out ``effect``. Raises as the contract's ``deliver``."""
        room = effect.thread_key
        if not room:
            raise Refused("This conversation has no Matrix room, so nothing can be sent.")
        match effect.kind:
            case EffectKind.SEND:
                return await self._send(room, effect)
            case EffectKind.EDIT:
                await self._edit(room, effect)
            case EffectKind.DELETE:
                for number, target in enumerate(effect.targets):
                    await self._client.redact(room, target.remote_id, f"{effect.key}-{number}")
            case EffectKind.REACT:
                return await self._react(room, effect)
            case EffectKind.READ:
                await self._read(room, effect.targets)
            case EffectKind.TYPING:
                await self._type(room, on=effect.on)
            case _:
                raise Refused("Matrix knows nothing of the kind.")
        return Receipt()

    async def sent(self, effect: Effect) -> dict[str, str]:
        """What of ``effect`` is in the room: transaction id -> event."""
        room, since = effect.thread_key or "", _outgoing(effect).date - HOUR
        found: dict[str, str] = {}
        start = ""
        for _ in range(_MOST_PAGES):
            page = await self._client.messages(room, start)
            for event in page.events:
                if event.sender == self._me and key_of(event) == effect.key:
                    found[event.transaction or wire.text(event.content, KEY)] = event.id
            older = page.events and page.events[-1].ts < since
            if older or not page.end or page.end == start:
                break
            start = page.end
        return found

    async def _send(self, room: str, effect: Effect) -> Receipt:
        outgoing = _outgoing(effect)
        await self._check_encryption(room)
        there: Mapping[str, str] = {}
        if self._clock() - outgoing.date > OLD:
            there = await self.sent(effect)
        contents = await self._contents(effect, outgoing, there)
        ids = []
        for key, content in contents.items():
            ids.append(there.get(key) or await self._put(room, key, content))
        if not ids:
            raise Refused("There is nothing to send: write something or add a file.")
        return Receipt(remote_id=ids[0], parts=tuple(ids[1:]))

    async def _contents(
        self, effect: Effect, outgoing: Outgoing, there: Mapping[str, str]
    ) -> dict[str, dict[str, Any]]:
        """The events to send by their transaction ids, files handed in before anything is sent."""
        thread = _thread(effect.targets)
        found: dict[str, dict[str, Any]] = {}
        if outgoing.text.strip():
            found[effect.key] = {**_text(outgoing.text), **thread}
        for number, path in enumerate(outgoing.files):
            key = part_key(effect.key, number) if found else effect.key
            found[key] = {} if key in there else {**await self._file(Path(path)), **thread}
        return found

    async def _put(self, room: str, key: str, content: Mapping[str, Any]) -> str:
        kind = "m.room.message"
        return await self._client.put_event(room, kind, key, {**content, KEY: key})

    async def _file(self, path: Path) -> dict[str, Any]:
        name, data = safe_name(path.name), await asyncio.to_thread(_octets, path)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        try:
            address = await self._client.upload(name, kind, data)
        except Denied as error:
            raise Refused(f"{name} was not taken: {error}", error.detail) from error
        return {
            "msgtype": _KINDS.get(kind.partition("/")[0], "m.file"),
            "body": name,
            "filename": name,
            "url": address,
            "info": {"mimetype": kind, "size": len(data)},
        }

    async def _check_encryption(self, room: str) -> None:
        """Who has switched encryption on does not want plain text there."""
        if (await self._rooms.whole(room)).encrypted:
            raise Refused(
                "This room is end-to-end encrypted, which this program cannot do, so nothing was "
                "sent. Answer in another Matrix client, or ask for a room without encryption."
            )

    async def _edit(self, room: str, effect: Effect) -> None:
        target = _only(effect)
        new = _text(_outgoing(effect).text)
        relates = {"rel_type": "m.replace", "event_id": target.remote_id}
        content = {**_for_old_clients(new), "m.new_content": new, "m.relates_to": relates}
        await self._client.put_event(room, "m.room.message", effect.key, content)

    async def _react(self, room: str, effect: Effect) -> Receipt:
        target = _only(effect)
        if not effect.on:
            for number, event in enumerate(await self._reactions(room, target, effect.emoji)):
                await self._client.redact(room, event.id, f"{effect.key}-{number}")
            return Receipt()
        relates = {
            "rel_type": "m.annotation",
            "event_id": target.remote_id,
            "key": effect.emoji,
        }
        try:
            content = {"m.relates_to": relates}
            return Receipt(await self._client.put_event(room, "m.reaction", effect.key, content))
        except Denied as error:
            if error.code != "M_DUPLICATE_ANNOTATION":
                raise
            return Receipt()  # it is there already

    async def _reactions(self, room: str, target: Target, emoji: str) -> list[Event]:
        """Our own events that put ``emoji`` to ``target``."""
        places = "/".join(quote(part, safe="") for part in (room, "relations", target.remote_id))
        path = f"{V1}/rooms/{places}/m.annotation/m.reaction"
        found: list[Event] = []
        start = ""
        for _ in range(_MOST_PAGES):
            params = {"limit": "100", **({"from": start} if start else {})}
            answer = await self._client.call("GET", path, params=params)
            found += map(Event.read, wire.rows(answer, "chunk"))
            start = wire.text(answer, "next_batch")
            if not start:
                break
        return [
            event
            for event in found
            if event.sender == self._me and wire.text(event.content, "m.relates_to", "key") == emoji
        ]

    async def _read(self, room: str, targets: tuple[Target, ...]) -> None:
        if targets:
            path = in_room(room, "receipt", "m.read", targets[-1].remote_id)
            await self._client.call("POST", path, json={})

    async def _type(self, room: str, *, on: bool) -> None:
        body = {"typing": True, "timeout": TYPING_LASTS} if on else {"typing": False}
        await self._client.call("PUT", in_room(room, "typing", self._me), json=body)


def _octets(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            f"The file {safe_line(str(path), 200)} cannot be read "
            f"({(error.strerror or str(error)).lower()}); attach it again."
        ) from error


def _text(text: str) -> dict[str, Any]:
    """The content of a message with that Markdown."""
    content = {"msgtype": "m.text", "body": text}
    page = formatted(text)
    if page and len(text.encode()) + len(page.encode()) <= _ROOMY:
        content |= {"format": "org.matrix.custom.html", "formatted_body": page}
    return content


def _for_old_clients(new: Mapping[str, Any]) -> dict[str, Any]:
    """What clients that know no edits show in place of the edit ``new``: its beginning, where
    all of it would not fit in twice."""
    shown = {name: f"* {new[name]}" for name in ("body", "formatted_body") if name in new}
    if sum(len(value.encode()) for value in shown.values()) > _ROOMY // 2:
        return {"msgtype": new["msgtype"], "body": f"{shown['body'][:_BEGINNING]}..."}
    return {**new, **shown}


def _thread(targets: tuple[Target, ...]) -> dict[str, Any]:
    """An answer to a message in a thread goes there; older clients show it as a reply."""
    newest = targets[-1] if targets else None
    if newest is None or newest.topic is None:
        return {}
    relates = {
        "rel_type": "m.thread",
        "event_id": newest.topic,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": newest.remote_id},
    }
    return {"m.relates_to": relates}


def _only(effect: Effect) -> Target:
    """The message that the effect is about: of one with files its text."""
    if not effect.targets:
        raise Refused("The message is not at the Matrix server, so it cannot be changed there.")
    return effect.targets[0]


def _outgoing(effect: Effect) -> Outgoing:
    if effect.outgoing is None:
        raise Refused("There is no message to send in what was queued; write it again.")
    return effect.outgoing
