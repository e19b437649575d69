"""The store as one SQLite file in WAL mode, private to its owner; all SQLite-only SQL is here."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from operator import itemgetter
from pathlib import Path
from typing import Any

from agent_tui.store.database import NO_PARAMS, Params, Row, StoreError
from agent_tui.store.lists import stretches
from agent_tui.store.sqlite_errors import BUSY_TIMEOUT_S, Told
from agent_tui.store.sqlite_file import make_private, refuse_incomplete, refuse_without_wal

_LOOK_AGAIN_S = 0.001
_LONG_S = 0.02
_GAP_S = 0.003
"""SQLite has no queue: its own waiting looks ten times a second, and who writes without a pause
shuts everybody else out (1.4 s measured while 4,000 mails came in). We look every millisecond,
and after a long transaction leave others a gap to begin in (then at most one batch: 0.1 s)."""

_LOOK_AT_STOP = 10_000
"""Instructions of SQLite between two looks at whether somebody still waits: 0.2 ms."""

_ROWS_AT_ONCE = 100
"""Rows of one INSERT: twice as fast as one by one, and the statement is prepared once."""

_JOINED = nullcontext()

_CACHE_KIB = 8 * 1024

APPLICATION_ID = 0x61747569  # "atui", so that no other program's database is taken for ours

NEWEST = 21
"""The newest migration; a test holds it against the folder, start-up need not list it."""


class SqliteDatabase:
    """One file, one connection a thread; a thread's connection is closed when the thread ends."""

    def __init__(self, path: Path) -> None:
        """Opens or creates ``path`` (mode 0600) and brings its schema up to date.

        Raises StoreError when the file is no store of ours, is newer than this program, or
        cannot be opened or written.
        """
        self.path = path
        self._told = Told(path)
        self._local = threading.local()
        self._closed = False
        try:
            with self._told:
                make_private(path)
                refuse_without_wal(path)
                _prepare(self._connection(), path)
        except BaseException:
            self.close()
            raise

    def all(self, sql: str, params: Params = NO_PARAMS) -> Sequence[Row]:
        with self._told:
            rows: list[Row] = self._connection().execute(sql, params).fetchall()
            return rows

    def one(self, sql: str, params: Params = NO_PARAMS) -> Row | None:
        with self._told:
            row: Row | None = self._connection().execute(sql, params).fetchone()
            return row

    def run(self, sql: str, params: Params = NO_PARAMS) -> int:
        with self._writing(), self._told:
            return self._connection().execute(sql, params).rowcount

    def insert(self, sql: str, params: Params = NO_PARAMS) -> int:
        with self._writing(), self._told:
            return self._connection().execute(sql, params).lastrowid or 0

    def many(self, sql: str, params: Iterable[Params]) -> int:
        with self._writing(), self._told:
            return self._connection().executemany(sql, params).rowcount

    def insert_all(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
    ) -> None:
        one = f"({', '.join('?' * len(columns))})"
        into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
        with self._writing(), self._told:
            for some in stretches(rows, _ROWS_AT_ONCE):
                values = [value for row in some for value in row]
                self._connection().execute(into + ", ".join([one] * len(some)), values)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        connection = self._connection()
        if connection.in_transaction:
            if durable and not connection.durable:
                raise RuntimeError("a durable transaction within one that is not")
            yield
            return
        with self._told:
            connection.begin(durable=durable)
        begun = time.monotonic()
        try:
            yield
            with self._told:
                connection.index_new()
                connection.commit()
        except BaseException:
            with self._told:
                connection.rollback()
            raise
        finally:
            connection.to_index.clear()
        if time.monotonic() - begun > _LONG_S:
            time.sleep(_GAP_S)

    def is_free(self) -> bool:
        connection = self._connection()
        return connection.in_transaction or connection.is_free()

    @contextmanager
    def stoppable(self, stop: threading.Event) -> Iterator[None]:
        connection = self._connection()
        connection.set_progress_handler(stop.is_set, _LOOK_AT_STOP)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)

    def stamp(self) -> int:
        with self._told:
            version: int = self._connection().execute("PRAGMA data_version").fetchone()[0]
            return version

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file, in its own words; reads all of it."""
        with self._told:
            rows = self._connection().execute("PRAGMA integrity_check(10)").fetchall()
        found = [str(row[0]) for row in rows]
        return [] if found == ["ok"] else found

    def index(self, rowid: int, columns: Mapping[str, str]) -> None:
        with self._writing():
            self._connection().to_index.append((rowid, columns))

    def unindex(self, rowid: int, columns: Mapping[str, str]) -> None:
        with self._writing(), self._told:
            self._connection().index_new()
            self._connection().execute(
                "INSERT INTO search (search, rowid, subject, body, people, files)"
                " VALUES ('delete', :rowid, :subject, :body, :people, :files)",
                _indexed(rowid, columns),
            )

    def match(self, param: str) -> str:
        return f"search MATCH :{param}"

    def term(self, text: str, column: str | None, *, prefix: bool) -> str:
        from agent_tui.store.words import sought  # 5 ms of patterns, which no view needs

        words, unfinished = sought(text)
        if not any(map(str.isalnum, words)):  # FTS5 finds nothing for a phrase without tokens
            return ""
        plain = words.replace('"', " ").replace("\0", " ")
        phrase = f'"{plain}"' + (" *" if prefix or unfinished else "")
        return f"{{{column}}} : {phrase}" if column else phrase

    def owned_by(self, table: str) -> Sequence[tuple[str, str]]:
        named = f"{table.removesuffix('s')}_id"
        rows = self.all(
            'SELECT t.name AS owned, f."from" AS via'
            " FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f"
            " WHERE t.type = 'table' AND f.\"table\" = :table"
            " UNION SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
            " WHERE t.type = 'table' AND c.name = :named AND c.type = 'INTEGER'"
            " ORDER BY 1, 2",
            {"table": table, "named": named},
        )
        return [(row["owned"], row["via"]) for row in rows]

    def purge(self) -> bool:
        with self._told:
            connection = self._connection()
            connection.execute("INSERT INTO search (search) VALUES ('optimize')")
            connection.execute("VACUUM")
            busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        return not busy

    def close(self) -> None:
        self._closed = True
        self._local = threading.local()

    def _connection(self) -> "_Connection":
        own: _Owned | None = getattr(self._local, "own", None)
        if own is None:
            if self._closed:
                raise StoreError(f"The store {self.path} is closed.")
            own = self._local.own = _Owned(_connect(self.path))
        return own.connection

    def _writing(self) -> AbstractContextManager[None]:
        """A transaction for what is written outside of any."""
        return _JOINED if self._connection().in_transaction else self.transaction()


class _Connection(sqlite3.Connection):
    """Begins its transactions in turn with other threads and processes."""

    durable = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.to_index: list[tuple[int, Mapping[str, str]]] = []

    def index_new(self) -> None:
        """Make what was written in this transaction findable.

        At its end: FTS5 gathers rows and writes them out together, but only while their ids rise
        and no UPDATE comes between (0.03 ms a message of 300, each by itself 0.18 ms).
        """
        self.executemany(
            "INSERT INTO search (rowid, subject, body, people, files)"
            " VALUES (:rowid, :subject, :body, :people, :files)",
            [_indexed(*entry) for entry in sorted(self.to_index, key=itemgetter(0))],
        )
        self.to_index.clear()

    def begin(self, *, durable: bool) -> None:
        """Begin to write; ``durable``: with a sync to disk at the end."""
        self.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        with self._impatient():
            self._begin(time.monotonic() + BUSY_TIMEOUT_S)
        self.durable = durable

    def is_free(self) -> bool:
        """Whether nobody else writes now; whatever else keeps us from writing is told then."""
        with self._impatient():
            try:
                self.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                return not _is_busy(error)
            self.execute("ROLLBACK")
        return True

    @contextmanager
    def _impatient(self) -> Iterator[None]:
        """SQLite itself does not wait inside."""
        self.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            self.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")

    def _begin(self, deadline: float) -> None:
        while True:
            try:
                self.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_AGAIN_S)
            else:
                return


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else writes."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


class _Owned:
    """A thread's connection: closed with what holds it, for Python's own waits for the garbage
    collector."""

    def __init__(self, connection: _Connection) -> None:
        self.connection = connection
        self._process = os.getpid()

    def __del__(self) -> None:
        if os.getpid() == self._process:  # a forked child waits for ever for a thread it lacks
            self.connection.close()


def _connect(path: Path) -> _Connection:
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,  # the end of the program closes it from another one
        factory=_Connection,
    )
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA fullfsync = ON")  # else macOS leaves it in the disk's cache
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(connection: _Connection, path: Path) -> None:
    """Check that the file is ours before anything in it is changed, then bring it up to date."""
    have = _schema(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    refuse_incomplete(connection, path)
    if have == NEWEST:
        return
    connection.begin(durable=True)
    have = _schema(connection, path)  # another process may have been faster
    for number, sql in _migrations():
        if number > have:
            for statement in _statements(sql):
                connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {NEWEST}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.commit()


def _schema(connection: sqlite3.Connection, path: Path) -> int:
    """The newest migration that the file has seen, 0 for a new one."""
    owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
    have: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if owner != APPLICATION_ID:
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise StoreError(f"{path} is a database of another program; choose another --home.")
        return 0
    if have > NEWEST:
        raise StoreError(
            f"{path} was written by a newer agent-tui (schema {have}, this one knows {NEWEST}); "
            "update agent-tui."
        )
    return have


def _migrations() -> list[tuple[int, str]]:
    from importlib import resources  # 4 ms that a store up to date does not need

    folder = resources.files("agent_tui.store") / "migrations" / "sqlite"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(int(f.name[:4]), f.read_text("utf-8")) for f in files]


def _statements(sql: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would commit what is open."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _indexed(rowid: int, columns: Mapping[str, str]) -> dict[str, object]:
    from agent_tui.store.words import indexed  # as above

    return {"rowid": rowid, **{name: indexed(text) for name, text in columns.items()}}
