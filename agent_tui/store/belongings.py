"""All rows that belong to a person, found by walking the schema: a table that is added with a
reference to customers, conversations or messages is exported and erased without a line here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent_tui.store import people
from agent_tui.store.database import Database, Row

PERSON = "customers"

_AT_A_TIME = 500

Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Belongings:
    """The rows of a person by table, owners before what they own."""

    rows: Mapping[str, Rows]

    def ids(self, table: str) -> list[int]:
        """The ids of the rows of ``table``, which has such."""
        return [row["id"] for row in self.rows.get(table, ())]


def of_person(db: Database, customer_id: int) -> Belongings:
    """Everything that belongs to the customer and to all who are merged with them; nothing when
    there is no such customer."""
    found = {PERSON: _where(db, PERSON, "id", people.members(db, customer_id))}
    for table, owners in _owned(db):
        rows = [
            row
            for owner, column in owners
            for row in _where(db, table, column, [one["id"] for one in found[owner]])
        ]
        found[table] = _each_once(rows)
    return Belongings(found)


def delete(db: Database, belongings: Belongings) -> None:
    """Delete these rows, what is owned before its owner."""
    ids = {table: belongings.ids(table) for table in belongings.rows if _has_id(db, table)}
    for table, owners in reversed(list(_owned(db))):
        for owner, column in owners:
            for some in _parts(ids[owner]):
                marks, values = _marks(some)
                db.run(f"DELETE FROM {table} WHERE {column} IN ({marks})", values)
    for some in _parts(ids[PERSON]):
        marks, values = _marks(some)
        db.run(f"DELETE FROM {PERSON} WHERE id IN ({marks})", values)


def _owned(db: Database) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each table with rows that belong to a person, and by which columns they belong to which
    tables; a table comes behind all that it belongs to."""
    owners: dict[str, list[tuple[str, str]]] = {PERSON: []}
    waiting = [PERSON]
    while waiting:
        owner = waiting.pop(0)
        for table, column in db.owned_by(owner):
            if table == PERSON:  # customers that are merged: all of them are known
                continue
            if table not in owners:
                waiting.append(table)
            owners.setdefault(table, []).append((owner, column))
    done = {PERSON}
    while left := [table for table in owners if table not in done]:
        for table in left:
            if all(owner in done for owner, _ in owners[table]):
                done.add(table)
                yield table, owners[table]


def _where(db: Database, table: str, column: str, ids: Sequence[int]) -> list[Row]:
    rows: list[Row] = []
    for some in _parts(ids):
        marks, values = _marks(some)
        rows += db.all(f"SELECT * FROM {table} WHERE {column} IN ({marks})", values)
    return rows


def _each_once(rows: Sequence[Row]) -> list[Row]:
    """A row may belong by two columns, such as an effect by its conversation and its message."""
    return list({tuple(row): row for row in rows}.values())


def _has_id(db: Database, table: str) -> bool:
    return table == PERSON or bool(db.owned_by(table))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_A_TIME):
        yield ids[start : start + _AT_A_TIME]


def _marks(ids: Sequence[int]) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {f"i{n}": one for n, one in enumerate(ids)}
    return ", ".join(f":{name}" for name in values), values
