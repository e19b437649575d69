"""Customers and their identities."""

from collections.abc import Iterable

from agent_tui.model.clock import Millis
from agent_tui.model.customer import Customer, Identity, IdentityKind, normal
from agent_tui.model.message import Address
from agent_tui.store.database import Database


def get(db: Database, customer_id: int) -> Customer | None:
    """The customer with all identities."""
    row = db.one("SELECT * FROM customers WHERE id = :id", {"id": customer_id})
    if row is None:
        return None
    identities = db.all(
        "SELECT kind, value, name FROM identities WHERE customer_id = :id ORDER BY kind, value",
        {"id": customer_id},
    )
    return Customer(
        id=row["id"],
        name=row["name"],
        notes=row["notes"],
        created_at=row["created_at"],
        version=row["version"],
        identities=tuple(
            Identity(IdentityKind(i["kind"]), i["value"], i["name"]) for i in identities
        ),
    )


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
    """What the customer says to be, which nobody has verified."""
    rows = db.all(
        "SELECT kind, value FROM claims WHERE customer_id = :id ORDER BY kind, value",
        {"id": customer_id},
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


def addresses(db: Database, typed: str, limit: int = 8) -> list[Address]:
    """Customers' mail addresses that begin with ``typed``, by address."""
    rows = db.all(
        "SELECT i.value, c.name FROM identities i JOIN customers c ON c.id = i.customer_id"
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
