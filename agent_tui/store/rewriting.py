"""Messages get another text, or lose it, after they were written."""

from dataclasses import replace

from agent_tui.model.clock import Millis
from agent_tui.model.message import Body, Message
from agent_tui.store import audit, codec, messages, sources, summary, traces
from agent_tui.store.database import Database


def rewrite(
    db: Database, message: Message, body: Body, at: Millis, *, rating: int | None = None
) -> Millis:
    """Give ``message`` another text; the one it had is kept as its version until then, together
    with ``rating``, the stars that a review had.

    The time under which that version is kept: ``at``, or a little later where that is taken.
    """
    kept = traces.keep_version(db, message.id, at, message.body.text, rating)
    _set_body(db, message, body, kept)
    return kept


def retitle(db: Database, message: Message, subject: str) -> Message:
    """Give ``message`` another subject, and its conversation if it began with it; it, as it is
    then."""
    retitled = replace(message, subject=subject)
    messages.unindex(db, message)
    params = {"subject": subject, "id": message.id}
    db.run("UPDATE messages SET subject = :subject WHERE id = :id", params)
    messages.index(db, retitled)
    summary.recount(db, message.conversation_id)
    return retitled


def restore(db: Database, message: Message, at: Millis) -> None:
    """Give ``message`` back the text that is kept as its version until ``at``."""
    before = [version for version in message.versions if version.at < at]
    again = next(version for version in message.versions if version.at == at)
    traces.drop_version(db, message.id, at)
    _set_body(db, message, Body(again.text), before[-1].at if before else None)


def mark_deleted(db: Database, message: Message, at: Millis) -> None:
    """Show ``message`` as taken away; its text is kept until the provider has done it."""
    _mark(db, message, at)


def unmark_deleted(db: Database, message: Message) -> None:
    """The message was not taken away after all."""
    _mark(db, message, None)


def wipe(db: Database, message: Message, at: Millis) -> None:
    """Take the text and files of ``message`` out of our store, too; that it was there stays.

    Also from where it was written down on its way out: the outbox and the log. May be repeated.
    """
    messages.unindex(db, message)
    traces.forget(db, message.id)
    empty = replace(message, subject="", body=Body(""), attachments=())
    messages.index(db, empty)
    params = {"id": message.id}
    db.run("DELETE FROM attachments WHERE message_id = :id", params)
    sources.forget(db, message.id)
    db.run(
        "UPDATE messages SET text = '', folds = '[]', links = '[]', subject = '', headers = '[]',"
        " notes = '[]', raw = NULL, deleted_at = coalesce(deleted_at, :at) WHERE id = :id",
        params | {"at": at},
    )
    _forget_draft(db, message)
    summary.recount(db, message.conversation_id)


def _mark(db: Database, message: Message, at: Millis | None) -> None:
    db.run("UPDATE messages SET deleted_at = :at WHERE id = :id", {"at": at, "id": message.id})
    summary.recount(db, message.conversation_id)


def _set_body(db: Database, message: Message, body: Body, edited_at: Millis | None) -> None:
    messages.unindex(db, message)
    db.run(
        "UPDATE messages SET text = :text, folds = :folds, links = :links,"
        " edited_at = :edited_at WHERE id = :id",
        {
            "text": body.text,
            "folds": codec.dump_folds(body.folds),
            "links": codec.dump_links(body.links),
            "edited_at": edited_at,
            "id": message.id,
        },
    )
    messages.index(db, replace(message, body=body))
    summary.recount(db, message.conversation_id)


def _forget_draft(db: Database, message: Message) -> None:
    """The text of a message of ours stands in its effects and in the events that queued them."""
    params = {"id": message.id}
    rows = db.all(
        "SELECT id FROM events WHERE entity = 'outbox' AND field IN ('queued', 'edit')"
        " AND entity_id IN (SELECT id FROM outbox WHERE message_id = :id)"
        " UNION ALL SELECT id FROM events"
        " WHERE entity = 'message' AND field = 'note' AND entity_id = :id",
        params,
    )
    audit.erase(db, [row["id"] for row in rows])
    db.run(
        "UPDATE outbox SET state = 'cancelled' WHERE message_id = :id AND kind = 'edit'"
        " AND state IN ('queued', 'held', 'failed', 'uncertain', 'check')",
        params,
    )
    db.run(
        "UPDATE outbox SET payload = '{}', filed = 'none'"
        " WHERE message_id = :id AND state IN ('sent', 'cancelled')",
        params,
    )
