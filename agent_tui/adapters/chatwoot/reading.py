"""Chatwoot's conversations and messages as the contract hands them in, display-ready and safe."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from agent_tui.adapters.chatwoot import records
from agent_tui.adapters.chatwoot.channels import Kind, reply_until
from agent_tui.adapters.chatwoot.people import Agents
from agent_tui.adapters.chatwoot.records import (
    INCOMING,
    OUTGOING,
    TEMPLATE,
    Conversation,
    File,
    Message,
    Person,
)
from agent_tui.adapters.chatwoot.words import STATUSES, priority_of
from agent_tui.content.body import prepare_html, prepare_text
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import (
    ConversationState,
    Flags,
    Incoming,
    IncomingFile,
    Mark,
    Sender,
)
from agent_tui.model.message import Body, Delivery, Direction
from agent_tui.model.via import via_name

KEY = "agent_tui_key"
"""Where our idempotency key stands in a message's ``content_attributes``."""

_MARKS = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "failed": Delivery.FAILED,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What has to be known to read the messages of an account."""

    place: str  # "chatwoot:HOST/ACCOUNT", before the numbers of contacts
    agents: Agents

    def customer(self, contact: Person) -> Sender:
        """A contact by their number; what else is known of them nobody has verified."""
        given = (
            (IdentityKind.EMAIL, contact.email),
            (IdentityKind.PHONE, contact.phone),
            (IdentityKind.SHOP, contact.identifier),
        )
        return Sender(
            IdentityKind.HANDLE,
            f"{self.place}/{contact.id}",
            safe_line(contact.name, 100),
            claims=tuple((kind, line) for kind, one in given if (line := safe_line(one, 200))),
        )

    def incoming(
        self, conversation: Conversation, message: Message, body: Body, kind: Kind
    ) -> Incoming:
        """A message of ``conversation`` as one that may be its first."""
        direction = _direction(message)
        automatic = message.kind not in (INCOMING, OUTGOING) or _is_auto_reply(message)
        return Incoming(
            remote_id=str(message.id),
            channel=kind.channel,
            direction=direction,
            sender=self._sender(conversation, message),
            at=message.at,
            body=body,
            subject=safe_line(conversation.subject, 300),
            message_id=_key(message),
            thread_key=str(conversation.id),
            files=() if is_deleted(message) else tuple(_files(message)),
            notes=_notes(message, kind),
            flags=Flags(seen=message.at <= conversation.seen_at),
            automatic=automatic,
            status=STATUSES.get(conversation.status),
            snoozed_until=_snoozed_until(conversation),
            labels=_labels(conversation),
            assignee=self._assignee(conversation) or None,
            priority=priority_of(conversation.priority),
            customer=self.customer(conversation.contact),
            answers=_answers(message),
        )

    def state(
        self, conversation: Conversation, kind: Kind, wrote_at: Millis | None, now: Millis
    ) -> ConversationState:
        """What the server says of ``conversation``, whose customer wrote last at ``wrote_at``."""
        status = STATUSES.get(conversation.status)
        return ConversationState(
            thread_key=str(conversation.id),
            subject=safe_line(conversation.subject, 300) or None,
            status=status,
            snoozed_until=_snoozed_until(conversation),
            assignee=self._assignee(conversation),
            labels=_labels(conversation),
            priority=priority_of(conversation.priority),
            via=kind.via,
            reply_limit=kind.limit,
            reply_until=reply_until(kind, conversation, wrote_at, now),
        )

    def _sender(self, conversation: Conversation, message: Message) -> Sender:
        person = message.sender
        if message.kind == INCOMING:
            return self.customer(person or conversation.contact)
        if person is not None and person.kind == "user":
            handle = self.agents.handle(person)
            return Sender(IdentityKind.HANDLE, handle, safe_line(person.name, 100) or handle)
        name = safe_line(person.name, 100) if person is not None else ""
        return Sender(IdentityKind.HANDLE, "chatwoot", name or "Chatwoot")

    def _assignee(self, conversation: Conversation) -> str:
        return self.agents.handle(conversation.assignee) if conversation.assignee else ""


def is_deleted(message: Message) -> bool:
    return message.attributes.get("deleted") is True


def body_of(message: Message, kind: Kind) -> Body:
    """The text of a message, with what stands in it beside its content."""
    if is_deleted(message):
        return Body("")
    mail = records.table(message.attributes.get("email"))
    if kind.channel is Channel.MAIL and message.kind == INCOMING and mail:
        html = records.text(records.table(mail.get("html_content")).get("full"))
        if html.strip():
            return prepare_html(html)
        full = records.text(records.table(mail.get("text_content")).get("full"))
        if full.strip():
            return prepare_text(full)
    lines = [message.text, *_said_in_forms(message.attributes), *_without_bytes(message)]
    return prepare_text("\n".join(line for line in lines if line))


def mark_of(message: Message) -> Mark | None:
    """How far a message of ours has come; None for what customers do not get."""
    delivery = _MARKS.get(message.status)
    if delivery is None or message.kind != OUTGOING or message.private:
        return None
    problem = safe_line(records.text(message.attributes.get("external_error")), 300)
    if delivery is not Delivery.FAILED:
        return Mark(str(message.id), delivery)
    said = problem or "Chatwoot could not hand it over and does not say why"
    return Mark(str(message.id), delivery, said)


def key_of(message: Message) -> str:
    """Our own key of a message that this program has written; empty for all others."""
    if message.kind != OUTGOING:
        return ""  # what customers put there is not ours
    return records.text(message.attributes.get(KEY))


def _key(message: Message) -> str | None:
    key = key_of(message)
    return safe_line(key, 250) or None


def _direction(message: Message) -> Direction:
    if message.private:
        return Direction.NOTE
    if message.kind == INCOMING:
        return Direction.INBOUND
    # An activity, such as "conversation was resolved by Ann", and whatever types are to come,
    # are for agents only.
    return Direction.OUTBOUND if message.kind in (OUTGOING, TEMPLATE) else Direction.NOTE


def _is_auto_reply(message: Message) -> bool:
    return records.table(message.attributes.get("email")).get("auto_reply") is True


def _snoozed_until(conversation: Conversation) -> Millis | None:
    return conversation.snoozed_until if conversation.status == "snoozed" else None


def _labels(conversation: Conversation) -> tuple[str, ...]:
    return tuple(line for one in conversation.labels if (line := safe_line(one, 100)))


def _answers(message: Message) -> str | None:
    given = message.attributes.get("in_reply_to")
    number = records.whole(given) or (
        int(given) if isinstance(given, str) and given.isdecimal() and len(given) < 19 else 0
    )
    return str(number) if number else None


def _notes(message: Message, kind: Kind) -> tuple[str, ...]:
    if message.attributes.get("is_unsupported") is True:
        return (
            f"Chatwoot could not take in this message; read it in {via_name(kind.via)} itself.",
        )
    return ()


def _said_in_forms(attributes: Mapping[str, Any]) -> list[str]:
    """What was offered for choice, and what a customer has answered in a form or a survey."""
    offered = [
        f"- {records.text(one.get('title')) or records.text(one.get('label'))}"
        for one in map(records.table, records.items(attributes.get("items")))
        if records.text(one.get("title")) or records.text(one.get("label"))
    ]
    values = attributes.get("submitted_values")
    answered = [
        f"> {records.text(one.get('title')) or records.text(one.get('value'))}"
        for one in map(records.table, records.items(values))
    ]
    survey = records.table(records.table(values).get("csat_survey_response"))
    if survey:
        answered.append(f"> {records.whole(survey.get('rating'))} of 5")
        answered.append(f"> {records.text(survey.get('feedback_message'))}".rstrip("> "))
    return offered + [line for line in answered if line.strip("> ")]


def _without_bytes(message: Message) -> list[str]:
    """Attachments that are no files: places, cards of people, links."""
    lines = []
    for file in message.files:
        if file.place is not None:
            latitude, longitude = file.place
            lines.append(f"{file.title or 'Location'}: {latitude}, {longitude}")
        elif not _has_bytes(file):
            lines.append(": ".join(part for part in (file.title, file.url) if part))
    return lines


def _has_bytes(file: File) -> bool:
    return bool(file.url) and file.kind not in ("location", "contact", "fallback", "embed")


def _files(message: Message) -> list[IncomingFile]:
    return [_file(file) for file in message.files if _has_bytes(file)]


def _file(file: File) -> IncomingFile:
    try:
        last = unquote(urlsplit(file.url).path.rpartition("/")[2])
    except ValueError:
        last = ""
    name = safe_name(last or file.title or file.kind)
    kind = safe_line(file.type, 100) or mimetypes.guess_type(name)[0]
    return IncomingFile(file.url, name, kind or "application/octet-stream", file.size)
