"""Writing on the real screen: kept, sent, called back, never twice."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from agent_tui.actions import reply
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Direction
from agent_tui.model.outbox import OutboxState
from agent_tui.store import drafts, messages, outbox
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.writing_area import WritingArea
from tests.factory import Desk, Now, incoming, mail_account, only, receive
from tests.ui.screen import Screen, screen

REFUND = """\
+++
title = "Refund on its way"
+++
Hello {{ customer.first_name }}, we have refunded {{ ask "Refund amount" }}.
"""


@pytest.fixture
def shop(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db)
    receive(db, incoming("My zip broke.\nCan you help?", name="Ada Okafor", to=("a@x.org",)))
    return db


@pytest.fixture
def home(tmp_path: Path) -> Path:
    canned = tmp_path / "home/config/canned"
    canned.mkdir(parents=True)
    (canned / "refund.md").write_text(REFUND)
    return tmp_path / "home"


def kept(db: SqliteDatabase) -> Draft | None:
    found = drafts.of_agent(db, "maria")
    return found[0] if found else None


def body(shown: Screen) -> str:
    return shown.app.query_one(WritingArea).text


async def begin(shown: Screen, key: str = "r") -> None:
    await shown.press(key)
    await shown.until(lambda: shown.app.where() == "composer")


async def test_a_reply_is_kept_while_it_is_typed(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Hello")
        await shown.until(lambda: (draft := kept(shop)) is not None and draft.body == "Hello")


async def test_esc_keeps_text_and_cursor_and_reply_goes_on_there(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Hello Ada")
        await shown.press("left", "left", "escape")
        await shown.until(lambda: shown.app.where() == "list")
        draft = kept(shop)
        assert draft is not None
        assert (draft.body, draft.cursor) == ("Hello Ada", (0, 7))
        await begin(shown)
        await shown.type("X")
        assert body(shown) == "Hello AXda"


async def test_leaving_the_program_keeps_what_was_typed(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Last words")
        shown.app.leave()
    draft = kept(shop)
    assert draft is not None
    assert draft.body == "Last words"


async def test_a_reply_nobody_began_leaves_no_draft(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home, signature="Maria") as shown:
        await begin(shown)
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() == "list")
    assert kept(shop) is None


async def test_sending_queues_once_however_often_the_key_is_pressed(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("On its way.")
        await shown.press("ctrl+s", "ctrl+s", "ctrl+s")
        await shown.until(lambda: outbox.shown(shop))
        await shown.until(lambda: shown.app.where() != "composer")
        assert shown.shows("leaves in 10 s")
    (item,) = outbox.shown(shop)
    assert item.state is OutboxState.HELD
    assert kept(shop) is None


async def test_undo_brings_the_composer_back_as_it_was(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("On its way.")
        await shown.press("alt+enter")
        await shown.until(lambda: shown.app.where() == "list")
        await shown.press("u")
        await shown.until(lambda: shown.app.where() == "composer")
        assert body(shown) == "On its way."
    assert outbox.shown(shop) == []


async def test_nothing_but_a_signature_is_not_sent(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home, signature="Maria") as shown:
        await begin(shown)
        assert body(shown) == "\n\n-- \nMaria\n"
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("there is no text"))
    assert outbox.shown(shop) == []


async def test_a_canned_reply_asks_fills_in_and_begins_the_answer(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await shown.press(";")
        await shown.until(lambda: shown.app.where() == "picker")
        await shown.type("ref")
        assert shown.shows("Hello Ada, we have refunded {{ ask")
        await shown.press("enter")
        await shown.until(lambda: shown.shows("Refund amount:"))
        await shown.type("15 EUR")
        await shown.press("enter")
        await shown.until(lambda: shown.app.where() == "composer")
        await shown.until(lambda: body(shown).strip() == "Hello Ada, we have refunded 15 EUR.")


async def test_a_shorthand_and_tab_expand_while_writing(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Hi. ;refund")
        await shown.press("tab")
        await shown.until(lambda: shown.shows("Refund amount:"))
        await shown.type("9")
        await shown.press("enter")
        await shown.until(lambda: "refunded 9." in body(shown))
        assert ";refund" not in body(shown)
        await shown.type("!")
        assert "!" in body(shown)


async def test_an_open_prompt_stays_visible_and_is_not_sent(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type(";refund")
        await shown.press("tab")
        await shown.until(lambda: shown.shows("Refund amount:"))
        await shown.press("enter")
        await shown.until(lambda: '{{ ask "Refund amount" }}' in body(shown))
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("still open"))
    assert outbox.shown(shop) == []


async def test_a_paste_is_text_and_presses_no_key(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        area = shown.app.query_one(WritingArea)
        area.post_message(events.Paste("a\x13b\x1b[201~\x1be\r\nc"))
        await shown.until(lambda: body(shown).endswith("c"))
        assert body(shown).replace("\n", "").isprintable()
        assert shown.app.where() == "composer"
    assert outbox.shown(shop) == []


async def test_a_message_that_came_meanwhile_holds_the_answer_until_it_is_wanted(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("On its way.")
        first = only(shop)
        parent = messages.of_conversation(shop, first.id)[0]
        receive(
            shop, incoming("Never mind!", name="Ada Okafor", references=(parent.message_id or "",))
        )
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("wrote after you began"))
        await shown.press("n")
        await shown.until(lambda: shown.app.where() == "composer")
        assert outbox.shown(shop) == []
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("wrote after you began"))
        await shown.press("y")
        await shown.until(lambda: outbox.shown(shop))


async def test_a_note_stays_in_the_house(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home, signature="Maria") as shown:
        await begin(shown, "i")
        await shown.type("Call her.")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.app.where() != "composer")
    thread = messages.of_conversation(shop, only(shop).id)
    assert [m.body.text for m in thread if m.direction is Direction.NOTE] == ["Call her."]
    assert outbox.shown(shop) == []


async def test_a_forward_asks_for_somebody_and_carries_the_text(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home) as shown:
        await begin(shown, "f")
        await shown.type("zo@y.org")
        await shown.press("enter", "enter", "enter", "enter")
        await shown.type("See below.")
        await shown.press("ctrl+s")
        await shown.until(lambda: outbox.shown(shop))
    sent = messages.get(shop, outbox.shown(shop)[0].message_id or 0)
    assert sent is not None
    assert [a.email for a in sent.recipients.to] == ["zo@y.org"]
    assert sent.subject == "Fwd: Parcel"
    assert sent.body.text.startswith("See below.")
    assert "My zip broke." in sent.body.text


async def test_a_known_address_is_completed(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown, "c")
        await shown.type("ada@")
        await shown.until(lambda: shown.shows("Tab: Ada Okafor"))
        await shown.press("tab")
        await shown.until(lambda: shown.shows("Ada Okafor <ada@customer.example>"))


def files_of(draft: Draft | None) -> tuple[str, ...]:
    return draft.files if draft is not None else ()


async def test_a_file_is_attached_shown_with_its_size_and_taken_off(
    shop: SqliteDatabase, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "label.pdf").write_bytes(b"x" * 20_000)
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.press("ctrl+o")
        await shown.until(lambda: shown.shows("Attach:"))
        await shown.type(f"{tmp_path}/lab")
        await shown.press("tab", "enter")
        await shown.until(lambda: shown.shows("Attached: label.pdf (20 kB)"))
        await shown.until(lambda: files_of(kept(shop)) == (f"{tmp_path}/label.pdf",))
        await shown.press("ctrl+o")
        await shown.until(lambda: shown.shows("Take off label.pdf"))
        await shown.press("2")
        await shown.until(lambda: not shown.shows("Attached:"))


async def test_a_file_that_went_missing_stops_the_sending(
    shop: SqliteDatabase, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "label.pdf"
    file.write_bytes(b"x")
    desk = Desk(shop)
    draft = reply.start(desk.context, only(shop), DraftKind.REPLY)
    drafts.save(shop, replace(draft, body="Here.", files=(str(file),)))
    file.unlink()
    async with screen(shop, home) as shown:
        await begin(shown)
        assert shown.shows("label.pdf (missing)")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("not there any more"))
    assert outbox.shown(shop) == []


async def test_a_quote_is_inserted_at_the_cursor(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.press("ctrl+q")
        await shown.until(lambda: "> My zip broke.\n> Can you help?" in body(shown))


async def test_discarding_asks_first(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Rubbish")
        await shown.press("ctrl+g")
        await shown.until(lambda: shown.shows("Discard this text?"))
        await shown.press("n")
        await shown.until(lambda: shown.app.where() == "composer")
        assert body(shown) == "Rubbish"
        await shown.press("ctrl+g")
        await shown.until(lambda: shown.shows("Discard this text?"))
        await shown.press("y")
        await shown.until(lambda: shown.app.where() == "list")
    assert kept(shop) is None


async def test_the_customers_words_stay_in_sight_below_eighty_columns_and_beside_on_wide_screens(
    shop: SqliteDatabase, home: Path
) -> None:
    for size in ((80, 24), (120, 40)):
        async with screen(shop, home, size=size) as shown:
            await begin(shown)
            await shown.until(lambda: shown.shows("My zip broke."))
            assert shown.shows("Reply to Ada Okafor")


async def test_a_small_screen_still_has_room_for_the_text(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home, size=(60, 20)) as shown:
        await begin(shown)
        await shown.type("Hello")
        assert shown.shows("Hello")
        assert shown.app.query_one(WritingArea).size.height >= 8


async def test_a_review_counts_its_characters_and_has_no_addresses(
    db: SqliteDatabase, home: Path
) -> None:
    can = Capabilities(
        Channel.REVIEW, frozenset({EffectKind.SEND}), reply_limit=20, single_reply=True
    )
    mail_account(db, can)
    receive(db, incoming("Bad.", name="Bo"))
    async with screen(db, home, signature="Maria") as shown:
        await begin(shown)
        await shown.type("Sorry")
        await shown.until(lambda: shown.shows("/20"))
        assert not shown.shows("Subject:")
        await shown.press("ctrl+o")
        await shown.until(lambda: shown.shows("No files can be attached"))
        await shown.type(" for this long answer")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("at most 20 are allowed"))
    assert outbox.shown(db) == []


async def test_an_account_that_only_reads_says_so(db: SqliteDatabase, home: Path) -> None:
    mail_account(db, Capabilities(Channel.MAIL))
    receive(db, incoming("Hi"))
    async with screen(db, home, clock=Now()) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.shows("only reads"))
        assert shown.app.where() == "list"


async def test_send_later_shows_what_a_typed_time_means_and_lists_it_in_the_outbox(
    shop: SqliteDatabase, home: Path
) -> None:
    async with screen(shop, home, clock=Now()) as shown:
        await begin(shown)
        await shown.type("Good morning!")
        await shown.press("ctrl+t")
        await shown.until(lambda: shown.shows("Tomorrow morning"))
        await shown.type("tomorrow 8:30")
        await shown.until(lambda: shown.shows("tomorrow 08:30"))
        await shown.press("enter")
        await shown.until(lambda: shown.shows("leaves tomorrow 08:30"))
        await shown.press("B")
        await shown.until(lambda: shown.shows("tomorrow 08:30"))
        await shown.press("enter")
        await shown.until(lambda: shown.shows("At another time"))
        await shown.press("3")
        await shown.until(lambda: shown.shows("draft reply"))
    assert [draft.body for draft in drafts.of_agent(shop, "maria")] == ["Good morning!"]


async def test_leaving_the_time_sends_nothing(shop: SqliteDatabase, home: Path) -> None:
    async with screen(shop, home) as shown:
        await begin(shown)
        await shown.type("Good morning!")
        await shown.press("ctrl+t")
        await shown.until(lambda: shown.shows("Tomorrow morning"))
        await shown.press("escape")
        await shown.until(lambda: shown.app.where() == "composer")
        assert body(shown) == "Good morning!"
    assert outbox.shown(shop) == []


async def test_the_undo_window_is_counted_down_until_something_else_is_said(
    shop: SqliteDatabase, home: Path
) -> None:
    now = Now()
    async with screen(shop, home, clock=now) as shown:
        await begin(shown)
        await shown.type("On its way.")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("leaves in 10 s, u calls it back"))
        now.at += 3_000
        await shown.until(lambda: shown.shows("leaves in 7 s, u calls it back"))
        now.at += 8_000
        await shown.until(lambda: shown.shows("on its way."))
        shown.app.say("Something else.")
        now.at += 60_000
        await shown.until(lambda: shown.shows("Something else."))
