"""Copies of the store: made while everybody works, and put back so that nothing leaves twice."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from agent_tui.model.clock import Millis
from agent_tui.model.event import RESTORE, Entity, Stamp
from agent_tui.store import audit, erasure, events, outbox, tombstones
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import APPLICATION_ID, NEWEST, SqliteDatabase
from agent_tui.store.sqlite_errors import Told
from agent_tui.store.sqlite_file import held, parts, wal
from agent_tui.system import private


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of putting a copy back."""

    aside: Path | None  # where the file lies that was there before
    to_check: int  # effects that wait for the agent's word


def backup(store: Path, to: Path) -> None:
    """Copy ``store`` as it is at this moment to the new file ``to`` (0600), and check the copy.

    Others go on reading and writing meanwhile. Raises StoreError; nothing is left at ``to`` then.
    """
    if not store.exists():
        raise StoreError(f"There is no store at {store} yet; nothing to copy.")
    with _new_file(to) as temporary:
        _copy(store, temporary)
        _check(temporary, store)
        _place(temporary, to)


def restore(copy: Path, store: Path, *, agent: str, now: Millis) -> Restored:
    """Put ``copy`` in the place of ``store``, which is kept aside.

    What had not left when the copy was made may have left since: it waits for the agent's word
    and never leaves by itself. Raises StoreError when somebody has the store open, or the copy is
    none or is damaged; the store is then as it was.
    """
    with held(store):
        pass  # said before the long work
    with _new_file(store.with_name(f"{store.name}.restoring-{secrets.token_hex(4)}")) as temporary:
        _copy(copy, temporary)
        _check(temporary, copy)
        to_check = _brought_up_to_date(temporary, _graves(store), agent, now)
        _settle_wal(store)
        with held(store), Told(store):
            aside = _put_aside(store, now)
            temporary.replace(store)
            private.sync_folder(store.parent)
    return Restored(aside, to_check)


def copies_beside(store: Path) -> list[Path]:
    """The copies that lie where this program puts them, oldest name first."""
    aside = [p for p in store.parent.glob(f"{store.name}.before-*") if p.suffix not in _SIDES]
    return sorted([*aside, *folder_of_copies(store).glob("*.db")])


def folder_of_copies(store: Path) -> Path:
    """Where copies are put that are given no name."""
    return store.parent / "backups"


_SIDES = (".db-wal", ".db-shm")


@contextmanager
def _new_file(path: Path) -> Iterator[Path]:
    """An empty private file beside ``path`` to make its content in; gone afterwards."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    with Told(path):
        os.close(private.opened(temporary, private.NEW))
    try:
        yield temporary
    finally:
        for part in parts(temporary):
            with suppress(OSError):
                part.unlink()


def _copy(source: Path, target: Path) -> None:
    """One step, so that all of it is of one moment; in WAL mode that stops no writer."""
    with Told(source), closing(_opened(source)) as old:
        if old.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError(f"{source} is not a store of agent-tui; nothing was changed.")
        if (newer := old.execute("PRAGMA user_version").fetchone()[0]) > NEWEST:
            raise StoreError(
                f"{source} was written by a newer agent-tui (schema {newer}, this one knows "
                f"{NEWEST}); update agent-tui."
            )
        with Told(target), closing(sqlite3.connect(target)) as new:
            old.backup(new, pages=-1)
            new.execute("PRAGMA journal_mode = DELETE")  # one file, that can be read anywhere


def _opened(path: Path) -> sqlite3.Connection:
    """``path`` for reading, never made when it is not there."""
    if not path.is_file():
        raise StoreError(f"There is no file {path}; nothing was changed.")
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _check(copied: Path, source: Path) -> None:
    with Told(copied), closing(sqlite3.connect(copied)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise StoreError(
            f"{source} is damaged ({found[0].splitlines()[-1]}); nothing was changed, "
            "take another copy."
        )


def _place(temporary: Path, to: Path) -> None:
    """Under its name, on disk, never over another file."""
    with Told(to):
        handle = os.open(temporary, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(temporary, to)
        except FileExistsError:
            raise StoreError(f"{to} is there already; choose another name.") from None
        except OSError:  # a file system without links
            if to.exists():
                raise StoreError(f"{to} is there already; choose another name.") from None
            temporary.replace(to)
        private.sync_folder(to.parent)


@dataclass(frozen=True, slots=True)
class _Graves:
    """Who was erased from the present store, by hashes under its key."""

    key: bytes
    erased: dict[bytes, Millis]


def _graves(store: Path) -> _Graves | None:
    """Of the present store, if it can be read and anybody was."""
    if not store.exists():
        return None
    with suppress(sqlite3.Error), closing(_opened(store)) as connection:
        (key,) = connection.execute("SELECT key FROM store_key").fetchone()
        erased = dict(connection.execute("SELECT hash, at FROM tombstones"))
        return _Graves(key, erased) if erased else None
    return None


def _brought_up_to_date(path: Path, graves: _Graves | None, agent: str, now: Millis) -> int:
    """Migrate the copy, stop what it would send, and erase again whom it brings back; how much
    would have been sent."""
    db = SqliteDatabase(path)
    try:
        with db.transaction(durable=True):
            if graves is not None:
                _bury_again(db, graves, now)
            to_check = outbox.stop_all(db)
            stamp = Stamp(agent, RESTORE, uuid4().hex, now)
            events.append(db, stamp, Entity.STORE, 0, "to check", None, to_check)
            db.run("DELETE FROM leases")
            db.run("DELETE FROM presence")
        if graves is not None:
            db.purge()
    finally:
        db.close()
    with Told(path), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return to_check


def _bury_again(db: SqliteDatabase, graves: _Graves, now: Millis) -> None:
    if db.one("SELECT 1 FROM events WHERE hash IS NOT NULL") is None:  # older than the chain
        db.run("UPDATE store_key SET key = :key", {"key": graves.key})
    if audit.key(db) == graves.key:
        tombstones.put(db, graves.erased)
        erasure.again(db, now)


def _settle_wal(store: Path) -> None:
    """Bring the last changes into the main file, so that one file is kept aside; a damaged store
    is kept as it is."""
    if wal(store).exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(store)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _put_aside(store: Path, now: Millis) -> Path | None:
    """Keep the present file under a second name; its place is taken by the new one at once.

    The last changes of a damaged store go with it: SQLite would write them into the new file.
    """
    if not store.exists():
        return None
    when = datetime.fromtimestamp(now / 1000, UTC)
    aside = store.with_name(f"{store.name}.before-{when:%Y%m%d-%H%M%S}")
    os.link(store, aside)
    for part in parts(store)[1:]:
        part.rename(part.with_name(part.name.replace(store.name, aside.name, 1)))
    return aside
