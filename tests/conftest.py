"""What tests of every room share: a store in a folder of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.store.sqlite import SqliteDatabase


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """An empty store."""
    database = SqliteDatabase(tmp_path / "store.db")
    yield database
    database.close()
