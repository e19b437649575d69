"""The source of a mail on the screen: asked for by the agent, waited for in words, shown safe."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.content import source as content
from agent_tui.engine.attachments import keep_source
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel
from agent_tui.model.message import FetchState, Message
from agent_tui.store import accounts, messages, sources
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui import source
from agent_tui.ui.lines import Detail
from agent_tui.ui.shell import Where
from tests.factory import ACCOUNT, MAIL, START, chat, incoming, only, receive
from tests.ui.screen import Screen, screen

RAW = (
    b"Subject: \x1b]0;owned\x07\r\nX-Long: " + b"x" * 200 + b"\r\n\r\nWhere is \xe2\x80\xae it?\r\n"
)


def put_account(db: SqliteDatabase, can: Capabilities = MAIL) -> None:
    accounts.put(
        db,
        ACCOUNT,
        adapter="imap",
        address="support@shop.example",
        display_name="Shop",
        capabilities=can,
        now=START,
    )


@pytest.fixture
def mail(db: SqliteDatabase) -> Message:
    """A mail of an account that gives sources."""
    put_account(db, replace(MAIL, source=True))
    receive(db, incoming("Where is my parcel?", name="Ada"))
    (message,) = messages.of_conversation(db, only(db).id)
    return message


def here(db: SqliteDatabase, home: Path, mail: Message, raw: bytes = RAW) -> Path:
    """The engine has fetched it."""
    path = keep_source(home, mail, raw)
    sources.put(db, mail.id, FetchState.HERE, path=str(path))
    return path


def state(db: SqliteDatabase, mail: Message) -> FetchState | None:
    found = sources.of_message(db, mail.id)
    return found.state if found else None


async def viewed(shown: Screen, *keys: str) -> None:
    await shown.press("enter", *(keys or ("d", "d", "d")))
    await shown.until(lambda: shown.app.where() is Where.VIEWER)


async def test_one_key_goes_from_reading_to_headers_to_plain_text_to_the_source_and_back(
    db: SqliteDatabase, tmp_path: Path, mail: Message
) -> None:
    async with screen(db, tmp_path) as shown:
        await shown.press("enter", "d")
        assert shown.shows("Messages are shown with their headers.")
        await shown.press("d")
        assert shown.shows("as plain text")
        assert state(db, mail) is None  # nothing is fetched before it is asked for
        await shown.press("d")
        await shown.until(lambda: shown.app.where() is Where.VIEWER)
        assert shown.shows("The source is being fetched ...")
        assert state(db, mail) is FetchState.WANTED

        here(db, tmp_path, mail)

        await shown.until(lambda: shown.shows(r"Subject: \x1b]0;owned\x07"))
        assert shown.shows(r"Where is \u202e it?")
        assert "\x1b" not in shown.text
        assert shown.text.count("x" * 70) == 2  # the long line goes on on the next rows
        await shown.press("d")
        assert shown.app.where() is Where.READING
        assert shown.app.desk.reading.detail is Detail.RENDERED


async def test_a_source_that_is_here_already_is_shown_at_once_and_can_be_kept(
    db: SqliteDatabase, tmp_path: Path, mail: Message
) -> None:
    path = here(db, tmp_path, mail)
    async with screen(db, tmp_path, size=(200, 30)) as shown:
        await viewed(shown)
        await shown.until(lambda: shown.shows("X-Long:"))
        assert state(db, mail) is FetchState.HERE

        await shown.press("v")

        assert shown.shows(f"Saved: {path}")
        await shown.press("q")
        assert shown.app.where() is Where.READING


async def test_offline_the_request_waits_and_says_why(
    db: SqliteDatabase, tmp_path: Path, mail: Message
) -> None:
    async with screen(db, tmp_path) as shown:
        await viewed(shown)
        sources.put(db, mail.id, FetchState.WANTED, problem="The server is gone.")
        await shown.until(lambda: shown.shows("as soon as that is possible: The server is gone."))

        sources.put(db, mail.id, FetchState.FAILED, problem="The mail was deleted.")
        await shown.until(lambda: shown.shows("The source was not fetched: The mail was deleted."))

        await shown.press("d", "d", "d", "d")  # asked for once more
        await shown.until(lambda: state(db, mail) is FetchState.WANTED)
        sources.put(db, mail.id, FetchState.WANTED, problem="The server is gone.")
        await shown.press("d", "d", "d", "d")
        await shown.until(lambda: shown.shows("The source is being fetched ..."))


async def test_a_big_mail_is_cut_and_says_how_to_get_the_rest(
    db: SqliteDatabase, tmp_path: Path, mail: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "MOST_SHOWN", 1_000)
    here(db, tmp_path, mail, b"A: b\r\n\r\n" + b"word\r\n" * 100_000)
    async with screen(db, tmp_path) as shown:
        await viewed(shown)
        await shown.until(
            lambda: shown.shows("Only the first 1 kB of 600 kB are shown. The whole: ")
        )
        pane = shown.app.opened
        assert isinstance(pane, source.SourcePane)
        assert len(pane.lines) < 200


async def test_a_file_that_was_removed_is_fetched_anew(
    db: SqliteDatabase, tmp_path: Path, mail: Message
) -> None:
    here(db, tmp_path, mail).unlink()
    async with screen(db, tmp_path) as shown:
        await viewed(shown)
        assert state(db, mail) is FetchState.WANTED


async def test_a_chat_has_no_source_and_says_so(db: SqliteDatabase, tmp_path: Path) -> None:
    put_account(db, replace(MAIL, source=True))
    receive(db, chat("Is anybody there?"))
    async with screen(db, tmp_path) as shown:
        await shown.press("enter")
        await shown.until(lambda: shown.app.where() in (Where.READING, Where.CHAT))
        await shown.press("d", "d", "d")
        assert only(db).channel is Channel.CHAT
        assert shown.shows("Only mails have a source.")
        assert shown.app.where() is Where.READING


async def test_an_account_that_gives_none_says_so(db: SqliteDatabase, tmp_path: Path) -> None:
    put_account(db)
    receive(db, incoming())
    async with screen(db, tmp_path) as shown:
        await shown.press("enter", "d", "d", "d")
        assert shown.shows("'mail' does not give the source of its mails.")
        assert shown.app.where() is Where.READING
