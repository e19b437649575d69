"""Mails as they came, byte for byte: who wants to see one, and where it lies then."""

from agent_tui.model.message import FetchState, Source
from agent_tui.store.database import Database, Row


def of_message(db: Database, message_id: int) -> Source | None:
    """The source of a message as far as somebody has asked for it."""
    row = db.one("SELECT * FROM sources WHERE message_id = :id", {"id": message_id})
    if row is None:
        return None
    return _source(row)


def kept(db: Database, message_id: int) -> bytes | None:
    """The octets of a mail that could not be read, which are kept in the store itself."""
    row = db.one("SELECT raw FROM messages WHERE id = :id", {"id": message_id})
    return row["raw"] if row else None


def want(db: Database, message_id: int) -> None:
    """Ask the engine for the source, also where it was here once."""
    put(db, message_id, FetchState.WANTED)


def wanted(db: Database, account: str) -> list[Source]:
    """The sources of the account that somebody waits for."""
    rows = db.all(
        "SELECT s.* FROM sources s JOIN messages m ON m.id = s.message_id"
        " WHERE s.state = 'wanted' AND m.account = :account ORDER BY s.message_id",
        {"account": account},
    )
    return list(map(_source, rows))


def put(
    db: Database,
    message_id: int,
    state: FetchState,
    *,
    path: str | None = None,
    problem: str = "",
) -> None:
    """Note where the source is now, or why it is not here; nothing for a message that is gone."""
    db.run(
        "INSERT INTO sources (message_id, state, path, problem)"
        " SELECT id, :state, :path, :problem FROM messages WHERE id = :id"
        " ON CONFLICT (message_id) DO UPDATE SET state = :state, path = :path, problem = :problem",
        {"id": message_id, "state": state, "path": path, "problem": problem},
    )


def forget(db: Database, message_id: int) -> None:
    """Drop what is known of the source; its file is the caller's."""
    db.run("DELETE FROM sources WHERE message_id = :id", {"id": message_id})


def _source(row: Row) -> Source:
    return Source(row["message_id"], FetchState(row["state"]), row["path"], row["problem"])
