"""Writing in a chat on a terminal as most are: no kitty protocol, keys in one burst."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.store import drafts, messages
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import CHAT, chat, mail_account, only, receive
from tests.terminal import Terminal
from tests.ui.alone import answering


@pytest.fixture
def chatting(db: SqliteDatabase, tmp_path: Path) -> Iterator[Terminal]:
    """The program in a terminal, a chat open and its composer below it."""
    mail_account(db, CHAT)
    receive(db, chat("Is anybody there?"))
    with answering(db, tmp_path / "home", "To Ada") as terminal:
        yield terminal


def ours(db: SqliteDatabase) -> list[str]:
    return [m.body.text for m in messages.of_conversation(db, only(db).id)][1:]


def test_alt_enter_breaks_the_line_and_a_burst_of_keys_arrives_in_order(
    chatting: Terminal, db: SqliteDatabase
) -> None:
    chatting.press("one\rtwo\x1b\rlines\rthree\r")
    chatting.read_until(lambda: len(ours(db)) == 3)
    assert ours(db) == ["one", "two\nlines", "three"]


def test_pasted_lines_send_nothing(chatting: Terminal, db: SqliteDatabase) -> None:
    chatting.press("\x1b[200~one\r\ntwo\rthree\x1b[201~")
    chatting.wait_for("three")
    assert ours(db) == []


def test_a_kill_loses_nothing_that_was_on_the_screen_a_moment_ago(
    chatting: Terminal, db: SqliteDatabase
) -> None:
    chatting.press("Half a sentence")
    chatting.read_until(
        lambda: [d.body for d in drafts.of_agent(db, "maria")] == ["Half a sentence"]
    )
    chatting.process.send_signal(signal.SIGKILL)
    chatting.process.wait()
    assert [d.body for d in drafts.of_agent(db, "maria")] == ["Half a sentence"]
