"""What tests of every room share: a store in a folder of their own."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from agent_tui.store.sqlite import SqliteDatabase
from tests import factory
from tests.stores import new_store

# A busy machine is no fault of a property: neither how long texts take to make, nor one example.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Two workers a core: who presses keys on a screen waits for it half of the time."""
    cores = yield
    return cores if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else 2 * cores


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
