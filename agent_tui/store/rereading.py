"""A conversation's messages read again and again while somebody looks at them, at little cost.

A chat has thousands of messages and several new ones a second; of those known already one row of
sums tells whether any is different (2 ms for 5,000, where reading them all takes 130).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agent_tui.model.message import Delivery, Message, Reaction
from agent_tui.store import messages, traces
from agent_tui.store.database import Database

_DELIVERIES = (*Delivery,)
_SCATTER = 9973
"""A prime: that two messages exchange their states should not pass for no change."""

_SUMS = (
    "SELECT count(*) AS n, coalesce(sum(edited_at), 0) AS edited, count(deleted_at) AS deleted,"
    f" coalesce(sum((id % {_SCATTER}) * CASE delivery"
    + "".join(f" WHEN '{delivery}' THEN {n}" for n, delivery in enumerate(_DELIVERIES))
    + " ELSE 0 END), 0) AS deliveries,"
    f" coalesce(sum((id % {_SCATTER}) * length(problem)), 0) AS problems"
    " FROM messages WHERE conversation_id = :id AND id <= :newest"
)
_STATES = (
    "SELECT id, delivery, problem, edited_at, deleted_at FROM messages"
    " WHERE conversation_id = :id AND id <= :newest ORDER BY id"
)
_FILES = (
    "SELECT a.id, a.message_id, a.state, a.path, a.problem FROM attachments a"
    " JOIN messages m ON m.id = a.message_id WHERE m.conversation_id = :id AND m.id <= :newest"
)
_MANY = 100
"""From so many different messages on it is quicker to read all."""

_File = tuple[int, int, str, str | None, str]


@dataclass(frozen=True, slots=True)
class _Imprint:
    """What tells that one of some messages is different."""

    sums: tuple[int, ...]
    reactions: frozenset[tuple[int, tuple[Reaction, ...]]]
    files: frozenset[_File]

    def with_(self, more: "_Imprint") -> "_Imprint":
        sums = tuple(map(sum, zip(self.sums, more.sums, strict=True)))
        return _Imprint(sums, self.reactions | more.reactions, self.files | more.files)


@dataclass(frozen=True, slots=True)
class Seen:
    """The messages of a conversation as they were read, oldest first."""

    messages: tuple[Message, ...]
    imprint: _Imprint


NOTHING = Seen((), _Imprint((0, 0, 0, 0, 0), frozenset(), frozenset()))
"""No messages."""


def read(db: Database, conversation_id: int) -> Seen:
    """All messages of the conversation."""
    return _seen(messages.of_conversation(db, conversation_id))


def again(db: Database, conversation_id: int, before: Seen) -> Seen:
    """The messages as they are now; those that did not change are the very same objects, and
    ``before`` comes back when nothing changed."""
    if not before.messages:
        return read(db, conversation_id)
    newest = before.messages[-1].id
    now = _imprint_in_store(db, conversation_id, newest)
    known = before if now == before.imprint else _changed(db, conversation_id, before, now)
    behind = db.all(
        "SELECT id FROM messages WHERE conversation_id = :id AND id > :newest ORDER BY id",
        {"id": conversation_id, "newest": newest},
    )
    if known is None or len(behind) > _MANY:
        return _all_anew(db, conversation_id, before)
    if not behind:
        return known
    more = _each(db, [row["id"] for row in behind])
    return Seen(known.messages + more, known.imprint.with_(_imprint(more)))


def _seen(found: Sequence[Message]) -> Seen:
    return Seen(tuple(found), _imprint(found))


def _imprint(found: Sequence[Message]) -> _Imprint:
    """Of messages as they were read: what changes while they are read differs from it later."""
    return _Imprint(
        (
            len(found),
            sum(message.edited_at or 0 for message in found),
            sum(message.deleted_at is not None for message in found),
            sum(m.id % _SCATTER * _DELIVERIES.index(m.delivery) for m in found if m.delivery),
            sum(m.id % _SCATTER * len(m.problem) for m in found if m.problem),
        ),
        frozenset((message.id, message.reactions) for message in found if message.reactions),
        frozenset(
            (file.id, message.id, str(file.state), file.path, file.problem)
            for message in found
            for file in message.attachments
        ),
    )


def _imprint_in_store(db: Database, conversation_id: int, newest: int) -> _Imprint:
    """Of the messages up to ``newest`` as they are in the store now."""
    params = {"id": conversation_id, "newest": newest}
    (sums,) = db.all(_SUMS, params)
    reactions = traces.of_conversation(db, conversation_id, edited=False).reactions
    return _Imprint(
        (sums["n"], sums["edited"], sums["deleted"], sums["deliveries"], sums["problems"]),
        frozenset((number, them) for number, them in reactions.items() if number <= newest),
        frozenset(
            (row["id"], row["message_id"], row["state"], row["path"], row["problem"])
            for row in db.all(_FILES, params)
        ),
    )


def _changed(db: Database, conversation_id: int, before: Seen, now: _Imprint) -> Seen | None:
    """``before`` with those messages read anew that are different; None when some came between
    or went, or too many are different."""
    states = db.all(_STATES, {"id": conversation_id, "newest": before.messages[-1].id})
    if [row["id"] for row in states] != [message.id for message in before.messages]:
        return None
    different = {
        message.id
        for message, row in zip(before.messages, states, strict=True)
        if (message.delivery, message.problem, message.edited_at, message.deleted_at)
        != (row["delivery"], row["problem"], row["edited_at"], row["deleted_at"])
    }
    different |= {number for number, _ in before.imprint.reactions ^ now.reactions}
    different |= {number for _, number, *_ in before.imprint.files ^ now.files}
    if len(different) > _MANY:
        return None
    anew = {message.id: message for message in _each(db, sorted(different))}
    return _seen([anew.get(message.id, message) for message in before.messages])


def _all_anew(db: Database, conversation_id: int, before: Seen) -> Seen:
    old = {message.id: message for message in before.messages}
    found = messages.of_conversation(db, conversation_id)
    return _seen([old[m.id] if old.get(m.id) == m else m for m in found])


def _each(db: Database, ids: Sequence[int]) -> tuple[Message, ...]:
    found = (messages.get(db, number) for number in ids)
    return tuple(message for message in found if message is not None)
