"""Views are chosen and changed on the screen."""

from pathlib import Path

import pytest

from agent_tui.model.conversation import Sort, View
from agent_tui.store import views
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import incoming, mail_account, receive
from tests.ui.screen import Screen, screen


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("My zip broke", name="Ada"))
    views.save(db, View("Zips", "zip"))
    return db


async def pick(shown: Screen, *keys: str) -> None:
    for key in keys:
        await shown.press(key)
        await shown.until(lambda: shown.app.where() in ("picker", "prompt", "list"))


async def test_any_view_is_found_by_a_few_letters(shop: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.until(lambda: shown.app.desk.inbox.is_saved("Zips"))
        await pick(shown, "0", "z", "i", "enter")
        await shown.until(lambda: shown.app.desk.view.name == "Zips")


async def test_a_view_gets_a_digit_another_name_query_and_order(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, start_view="Inbox") as shown:
        await shown.until(lambda: shown.app.desk.inbox.is_saved("Zips"))
        await pick(shown, "0", "z", "i", "enter")
        await shown.press("g", "v")
        await shown.until(lambda: shown.shows("Move it"))
        await pick(shown, "3", "enter")  # the first place
        await shown.until(lambda: shown.app.desk.inbox.views[0].name == "Zips")
        await shown.press("g", "v")
        await shown.until(lambda: shown.shows("Change its order"))
        await pick(shown, "2", "2")
        await shown.until(lambda: views.get(shop, "Zips") == View("Zips", "zip", Sort.OLDEST))
        await shown.press("g", "v")
        await shown.until(lambda: shown.shows("Rename it"))
        await pick(shown, "5")
        await shown.type("!")
        await shown.press("enter")
        await shown.until(lambda: views.get(shop, "Zips!"))
        assert shown.app.desk.inbox.views[0].name == "Zips!"
        assert shown.app.desk.view.name == "Zips!"
        await shown.press("u", "u", "u")
        assert views.get(shop, "Zips") == View("Zips", "zip")
        assert shown.app.desk.inbox.views[0].name == "Inbox"


async def test_a_view_of_the_settings_file_is_not_changed_here(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    own = (View("Mine", "assignee:me"),)
    async with screen(shop, tmp_path, own_views=own, start_view="Mine") as shown:
        await shown.press("g", "v")
        await shown.until(lambda: shown.shows("Change its order"))
        await pick(shown, "2", "2")
        await shown.until(lambda: shown.shows("'Mine' stands in config.toml"))
