"""Chatwoot's JSON decoded into what we use of it; what is not as it should be counts as absent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent_tui.model.clock import SECOND, Millis

INCOMING, OUTGOING, ACTIVITY, TEMPLATE = range(4)
"""Types of messages."""


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, an agent or a bot."""

    kind: str  # "contact", "user", "agent_bot"
    id: int
    name: str = ""
    email: str = ""
    phone: str = ""
    identifier: str = ""  # the number that the shop knows a contact by


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: a file, or a place, a card or a link."""

    kind: str  # "image", "audio", "video", "file", "location", "contact", "fallback" ...
    url: str
    type: str
    size: int
    title: str
    place: tuple[float, float] | None = None  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a conversation."""

    id: int
    kind: int  # INCOMING, OUTGOING, ACTIVITY, TEMPLATE
    text: str
    private: bool
    at: Millis
    status: str
    attributes: Mapping[str, Any]
    sender: Person | None
    files: tuple[File, ...]
    updated_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; ``id`` is the number that agents see."""

    id: int
    inbox: int
    channel: str  # such as "Channel::Whatsapp"
    status: str
    snoozed_until: Millis | None
    labels: tuple[str, ...]
    priority: str
    contact: Person
    assignee: Person | None
    can_reply: bool
    subject: str
    seen_at: Millis  # an agent has seen everything until then
    active_at: Millis
    updated_at: float  # seconds
    newest: int  # id of the newest message, 0 for none


@dataclass(frozen=True, slots=True)
class Inbox:
    """A channel that customers write to."""

    id: int
    name: str
    channel: str
    medium: str = ""  # "sms" or "whatsapp" for Twilio
    window_hours: int | None = None  # how long after the customer's message may be answered


@dataclass(frozen=True, slots=True)
class CannedResponse:
    """A canned response of the account."""

    code: str
    content: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Whose token it is."""

    id: int
    name: str
    pubsub_token: str
    accounts: Mapping[int, str]  # name by id


def message(raw: Any) -> Message | None:
    """None for what has no id or no time."""
    found = table(raw)
    number, at = whole(found.get("id")), moment(found.get("created_at"))
    if not number or at is None:
        return None
    return Message(
        id=number,
        kind=whole(found.get("message_type")),
        text=text(found.get("content")),
        private=found.get("private") is True,
        at=at,
        status=text(found.get("status")),
        attributes=table(found.get("content_attributes")),
        sender=person(found.get("sender")),
        files=tuple(file(one) for one in items(found.get("attachments")) if table(one)),
        updated_at=moment(found.get("updated_at")),
    )


def conversation(raw: Any) -> Conversation | None:
    """None for what has no id or no contact."""
    found = table(raw)
    meta = table(found.get("meta"))
    number, contact = whole(found.get("id")), person(meta.get("sender"), "contact")
    if not number or contact is None:
        return None
    is_bot = meta.get("assignee_type") == "AgentBot"
    return Conversation(
        id=number,
        inbox=whole(found.get("inbox_id")),
        channel=text(meta.get("channel")),
        status=text(found.get("status")),
        snoozed_until=moment(found.get("snoozed_until")),
        labels=tuple(text(one) for one in items(found.get("labels")) if text(one)),
        priority=text(found.get("priority")),
        contact=contact,
        assignee=None if is_bot else person(meta.get("assignee"), "user"),
        can_reply=found.get("can_reply") is not False,
        subject=text(table(found.get("additional_attributes")).get("mail_subject")),
        seen_at=moment(found.get("agent_last_seen_at")) or 0,
        active_at=moment(found.get("last_activity_at")) or 0,
        updated_at=(moment(found.get("updated_at")) or 0) / SECOND,
        newest=max((whole(table(m).get("id")) for m in items(found.get("messages"))), default=0),
    )


def inbox(raw: Any) -> Inbox:
    found = table(raw)
    attributes = table(found.get("additional_attributes"))
    hours = text(attributes.get("agent_reply_time_window")) or str(
        whole(attributes.get("agent_reply_time_window"))
    )
    return Inbox(
        id=whole(found.get("id")),
        name=text(found.get("name")),
        channel=text(found.get("channel_type")),
        medium=text(found.get("medium")),
        window_hours=int(hours) if hours.isdecimal() and 0 < int(hours) < 100_000 else None,
    )


def canned_response(raw: Any) -> CannedResponse:
    found = table(raw)
    return CannedResponse(text(found.get("short_code")), text(found.get("content")))


def profile(raw: Any) -> Profile:
    found = table(raw)
    accounts = map(table, items(found.get("accounts")))
    return Profile(
        id=whole(found.get("id")),
        name=text(found.get("name")),
        pubsub_token=text(found.get("pubsub_token")),
        accounts={whole(one.get("id")): text(one.get("name")) for one in accounts},
    )


def person(raw: Any, kind: str = "") -> Person | None:
    """A person with an id; ``kind`` where the JSON does not say it."""
    found = table(raw)
    number = whole(found.get("id"))
    if not number:
        return None
    return Person(
        kind=text(found.get("type")) or kind,
        id=number,
        name=text(found.get("available_name")) or text(found.get("name")),
        email=text(found.get("email")),
        phone=text(found.get("phone_number")),
        identifier=text(found.get("identifier")),
    )


def file(raw: Any) -> File:
    found = table(raw)
    latitude, longitude = found.get("coordinates_lat"), found.get("coordinates_long")
    place = None
    if isinstance(latitude, int | float) and isinstance(longitude, int | float):
        place = (float(latitude), float(longitude))
    return File(
        kind=text(found.get("file_type")),
        url=text(found.get("data_url")),
        type=text(found.get("content_type")),
        size=max(0, whole(found.get("file_size"))),
        title=text(found.get("fallback_title")),
        place=place,
    )


def table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def whole(value: Any) -> int:
    """A whole number that a database can hold, else 0."""
    return value if isinstance(value, int) and abs(value) < 2**63 else 0


def moment(value: Any) -> Millis | None:
    """Seconds since the epoch, whole or not, or a time in ISO 8601: the server has both."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return round(value * SECOND) if 0 < value < 1e11 else None
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * SECOND)
