"""Writing in a chat on the real screen: Enter sends, nothing is lost, others see it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from agent_tui.config.settings import ChatEnter
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import MINUTE, SECOND
from agent_tui.model.conversation import Channel
from agent_tui.model.draft import Draft
from agent_tui.model.incoming import ConversationState, Mark, ServerReply
from agent_tui.model.message import Delivery, Direction, Message
from agent_tui.store import drafts, messages, outbox, presence, server_replies
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.writing_area import WritingArea
from tests.factory import ACCOUNT, CHAT, Now, changed, chat, listed, mail_account, only, receive
from tests.ui.screen import Screen, screen


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db, CHAT)
    receive(db, chat("Is anybody there?"))
    return db


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def kept(db: SqliteDatabase) -> Draft | None:
    found = drafts.of_agent(db, "maria")
    return found[0] if found else None


def area(shown: Screen) -> WritingArea:
    return shown.app.query_one(WritingArea)


async def begin(shown: Screen, key: str = "r") -> None:
    await shown.press(key)
    await shown.until(lambda: shown.app.where() == "chat")


def sent(db: SqliteDatabase) -> list[str]:
    sends = [item for item in outbox.shown(db) if item.kind is EffectKind.SEND]
    found = [messages.get(db, item.message_id or 0) for item in sends]
    return [m.body.text for m in sorted(filter(None, found), key=lambda m: m.id)]


def thread(db: SqliteDatabase) -> list[Message]:
    return messages.of_conversation(db, only(db).id)


async def test_enter_sends_and_the_composer_stays_for_the_next_message(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Hello, gg!\nHow can I help?\n")
        await shown.until(lambda: sent(shop) == ["Hello, gg!", "How can I help?"])
        assert area(shown).text == ""
        assert shown.app.where() == "chat"
        await shown.until(lambda: shown.shows("How can I help?"))
        assert shown.shows("Is anybody there?")
    assert kept(shop) is None


async def test_keys_typed_at_once_are_neither_lost_nor_reordered(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await shown.pilot.press("r", *"one", "enter", *"two", "alt+enter", *"lines", "enter", "x")
        await shown.until(lambda: sent(shop) == ["one", "two\nlines"])
        await shown.until(lambda: area(shown).text == "x")


@pytest.mark.parametrize("key", ["enter", "ctrl+s"])
async def test_alt_enter_breaks_the_line_and_the_head_says_so(
    shop: SqliteDatabase, home: Path, key: str
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        assert shown.shows("Enter sends, Alt+Enter new line")
        await shown.press("a", "alt+enter", "b")
        await shown.until(lambda: area(shown).text == "a\nb")
        assert sent(shop) == []
        await shown.press(key)
        await shown.until(lambda: sent(shop) == ["a\nb"])


@pytest.mark.parametrize("key", ["alt+enter", "ctrl+s"])
async def test_with_the_setting_enter_breaks_the_line_and_the_others_send(
    shop: SqliteDatabase, home: Path, key: str
) -> None:
    async with screen(shop, home, chat_enter=ChatEnter.NEWLINE) as shown:
        await begin(shown)
        assert shown.shows("Alt+Enter sends, Enter new line")
        await shown.press("a", "enter", "b")
        await shown.until(lambda: area(shown).text == "a\nb")
        await shown.press(key)
        await shown.until(lambda: sent(shop) == ["a\nb"])


async def test_a_paste_of_lines_is_text_and_sends_nothing(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        shown.app.post_message(events.Paste("one\r\ntwo\nthree\n"))
        await shown.until(lambda: area(shown).text == "one\ntwo\nthree\n")
        assert area(shown).size.height == 4
        assert sent(shop) == []


async def test_it_grows_with_its_text_to_six_lines_and_the_end_of_the_chat_stays_in_sight(
    shop: SqliteDatabase, home: Path
) -> None:
    receive(shop, *(chat(f"line {number}") for number in range(40)))
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.until(lambda: shown.shows("line 39"))
        assert area(shown).size.height == 1
        for _ in range(9):
            await shown.press("x", "alt+enter")
        await shown.until(lambda: area(shown).size.height == 6)
        await shown.until(lambda: shown.shows("line 39"))


async def test_esc_keeps_text_and_cursor_and_enter_goes_on_there(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Hello Ada")
        await shown.press("left", "left", "escape")
        await shown.until(lambda: shown.app.where() == "reading")
        draft = kept(shop)
        assert draft is not None
        assert (draft.body, draft.cursor) == ("Hello Ada", (0, 7))
        await begin(shown, "enter")
        await shown.type("X")
        await shown.until(lambda: area(shown).text == "Hello AXda")


async def test_it_is_on_disk_while_it_is_typed_and_gone_when_it_is_deleted(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Hi")
        await shown.until(lambda: (draft := kept(shop)) is not None and draft.body == "Hi")
        await shown.press("backspace", "backspace", "escape")
        await shown.until(lambda: shown.app.where() == "reading")
    assert kept(shop) is None


async def test_what_the_customer_writes_meanwhile_asks_nothing(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Yes")
        receive(shop, chat("Hello?"))
        await shown.until(lambda: shown.shows("Hello?"))
        await shown.press("enter")
        await shown.until(lambda: sent(shop) == ["Yes"])


async def test_what_a_teammate_answered_meanwhile_asks_first(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Yes")
        receive(shop, chat("I am on it.", direction=Direction.OUTBOUND))
        await shown.press("enter")
        await shown.until(lambda: shown.shows("ago, after you began. Send it all the same?"))
        await shown.press("n")
        await shown.until(lambda: shown.app.where() == "chat")
        assert (sent(shop), area(shown).text) == ([], "Yes")
        await shown.press("enter")
        await shown.until(lambda: shown.shows("all the same?"))
        await shown.press("y")
        await shown.until(lambda: sent(shop) == ["Yes"])


async def test_the_limit_is_counted_and_refused_with_the_reason(
    db: SqliteDatabase, home: Path
) -> None:
    mail_account(db, replace(CHAT, reply_limit=10))
    receive(db, chat())
    async with screen(db, home) as shown:
        await begin(shown)
        await shown.type("0123456789!")
        await shown.until(lambda: shown.shows("11/10"))
        await shown.press("enter")
        await shown.until(lambda: shown.shows("has 11 characters; at most 10 are allowed"))
        assert area(shown).text == "0123456789!"
    assert sent(db) == []


async def test_a_window_that_is_over_is_said_and_nothing_is_sent(
    shop: SqliteDatabase, home: Path
) -> None:
    now = Now()
    state = ConversationState("room", via="whatsapp", reply_until=now.at + MINUTE)
    changed(shop, conversations=(state,))
    async with screen(shop, home, clock=now) as shown:
        await begin(shown)
        await shown.until(lambda: shown.shows("WhatsApp: free answers until"))
        await shown.type("Hi")
        now.at += 2 * MINUTE
        await shown.press("enter")
        await shown.until(lambda: shown.shows("the customer must write first"))
        await shown.until(lambda: shown.shows("free answers ended"))
        assert area(shown).text == "Hi"
    assert sent(shop) == []


async def test_others_see_that_we_write_until_it_is_sent(shop: SqliteDatabase, home: Path) -> None:
    now, number = Now(), only(shop).id

    def writers() -> list[str]:
        return presence.writing(shop, number, now.at, ours=True)

    async with screen(shop, home, clock=now) as shown:
        await begin(shown)
        assert writers() == []
        await shown.type("H")
        await shown.until(lambda: writers() == ["maria"])
        now.at += 4 * SECOND
        await shown.type("i")
        now.at += 4 * SECOND
        await shown.until(lambda: writers() == ["maria"])
        await shown.press("enter")
        await shown.until(lambda: writers() == [])


async def test_leaving_and_deleting_end_the_sign_and_notes_never_give_it(
    shop: SqliteDatabase, home: Path
) -> None:
    now, number = Now(), only(shop).id

    def writers() -> list[str]:
        return presence.writing(shop, number, now.at, ours=True)

    async with screen(shop, home, clock=now) as shown:
        await begin(shown)
        for last in ("backspace", "escape"):
            now.at += 4 * SECOND
            await shown.type("H")
            await shown.until(lambda: writers() == ["maria"])
            await shown.press(last)
            await shown.until(lambda: writers() == [])
        await begin(shown, "i")
        await shown.type("Call her.")
        assert shown.shows("Note, only colleagues see it")
        assert writers() == []


async def test_the_head_names_who_writes_until_they_stop(shop: SqliteDatabase, home: Path) -> None:
    now, number = Now(), only(shop).id
    async with screen(shop, home, clock=now) as shown:
        await begin(shown)
        for who, ours in (("Ada", False), ("bo", True)):
            until = now.at + 5 * SECOND
            await asyncio.to_thread(presence.write, shop, number, who, ours=ours, until=until)
        await shown.until(lambda: shown.shows("Ada, bo are writing"))
        now.at += 6 * SECOND
        await shown.until(lambda: not shown.shows("are writing"))


async def test_a_note_is_filed_and_closes(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown, "i")
        await shown.type("Call her.\n")
        await shown.until(lambda: shown.app.where() == "reading")
    assert [m.body.text for m in thread(shop) if m.direction is Direction.NOTE] == ["Call her."]
    assert sent(shop) == []


async def test_up_in_an_empty_text_changes_our_last_message(
    shop: SqliteDatabase, home: Path
) -> None:
    receive(shop, chat("It costs 10 EUR.", direction=Direction.OUTBOUND))
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.press("up")
        await shown.until(lambda: area(shown).text == "It costs 10 EUR.")
        assert shown.shows("Edit your message")
        await shown.press("escape")
        await shown.until(lambda: area(shown).text == "")
        assert shown.app.where() == "chat"
        await shown.press("up")
        await shown.until(lambda: area(shown).text == "It costs 10 EUR.")
        await shown.type(" Net.\n")
        await shown.until(lambda: area(shown).text == "")
    assert thread(shop)[-1].body.text == "It costs 10 EUR. Net."
    assert EffectKind.EDIT in [item.kind for item in outbox.shown(shop)]


async def test_what_the_provider_cannot_change_is_said(db: SqliteDatabase, home: Path) -> None:
    mail_account(db, Capabilities(Channel.CHAT, frozenset({EffectKind.SEND})))
    receive(db, chat(), chat("Hello", direction=Direction.OUTBOUND))
    async with screen(db, home) as shown:
        await begin(shown)
        await shown.press("up")
        await shown.until(lambda: shown.shows("cannot edit messages"))


async def test_deleting_asks_first_and_says_that_it_is_for_good(
    shop: SqliteDatabase, home: Path
) -> None:
    receive(shop, chat("Wrong window", direction=Direction.OUTBOUND))
    async with screen(shop, home) as shown:
        await shown.type(":delete\n")
        await shown.until(lambda: shown.shows('Delete "Wrong window" for everybody? It cannot be'))
        await shown.press("n")
        assert outbox.shown(shop) == []
        await shown.type(":delete\n")
        await shown.until(lambda: shown.shows("cannot be undone. y/n"))
        await shown.press("y")
        await shown.until(lambda: [i.kind for i in outbox.shown(shop)] == [EffectKind.DELETE])


async def test_a_reaction_is_picked_for_the_customers_last_message(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await shown.type(":react\n")
        await shown.until(lambda: shown.app.where() == "picker")
        assert shown.shows("Is anybody there?")
        await shown.type("thumbs\n")
        await shown.until(lambda: outbox.shown(shop))
    assert [r.emoji for r in thread(shop)[0].reactions] == ["👍"]


async def test_a_message_that_failed_is_told_while_the_chat_is_open(
    shop: SqliteDatabase, home: Path
) -> None:
    receive(shop, chat("On its way", direction=Direction.OUTBOUND, remote_id="$sent"))
    async with screen(shop, home) as shown:
        await begin(shown)
        changed(shop, marks=(Mark("$sent", Delivery.FAILED, "the number is not on WhatsApp"),))
        shown.app.refresh_conversation()
        await shown.until(lambda: shown.shows("Not delivered: the number is not on WhatsApp"))


async def test_replies_of_the_server_are_in_the_picker_and_filled_in(
    shop: SqliteDatabase, home: Path
) -> None:
    reply = ServerReply("hours", "Hello {{ customer.first_name }}, we open at 9.")
    server_replies.put_all(shop, ACCOUNT, [reply])
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type(";hours")
        await shown.press("tab")
        await shown.until(lambda: area(shown).text == "Hello Ada, we open at 9.")
        await shown.press("ctrl+y")
        await shown.until(lambda: shown.shows("on the server of mail"))


async def test_a_transcript_goes_into_a_file_of_ones_own_and_asks_before_it_replaces_one(
    shop: SqliteDatabase, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "chat.txt"
    async with screen(shop, home) as shown:

        async def write() -> None:
            await shown.type(":transcript\n")
            await shown.until(lambda: shown.app.where() == "picker")
            await shown.press("1")
            await shown.until(lambda: shown.shows("Write to:"))
            await shown.press("ctrl+u")
            await shown.type(f"{path}\n")

        await write()
        await shown.until(path.exists)
        assert "Is anybody there?" in path.read_text()
        assert path.stat().st_mode & 0o777 == 0o600
        path.write_text("mine")
        await write()
        await shown.until(lambda: shown.shows("Overwrite chat.txt"))
        await shown.press("n")
        await shown.until(lambda: shown.shows("Nothing was written."))
        assert path.read_text() == "mine"


async def test_reading_is_told_at_once_for_what_comes_into_the_open_chat(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.until(lambda: only(shop).unread == 0)
        receive(shop, chat("Hello?"))
        assert only(shop).unread == 1
        shown.app.refresh_conversation()
        await shown.until(lambda: only(shop).unread == 0)
        assert len(listed(shop, "is:unread")) == 0


async def test_a_click_into_the_inbox_keeps_the_draft_and_gives_it_the_keys(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home, size=(120, 40)) as shown:
        await begin(shown)
        await shown.type("Half")
        await shown.pilot.click("ConversationPane")
        await shown.until(lambda: shown.app.where() == "reading" and shown.app.opened is None)
        assert (draft := kept(shop)) is not None
        assert draft.body == "Half"


async def test_the_composer_begins_where_the_conversation_does(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home, size=(200, 50)) as shown:
        await begin(shown)
        left = shown.app.desk.reading.region.x
        await shown.until(lambda: area(shown).region.x == left)


async def test_a_chat_of_an_account_that_only_reads_says_so(db: SqliteDatabase, home: Path) -> None:
    mail_account(db, Capabilities(Channel.CHAT))
    receive(db, chat())
    async with screen(db, home) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.shows("only reads"))
        assert shown.app.where() == "list"


async def test_a_message_called_back_is_in_the_composer_again(
    shop: SqliteDatabase, home: Path
) -> None:
    seconds = {Channel.CHAT: 10}
    async with screen(shop, home, undo_seconds=seconds) as shown:
        await begin(shown)
        await shown.type("Wait\n")
        await shown.until(lambda: shown.shows("leaves in 10 s"))
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() == "reading")
        await shown.press("u")
        await shown.until(lambda: shown.app.where() == "chat")
        assert area(shown).text == "Wait"
    assert sent(shop) == []
