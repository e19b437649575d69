"""The demo shop at noon, made once and copied for each task."""

import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from agent_tui.cli.demo import demo_home
from agent_tui.cli.screenshots import NOON
from agent_tui.cli.sync import catch_up
from agent_tui.cli.world import open_store
from agent_tui.config.load import load_settings
from agent_tui.config.paths import HOME_VARIABLE, find_paths
from agent_tui.store import lookups, views
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.app import AgentApp
from tests.factory import Now
from tests.ui.screen import ENVIRONMENT, Screen

SETTINGS = """
[[macros]]
name = "done with it"
key = "Z"
actions = ["label done", "resolve"]

[[views]]
name = "Newsletters"
query = "status:open label:newsletter"
"""

ORDER = ["Inbox", "Needs reply", "Mine", "Newsletters", "Due soon", "Reviews"]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the demo shop, its customers looked up, a macro and a view on a digit."""
    zone, os.environ["TZ"] = os.environ.get("TZ"), "UTC"
    time.tzset()
    kept = tmp_path_factory.mktemp("battery") / "shop"
    with demo_home(seed=1, frozen=True, now=NOON) as paths:
        with paths.settings.open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        db = open_store(paths)
        for row in db.all("SELECT DISTINCT customer_id AS id FROM conversations"):
            lookups.want(db, row["id"], "larkfell", NOON)
        views.set_order(db, ORDER)
        db.close()
        catch_up(paths)
        shutil.copytree(os.environ[HOME_VARIABLE], kept)
    yield kept
    if zone is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = zone
    time.tzset()


Play = Callable[[], AbstractAsyncContextManager[tuple[Screen, SqliteDatabase]]]


@pytest.fixture
def play(shop: Path, tmp_path: Path) -> Play:
    """Opens the first screen of a shop of one's own."""
    home = tmp_path / "home"
    shutil.copytree(shop, home)

    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Screen, SqliteDatabase]]:
        paths = find_paths(home, {})
        db = SqliteDatabase(paths.store)
        app = AgentApp(
            db, load_settings(paths, {}), paths, clock=Now(NOON), environment=ENVIRONMENT
        )
        async with app.run_test(size=(100, 30)) as pilot:
            await pilot.pause()
            yield Screen(app, pilot), db
        db.close()

    return opened
