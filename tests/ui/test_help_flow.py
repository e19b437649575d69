"""``?`` shows the keys of where one is, and leads to the pages."""

from pathlib import Path

from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.help import HelpPane, keys_here
from agent_tui.ui.shell import Where
from tests.ui.screen import screen


async def test_help_lists_the_keys_of_the_pane_and_goes_back(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(db, tmp_path) as shown:
        await shown.press("?")
        await shown.until(lambda: shown.shows("Keys in the list"))
        assert shown.shows(" e ")
        assert shown.shows("Resolve")
        *_, last = keys_here(shown.app, Where.LIST).values()
        await shown.press("G")
        await shown.until(lambda: shown.shows(f" {last[-1].keys} "))
        await shown.press("q")
        await shown.until(lambda: shown.app.where() == "list")


async def test_enter_leads_to_the_other_pages(db: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(db, tmp_path) as shown:
        await shown.press("?", "enter")
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.type("canned")
        await shown.press("enter")
        await shown.until(lambda: shown.shows("Canned replies"))
        widths = [
            sum(len(piece.text) for piece in line) for line in shown.app.query_one(HelpPane).lines
        ]
        assert max(widths) <= 80


async def test_every_pane_has_its_keys(db: SqliteDatabase, tmp_path: Path) -> None:
    async with screen(db, tmp_path) as shown:
        for where in (Where.LIST, Where.READING, Where.COMPOSER, Where.OUTBOX):
            assert len(keys_here(shown.app, where)["Doing"]) > 3
        doing = keys_here(shown.app, Where.COMPOSER)["Doing"]
        assert doing[0].keys.startswith("Ctrl+S")
