"""A chat that goes on while it is read: what is read stays where it is, what is new is told."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Sender
from agent_tui.model.message import Body, Delivery, Direction, Message
from agent_tui.store import accounts, customers, messages, presence, traces
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.shell import Where
from tests.factory import START, Now, only
from tests.ui.screen import Screen, screen

CHAT = "shopchat"
BEGIN: Millis = START + 60 * MINUTE


def say(db: SqliteDatabase, *texts: str, at: Millis = BEGIN, ours: bool = False) -> None:
    """Ada, or one of us elsewhere, writes messages, a second between them."""
    sender = Sender(IdentityKind.HANDLE, "shop" if ours else "ada", "Jo" if ours else "Ada Byron")
    written = tuple(
        Incoming(
            remote_id=f"{at + n}{text}",
            channel=Channel.CHAT,
            direction=Direction.OUTBOUND if ours else Direction.INBOUND,
            sender=sender,
            at=at + n * SECOND,
            body=Body(text),
            thread_key="room",
        )
        for n, text in enumerate(texts)
    )
    commit_batch(db, CHAT, Batch("room", str(at), written), frozenset(), BEGIN)


def elsewhere(db: SqliteDatabase) -> SqliteDatabase:
    """The store as another process has it open: its writes are noticed."""
    return SqliteDatabase(db.path)


@pytest.fixture
def chat(db: SqliteDatabase) -> SqliteDatabase:
    """Sixty messages of one chat, all read."""
    capabilities = Capabilities(Channel.CHAT, frozenset(EffectKind))
    accounts.put(
        db,
        CHAT,
        adapter="demo",
        address="shop",
        display_name="Shop",
        capabilities=capabilities,
        now=START,
    )
    say(db, *(f"text {n}." for n in range(60)))
    db.run("UPDATE conversations SET unread = 0")
    return db


def of(db: SqliteDatabase) -> Sequence[Message]:
    return messages.of_conversation(db, only(db).id)


def rows(window: Screen) -> list[str]:
    """The lines of messages on the screen, without what stands above and below them."""
    return window.text.splitlines()[3:-2]


LATER = BEGIN + 2 * MINUTE


async def test_at_the_end_the_view_follows_what_comes_in(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(chat, tmp_path) as window:
        await window.press("enter")
        assert window.shows("text 59.")
        say(elsewhere(chat), "and now?", at=LATER)
        await window.until(lambda: window.shows("and now?"))
        assert not window.shows("new below")
        assert not window.shows("── new ──")


async def test_further_up_no_line_moves_and_a_hint_tells_of_what_came(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(chat, tmp_path) as window:
        await window.press("enter", "g", "g", "5", "j")
        before = rows(window)
        say(elsewhere(chat), "one more", "and another", at=LATER)
        await window.until(lambda: window.shows("2 new below, G"))
        assert rows(window) == before
        await window.press("G")
        assert window.shows("and another")
        assert window.shows("── new ──")
        assert not window.shows("new below")


async def test_reactions_edits_and_marks_do_not_move_what_is_read(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(chat, tmp_path) as window:
        await window.press("enter", "g", "g", "5", "j")
        before = rows(window)
        other = elsewhere(chat)
        one, two = of(chat)[8:10]
        traces.react(other, one.id, "ada", "+1", who="Ada", ours=False, account=CHAT)
        other.run(
            "UPDATE messages SET text = :text, edited_at = 1 WHERE id = :id",
            {"id": two.id, "text": "long " * 60},
        )
        await window.until(lambda: window.shows("+1 Ada"))
        now = rows(window)
        assert [line for line in now if "+1 Ada" not in line] == [
            line for line in before if "text 8." not in line
        ]
        await window.press("j")
        assert window.shows("long long long")


async def test_a_failure_is_shown_at_once(chat: SqliteDatabase, tmp_path: Path) -> None:
    say(chat, "from us", at=LATER, ours=True)
    say(chat, *(f"later {n}" for n in range(30)), at=LATER + MINUTE)
    chat.run("UPDATE conversations SET unread = 0")
    async with screen(chat, tmp_path) as window:
        await window.press("enter", "1", "5", "k")
        assert window.shows("from us")
        sent = next(m for m in of(chat) if m.direction is Direction.OUTBOUND)
        messages.set_delivery(elsewhere(chat), sent.id, Delivery.FAILED, "no such number")
        await window.until(lambda: window.shows("NOT SENT: no such number"))


async def test_who_writes_is_told_on_a_line_that_is_always_there(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    clock = Now()
    async with screen(chat, tmp_path, clock=clock) as window:
        await window.press("enter")
        before = rows(window)
        number = only(chat).id
        other = elsewhere(chat)
        presence.write(other, number, "Ada", ours=False, until=clock() + MINUTE)
        presence.write(other, number, "jo", ours=True, until=clock() + MINUTE)
        await window.until(lambda: window.shows("Ada is writing…  jo is writing here"))
        assert rows(window) == before
        clock.at += 2 * MINUTE
        await window.until(lambda: not window.shows("is writing"))


async def test_it_opens_at_what_is_new_and_the_line_stays_until_it_is_left(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    say(chat, *(f"new {n}" for n in range(40)), at=LATER)
    async with screen(chat, tmp_path) as window:
        await window.press("enter")
        assert window.app.where() is Where.READING
        await window.until(lambda: only(chat).unread == 0)
        assert any("── new ──" in line for line in rows(window)[:4])
        await window.press("G")
        await window.press("g", "g")
        await window.press(*"60j")
        assert window.shows("── new ──")


async def test_the_line_of_what_is_new_goes_when_the_agent_writes(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    say(chat, "new", at=LATER)
    async with screen(chat, tmp_path) as window:
        await window.press("enter")
        assert window.shows("── new ──")
        window.app.do("note", text="kept for us")
        await window.until(lambda: window.shows("kept for us"))
        assert not window.shows("── new ──")


async def test_what_nobody_has_looked_at_is_opened_at_its_beginning(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(chat, tmp_path) as window:
        await window.press("enter", "q")
        say(elsewhere(chat), *(f"new {n}" for n in range(40)), at=LATER)
        await window.until(lambda: (now := window.app.current()) and now.unread == 40)
        await window.press("enter")
        assert any("── new ──" in line for line in rows(window)[:4])


async def test_the_line_is_drawn_anew_for_what_comes_after_everything_was_read(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    say(chat, "first news", at=LATER)
    async with screen(chat, tmp_path) as window:
        await window.press("enter", "q")
        say(elsewhere(chat), "second news", at=LATER + SECOND)
        await window.until(lambda: (now := window.app.current()) and now.unread)
        await window.press("enter")
        lines = rows(window)
        new = next(n for n, line in enumerate(lines) if "── new ──" in line)
        assert "second news" in lines[new + 2]
        assert len([line for line in lines if "── new ──" in line]) == 1


async def test_a_deleted_message_takes_its_words_out_of_answers(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    asked = of(chat)[-2]
    chat.run(
        "UPDATE messages SET answers = :id WHERE id = :by", {"id": asked.id, "by": of(chat)[-1].id}
    )
    async with screen(chat, tmp_path) as window:
        await window.press("enter")
        assert window.shows("answering Ada Byron: text 58.")
        elsewhere(chat).run(
            "UPDATE messages SET text = '', deleted_at = 1 WHERE id = :id", {"id": asked.id}
        )
        await window.until(lambda: window.shows("answering a deleted message"))
        assert not window.shows("text 58.")


async def test_what_a_customer_says_to_be_is_no_identity(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    customers.claim(chat, only(chat).customer_id, [(IdentityKind.EMAIL, "ana@example.com")])
    async with screen(chat, tmp_path, size=(200, 60)) as window:
        await window.press("enter")
        assert window.shows("says: ana@example.com, unverified")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_a_chat_is_read_at_every_size(
    chat: SqliteDatabase, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with screen(chat, tmp_path, size=size) as window:
        await window.press("enter")
        assert window.shows("text 59.")
        await window.press("d")
        assert window.shows("Ada Byron")


async def test_most_of_what_comes_in_appears_below_lines_that_do_not_move(
    chat: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(chat, tmp_path) as window:
        await window.press("enter")
        other, moved = elsewhere(chat), 0
        for number in range(6):
            before = [line for line in rows(window) if "text" in line]
            say(other, f"more {number}", at=LATER + number * SECOND)
            await window.until(partial(window.shows, f"more {number}"))
            moved += [line for line in rows(window) if "text" in line] != before
        assert moved == 1
        await window.press("j")
        assert window.shows("more 5")
        await window.press("k")
        assert window.shows("more 5")


async def test_what_is_known_is_not_read_again_for_a_new_message(
    chat: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with screen(chat, tmp_path) as window:
        await window.press("enter")
        monkeypatch.setattr(messages, "of_conversation", None)
        say(elsewhere(chat), "and now?", at=LATER)
        await window.until(lambda: window.shows("and now?"))
