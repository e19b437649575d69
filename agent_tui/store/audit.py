"""The chain over all events: whoever changes, removes or slips in one breaks it.

An event's hash covers the store's key, the hash before it, what the event says, and a commitment to
its values. The commitment is a hash blinded with a nonce of the event's own. To erase values, the
commitment is kept and the nonce is thrown away: the chain still holds, and nobody can find out
what the values were by trying likely ones.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any
from weakref import WeakKeyDictionary

from agent_tui.store import codec
from agent_tui.store.database import Database, Row

MERGED = "merged"
"""The field of an event about a conversation whose messages went into another: ``after``."""

_NONCE = 16
_NOTHING = codec.dump(None)
_PAGE = 5_000
_TAIL = 16

_KEYS: WeakKeyDictionary[Database, bytes] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Audit:
    """What verifying found."""

    events: int  # in the chain
    before: int  # written before there was a chain
    broken: int | None = None  # the first event that is not as it was written


def link(db: Database, events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """``events`` (the columns as they will stand) with their ids, nonces and hashes, in a row.

    Within the transaction that writes them: nobody else may come in between.
    """
    last = db.one("SELECT id, hash FROM events ORDER BY id DESC LIMIT 1")
    first, before = (last["id"] + 1, last["hash"] or b"") if last else (1, b"")
    secret = key(db)
    linked: list[Mapping[str, Any]] = []
    nonces = os.urandom(_NONCE * len(events))
    for at, event in enumerate(events):
        nonce = nonces[at * _NONCE : (at + 1) * _NONCE]
        one: dict[str, Any] = {**event, "id": first + at, "nonce": nonce}
        before = _hash(secret, before, one, event["entity_id"], _commitment(one))
        one["hash"] = before
        linked.append(one)
    return linked


def erase(db: Database, event_ids: Sequence[int]) -> int:
    """Take the values out of these events, for good; how many had any."""
    erased = 0
    with db.transaction():
        for number in event_ids:
            row = db.one("SELECT * FROM events WHERE id = :id AND erased IS NULL", {"id": number})
            if row is None or (row["before"] == _NOTHING and row["after"] == _NOTHING):
                continue
            db.run(
                "UPDATE events SET before = :nothing, after = :nothing, nonce = NULL,"
                " erased = :commitment WHERE id = :id",
                {"nothing": _NOTHING, "commitment": _commitment(row), "id": number},
            )
            erased += 1
    return erased


def move(db: Database, source: int, target: int) -> None:
    """Find the events of conversation ``source`` under ``target`` from now on."""
    db.run(
        "UPDATE events SET origin = coalesce(origin, entity_id), entity_id = :target"
        " WHERE entity = 'conversation' AND entity_id = :source",
        {"source": source, "target": target},
    )


def origins(db: Database, number: int) -> list[int]:
    """Of which conversations the events are that are found under ``number``."""
    rows = db.all(
        "SELECT DISTINCT coalesce(origin, entity_id) AS id FROM events"
        " WHERE entity = 'conversation' AND entity_id = :id ORDER BY id",
        {"id": number},
    )
    return [row["id"] for row in rows]


def move_back(db: Database, source: int, target: int, origins: Sequence[int]) -> None:
    """Find the events of ``origins``, which went with ``source`` to ``target``, there again."""
    db.many(
        "UPDATE events SET entity_id = :source"
        " WHERE entity = 'conversation' AND entity_id = :target AND origin = :origin",
        [{"source": source, "target": target, "origin": origin} for origin in origins],
    )


def verify(db: Database) -> Audit:
    """Go through the whole chain; some 17 us of CPU an event."""
    secret = key(db)
    before, chained, older = b"", 0, 0
    moved: dict[tuple[int, int], int] = {}  # from where to where: the first such event
    merged: dict[int, int | None] = {}
    for row in _rows(db):
        if row["hash"] is None and not chained:
            older += 1
            continue
        origin = row["origin"] if row["origin"] is not None else row["entity_id"]
        if row["hash"] != _hash(secret, before, row, origin, _kept_commitment(row)):
            return Audit(chained, older, row["id"])
        if origin != row["entity_id"]:
            moved.setdefault((origin, row["entity_id"]), row["id"])
        if row["field"] == MERGED:
            merged[origin] = json.loads(row["after"])
        before = row["hash"]
        chained += 1
    astray = (number for pair, number in moved.items() if not _led(merged, *pair))
    return Audit(chained, older, min(astray, default=None))


def fits(db: Database) -> bool:
    """Whether the newest events follow from each other: if the last changes are those of another
    store, they do not. A millisecond, for every start of an engine."""
    rows = db.all("SELECT * FROM events ORDER BY id DESC LIMIT :some", {"some": _TAIL})
    secret = key(db)
    for event, before in pairwise(rows):
        if event["hash"] is None or before["hash"] is None:
            continue
        origin = event["origin"] if event["origin"] is not None else event["entity_id"]
        if event["hash"] != _hash(secret, before["hash"], event, origin, _kept_commitment(event)):
            return False
    return True


def key(db: Database) -> bytes:
    """What the hashes of this store begin with; it never changes."""
    if (known := _KEYS.get(db)) is not None:
        return known
    row = db.one("SELECT key FROM store_key")
    assert row is not None
    found: bytes = row["key"]
    _KEYS[db] = found
    return found


def _led(merged: Mapping[int, int | None], source: int, target: int) -> bool:
    """Whether merges that are in the log lead from ``source`` to ``target``; one whose values were
    erased may have led anywhere."""
    at: int | None = source
    for _ in range(len(merged)):
        if at is None or at == target:
            break
        at = merged.get(at, source)
    return at is None or at == target


def _hash(
    secret: bytes, before: bytes, event: Mapping[str, Any], origin: int, commitment: bytes
) -> bytes:
    said = (
        f"[{event['id']},{event['at']},{_text(event['actor'])},{_text(event['action'])},"
        f"{_text(event['batch'])},{_text(event['entity'])},{origin},{_text(event['field'])},"
        f"{_text(event['undoes'])}]"
    )
    return sha256(secret + before + commitment + said.encode()).digest()


_text = lru_cache(maxsize=64)(codec.dump)
"""Of one batch most texts are the same: the JSON of them is written once."""


def _commitment(event: Mapping[str, Any]) -> bytes:
    """JSON never holds a NUL, so the values cannot be shifted into each other."""
    values = f"{event['before']}\0{event['after']}".encode()
    return sha256((event["nonce"] or b"") + values).digest()


def _kept_commitment(row: Row) -> bytes:
    kept: bytes | None = row["erased"]
    return kept if kept is not None else _commitment(row)


def _rows(db: Database) -> Iterator[Row]:
    last = 0
    while page := db.all(
        "SELECT * FROM events WHERE id > :last ORDER BY id LIMIT :page",
        {"last": last, "page": _PAGE},
    ):
        yield from page
        last = page[-1]["id"]
