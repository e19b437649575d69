"""Several chats at once: who waits, going from one to another, and being told."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len

from agent_tui.config.settings import Notify
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel, Conversation, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Incoming, Sender
from agent_tui.model.outbox import OutboxItem
from agent_tui.store import conversations, drafts, live, outbox
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.chats import strip
from agent_tui.ui.waiting import Pressure, pressure, spoken, waited
from agent_tui.ui.writing_area import WritingArea
from tests.clocks import reckon
from tests.factory import CHAT, MAIL, Now, chat, listed, mail_account, receive
from tests.ui.screen import Screen, screen

NAMES = ("Ada Okafor", "Bo Lind", "Cy Young")


def said(name: str, text: str, at: Millis) -> Incoming:
    who = name.split()[0].lower()
    sender = Sender(IdentityKind.HANDLE, f"@{who}:chat.example", name)
    return chat(text, room=who, sender=sender.value, name=name, at=at)


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def shop(db: SqliteDatabase, now: Now) -> SqliteDatabase:
    """Three customers: Ada has waited 30 s, Bo 20 s, Cy 10 s."""
    mail_account(db, CHAT)
    for place, name in enumerate(NAMES):
        receive(db, said(name, f"Hi from {name}", now.at - (3 - place) * 10 * SECOND))
    reckon(db)
    return db


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def of(db: SqliteDatabase, name: str) -> Conversation:
    return next(found for found in listed(db) if found.customer == name)


def strip_text(shown: Screen) -> str:
    return shown.text.split("\n")[0].rstrip()


def reads(shown: Screen) -> str:
    found = shown.app.desk.reading.conversation
    return found.customer if found is not None and shown.app.where() != "list" else ""


def _reads_of(shown: Screen, name: str) -> bool:
    return reads(shown) == name


async def in_chat_with(shown: Screen, name: str) -> None:
    """Read the chat with ``name``, the strip there."""
    found = next(found for found in listed(shown.app.db) if found.customer == name)
    shown.app.show_conversation(found.id)
    await shown.until(lambda: reads(shown) == name)
    await shown.until(lambda: "1 " in strip_text(shown) and "[" in strip_text(shown))


def chosen(shown: Screen) -> str:
    return strip_text(shown).partition("[")[2].partition("]")[0]


async def test_the_strip_names_the_live_chats_only_while_one_is_read(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    async with screen(shop, home, clock=now) as shown:
        assert "Inbox" in strip_text(shown)
        await in_chat_with(shown, "Bo Lind")
        assert strip_text(shown) == " 1 Ada Okafor <1m (1) [2 Bo Lind <1m] 3 Cy Young <1m (1)"
        await shown.press("q")
        await shown.until(lambda: "Inbox" in strip_text(shown))


async def test_one_chat_alone_needs_no_strip(db: SqliteDatabase, home: Path, now: Now) -> None:
    mail_account(db, CHAT)
    receive(db, said("Ada Okafor", "Hi", now.at))
    async with screen(db, home, clock=now) as shown:
        await shown.press("enter")
        await shown.until(lambda: shown.app.chats.shown)
        assert "Inbox" in strip_text(shown)


async def test_alt_and_digit_go_from_writing_to_writing_and_back_to_the_same_place(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    async with screen(shop, home, clock=now) as shown:
        await in_chat_with(shown, "Ada Okafor")
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "chat")
        await shown.type("Half a")
        await shown.press("left", "alt+3")
        await shown.until(lambda: chosen(shown).startswith("3 Cy Young"))
        await shown.until(lambda: shown.app.where() == "chat")
        await shown.type("Yes?\n")
        await shown.until(lambda: len(_sends(shop)) == 1)
        await shown.press("alt+1")
        await shown.until(lambda: chosen(shown).startswith("1 Ada Okafor"))
        await shown.type("X")
        await shown.until(lambda: shown.app.query_one(WritingArea).text == "Half Xa")


async def test_keys_typed_while_a_chat_opens_are_for_that_chat(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    async with screen(shop, home, clock=now) as shown:
        await in_chat_with(shown, "Ada Okafor")
        await shown.pilot.press(*"rone", "alt+2", *"two", "enter", "alt+3", *"three", "enter")
        await shown.until(lambda: len(_sends(shop)) == 2)
        to = {item.conversation_id for item in _sends(shop)}
        assert to == {of(shop, "Bo Lind").id, of(shop, "Cy Young").id}
        await shown.press("alt+1")
        await shown.until(lambda: shown.app.query_one(WritingArea).text == "one")


def _sends(db: SqliteDatabase) -> list[OutboxItem]:
    return [item for item in outbox.shown(db) if item.kind == "send"]


async def test_ctrl_n_goes_around_those_who_wait_longest_first(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    async with screen(shop, home, clock=now) as shown:
        await shown.until(lambda: len(shown.app.chats.waiting) == 3)
        for name in (*NAMES, NAMES[0]):
            await shown.press("ctrl+n")
            await shown.until(partial(_reads_of, shown, name))


async def test_an_answered_chat_keeps_its_digit_and_a_resolved_one_goes(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    async with screen(shop, home, clock=now) as shown:
        await in_chat_with(shown, "Ada Okafor")
        await shown.type("rHello\n")
        await shown.until(lambda: chosen(shown) == "1 Ada Okafor")
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() == "reading")
        await shown.press("e")
        await shown.until(lambda: "Ada" not in strip_text(shown))


async def test_the_picker_lists_longest_waiting_first_with_the_last_words(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    async with screen(shop, home, clock=now) as shown:
        await shown.press("g", "c")
        await shown.until(lambda: shown.app.where() == "picker")
        rows = [line for line in shown.text.split("\n") if "Hi from" in line][-3:]
        assert [row.split()[-2] for row in rows] == ["Ada", "Bo", "Cy"]
        assert all("<1m" in row for row in rows)
        await shown.press("2")
        await shown.until(lambda: reads(shown) == "Bo Lind")


async def test_a_new_message_elsewhere_is_told_once_with_the_key_that_goes_there(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    async with screen(shop, home, clock=now) as shown:
        await in_chat_with(shown, "Ada Okafor")
        await shown.press("r")
        await shown.until(lambda: shown.app.where() == "chat")
        await shown.type("Half")
        receive(shop, said("Cy Young", "Still there?", now.at))
        shown.app.chats.look_soon()
        await shown.until(lambda: shown.shows("Cy Young: Still there?  Alt+3 goes there"))
        assert shown.app.query_one(WritingArea).text == "Half"
        shown.app.say("")
        shown.app.chats.look_soon()
        await shown.until(lambda: shown.app.chats.waiting[2].unread == 2)
        assert not shown.shows("goes there")


async def test_long_waits_are_told_once_for_each_threshold_and_not_of_the_chat_one_is_in(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    rung: list[bool] = []
    async with screen(shop, home, clock=now, notify=Notify(bell=True)) as shown:
        shown.app._notifier._bell = lambda: rung.append(True)
        await in_chat_with(shown, "Ada Okafor")
        now.at += 80 * SECOND  # Ada 110 s, Bo 100 s, Cy 90 s of 120 s
        await shown.until(lambda: shown.shows("Bo Lind has waited almost 2 min.  Ctrl+N goes"))
        shown.app.say("")
        now.at += 8 * SECOND  # Cy 98 s
        await shown.until(lambda: shown.shows("Cy Young has waited almost 2 min"))
        shown.app.say("")
        now.at += 12 * SECOND  # Bo 120 s
        await shown.until(lambda: shown.shows("Bo Lind has waited longer than 2 min"))
        assert len(rung) == 3
        assert "1 Ada Okafor 2m!!" in strip_text(shown)


async def test_nothing_is_said_over_a_question(shop: SqliteDatabase, home: Path, now: Now) -> None:
    async with screen(shop, home, clock=now) as shown:
        await in_chat_with(shown, "Ada Okafor")
        await shown.press(":")
        await shown.until(lambda: shown.app.where() == "prompt")
        now.at += 80 * SECOND
        shown.app.chats.look()
        assert not shown.shows("has waited")
        await shown.press("escape")
        await shown.until(lambda: shown.shows("Bo Lind has waited"))


async def test_a_mail_half_written_is_there_again_when_a_chat_was_answered(
    shop: SqliteDatabase, home: Path, now: Now
) -> None:
    mail_account(shop, MAIL, name="post")
    async with screen(shop, home, clock=now) as shown:
        await shown.press("c")
        await shown.until(lambda: shown.app.where() == "composer")
        await shown.type("zo@y.org")
        await shown.until(lambda: len(shown.app.chats.waiting) == 3)
        await shown.press("ctrl+n")
        await shown.until(lambda: reads(shown) == "Ada Okafor")
        await shown.until(lambda: shown.app.where() == "chat")  # to be answered at once
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() == "composer")
        assert shown.shows("zo@y.org")
    (draft,) = drafts.of_agent(shop, "maria")
    assert [address.email for address in draft.recipients.to] == ["zo@y.org"]


PLAIN = Conversation(
    id=1,
    account="mail",
    channel=Channel.CHAT,
    subject="",
    status=Status.OPEN,
    customer_id=1,
    created_at=0,
    last_at=0,
    version=1,
    waiting_since=0,
    due_at=120 * SECOND,
    warn_at=96 * SECOND,
)


@pytest.mark.parametrize(
    ("waits_s", "near"),
    [(95, Pressure.NONE), (96, Pressure.NEAR), (119, Pressure.NEAR), (120, Pressure.OVER)],
)
def test_the_target_is_near_after_four_fifths_of_it(waits_s: int, near: Pressure) -> None:
    assert pressure(PLAIN, waits_s * SECOND) is near
    never = replace(PLAIN, due_at=None, warn_at=None)
    assert pressure(never, waits_s * SECOND) is Pressure.NONE


@pytest.mark.parametrize(
    ("after", "text"),
    [(59 * SECOND, "<1m"), (MINUTE, "1m"), (60 * MINUTE, "1h"), (48 * 60 * MINUTE, "2d")],
)
def test_waits_are_whole_minutes(after: Millis, text: str) -> None:
    assert waited(PLAIN, after) == text


def test_targets_are_said_in_words() -> None:
    assert [spoken(s) for s in (45, 120, 90, 3600)] == ["45 s", "2 min", "90 s", "1 h"]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("here", [1, 5, 9])
def test_the_strip_fits_and_shows_the_chat_at_hand(width: int, here: int) -> None:
    shown = [replace(PLAIN, id=n, customer=f"Customer Number{n}", unread=2) for n in range(1, 10)]
    pieces = strip(shown, here, 200 * SECOND, width)
    text = "".join(piece.text for piece in pieces)
    assert cell_len(text) <= width
    assert f"[{here} " in text
    assert "3m!!" in text


def test_the_strip_says_the_same_until_the_minute_is_over() -> None:
    def at(seconds: int) -> str:
        pieces = strip([PLAIN], 1, seconds * SECOND, 80)
        return "".join(piece.text for piece in pieces)

    assert at(60) == at(95) != at(96) == at(119) != at(120) == at(179) != at(180)


def test_chats_of_others_and_closed_ones_are_not_live(shop: SqliteDatabase) -> None:
    bo, cy = of(shop, "Bo Lind"), of(shop, "Cy Young")
    conversations.update(shop, bo, {"assignee": "bo"})
    conversations.update(shop, cy, {"status": "resolved"})
    assert [found.customer for found in live.waiting(shop, "maria")] == ["Ada Okafor"]
