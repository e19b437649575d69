"""Which conversation a mail belongs to: the ids it bears and names, in any order of arrival."""

from collections.abc import Iterable, Sequence

from agent_tui.model.conversation import Conversation
from agent_tui.model.event import Entity, Stamp
from agent_tui.model.threading import Candidate, joins
from agent_tui.store import audit, conversations, events, joining, summary
from agent_tui.store.database import Database

_IDS_AT_A_TIME = 100


def find(
    db: Database,
    stamp: Stamp,
    account: str,
    message_id: str | None,
    references: Sequence[str],
    people: frozenset[str],
) -> int | None:
    """The conversation that a mail of ``people`` belongs to.

    A mail that belongs to several (an answer to two threads, or the missing middle of one that
    arrived newest first) makes them one, unless an agent keeps them apart: then it belongs to
    the one with the last mail that it names.
    """
    ids = [i for i in (message_id, *references) if i]
    found = [c.conversation_id for c in _candidates(db, account, ids) if joins(c, people)]
    if not found:
        return None
    first, *others = sorted(set(found))
    if others and joining.kept_apart(db, [first, *others]):
        return _nearest(db, account, ids, [first, *others])
    for other in others:
        _merge(db, stamp, other, first)
    return first


def remember(
    db: Database,
    account: str,
    conversation_id: int,
    message_id: str | None,
    references: Iterable[str] = (),
    *,
    issued: bool = False,
) -> None:
    """Note the ids that a mail of the conversation bears and names; ``issued``: by us."""
    ids = {i for i in (message_id, *references) if i}
    db.many(
        "INSERT INTO thread_ids (account, message_id, conversation_id, issued)"
        " VALUES (:account, :id, :conversation, :issued)"
        " ON CONFLICT (account, message_id, conversation_id) DO NOTHING",
        [
            {"account": account, "id": i, "conversation": conversation_id, "issued": issued}
            for i in ids
        ],
    )


def join(db: Database, conversation_id: int, people: Iterable[str]) -> None:
    """Note who takes part in the conversation."""
    db.many(
        "INSERT INTO participants (conversation_id, address) VALUES (:id, :address)"
        " ON CONFLICT (conversation_id, address) DO NOTHING",
        [{"id": conversation_id, "address": address} for address in people],
    )


def references(db: Database, conversation_id: int, message_id: int) -> tuple[str, ...]:
    """The Message-IDs of the conversation up to that message, oldest first, for References."""
    rows = db.all(
        "SELECT message_id FROM messages WHERE conversation_id = :id AND id <= :last"
        " AND message_id IS NOT NULL ORDER BY id",
        {"id": conversation_id, "last": message_id},
    )
    return tuple(row["message_id"] for row in rows)


def _candidates(db: Database, account: str, ids: Sequence[str]) -> list[Candidate]:
    known: dict[int, bool] = {}
    for start in range(0, len(ids), _IDS_AT_A_TIME):
        named = {f"i{n}": one for n, one in enumerate(ids[start : start + _IDS_AT_A_TIME])}
        for row in db.all(
            "SELECT conversation_id, max(issued) AS issued FROM thread_ids"
            f" WHERE account = :account AND message_id IN (:{', :'.join(named)})"
            " GROUP BY conversation_id",
            {"account": account, **named},
        ):
            number = row["conversation_id"]
            known[number] = known.get(number, False) or bool(row["issued"])
    return [
        Candidate(number, conversations.participants(db, number), issued)
        for number, issued in known.items()
    ]


def _nearest(db: Database, account: str, ids: Sequence[str], found: Sequence[int]) -> int:
    """Which of ``found`` has the last mail that is named; the first when none has."""
    for one in reversed(ids):
        row = db.one(
            "SELECT conversation_id AS id FROM messages"
            " WHERE account = :account AND message_id = :one",
            {"account": account, "one": one},
        )
        if row is not None and row["id"] in found:
            return int(row["id"])
    return found[0]


def _merge(db: Database, stamp: Stamp, source: int, target: int) -> None:
    """Move everything of ``source`` into ``target`` and drop the empty shell."""
    events.append(db, stamp, Entity.CONVERSATION, source, audit.MERGED, None, target)
    joining.move_all(db, source, target)
    one, two = conversations.by_ids(db, [source, target])
    conversations.update(db, two, _together(one, two))
    _keep_word(db, one, two)
    db.run("DELETE FROM conversations WHERE id = :source", {"source": source})
    summary.recount(db, target)


def _keep_word(db: Database, source: Conversation, target: Conversation) -> None:
    """What the provider said last of the younger one holds, and where answers go with it."""
    if source.last_at <= target.last_at:
        return
    db.run(
        "UPDATE conversations SET (via, reply_limit, reply_until, remote) ="
        " (SELECT via, reply_limit, reply_until, remote FROM conversations WHERE id = :source)"
        " WHERE id = :target",
        {"source": source.id, "target": target.id},
    )


def _together(one: Conversation, two: Conversation) -> dict[str, object]:
    older, newer = sorted((one, two), key=lambda c: c.last_at)
    return {
        "unread": one.unread + two.unread,
        "status": newer.status,
        "snoozed_until": newer.snoozed_until,
        "assignee": newer.assignee or older.assignee,
        "priority": max(one.priority, two.priority),
    }
