"""What tests of every room share: a store in a folder of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from agent_tui.store.sqlite import SqliteDatabase
from tests import factory
from tests.stores import new_store

# A busy machine is no fault of a property: neither how long texts take to make, nor one example.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Before any fixture: what a test makes is the same wherever in the run it stands."""
    factory.begin_anew()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """An empty store."""
    database = new_store(tmp_path / "store.db")
    yield database
    database.close()
