"""The rows of conversations: made, read, changed, with their labels and participants."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel, Conversation, Priority, Status
from agent_tui.model.review import Review
from agent_tui.store import reviews
from agent_tui.store.database import Conflict, Database, Row
from agent_tui.store.lists import among, stretches

COLUMNS = (
    "c.*, COALESCE(NULLIF(cu.name, ''), own.name) AS customer, own.person_id,"
    " (SELECT max(vip) FROM customers m WHERE m.person_id = own.person_id) AS vip,"
    " EXISTS (SELECT 1 FROM drafts d WHERE d.conversation_id = c.id) AS draft"
)
WHOSE = "JOIN customers own ON own.id = c.customer_id JOIN customers cu ON cu.id = own.person_id"
FROM = f"conversations c {WHOSE}"


def get(db: Database, conversation_id: int) -> Conversation | None:
    """The conversation as it is now."""
    found = by_ids(db, [conversation_id])
    return found[0] if found else None


def of_thread(db: Database, account: str, thread_key: str) -> Conversation | None:
    """The conversation that the provider calls so."""
    number = id_of_thread(db, account, thread_key)
    return get(db, number) if number is not None else None


def id_of_thread(db: Database, account: str, thread_key: str) -> int | None:
    """The id of the conversation that the provider calls so."""
    row = db.one(
        "SELECT id FROM conversations WHERE account = :account AND thread_key = :key",
        {"account": account, "key": thread_key},
    )
    return row["id"] if row else None


def by_ids(db: Database, ids: Sequence[int]) -> list[Conversation]:
    """The conversations of ``ids`` in that order; unknown ones are left out."""
    rows: dict[int, Row] = {}
    for some in stretches(ids):
        marks, params = among(some)
        for row in db.all(f"SELECT {COLUMNS} FROM {FROM} WHERE c.id IN ({marks})", params):
            rows[row["id"]] = row
    return decoded(db, [rows[i] for i in ids if i in rows])


def create(
    db: Database,
    *,
    account: str,
    channel: Channel,
    subject: str,
    status: Status,
    customer_id: int,
    at: Millis,
    thread_key: str | None = None,
    rating: int | None = None,
    review: Review | None = None,
    assignee: str | None = None,
    priority: Priority = Priority.NORMAL,
    snoozed_until: Millis | None = None,
) -> int:
    """A new conversation without messages; its id."""
    return db.insert(
        "INSERT INTO conversations (account, channel, thread_key, subject, status, customer_id,"
        " created_at, last_at, rating, assignee, priority, snoozed_until, review, product, country,"
        " verified, moderation)"
        " VALUES (:account, :channel, :thread_key, :subject, :status, :customer_id, :at, :at,"
        " :rating, :assignee, :priority, :snoozed_until, :review, :product, :country, :verified,"
        " :moderation)",
        {
            "account": account,
            "channel": channel,
            "thread_key": thread_key,
            "subject": subject,
            "status": status,
            "customer_id": customer_id,
            "at": at,
            "rating": rating,
            "assignee": assignee,
            "priority": priority,
            "snoozed_until": snoozed_until,
        }
        | reviews.columns_of(review),
    )


def update(db: Database, conversation: Conversation, fields: dict[str, object]) -> None:
    """Set columns of one conversation; Conflict when it has changed since it was read."""
    sets = ", ".join([*(f"{name} = :{name}" for name in fields), "version = version + 1"])
    touched = db.run(
        f"UPDATE conversations SET {sets} WHERE id = :id AND version = :version",
        fields | {"id": conversation.id, "version": conversation.version},
    )
    if not touched:
        raise Conflict(
            f"Conversation {conversation.id} was changed by somebody else meanwhile; look again."
        )


def delete_empty(db: Database, conversation_id: int) -> None:
    """Drop a conversation whose only message was taken back."""
    params = {"id": conversation_id}
    for table in ("participants", "thread_ids", "conversation_labels", "presence"):
        db.run(f"DELETE FROM {table} WHERE conversation_id = :id", params)
    for table in ("outbox", "drafts"):
        db.run(f"UPDATE {table} SET conversation_id = NULL WHERE conversation_id = :id", params)
    db.run("DELETE FROM conversations WHERE id = :id", params)


def mark_read(db: Database, conversation_id: int) -> None:
    """Nothing in the conversation is unread; no event, for reading changes nothing."""
    db.run(
        "UPDATE conversations SET unread = 0 WHERE id = :id AND unread > 0",
        {"id": conversation_id},
    )


def handle_closed(db: Database, conversation_id: int) -> None:
    """In a conversation that nobody need answer, what the customer wrote so far waits no more."""
    db.run(
        "UPDATE conversations SET waiting_since = NULL, handled ="
        " (SELECT max(id) FROM messages WHERE conversation_id = :id)"
        " WHERE id = :id AND waiting_since IS NOT NULL"
        " AND status IN ('pending', 'resolved', 'spam')",
        {"id": conversation_id},
    )


def add_unread(db: Database, conversation_id: int) -> None:
    """The customer wrote something that nobody has read."""
    db.run("UPDATE conversations SET unread = unread + 1 WHERE id = :id", {"id": conversation_id})


def read_one(db: Database, conversation_id: int) -> None:
    """One unread message was read in another program."""
    db.run(
        "UPDATE conversations SET unread = unread - 1 WHERE id = :id AND unread > 0",
        {"id": conversation_id},
    )


def set_labels(db: Database, conversation_id: int, labels: Iterable[str]) -> None:
    """Replace the conversation's labels."""
    db.run("DELETE FROM conversation_labels WHERE conversation_id = :id", {"id": conversation_id})
    db.many(
        "INSERT INTO conversation_labels (conversation_id, label) VALUES (:id, :label)",
        [{"id": conversation_id, "label": label} for label in sorted(set(labels))],
    )


def labels(db: Database) -> list[str]:
    """Every label in use."""
    rows = db.all("SELECT DISTINCT label FROM conversation_labels ORDER BY label")
    return [row["label"] for row in rows]


def participants(db: Database, conversation_id: int) -> frozenset[str]:
    """The normal addresses of everybody in the conversation but us."""
    rows = db.all(
        "SELECT address FROM participants WHERE conversation_id = :id", {"id": conversation_id}
    )
    return frozenset(row["address"] for row in rows)


def due_snoozes(db: Database, now: Millis) -> list[Conversation]:
    """Snoozed conversations whose time has come."""
    rows = db.all(
        f"SELECT {COLUMNS} FROM {FROM}"
        " WHERE c.snoozed_until <= :now AND c.status = 'snoozed' LIMIT 500",
        {"now": now},
    )
    return decoded(db, rows)


def next_snooze(db: Database) -> Millis | None:
    """When the next snoozed conversation comes back."""
    row = db.one(
        "SELECT min(snoozed_until) AS at FROM conversations"
        " WHERE snoozed_until IS NOT NULL AND status = 'snoozed'"
    )
    return row["at"] if row else None


def decoded(db: Database, rows: Sequence[Row]) -> list[Conversation]:
    """Decode rows and hang their labels on, with one query for all."""
    if not rows:
        return []
    marks, params = among([row["id"] for row in rows])
    named: dict[int, tuple[str, ...]] = {}
    for row in db.all(
        "SELECT conversation_id, label FROM conversation_labels"
        f" WHERE conversation_id IN ({marks}) ORDER BY label",
        params,
    ):
        named[row["conversation_id"]] = (*named.get(row["conversation_id"], ()), row["label"])
    plain = map(_conversation, rows)
    return [replace(c, labels=named[c.id]) if c.id in named else c for c in plain]


def _conversation(row: Row) -> Conversation:
    return Conversation(
        id=row["id"],
        account=row["account"],
        channel=Channel(row["channel"]),
        subject=row["subject"],
        status=Status(row["status"]),
        customer_id=row["customer_id"],
        created_at=row["created_at"],
        last_at=row["last_at"],
        version=row["version"],
        thread_key=row["thread_key"],
        snoozed_until=row["snoozed_until"],
        assignee=row["assignee"],
        priority=Priority(row["priority"]),
        rating=row["rating"],
        review=reviews.review_of(row),
        testimonial=reviews.testimonial_of(row),
        handled=row["handled"],
        waiting_since=row["waiting_since"],
        due_at=row["due_at"],
        warn_at=row["warn_at"],
        messages=row["messages"],
        unread=row["unread"],
        attachments=row["attachments"],
        snippet=row["snippet"],
        customer=row["customer"],
        person_id=row["person_id"],
        vip=bool(row["vip"]),
        draft=bool(row["draft"]),
        via=row["via"],
        reply_limit=row["reply_limit"],
        reply_until=row["reply_until"],
    )
