"""Messages, their files, and the index that finds them."""

from collections.abc import Sequence
from dataclasses import replace

from agent_tui.model.clock import Millis
from agent_tui.model.message import Attachment, Body, Delivery, Direction, FetchState, Message
from agent_tui.store import codec, lists, mentions, sources, traces
from agent_tui.store.database import Database, Row
from agent_tui.store.traces import Traces

IDS_PER_MS = 1000
_INDEXED_CHARACTERS = 200_000
"""More of one message is not indexed; nobody searches the middle of a log file by hand."""


def of_conversation(db: Database, conversation_id: int) -> list[Message]:
    """The conversation's messages with all that hangs on them, oldest first."""
    params = {"id": conversation_id}
    rows = db.all("SELECT * FROM messages WHERE conversation_id = :id ORDER BY id", params)
    files: dict[int, list[Attachment]] = {}
    for row in db.all(
        "SELECT a.* FROM attachments a JOIN messages m ON m.id = a.message_id"
        " WHERE m.conversation_id = :id ORDER BY a.id",
        params,
    ):
        files.setdefault(row["message_id"], []).append(_attachment(row))
    edited = any(row["edited_at"] is not None for row in rows)
    seen = traces.of_conversation(db, conversation_id, edited=edited)
    return [_with(_message(row), files.get(row["id"], ()), seen) for row in rows]


def get(db: Database, message_id: int) -> Message | None:
    """One message with all that hangs on it."""
    row = db.one("SELECT * FROM messages WHERE id = :id", {"id": message_id})
    if row is None:
        return None
    files = db.all(
        "SELECT * FROM attachments WHERE message_id = :id ORDER BY id", {"id": message_id}
    )
    seen = traces.of_message(db, message_id, edited=row["edited_at"] is not None)
    return _with(_message(row), tuple(map(_attachment, files)), seen)


def newest_id(db: Database, conversation_id: int, direction: Direction) -> int | None:
    """The id of the conversation's newest message of that direction."""
    row = db.one(
        "SELECT max(id) AS id FROM messages WHERE conversation_id = :id AND direction = :way",
        {"id": conversation_id, "way": direction},
    )
    return row["id"] if row else None


def newest(db: Database, conversation_id: int) -> int | None:
    """The id of the conversation's newest message of any direction."""
    row = db.one(
        "SELECT max(id) AS id FROM messages WHERE conversation_id = :id", {"id": conversation_id}
    )
    return row["id"] if row else None


def newest_of(db: Database, conversation_ids: Sequence[int]) -> dict[int, int]:
    """The id of the newest message of each of these conversations, as far as they have any."""
    found: dict[int, int] = {}
    for some in lists.stretches(conversation_ids):
        marks, params = lists.among(some)
        rows = db.all(
            "SELECT conversation_id, max(id) AS id FROM messages"
            f" WHERE conversation_id IN ({marks}) GROUP BY conversation_id",
            params,
        )
        found.update((row["conversation_id"], row["id"]) for row in rows)
    return found


def newest_left(db: Database, conversation_id: int, direction: Direction) -> int | None:
    """The id of the conversation's newest message of that direction that was not taken away."""
    row = db.one(
        "SELECT id FROM messages WHERE conversation_id = :id AND direction = :way"
        " AND deleted_at IS NULL ORDER BY id DESC LIMIT 1",
        {"id": conversation_id, "way": direction},
    )
    return row["id"] if row else None


def time_of(message_id: int) -> Millis:
    """When the message with that id was written."""
    return message_id // IDS_PER_MS


def first_id(at: Millis) -> int:
    """The lowest id that a message of that time can have."""
    return at * IDS_PER_MS


def new_id(db: Database, at: Millis) -> int:
    """A free message id for that time: ids grow with the messages' times.

    Mails are dated to the second, so that more than a thousand may share a time: the later ones
    are then a millisecond off.
    """
    first = max(at, 0) * IDS_PER_MS
    while True:
        last = first + IDS_PER_MS - 1
        row = db.one(
            "SELECT max(id) AS id FROM messages WHERE id BETWEEN :first AND :last",
            {"first": first, "last": last},
        )
        if row is None or row["id"] is None:
            return first
        if row["id"] < last:
            return int(row["id"]) + 1
        first += IDS_PER_MS


def insert(
    db: Database, message: Message, *, content_hash: str = "", raw: bytes | None = None
) -> None:
    """Write ``message`` with its attachments (their ids are ignored) and make it findable."""
    db.insert(
        "INSERT INTO messages (id, conversation_id, account, direction, author, address, at,"
        " subject, text, folds, links, recipients, headers, notes, message_id, content_hash,"
        " automatic, delivery, problem, answers, topic, edited_at, raw)"
        " VALUES (:id, :conversation_id, :account, :direction, :author, :address, :at, :subject,"
        " :text, :folds, :links, :recipients, :headers, :notes, :message_id, :content_hash,"
        " :automatic, :delivery, :problem, :answers, :topic, :edited_at, :raw)",
        {
            "id": message.id,
            "conversation_id": message.conversation_id,
            "account": message.account,
            "direction": message.direction,
            "author": message.author,
            "address": message.address,
            "at": message.at,
            "subject": message.subject,
            "text": message.body.text,
            "folds": codec.dump_folds(message.body.folds),
            "links": codec.dump_links(message.body.links),
            "recipients": codec.dump_recipients(message.recipients),
            "headers": codec.dump(message.headers),
            "notes": codec.dump(message.notes),
            "message_id": message.message_id,
            "content_hash": content_hash,
            "automatic": message.automatic,
            "delivery": message.delivery,
            "problem": message.problem,
            "answers": message.answers,
            "topic": message.topic,
            "edited_at": message.edited_at,
            "raw": raw,
        },
    )
    db.many(
        "INSERT INTO attachments (message_id, name, type, size, part, inline, state, path)"
        " VALUES (:message_id, :name, :type, :size, :part, :inline, :state, :path)",
        [_file_row(message.id, file) for file in message.attachments],
    )
    index(db, message)


def index(db: Database, message: Message) -> None:
    """Make ``message`` findable by its text, people and files, a note by whom it names."""
    db.index(message.id, _index_entry(message))
    if message.direction is Direction.NOTE:
        mentions.put(db, message.id, message.body.text)


def unindex(db: Database, message: Message) -> None:
    """Take ``message`` out of what is searched; it must be as it was put in."""
    db.unindex(message.id, _index_entry(message))
    if message.direction is Direction.NOTE:
        mentions.drop(db, message.id)


def delete(db: Database, message: Message) -> None:
    """Remove a message of ours that never left, with everything that hangs on it."""
    params = {"id": message.id}
    unindex(db, message)
    traces.forget(db, message.id)
    db.run(
        "UPDATE messages SET answers = NULL WHERE conversation_id = :conversation"
        " AND answers = :id",
        params | {"conversation": message.conversation_id},
    )
    sources.forget(db, message.id)
    db.run("DELETE FROM attachments WHERE message_id = :id", params)
    db.run("DELETE FROM locations WHERE message_id = :id", params)
    db.run("DELETE FROM messages WHERE id = :id", params)


def ours_called(db: Database, account: str, message_id: str) -> Message | None:
    """The message that we sent under that Message-ID."""
    row = db.one(
        "SELECT id FROM messages WHERE account = :account AND message_id = :mid"
        " AND direction = 'outbound' LIMIT 1",
        {"account": account, "mid": message_id},
    )
    return get(db, row["id"]) if row else None


def set_delivery(db: Database, message_id: int, delivery: Delivery, problem: str = "") -> None:
    """Show how far an outbound message has come."""
    db.run(
        "UPDATE messages SET delivery = :delivery, problem = :problem WHERE id = :id",
        {"id": message_id, "delivery": delivery, "problem": problem},
    )


def file(db: Database, attachment_id: int) -> Attachment | None:
    """One attachment, wherever it is."""
    row = db.one("SELECT * FROM attachments WHERE id = :id", {"id": attachment_id})
    return _attachment(row) if row else None


def want_file(db: Database, attachment_id: int) -> None:
    """Ask the engine for an attachment's bytes, also where they were here once; for those that
    wait for their provider: now. Nothing for one that no provider has."""
    db.run(
        "UPDATE attachments SET state = 'wanted', path = NULL, problem = ''"
        " WHERE id = :id AND part <> '' AND (state <> 'wanted' OR problem <> '')",
        {"id": attachment_id},
    )


def name_parts(db: Database, message_id: int, parts: Sequence[str]) -> None:
    """Note the provider's names for the files that were attached here, in their order; nothing
    where it has not as many."""
    rows = db.all(
        "SELECT id FROM attachments WHERE message_id = :id AND part = '' ORDER BY id",
        {"id": message_id},
    )
    if len(rows) == len(parts):
        named = [{"id": row["id"], "part": part} for row, part in zip(rows, parts, strict=True)]
        db.many("UPDATE attachments SET part = :part WHERE id = :id", named)


def wanted_files(db: Database, account: str) -> list[Attachment]:
    """Attachments of the account that somebody waits for."""
    rows = db.all(
        "SELECT a.* FROM attachments a JOIN messages m ON m.id = a.message_id"
        " WHERE a.state = 'wanted' AND m.account = :account ORDER BY a.id",
        {"account": account},
    )
    return list(map(_attachment, rows))


def set_file(
    db: Database,
    attachment_id: int,
    state: FetchState,
    *,
    path: str | None = None,
    problem: str = "",
) -> None:
    """Note where the attachment's bytes are now, or why they are not."""
    db.run(
        "UPDATE attachments SET state = :state, path = :path, problem = :problem WHERE id = :id",
        {"id": attachment_id, "state": state, "path": path, "problem": problem},
    )


def _file_row(message_id: int, file: Attachment) -> dict[str, object]:
    return {
        "message_id": message_id,
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "part": file.part,
        "inline": file.inline,
        "state": file.state,
        "path": file.path,
    }


def _index_entry(message: Message) -> dict[str, str]:
    people = [message.author, message.address]
    people += [str(person) for person in message.recipients.all()]
    return {
        "subject": message.subject,
        "body": message.body.text[:_INDEXED_CHARACTERS],
        "people": " ".join(people),
        "files": " ".join(f.name for f in message.attachments),
    }


def _message(row: Row) -> Message:
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        account=row["account"],
        direction=Direction(row["direction"]),
        author=row["author"],
        address=row["address"],
        at=row["at"],
        subject=row["subject"],
        body=Body(row["text"], codec.folds(row["folds"]), codec.links(row["links"])),
        recipients=codec.recipients(row["recipients"]),
        message_id=row["message_id"],
        delivery=Delivery(row["delivery"]),
        problem=row["problem"],
        automatic=bool(row["automatic"]),
        headers=codec.pairs(row["headers"]),
        notes=codec.strings(row["notes"]),
        answers=row["answers"],
        topic=row["topic"],
        edited_at=row["edited_at"],
        deleted_at=row["deleted_at"],
    )


def _with(message: Message, files: Sequence[Attachment], seen: Traces) -> Message:
    return replace(
        message,
        attachments=tuple(files),
        reactions=seen.reactions.get(message.id, ()),
        versions=seen.versions.get(message.id, ()),
    )


def _attachment(row: Row) -> Attachment:
    return Attachment(
        id=row["id"],
        message_id=row["message_id"],
        name=row["name"],
        type=row["type"],
        size=row["size"],
        part=row["part"],
        inline=bool(row["inline"]),
        state=FetchState(row["state"]),
        path=row["path"],
        problem=row["problem"],
    )
