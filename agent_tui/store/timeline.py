"""The timeline of a person: messages, records, parcels and events of all their customers' rows.

A page is one walk along the index of each row's timeline, merged; what its entries are about is
read by their ids. So it costs the same wherever it stands among how many others.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.event import Event
from agent_tui.model.message import Direction
from agent_tui.model.record import Known
from agent_tui.model.timeline import EntryKind, Place, Rank
from agent_tui.query.compile import Compiled
from agent_tui.store import codec, events, records, summary
from agent_tui.store.database import Database, Row

_ARMS = 100
"""Customers' rows asked for at once: SQLite joins 500 SELECTs, and nobody is a hundred people."""

_READ_FOR_SNIPPET = 1_000
_ONCE = (
    " AND (t.rank NOT IN (2, 3) OR NOT EXISTS (SELECT 1 FROM records r JOIN records twin"
    " ON twin.account = r.account AND twin.kind = r.kind AND twin.remote_id = r.remote_id"
    " AND twin.id > r.id WHERE r.id = t.id AND twin.customer_id IN ({})))"
)
"""A record that an account knows of two rows is one, as the newer look-up has it."""

_ORDER = "at {way}, rank {way}, id {way}, part {way}"
_PLACE = "(t.at, t.rank, t.id, t.part) {compare} (:at, :rank, :id, :part)"


@dataclass(frozen=True, slots=True)
class Said:
    """A message, note, review or call."""

    id: int
    direction: Direction
    author: str
    channel: Channel
    via: str
    subject: str  # of the conversation
    rating: int | None
    snippet: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline."""

    place: Place
    kind: EntryKind
    about: Said | Known | Event
    conversation_id: int | None = None  # None: of the customer

    @property
    def at(self) -> Millis:
        """When it was."""
        return self.place.at


def page(
    db: Database,
    members: Sequence[int],
    query: Compiled,
    *,
    after: Place | None = None,
    backwards: bool = False,
    limit: int = 60,
) -> list[Entry]:
    """Up to ``limit`` entries behind ``after``, newest first, or before it ``backwards``.

    Of the customers' rows ``members``, as far as they match ``query`` of
    :func:`~agent_tui.query.entries.compile_entries`. Without ``after`` the newest or, backwards,
    the oldest ones.
    """
    rows: list[Row] = []
    for start in range(0, len(members), _ARMS):
        rows += _rows(db, members[start : start + _ARMS], query, after, backwards, limit)
    rows.sort(key=_place, reverse=not backwards)
    found = _entries(db, rows[:limit])
    return found[::-1] if backwards else found


def count(db: Database, members: Sequence[int], query: Compiled, *, limit: int = 10_000) -> int:
    """How many entries match, at most ``limit``."""
    number = 0
    for start in range(0, len(members), _ARMS):
        some = members[start : start + _ARMS]
        names = _names(some)
        walks = " UNION ALL ".join(f"SELECT 1 FROM {_from(name, names, query)}" for name in names)
        sql = f"SELECT count(*) AS n FROM (SELECT * FROM ({walks}) LIMIT :limit)"
        row = db.one(sql, {**query.params, **names, "limit": limit})
        number += row["n"] if row else 0
    return min(number, limit)


def _rows(
    db: Database,
    members: Sequence[int],
    query: Compiled,
    after: Place | None,
    backwards: bool,
    limit: int,
) -> Sequence[Row]:
    order = f"ORDER BY {_ORDER.format(way='ASC' if backwards else 'DESC')} LIMIT :limit"
    behind = f" AND {_PLACE.format(compare='>' if backwards else '<')}" if after else ""
    names = _names(members)
    walks = (
        f"SELECT * FROM (SELECT t.* FROM {_from(name, names, query)}{behind} {order})"
        for name in names
    )
    place = after._asdict() if after else {}
    return db.all(
        f"SELECT * FROM ({' UNION ALL '.join(walks)}) {order}",
        {**query.params, **names, **place, "limit": limit},
    )


def _names(members: Sequence[int]) -> dict[str, int]:
    return {f"m{n}": member for n, member in enumerate(members)}


def _from(name: str, names: Collection[str], query: Compiled) -> str:
    """What a member's part of a timeline is read from."""
    once = _ONCE.format(", ".join(f":{one}" for one in names)) if len(names) > 1 else ""
    return (
        "timeline t LEFT JOIN conversations c ON c.id = t.conversation_id"
        f" WHERE t.customer_id = :{name} AND ({query.where}){once}"
    )


def _place(row: Row) -> Place:
    return Place(row["at"], row["rank"], row["id"], row["part"])


def _entries(db: Database, rows: Sequence[Row]) -> list[Entry]:
    """The rows with what they are about; left out what has gone meanwhile."""
    said = _said(db, _ids(rows, Rank.MESSAGE))
    known = records.by_ids(db, _ids(rows, Rank.RECORD, Rank.SHIPMENT))
    happened = events.by_ids(db, _ids(rows, Rank.EVENT))
    found: list[Entry] = []
    for row in rows:
        about = _about(row, said, known, happened)
        if about is not None:
            kind = EntryKind(row["kind"])
            found.append(Entry(_place(row), kind, about, row["conversation_id"]))
    return found


def _about(
    row: Row, said: dict[int, Said], known: dict[int, Known], happened: dict[int, Event]
) -> Said | Known | Event | None:
    match row["rank"]:
        case Rank.MESSAGE:
            return said.get(row["id"])
        case Rank.EVENT:
            return happened.get(row["id"])
        case _:
            return known.get(row["id"])


def _ids(rows: Iterable[Row], *ranks: Rank) -> set[int]:
    return {row["id"] for row in rows if row["rank"] in ranks}


def _said(db: Database, ids: set[int]) -> dict[int, Said]:
    names = {f"i{n}": number for n, number in enumerate(ids)}
    marks = ", ".join(f":{name}" for name in names)
    rows = db.all(
        "SELECT m.id, m.direction, m.author, substr(m.text, 1, :length) AS text, m.folds,"
        " m.deleted_at, c.channel, c.via, c.subject, c.rating FROM messages m"
        f" JOIN conversations c ON c.id = m.conversation_id WHERE m.id IN ({marks})",
        names | {"length": _READ_FOR_SNIPPET},
    )
    return {row["id"]: _message(row) for row in rows}


def _message(row: Row) -> Said:
    return Said(
        id=row["id"],
        direction=Direction(row["direction"]),
        author=row["author"],
        channel=Channel(row["channel"]),
        via=row["via"],
        subject=row["subject"],
        rating=row["rating"],
        snippet=summary.snippet(row["text"], codec.folds(row["folds"])),
        deleted=row["deleted_at"] is not None,
    )
