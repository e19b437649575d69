"""Searching from the screen: a slip is shown where it is, and corrected where it stands."""

from pathlib import Path

from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import incoming, mail_account, receive
from tests.ui.screen import screen


async def test_a_slip_in_a_search_is_corrected_and_not_typed_anew(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db)
    receive(db, incoming("My zip broke", name="Ada"))
    async with screen(db, tmp_path) as shown:
        await shown.press("/")
        await shown.until(lambda: shown.app.where() == "prompt")
        await shown.type("zip status:opn")
        await shown.press("enter")
        await shown.until(lambda: shown.shows("/zip status:opn"))
        assert shown.shows("status does not know 'opn' (did you mean 'open'?)")
        assert not shown.shows("at character")

        await shown.press("left", "e", "enter")
        await shown.until(lambda: shown.app.desk.narrowing == "zip status:open")
        assert shown.app.where() == "list"
