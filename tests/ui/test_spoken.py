"""For screen readers: rows are sentences, one pane at a time, the cursor on what is read."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from agent_tui.config.paths import find_paths
from agent_tui.model.clock import HOUR, MINUTE
from agent_tui.model.conversation import Channel, Conversation, Priority, Status
from agent_tui.model.review import Moderation, Review
from agent_tui.ui.spoken import row
from tests.factory import START, Now, incoming, mail_account, receive
from tests.stores import new_store
from tests.terminal import Terminal, agent_tui, environment
from tests.ui.screen import screen

NOW = START
PLAIN = Conversation(
    id=7,
    account="mail",
    channel=Channel.MAIL,
    subject="The zip broke",
    status=Status.OPEN,
    customer_id=1,
    created_at=NOW - HOUR,
    last_at=NOW - HOUR,
    version=1,
    customer="Ada Okafor",
    snippet="It was new",
)


def said(conversation: Conversation, width: int = 200, *, selected: bool = False) -> str:
    [piece] = row(conversation, width, NOW, "maria", selected=selected)
    assert cell_len(piece.text) == width
    return piece.text.rstrip()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "mail from Ada Okafor: The zip broke"),
        ({"vip": True}, "mail from VIP Ada Okafor: The zip broke"),
        ({"unread": 2}, "unread, mail from Ada Okafor: The zip broke"),
        (
            {"waiting_since": NOW - 3 * HOUR, "due_at": NOW - HOUR, "assignee": "maria"},
            "mail from Ada Okafor, waits 3h, late 1h, yours: The zip broke",
        ),
        (
            {"assignee": "sam", "labels": ("refund", "zips"), "priority": Priority.URGENT},
            "urgent, mail from Ada Okafor, of sam, labels refund zips: The zip broke",
        ),
        (
            {"channel": Channel.CHAT, "via": "whatsapp", "draft": True},
            "chat by whatsapp from Ada Okafor, draft begun: It was new",
        ),
        (
            {"channel": Channel.REVIEW, "rating": 2, "review": Review(moderation=Moderation.HELD)},
            "2 of 5 stars held from Ada Okafor: The zip broke",
        ),
        ({"customer": "A\x1b[2Jda"}, "mail from A\ufffd[2Jda: The zip broke"),
    ],
)
def test_a_row_says_what_its_columns_show(more: dict[str, object], words: str) -> None:
    changed = replace(PLAIN, **more)  # type: ignore[arg-type]  # a test's shorthand
    assert said(changed) == words


def test_what_must_be_known_stands_before_what_may_be_cut() -> None:
    assert (
        said(replace(PLAIN, unread=1), 50, selected=True)
        == "selected, unread, mail from Ada Okafor: The zip..."
    )


async def test_there_is_one_pane_and_no_clock(tmp_path: Path) -> None:
    db = new_store(tmp_path / "store.db")
    mail_account(db)
    receive(db, incoming("Where is it?", name="Ada", subject="Parcel"))
    now = Now()
    async with screen(db, tmp_path, size=(160, 30), clock=now, screen_reader=True) as window:
        assert window.shows("unread, mail from Ada, waits")
        assert not window.shows("Where is it?")
        await window.until(lambda: window.shows("Inbox 1"))
        assert window.text.splitlines()[-1].rstrip().endswith("? all keys")


def test_the_terminals_cursor_is_on_the_row_under_the_keys(tmp_path: Path) -> None:
    paths = find_paths(tmp_path, {})
    db = new_store(paths.store)
    mail_account(db)
    receive(
        db,
        *(incoming("Hi", sender=f"c{n}@x.example", at=START - n * MINUTE) for n in range(3)),
    )
    db.close()
    paths.config.mkdir(exist_ok=True)
    paths.settings.write_text("screen_reader = true\n")
    with Terminal(agent_tui(), env=environment(tmp_path)) as terminal:
        terminal.wait_for("Inbox 3")
        terminal.press("j", "j")
        terminal.read_until(lambda: terminal.cursor == (0, 3))
        assert not terminal.cursor_hidden
