"""The store as one SQLite file in WAL mode, private to its owner; all SQLite-only SQL is here."""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from agent_tui.store.database import NO_PARAMS, Params, Row, StoreError
from agent_tui.store.words import indexed

_BUSY_TIMEOUT_S = 30
_CACHE_KIB = 8 * 1024


class SqliteDatabase:
    """One file, one connection a thread."""

    def __init__(self, path: Path) -> None:
        """Opens or creates ``path`` (mode 0600) and brings its schema up to date.

        Raises StoreError when the file is no store of ours, is newer than this program, or
        cannot be opened or written.
        """
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            _create_private(path)
            _migrate(self._connection(), path)
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise StoreError(sentence(error, path)) from error

    def all(self, sql: str, params: Params = NO_PARAMS) -> Sequence[Row]:
        with self._told():
            rows: list[Row] = self._connection().execute(sql, params).fetchall()
            return rows

    def one(self, sql: str, params: Params = NO_PARAMS) -> Row | None:
        with self._told():
            row: Row | None = self._connection().execute(sql, params).fetchone()
            return row

    def run(self, sql: str, params: Params = NO_PARAMS) -> int:
        with self._told():
            return self._connection().execute(sql, params).rowcount

    def insert(self, sql: str, params: Params = NO_PARAMS) -> int:
        with self._told():
            return self._connection().execute(sql, params).lastrowid or 0

    def many(self, sql: str, params: Iterable[Params]) -> None:
        with self._told():
            self._connection().executemany(sql, params)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        connection = self._connection()
        if connection.in_transaction:
            yield
            return
        with self._told():
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.rollback()
            raise
        with self._told():
            connection.commit()

    def stamp(self) -> int:
        with self._told():
            version: int = self._connection().execute("PRAGMA data_version").fetchone()[0]
            return version

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file, in its own words; reads all of it."""
        with self._told():
            rows = self._connection().execute("PRAGMA integrity_check(10)").fetchall()
        found = [str(row[0]) for row in rows]
        return [] if found == ["ok"] else found

    def index(self, rowid: int, columns: Mapping[str, str]) -> None:
        self.run(
            "INSERT INTO search (rowid, subject, body, people, files)"
            " VALUES (:rowid, :subject, :body, :people, :files)",
            {"rowid": rowid, **columns},
        )

    def unindex(self, rowid: int, columns: Mapping[str, str]) -> None:
        self.run(
            "INSERT INTO search (search, rowid, subject, body, people, files)"
            " VALUES ('delete', :rowid, :subject, :body, :people, :files)",
            {"rowid": rowid, **columns},
        )

    def match(self, param: str) -> str:
        return f"search MATCH :{param}"

    def term(self, text: str, column: str | None, *, prefix: bool) -> str:
        words = indexed(text).replace('"', " ").replace("\0", " ")
        if not any(map(str.isalnum, words)):  # FTS5 finds nothing for a phrase without tokens
            return ""
        phrase = f'"{words}"' + (" *" if prefix else "")
        return f"{{{column}}} : {phrase}" if column else phrase

    def close(self) -> None:
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
            self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = _connect(self.path)
            self._local.connection = connection
            with self._lock:
                self._open.append(connection)
        return connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(sentence(error, self.path)) from error


def sentence(error: Exception, path: Path) -> str:
    """``error`` as one sentence: what happened, where, what to do."""
    text = str(error).lower()
    for mark, told in _SENTENCES:
        if mark in text:
            return told.format(path=path, folder=path.parent)
    return f"The store {path} failed: {error}. Run 'agent-tui doctor'."


_SENTENCES = (
    ("full", "The disk of {folder} is full; free some space, nothing is lost."),
    (
        "readonly",
        "{path} cannot be written; make the file and its folder writable or choose another "
        "folder with --home.",
    ),
    (
        "read-only",
        "{folder} is on a read-only disk; choose another folder with --home.",
    ),
    (
        "permission denied",
        "{path} cannot be opened: permission denied; make it yours or choose another folder "
        "with --home.",
    ),
    ("unable to open", "{path} cannot be opened or created; check the folder and its rights."),
    ("locked", "{path} is locked by another program; close it and try again."),
    (
        "not a database",
        "{path} is not a store of agent-tui; move it away and start again.",
    ),
    ("malformed", "{path} is damaged; move it away or restore a copy, then run doctor."),
)


def _create_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    return connection


def _migrations() -> list[tuple[int, str]]:
    files = sorted((Path(__file__).parent / "migrations" / "sqlite").glob("*.sql"))
    return [(int(f.name[:4]), f.read_text("utf-8")) for f in files]


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    have: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if have == _NEWEST:
        return
    if have > _NEWEST:
        raise StoreError(
            f"{path} was written by a newer agent-tui (schema {have}, this one knows {_NEWEST}); "
            "update agent-tui."
        )
    if have == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise StoreError(f"{path} is a database of another program; choose another --home.")
    for number, sql in _migrations():
        if number > have:
            connection.executescript(
                f"BEGIN IMMEDIATE; {sql}; PRAGMA user_version = {number}; COMMIT;"
            )


_NEWEST = 1
"""The newest migration; a test holds it against the folder, start-up need not list it."""
