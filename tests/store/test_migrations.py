"""A schema is the old one or the new one, whatever stops the change; others' files stay theirs."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent_tui.store import agents, sqlite
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase


def schema(path: Path) -> set[str]:
    """The names of all tables and indexes in a file."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    return {name for (name,) in rows}


def refusal(path: Path) -> str:
    """What opening ``path`` says; the file must not be changed by it."""
    before = path.read_bytes()
    with pytest.raises(StoreError) as told:
        SqliteDatabase(path)
    assert path.read_bytes() == before
    assert "\n" not in str(told.value)
    return str(told.value)


def test_the_newest_migration_is_the_last_file() -> None:
    numbers = [number for number, _ in sqlite._migrations()]

    assert numbers == list(range(1, sqlite.NEWEST + 1))


def test_a_migration_is_split_into_all_its_statements() -> None:
    schema = "SELECT name, sql FROM sqlite_master ORDER BY name"
    with closing(sqlite3.connect(":memory:")) as whole, closing(sqlite3.connect(":memory:")) as one:
        for _, script in sqlite._migrations():
            whole.executescript(script)
            for statement in sqlite._statements(script):
                one.execute(statement)

            assert one.execute(schema).fetchall() == whole.execute(schema).fetchall()


def old_store(path: Path, version: int) -> None:
    """A store as the program of that schema left it, with a row in it; none for schema 0."""
    path.parent.mkdir()
    if not version:
        return
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for number, script in sqlite._migrations():
            if number <= version:
                connection.executescript(script)
        connection.execute("INSERT INTO agents (handle, name) VALUES ('tom', 'Tom')")
        connection.execute(f"PRAGMA application_id = {sqlite.APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.commit()


@pytest.mark.parametrize("version", range(sqlite.NEWEST))
def test_a_crash_at_any_statement_leaves_the_old_schema_or_the_new(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies of the files at each statement are what a kill there would leave behind."""
    path = tmp_path / "new" / "store.db"
    old_store(path, version)
    old = schema(path) if version else set()
    crashes: list[Path] = []
    connect = sqlite._connect

    def copied(statement: str) -> None:
        crash = tmp_path / f"crash{len(crashes)}"
        shutil.copytree(path.parent, crash)
        crashes.append(crash / path.name)

    def traced(at: Path) -> sqlite._Connection:
        connection = connect(at)
        connection.set_trace_callback(copied)
        return connection

    monkeypatch.setattr(sqlite, "_connect", traced)
    SqliteDatabase(path).close()
    monkeypatch.undo()
    new = schema(path)

    found = [schema(crash) for crash in crashes]

    assert len(found) > 8
    assert all(one in (old, new) for one in found)
    assert old in found
    for crash in (crashes[1], crashes[len(crashes) // 2], crashes[-1]):
        db = SqliteDatabase(crash)
        agents.put(db, "maria", "Maria")
        assert [a.handle for a in agents.every(db)] == ["maria", *(["tom"] if version else [])]
        db.close()
        assert schema(crash) == new


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    SqliteDatabase(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()

    assert "written by a newer agent-tui (schema 999" in refusal(path)


@pytest.mark.parametrize("version", [0, 1, 999])
def test_a_database_of_another_program_is_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "store.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()

    assert "is a database of another program" in refusal(path)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("Dear diary, " * 1000)

    assert "is not a store of agent-tui" in refusal(path)


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch()

    db = SqliteDatabase(path)

    assert agents.every(db) == []
    db.close()
