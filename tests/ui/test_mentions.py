"""A colleague is named in a note by a few letters."""

from pathlib import Path

import pytest

from agent_tui.store import agents, messages
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.mentions import fitting, hint
from tests.factory import incoming, listed, mail_account, only, receive
from tests.ui.screen import screen


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("My zip broke", name="Ada"))
    agents.put(db, "mara", "Mara Lind")
    agents.put(db, "jo", "Joanna Marx")
    return db


def test_handles_come_before_names(shop: SqliteDatabase) -> None:
    assert [agent.handle for agent in fitting(shop, "ma")] == ["mara", "jo"]
    assert [agent.handle for agent in fitting(shop, "LI")] == ["mara"]
    assert hint(shop, "ask @li") == "Tab: @mara Mara Lind"
    assert hint(shop, "ask @mara") == hint(shop, "ask") == ""
    assert hint(shop, "@zz") == "Nobody is called @zz."


async def test_tab_completes_and_the_note_is_in_their_mentions(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path) as shown:
        await shown.press("i")
        await shown.until(lambda: shown.app.where() == "composer")
        await shown.type("@")
        await shown.until(lambda: shown.shows("Tab: @"))
        await shown.type("mar")
        await shown.press("tab")
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.press("enter")
        await shown.until(lambda: shown.app.where() == "composer")
        assert not shown.shows("Tab: @")
        await shown.type("pls")
        await shown.press("ctrl+s")
        await shown.until(lambda: listed(shop, "mentions:mara"))
    texts = [message.body.text for message in messages.of_conversation(shop, only(shop).id)]
    assert "@mara pls" in texts
