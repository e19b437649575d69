"""Customers, their identities, and the people that several of them are together."""

from collections.abc import Iterable, Mapping, Sequence

from agent_tui.model.clock import Millis
from agent_tui.model.customer import (
    Customer,
    Identity,
    IdentityKind,
    Newsletter,
    Person,
    normal,
)
from agent_tui.model.message import Address
from agent_tui.store import codec, people
from agent_tui.store.database import Conflict, Database, Row


def get(db: Database, customer_id: int) -> Customer | None:
    """One customer with all identities of its own; merged ones are left out."""
    found = _customers(db, db.all("SELECT * FROM customers WHERE id = :id", {"id": customer_id}))
    return found[0] if found else None


def person(db: Database, customer_id: int) -> Person | None:
    """The customer together with all who are merged with them."""
    rows = db.all(
        "SELECT m.* FROM customers o JOIN customers m ON m.person_id = o.person_id"
        " WHERE o.id = :id ORDER BY m.id <> m.person_id, m.id",
        {"id": customer_id},
    )
    return Person(tuple(_customers(db, rows))) if rows else None


def find(db: Database, kind: IdentityKind, value: str) -> int | None:
    """The customer who goes by ``value``."""
    row = db.one(
        "SELECT customer_id FROM identities WHERE kind = :kind AND value = :value",
        {"kind": kind, "value": normal(kind, value)},
    )
    return row["customer_id"] if row else None


def of_identity(db: Database, kind: IdentityKind, value: str, name: str, now: Millis) -> int:
    """The customer who goes by ``value``; a new one, called ``name``, when nobody does.

    Equal identities join, equal names never do, and who gives no address is nobody we know.
    """
    value = normal(kind, value)
    if not value:
        return _create(db, name, now)
    row = db.one(
        "SELECT customer_id, name FROM identities WHERE kind = :kind AND value = :value",
        {"kind": kind, "value": value},
    )
    if row is None:
        created = _create(db, name or value, now)
        _identify(db, created, Identity(kind, value, name))
        return created
    if name and not row["name"]:
        _learn_name(db, kind, value, name, row["customer_id"])
    found: int = row["customer_id"]
    return found


def claims(db: Database, customer_id: int) -> list[tuple[IdentityKind, str]]:
    """What the person says to be, which nobody has verified: nothing that is theirs already."""
    rows = db.all(
        f"SELECT DISTINCT kind, value FROM claims c WHERE customer_id IN {people.THEIRS}"
        " AND NOT EXISTS (SELECT 1 FROM identities i WHERE i.kind = c.kind AND i.value = c.value"
        f" AND i.customer_id IN {people.THEIRS}) ORDER BY kind, value",
        {"customer": customer_id},
    )
    return [(IdentityKind(row["kind"]), row["value"]) for row in rows]


def claim(db: Database, customer_id: int, claimed: Iterable[tuple[IdentityKind, str]]) -> None:
    """Note what the customer says to be."""
    db.many(
        "INSERT INTO claims (customer_id, kind, value) VALUES (:id, :kind, :value)"
        " ON CONFLICT (customer_id, kind, value) DO NOTHING",
        [
            {"id": customer_id, "kind": kind, "value": normal(kind, value)}
            for kind, value in claimed
            if normal(kind, value)
        ],
    )


def tags(db: Database) -> list[str]:
    """Every tag in use."""
    rows = db.all("SELECT DISTINCT tag FROM customer_tags ORDER BY tag")
    return [row["tag"] for row in rows]


def update(db: Database, customer: Customer, fields: Mapping[str, object]) -> None:
    """Set fields of one customer; Conflict when it has changed since it was read, or would be
    merged into one who is merged into it."""
    columns = {k: _column(v) for k, v in fields.items() if k != "tags"}
    sets = ", ".join([*(f"{name} = :{name}" for name in columns), "version = version + 1"])
    with db.transaction():
        touched = db.run(
            f"UPDATE customers SET {sets} WHERE id = :id AND version = :version",
            columns | {"id": customer.id, "version": customer.version},
        )
        if not touched:
            raise Conflict(f"{customer.name} was changed by somebody else meanwhile; look again.")
        if isinstance(tags := fields.get("tags"), list):
            _set_tags(db, customer.id, tags)
        if "merged_into" in fields:
            _stand_together(db, customer)


def addresses(db: Database, typed: str, limit: int = 8) -> list[Address]:
    """Customers' mail addresses that begin with ``typed``, by address; of merged ones with the name
    of who stands for all."""
    rows = db.all(
        "SELECT i.value, c.name FROM identities i JOIN customers own ON own.id = i.customer_id"
        " JOIN customers c ON c.id = own.person_id"
        " WHERE i.kind = :kind AND i.value >= :typed AND i.value < :behind"
        " ORDER BY i.value LIMIT :limit",
        {
            "kind": IdentityKind.EMAIL,
            "typed": normal(IdentityKind.EMAIL, typed),
            "behind": normal(IdentityKind.EMAIL, typed) + "\U0010ffff",
            "limit": limit,
        },
    )
    return [
        Address("" if row["name"] == row["value"] else row["name"], row["value"]) for row in rows
    ]


def _customers(db: Database, rows: Sequence[Row]) -> list[Customer]:
    """Decode rows and hang identities and tags on, each with one query for all."""
    if not rows:
        return []
    ids = {f"i{n}": row["id"] for n, row in enumerate(rows)}
    marks = ", ".join(f":{name}" for name in ids)
    identities: dict[int, list[Identity]] = {}
    for row in db.all(
        "SELECT kind, value, name, customer_id FROM identities"
        f" WHERE customer_id IN ({marks}) ORDER BY kind, value",
        ids,
    ):
        identity = Identity(IdentityKind(row["kind"]), row["value"], row["name"])
        identities.setdefault(row["customer_id"], []).append(identity)
    tags: dict[int, list[str]] = {}
    for row in db.all(
        f"SELECT customer_id, tag FROM customer_tags WHERE customer_id IN ({marks}) ORDER BY tag",
        ids,
    ):
        tags.setdefault(row["customer_id"], []).append(row["tag"])
    return [_customer(row, identities.get(row["id"], ()), tags.get(row["id"], ())) for row in rows]


def _customer(row: Row, identities: Iterable[Identity], tags: Iterable[str]) -> Customer:
    return Customer(
        id=row["id"],
        name=row["name"],
        notes=row["notes"],
        created_at=row["created_at"],
        version=row["version"],
        identities=tuple(identities),
        merged_into=row["merged_into"],
        person_id=row["person_id"],
        distinct_from=tuple(codec.objects(row["distinct_from"])),
        aliases=codec.strings(row["aliases"]),
        languages=codec.strings(row["languages"]),
        time_zone=row["time_zone"],
        fields=codec.mapping(row["fields"]),
        tags=tuple(tags),
        newsletter=Newsletter(row["newsletter"]),
        newsletter_source=row["newsletter_source"],
        vip=bool(row["vip"]),
        company_id=row["company_id"],
    )


def _column(value: object) -> object:
    return codec.dump(value) if isinstance(value, list | dict) else value


def _set_tags(db: Database, customer_id: int, tags: Iterable[str]) -> None:
    db.run("DELETE FROM customer_tags WHERE customer_id = :id", {"id": customer_id})
    db.many(
        "INSERT INTO customer_tags (customer_id, tag) VALUES (:id, :tag)",
        [{"id": customer_id, "tag": tag} for tag in sorted(set(tags))],
    )


def _stand_together(db: Database, customer: Customer) -> None:
    """The customer, and all who are merged into it, belong to whom it is merged into now."""
    way = db.all(
        "WITH RECURSIVE way (id, next) AS ("
        " SELECT id, merged_into FROM customers WHERE id = :id UNION"
        " SELECT c.id, c.merged_into FROM customers c JOIN way ON c.id = way.next"
        ") SELECT id, next FROM way",
        {"id": customer.id},
    )
    roots = [row["id"] for row in way if row["next"] is None]
    if not roots:
        raise Conflict(f"{customer.name} would be merged into themselves; look again.")
    db.run(
        "WITH RECURSIVE below (id) AS ("
        " SELECT :id UNION SELECT c.id FROM customers c JOIN below ON c.merged_into = below.id"
        ") UPDATE customers SET person_id = :root WHERE id IN (SELECT id FROM below)",
        {"id": customer.id, "root": roots[0]},
    )


def _create(db: Database, name: str, now: Millis) -> int:
    return db.insert(
        "INSERT INTO customers (name, created_at) VALUES (:name, :now)",
        {"name": name, "now": now},
    )


def _identify(db: Database, customer_id: int, identity: Identity) -> None:
    db.insert(
        "INSERT INTO identities (kind, value, name, customer_id)"
        " VALUES (:kind, :value, :name, :customer)",
        {
            "kind": identity.kind,
            "value": identity.value,
            "name": identity.name,
            "customer": customer_id,
        },
    )


def _learn_name(db: Database, kind: IdentityKind, value: str, name: str, customer_id: int) -> None:
    db.run(
        "UPDATE identities SET name = :name WHERE kind = :kind AND value = :value",
        {"name": name, "kind": kind, "value": value},
    )
    db.run(
        "UPDATE customers SET name = :name WHERE id = :id AND name = :value",
        {"name": name, "id": customer_id, "value": value},
    )
