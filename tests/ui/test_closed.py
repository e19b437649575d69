"""What is not needed any more is let go: by the start, and by who closes a composer."""

import gc
from pathlib import Path

from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import incoming, mail_account, receive
from tests.ui.screen import Screen, screen


async def open_and_close(shown: Screen) -> None:
    await shown.press("r")
    await shown.until(lambda: shown.app.where() == "composer")
    await shown.press("escape")
    await shown.until(lambda: shown.app.where() != "composer")


def caches() -> int:
    """How many widgets' drawn lines are kept."""
    gc.collect()
    return sum(type(one).__name__ == "StylesCache" for one in gc.get_objects())


async def test_garbage_is_looked_for_once_the_inbox_is_there(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    gc.disable()  # as the program starts
    try:
        async with screen(db, tmp_path) as shown:
            await shown.until(gc.isenabled)
    finally:
        gc.enable()


async def test_composers_that_were_closed_keep_no_lines(db: SqliteDatabase, tmp_path: Path) -> None:
    mail_account(db)
    receive(db, incoming("The zip broke."))
    async with screen(db, tmp_path) as shown:
        await open_and_close(shown)
        before = caches()
        for _ in range(4):
            await open_and_close(shown)
        # a timer that was called off keeps whose it was until its time has come
        await shown.until(lambda: caches() - before < 7)
