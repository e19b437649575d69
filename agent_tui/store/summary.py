"""What a conversation's row says about its messages, computed from them: one way for all."""

from agent_tui.model.message import Fold
from agent_tui.model.threading import bare_subject
from agent_tui.store import codec, messages
from agent_tui.store.database import Database, Row

SNIPPET_LENGTH = 160
_READ_FOR_SNIPPET = 4_000


def recount(db: Database, conversation_id: int) -> bool:
    """Bring count, times, subject, snippet and waiting-since up to date with the messages.

    False when there are none.
    """
    params = {"id": conversation_id}
    row = db.one(
        "SELECT count(*) AS n, min(id) AS first, max(id) AS last FROM messages"
        " WHERE conversation_id = :id",
        params,
    )
    if row is None or not row["n"]:
        return False
    files = db.one(
        "SELECT count(*) AS n FROM attachments WHERE inline = 0 AND message_id IN"
        " (SELECT id FROM messages WHERE conversation_id = :id)",
        params,
    )
    db.run(
        "UPDATE conversations SET messages = :messages, attachments = :attachments,"
        " created_at = :created_at, last_at = :last_at, snippet = :snippet,"
        " subject = CASE WHEN :subject = '' THEN subject ELSE :subject END,"
        " waiting_since = :waiting_since WHERE id = :id",
        params
        | {
            "messages": row["n"],
            "attachments": files["n"] if files else 0,
            "created_at": messages.time_of(row["first"]),
            "last_at": messages.time_of(row["last"]),
            "subject": bare_subject(_head(db, row["first"])["subject"]),
            "snippet": _snippet(_head(db, row["last"])),
            "waiting_since": messages.waiting_since(db, conversation_id),
        },
    )
    return True


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


def _head(db: Database, message_id: int) -> Row:
    row = db.one(
        "SELECT subject, substr(text, 1, :length) AS text, folds FROM messages WHERE id = :id",
        {"id": message_id, "length": _READ_FOR_SNIPPET},
    )
    assert row is not None
    return row


def _snippet(row: Row) -> str:
    return snippet(row["text"], codec.folds(row["folds"]))
