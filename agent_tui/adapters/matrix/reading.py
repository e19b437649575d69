"""Events of a room made into what the store takes: messages, edits, deletions, reactions."""

import html
import re
from dataclasses import dataclass

from agent_tui.adapters.matrix import wire
from agent_tui.adapters.matrix.rooms import ENCRYPTION, Room
from agent_tui.adapters.matrix.wire import Event
from agent_tui.content.body import prepare_html, prepare_text
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Incoming, IncomingFile
from agent_tui.model.message import Body, Direction

KEY = "agent_tui.key"
"""Field of what we send: its key, by which it is found when the homeserver has forgotten the
transaction id or another device asks."""

_SENT_IN_PARTS = re.compile(r"(.+)-file\d+")

_REPLY = re.compile(r"<mx-reply>.*?</mx-reply>", re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r"\A> (?:\* )?<@[^\n]*\n(?:>[^\n]*\n)*\n?")
_MXC = re.compile(r"mxc://[^/?#\s]{1,255}/[^/?#\s]{1,255}")
_LOCATION = "m.location"
_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})
_WRITTEN = frozenset({"m.text", "m.notice", "m.emote"})

CANNOT_DECRYPT = (
    "This message is end-to-end encrypted and cannot be read here. Read it in another Matrix "
    "client, or ask the customer to write in a room without encryption."
)
ENCRYPTED_NOW = (
    "End-to-end encryption was switched on in this room: what is written here from now on cannot "
    "be read or answered in this program. Ask the customer for a room without encryption."
)
_POLLS = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})
_SAID = {
    "m.call.invite": "A call came in, which this program cannot take.",
    "m.location": "A place was shared; see it in another Matrix client.",
    "m.key.verification.request": "The other side asks to verify devices, which needs encryption.",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes messages for one account; ``me`` and whom else we own are ``ours``."""

    me: str
    ours: frozenset[str]

    def message(self, room: Room, event: Event, at: Millis) -> Incoming | None:
        """The message in ``event``; None where it is none, or an edit of one."""
        if event.redacted or not event.id:
            return None
        if event.state_key is not None:
            said = self._of_state(room, event)
            return self._note(room, event, at, said) if said else None
        if event.relation == "m.replace":
            return None
        match event.type:
            case "m.room.message":
                return self._written(room, event, at)
            case "m.sticker":
                return self._incoming(room, event, at, _spoken(event.content), _files(event))
            case "m.room.encrypted":
                return self._incoming(room, event, at, Body(""), notes=(CANNOT_DECRYPT,))
            case "m.call.invite":
                return self._incoming(room, event, at, Body(""), notes=(_SAID[event.type],))
            case kind if kind in _POLLS:
                notes = ("A poll was started; see it in another Matrix client.",)
                return self._incoming(room, event, at, Body(""), notes=notes)
            case _:
                return None

    def farewell(self, room: Room, event: Event, at: Millis) -> Incoming | None:
        """What is to be said of our own leaving, unless we left ourselves."""
        gone = event.member(self.me)
        if gone not in ("leave", "ban") or event.sender == self.me:
            return None
        reason = safe_line(wire.text(event.content, "reason"), 200)
        said = f"{room.called(event.sender)} has removed us from this room"
        return self._note(room, event, at, f"{said} ({reason})." if reason else f"{said}.")

    def _of_state(self, room: Room, event: Event) -> str:
        match event.type:
            case kind if kind == ENCRYPTION:
                return ENCRYPTED_NOW
            case "m.room.tombstone":
                new = safe_line(wire.text(event.content, "replacement_room"), 255)
                return f"This room was replaced by another one ({new}); what comes next is there."
            case "m.room.member":
                return self._of_member(room, event)
            case _:
                return ""

    def _of_member(self, room: Room, event: Event) -> str:
        before = wire.text(event.unsigned, "prev_content", "membership")
        now = wire.text(event.content, "membership")
        user = event.state_key or ""
        if user in self.ours or before != "join" or now not in ("leave", "ban"):
            return ""
        who = room.called(user)
        if event.sender == user:
            return f"{who} has left the room; answers do not reach them any more."
        return f"{who} was removed from the room; answers do not reach them any more."

    def _written(self, room: Room, event: Event, at: Millis) -> Incoming | None:
        newest = event.replacement
        content = wire.table(newest.content, "m.new_content") if newest else event.content
        kind = wire.text(content, "msgtype")
        if not kind:
            return None
        body = body_of(content, room.called(event.sender))
        files = _files(event, content) if kind in _FILES else ()
        return self._incoming(
            room,
            event,
            at,
            body,
            files,
            notes=_notes(kind, files),
            automatic=kind == "m.notice" and event.sender not in self.ours,
            edited_at=newest.ts if newest else None,
        )

    def _note(self, room: Room, event: Event, at: Millis, said: str) -> Incoming:
        return Incoming(
            remote_id=safe_line(event.id),
            channel=Channel.CHAT,
            direction=Direction.NOTE,
            sender=room.sender(event.sender),
            at=at,
            body=prepare_text(said),
            subject=room.name,
            thread_key=room.id,
            automatic=True,
            customer=room.customer(self.ours),
        )

    def _incoming(
        self,
        room: Room,
        event: Event,
        at: Millis,
        body: Body,
        files: tuple[IncomingFile, ...] = (),
        *,
        notes: tuple[str, ...] = (),
        automatic: bool = False,
        edited_at: Millis | None = None,
    ) -> Incoming:
        ours = event.sender in self.ours
        return Incoming(
            remote_id=safe_line(event.id),
            channel=Channel.CHAT,
            direction=Direction.OUTBOUND if ours else Direction.INBOUND,
            sender=room.sender(event.sender),
            at=at,
            body=body,
            subject=room.name,
            message_id=key_of(event) if event.sender == self.me else None,
            thread_key=room.id,
            files=files,
            notes=notes,
            automatic=automatic,
            customer=room.customer(self.ours) if ours else None,
            answers=_answered(event),
            topic=safe_line(event.related) if event.relation == "m.thread" else None,
            edited_at=edited_at,
        )


def body_of(content: dict[str, object], who: str) -> Body:
    """What a person wrote: of an emote with its author before it, of a file its caption."""
    kind = wire.text(content, "msgtype")
    if kind in _FILES and not _captioned(content):
        return Body("")
    if kind in _SAID and kind != _LOCATION:
        return Body("")
    return _spoken(content, f"* {who} " if kind == "m.emote" else "")


def key_of(event: Event) -> str | None:
    """The key of our effect that sent ``event``, if it was one of ours."""
    key = event.transaction or wire.text(event.content, KEY)
    parted = _SENT_IN_PARTS.fullmatch(key)
    return (parted.group(1) if parted else safe_line(key)) or None


def part_key(key: str, number: int) -> str:
    """The transaction id of the file ``number`` of the effect ``key``."""
    return f"{key}-file{number}"


def _spoken(content: dict[str, object], before: str = "") -> Body:
    page = wire.text(content, "formatted_body")
    if page and wire.text(content, "format") == "org.matrix.custom.html":
        return prepare_html(html.escape(before) + _REPLY.sub("", page))
    said = wire.text(content, "body")
    if wire.table(content, "m.relates_to", "m.in_reply_to"):
        said = _QUOTED.sub("", said)
    return prepare_text(before + said)


def _captioned(content: dict[str, object]) -> bool:
    """A body beside a file name, as of Matrix 1.10."""
    name = wire.text(content, "filename")
    return bool(name) and wire.text(content, "body") not in ("", name)


def _files(event: Event, content: dict[str, object] | None = None) -> tuple[IncomingFile, ...]:
    shown = event.content if content is None else content
    address = wire.text(shown, "url") or wire.text(event.content, "url")
    if not _MXC.fullmatch(address):
        return ()
    name = wire.text(shown, "filename") or wire.text(shown, "body")
    kind = wire.text(shown, "info", "mimetype") or "application/octet-stream"
    size = max(0, wire.whole(shown, "info", "size"))
    return (IncomingFile(address, safe_name(name), safe_line(kind, 100), size),)


def _notes(kind: str, files: tuple[IncomingFile, ...]) -> tuple[str, ...]:
    if kind in _FILES and not files:
        return ("A file was sent that cannot be read here; see it in another Matrix client.",)
    if kind in _FILES or kind in _WRITTEN:
        return ()
    if said := _SAID.get(kind):
        return (said,)
    shown = safe_line(kind, 60)
    return (f"Sent as '{shown}', of which this program knows the text only.",)


def _answered(event: Event) -> str | None:
    """In a thread, older clients' replies to its last message are no answers."""
    relates = wire.table(event.content, "m.relates_to")
    if relates.get("is_falling_back") is True:
        return None
    return safe_line(wire.text(relates, "m.in_reply_to", "event_id")) or None
