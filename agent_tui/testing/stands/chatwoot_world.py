"""Customers, agents and conversations of a Chatwoot in memory, and how they look from outside.

What happens to them was read in Chatwoot 4.14.0: what touches a conversation, what is pushed, the
shapes of its JSON. Times are those of the clock that is handed in, moved on by a microsecond at
each change, as the server's would be.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from agent_tui.testing.stands.chatwoot_cable import CableServer

Json = dict[str, Any]

ACCOUNT = 7
_LONGEST = 150_000
_HOUR = 3600
_WINDOWS = {"Channel::Whatsapp": 24, "Channel::FacebookPage": 24, "Channel::Instagram": 24}


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


class World:
    """One account; customers and colleagues act by the methods in plain words."""

    def __init__(self, token: str, now: Callable[[], float], host: str) -> None:
        """``now`` gives seconds since the epoch, ``host`` is what stands before paths of files."""
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
