"""What a conversation's row says about its messages, computed from them."""

from agent_tui.model.conversation import Conversation
from agent_tui.model.message import Direction, Fold, Message
from agent_tui.model.threading import bare_subject
from agent_tui.store import codec, messages
from agent_tui.store.database import Database

SNIPPET_LENGTH = 160
_READ_FOR_SNIPPET = 4_000


_MESSAGES = (
    "SELECT s.first, s.last, s.n AS messages, f.subject, l.folds, l.deleted_at,"
    " substr(l.text, 1, :length) AS text,"
    " (SELECT count(*) FROM attachments a JOIN messages m ON m.id = a.message_id"
    " WHERE m.conversation_id = :id AND a.inline = 0) AS attachments,"
    " (SELECT min(m.id) FROM messages m WHERE m.conversation_id = :id"
    " AND m.direction = 'inbound' AND m.automatic = 0 AND m.deleted_at IS NULL"
    " AND m.id > s.answered AND m.id > coalesce(c.handled, 0)) AS waiting"
    " FROM (SELECT count(*) AS n, min(id) AS first, max(id) AS last,"
    " coalesce(max(CASE WHEN direction = 'outbound' THEN id END), 0) AS answered"
    " FROM messages WHERE conversation_id = :id) s"
    " JOIN messages f ON f.id = s.first JOIN messages l ON l.id = s.last"
    " JOIN conversations c ON c.id = :id"
)
"""All of it in one: this is asked for each message that comes in. The customer waits since the
first mail that nobody has answered or handled; automatic mail does not wait, nor who took back
what they wrote."""

WAITING_SINCE = (
    "(SELECT min(m.id) FROM messages m WHERE m.conversation_id = conversations.id"
    " AND m.direction = 'inbound' AND m.automatic = 0 AND m.deleted_at IS NULL"
    " AND m.id > coalesce(r.handled, 0) AND m.id > coalesce((SELECT max(o.id) FROM messages o"
    " WHERE o.conversation_id = conversations.id AND o.direction = 'outbound'), 0))"
    f" / {messages.IDS_PER_MS}"
)
"""Since when the customer waits when all up to the message ``r.handled`` is dealt with: the same
rule, for an UPDATE of conversations from a table ``r``."""

_LAST_LEFT = (
    "SELECT folds, substr(text, 1, :length) AS text FROM messages"
    " WHERE conversation_id = :id AND deleted_at IS NULL ORDER BY id DESC LIMIT 1"
)
"""Asked only when the newest one was deleted."""


def recount(db: Database, conversation_id: int) -> bool:
    """Bring count, times, subject, snippet and waiting-since up to date with the messages.

    False when there are none.
    """
    row = db.one(_MESSAGES, {"id": conversation_id, "length": _READ_FOR_SNIPPET})
    if row is None:
        return False
    waiting = row["waiting"]
    last = row
    if row["deleted_at"] is not None:
        params = {"id": conversation_id, "length": _READ_FOR_SNIPPET}
        last = db.one(_LAST_LEFT, params) or row
    db.run(
        "UPDATE conversations SET messages = :messages, attachments = :attachments,"
        " created_at = :created_at, last_at = :last_at, snippet = :snippet,"
        " subject = CASE WHEN :subject = '' THEN subject ELSE :subject END,"
        " waiting_since = :waiting_since WHERE id = :id",
        {
            "id": conversation_id,
            "messages": row["messages"],
            "attachments": row["attachments"],
            "created_at": messages.time_of(row["first"]),
            "last_at": messages.time_of(row["last"]),
            "subject": bare_subject(row["subject"]),
            "snippet": snippet(last["text"], codec.folds(last["folds"])),
            "waiting_since": None if waiting is None else messages.time_of(waiting),
        },
    )
    return True


def add(db: Database, conversation: Conversation, message: Message) -> None:
    """Bring the row up to date with a new message, as :func:`recount` would.

    A message behind all others costs the same in a room of ten and of ten thousand.
    """
    if not conversation.messages or messages.time_of(message.id) <= conversation.last_at:
        recount(db, conversation.id)
        return
    at = messages.time_of(message.id)
    waiting = conversation.waiting_since
    if message.direction is Direction.OUTBOUND:
        waiting = None
    elif message.direction is Direction.INBOUND and not message.automatic and waiting is None:
        waiting = at
    db.run(
        "UPDATE conversations SET messages = messages + 1, attachments = attachments + :files,"
        " last_at = :at, snippet = :snippet, waiting_since = :waiting WHERE id = :id",
        {
            "files": sum(not file.inline for file in message.attachments),
            "at": at,
            "snippet": snippet(message.body.text[:_READ_FOR_SNIPPET], message.body.folds),
            "waiting": waiting,
            "id": conversation.id,
        },
    )


def snippet(text: str, folds: tuple[Fold, ...]) -> str:
    """The beginning of what the writer wrote, on one line, without quotes and signatures."""
    folded = {n for fold in folds for n in range(fold.start, min(fold.end, 400))}
    words: list[str] = []
    length = 0
    for number, line in enumerate(text.split("\n")[:400]):
        if number not in folded and line.strip():
            words += line.split()
            length += len(line)
        if length > SNIPPET_LENGTH:
            break
    return " ".join(words)[:SNIPPET_LENGTH]
