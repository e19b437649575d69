"""How conversations and messages are printed; the JSON is an interface that scripts build on."""

import json
from collections.abc import Mapping
from datetime import datetime

from agent_tui.model.clock import Millis, iso
from agent_tui.model.conversation import Conversation
from agent_tui.model.message import Attachment, Message
from agent_tui.model.review import Review


def line(value: Mapping[str, object]) -> str:
    """One object on one line."""
    return json.dumps(value, ensure_ascii=False)


def conversation(c: Conversation) -> dict[str, object]:
    """A conversation; times are RFC 3339, UTC."""
    return {
        "id": c.id,
        "channel": c.channel,
        "account": c.account,
        "status": c.status,
        "subject": c.subject,
        "customer": c.customer,
        "customer_id": c.person_id,
        "vip": c.vip,
        "assignee": c.assignee,
        "labels": list(c.labels),
        "priority": c.priority.name.lower(),
        "waiting_since": _time(c.waiting_since),
        "due_at": _time(c.due_at),
        "snoozed_until": _time(c.snoozed_until),
        "messages": c.messages,
        "unread": c.unread,
        "rating": c.rating,
        "review": _review(c.review),
        "testimonial": c.testimonial.consent if c.testimonial else None,
        "created_at": iso(c.created_at),
        "last_at": iso(c.last_at),
        "snippet": c.snippet,
    }


def _review(r: Review | None) -> dict[str, object] | None:
    """What is said of a review; nothing of any other conversation."""
    return {name: getattr(r, name) for name in r.__slots__} if r is not None else None


def message(m: Message) -> dict[str, object]:
    """A message with its attachments."""
    return {
        "id": m.id,
        "direction": m.direction,
        "author": m.author,
        "address": m.address,
        "at": iso(m.at),
        "subject": m.subject,
        "text": m.body.text,
        "to": [str(a) for a in m.recipients.to],
        "cc": [str(a) for a in m.recipients.cc],
        "message_id": m.message_id,
        "delivery": m.delivery,
        "problem": m.problem,
        "notes": list(m.notes),
        "attachments": [attachment(a) for a in m.attachments],
    }


def attachment(a: Attachment) -> dict[str, object]:
    """An attachment; ``size`` in bytes."""
    return {"id": a.id, "name": a.name, "type": a.type, "size": a.size}


def local(at: Millis) -> str:
    """A time as people read it, by the clock on their wall."""
    return f"{datetime.fromtimestamp(at / 1000):%Y-%m-%d %H:%M}"  # noqa: DTZ006 - wall clock


def _time(at: Millis | None) -> str | None:
    return None if at is None else iso(at)
