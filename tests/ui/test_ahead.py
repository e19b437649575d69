"""The neighbours of what is looked at are read before somebody goes there, never shown stale."""

from pathlib import Path

import pytest

from agent_tui.model.clock import MINUTE
from agent_tui.store import messages
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import ahead
from tests.factory import START, incoming, mail_account, receive
from tests.ui.screen import Screen, screen

COUNT = 12


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(
        db,
        *(
            incoming(f"text {n}.", sender=f"c{n}@x.example", subject=f"S{n}", at=START + n * MINUTE)
            for n in range(COUNT)
        ),
    )
    return db


def prepared(s: Screen, *numbers: int) -> bool:
    """Whether the conversations of those subjects are read already."""
    listing = s.app.desk.list.listing
    assert listing is not None
    ids = {row.subject: row.id for row in listing.rows}
    return all(s.app.desk.ahead.seen(ids[f"S{number}"]).messages for number in numbers)


async def test_the_next_one_is_shown_without_reading_its_messages_again(
    shop: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(shop, tmp_path, size=(120, 30)) as s:
        await s.press("j", "enter")
        await s.until(lambda: prepared(s, 9, 11))
        read: list[int] = []
        of_conversation = messages.of_conversation

        def noted(db: SqliteDatabase, number: int) -> object:
            read.append(number)
            return of_conversation(db, number)

        monkeypatch.setattr(messages, "of_conversation", noted)
        s.app.desk.step(1)
        assert s.app.desk.reading.messages[0].body.text == "text 9."
        assert read == []


async def test_the_preview_prepares_both_neighbours_once_it_rests(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(shop, tmp_path, size=(120, 30)) as s:
        await s.press("j", "j", "j")
        await s.until(lambda: prepared(s, 7, 9))


async def test_what_came_since_it_was_prepared_is_shown(
    shop: SqliteDatabase, tmp_path: Path
) -> None:
    row = shop.one("SELECT message_id AS id FROM messages WHERE subject = 'S9'")
    assert row is not None
    async with screen(shop, tmp_path, size=(80, 24)) as s:
        await s.press("j", "enter")
        await s.until(lambda: prepared(s, 9))
        again = incoming(
            "and more", sender="c9@x.example", references=[row["id"]], at=START, subject="Re: S9"
        )
        receive(shop, again)
        s.app.desk.step(1)
        assert [m.body.text for m in s.app.desk.reading.messages] == ["and more", "text 9."]


async def test_little_is_kept(
    shop: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_MOST", 2)
    async with screen(shop, tmp_path, size=(120, 30)) as s:
        for number in (9, 8, 7):
            await s.press("j")
            await s.until(lambda number=number: prepared(s, number))  # type: ignore[misc]
        assert len(s.app.desk.ahead._seen) == 2
