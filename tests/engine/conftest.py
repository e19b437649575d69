"""The engine's desk of one account, and a provider that does as it is told."""

from pathlib import Path

import pytest

from agent_tui.engine.desk import Desk
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider, desk
from tests.factory import Now


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def at_work(db: SqliteDatabase, tmp_path: Path, now: Now) -> Desk:
    return desk(db, tmp_path, now)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def adapter(provider: Provider) -> FakeAdapter:
    return FakeAdapter(provider)
