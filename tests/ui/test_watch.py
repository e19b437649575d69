"""How soon the screen shows what others have done."""

import asyncio
from pathlib import Path

from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import incoming, mail_account, receive
from tests.ui.screen import screen


async def test_rows_rest_below_a_hand_at_work_for_a_second_at_most(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db)
    receive(db, incoming("The zip broke."))
    async with screen(db, tmp_path) as shown:
        watch = shown.app._watch
        await shown.press("j")
        pressed = watch._pressed_at
        assert 0 <= asyncio.get_running_loop().time() - pressed < 60

        watch._refreshed_at = pressed
        assert not watch._has_time(pressed + 0.19)
        assert watch._has_time(pressed + 0.26)  # the hand rests: as often as ever

        watch._refreshed_at = pressed - 0.5
        assert not watch._has_time(pressed + 0.1)
        watch._refreshed_at = pressed - 1
        assert watch._has_time(pressed)
