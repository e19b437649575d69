"""Who was erased, known by keyed hashes alone: what is older never comes in again by a sync."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from agent_tui.model.clock import Millis
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.store import audit
from agent_tui.store.database import Database


@dataclass(frozen=True, slots=True)
class Tombstones:
    """All of a store's tombstones."""

    key: bytes = b""
    erased: Mapping[bytes, Millis] = field(default_factory=dict)

    def cover(self, kind: IdentityKind, value: str, at: Millis) -> bool:
        """Whether something of that time belongs to somebody who was erased since."""
        return bool(self.erased) and self.erased.get(_hash(self.key, kind, value), -1) >= at


def every(db: Database) -> Tombstones:
    """The tombstones of the store."""
    rows = db.all("SELECT hash, at FROM tombstones")
    return Tombstones(audit.key(db), {row["hash"]: row["at"] for row in rows}) if rows else _NONE


def bury(db: Database, kind: IdentityKind, value: str, at: Millis) -> None:
    """Let nothing of ``value`` from before ``at`` in again."""
    put(db, {_hash(audit.key(db), kind, value): at})


def put(db: Database, erased: Mapping[bytes, Millis]) -> None:
    """Write tombstones of this store's key; of two the later one holds."""
    db.many(
        "INSERT INTO tombstones (hash, at) VALUES (:hash, :at)"
        " ON CONFLICT (hash) DO UPDATE SET at = max(at, excluded.at)",
        [{"hash": one, "at": at} for one, at in erased.items()],
    )


_NONE = Tombstones()


def _hash(key: bytes, kind: IdentityKind, value: str) -> bytes:
    return blake2b(f"{kind}\0{normal(kind, value)}".encode(), key=key, digest_size=32).digest()
