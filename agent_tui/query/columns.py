"""The columns of a conversation ``c`` by the keys that ask for them, and what ``is:``, ``has:`` and
``none`` mean of it in SQL; nothing in it comes from outside.

``{}`` stands for conditions of our own, in which values are parameters.
"""

from agent_tui.query.syntax import Key
from agent_tui.query.values import Has, Is

OF_KEY = {
    Key.STATUS: "c.status",
    Key.CHANNEL: "c.channel",
    Key.VIA: "c.via",
    Key.ACCOUNT: "c.account",
    Key.ASSIGNEE: "c.assignee",
    Key.PRIORITY: "c.priority",
    Key.RATING: "c.rating",
    Key.COUNTRY: "c.country",
    Key.VERIFIED: "c.verified",
    Key.MODERATION: "c.moderation",
    Key.TESTIMONIAL: "c.consent",
    Key.LABEL: "l.label",
    Key.MENTIONS: "n.handle",
}

_DRAFT = "c.id IN (SELECT d.conversation_id FROM drafts d)"
_INBOUND = "SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.direction = 'inbound'"

IS = {
    Is.UNREAD: "c.unread > 0",
    Is.WAITING: "c.waiting_since IS NOT NULL",
    Is.ASSIGNED: "c.assignee IS NOT NULL",
    Is.UNASSIGNED: "c.assignee IS NULL",
    Is.DRAFT: _DRAFT,
    Is.FAILED: (
        "c.id IN (SELECT o.conversation_id FROM outbox o WHERE o.state IN ('failed', 'uncertain'))"
    ),
    Is.OUTGOING: (
        "c.id IN (SELECT o.conversation_id FROM outbox o WHERE o.kind IN ('send', 'note')"
        " AND o.state IN ('queued', 'held', 'sending', 'committed', 'failed', 'uncertain'))"
    ),
    Is.AUTOMATIC: (
        f"(EXISTS ({_INBOUND} AND m.automatic = 1) AND NOT EXISTS ({_INBOUND} AND m.automatic = 0))"
    ),
}

HAS = {
    Has.ATTACHMENT: "c.attachments > 0",
    Has.NOTE: (
        "EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.direction = 'note')"
    ),
    Has.DRAFT: _DRAFT,
    Has.LABEL: "EXISTS (SELECT 1 FROM conversation_labels l WHERE l.conversation_id = c.id)",
    Has.RATING: "c.rating IS NOT NULL",
}

ABSENT = {
    Key.VIA: "c.via = ''",
    Key.ASSIGNEE: "c.assignee IS NULL",
    Key.TESTIMONIAL: "c.consent IS NULL",
    Key.LABEL: "NOT EXISTS (SELECT 1 FROM conversation_labels l WHERE l.conversation_id = c.id)",
}
"""What ``none`` means."""

_LABELLED = "c.id IN (SELECT l.conversation_id FROM conversation_labels l WHERE {})"
_MENTIONING = (
    "c.id IN (SELECT m.conversation_id FROM mentions n JOIN messages m ON m.id = n.message_id"
    " WHERE {})"
)
FOUND = (
    "c.id IN (SELECT m.conversation_id FROM search JOIN messages m ON m.id = search.rowid WHERE {})"
)
"""Some message of it is in the index under a condition."""

WITHIN = {Key.LABEL: _LABELLED, Key.MENTIONS: _MENTIONING}
"""Keys whose column is in another table."""
