"""Reviews on the screen: stars, product, state, earlier versions, and the public answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.model.account import Capabilities, Counted, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Edit, Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.model.review import Moderation, Review
from agent_tui.store import drafts, messages, outbox
from agent_tui.store.database import Database
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.conversation_head import subject
from agent_tui.ui.review_lines import facts
from tests.factory import START, changed, mail_account, only, receive
from tests.ui.screen import screen

REVIEWS = Capabilities(
    Channel.REVIEW,
    frozenset({EffectKind.SEND, EffectKind.EDIT}),
    reply_limit=60,
    single_reply=True,
)
BAG = Review(product="Tarn 28", version="2.1", country="GB", language="en", verified=True)


def review(remote_id: str = "r1", text: str = "The zip broke.", **more: object) -> Incoming:
    ada = Sender(IdentityKind.EMAIL, "ada@customer.example", "Ada")
    ours = more.get("direction") is Direction.OUTBOUND
    given: dict[str, object] = {
        "direction": Direction.INBOUND,
        "at": START,
        "subject": "Not great",
        "review": BAG,
    }
    return Incoming(
        remote_id=remote_id,
        channel=Channel.REVIEW,
        sender=Sender(IdentityKind.HANDLE, "shop", "Shop") if ours else ada,
        customer=ada if ours else None,
        body=Body(text),
        thread_key="r1",
        rating=2,
        **(given | more),  # type: ignore[arg-type]  # passed through
    )


@pytest.fixture
def desk(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db, REVIEWS)
    return db


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def answer(text: str) -> Incoming:
    return review("r1a", text, direction=Direction.OUTBOUND, at=START + 1000, subject="")


def facts_text(db: Database) -> str:
    return "".join(piece.text for piece in facts(only(db), Glyphs()))


def test_facts_of_a_review_stand_on_one_line(db: Database) -> None:
    receive(db, review())
    assert facts_text(db) == "Tarn 28 · version 2.1 · GB · en · verified buyer"


def test_what_the_public_does_not_see_is_said(db: Database) -> None:
    receive(db, review(review=Review(moderation=Moderation.HELD)))
    assert facts_text(db) == "held, not public"


def test_stars_stand_as_glyphs_and_as_a_number(db: Database) -> None:
    receive(db, review())
    assert subject(only(db), Glyphs())[0].text == "★★☆☆☆ 2/5 Not great"


def test_a_product_with_escapes_is_harmless(db: Database) -> None:
    receive(db, review(review=replace(BAG, product="\x1b[31mTarn\x07")))
    assert "\x1b" not in facts_text(db)


async def test_an_edited_review_shows_both_versions_with_their_stars(
    desk: SqliteDatabase, home: Path
) -> None:
    receive(desk, review())
    changed(desk, edits=(Edit("r1", Body("Mended, thank you."), START + 5000, rating=5),))
    async with screen(desk, home) as shown:
        await shown.press("enter")
        await shown.until(lambda: shown.shows("it had ★★☆☆☆ 2/5 and said:"))
        assert shown.shows("The zip broke.")
        assert shown.shows("Mended, thank you.")
        assert shown.shows("★★★★★ 5/5 Not great")
        assert shown.shows("changed from 2 to 5 stars")


async def test_the_one_answer_is_changed_in_the_composer(desk: SqliteDatabase, home: Path) -> None:
    receive(desk, review(), answer("Sorry!"))
    async with screen(desk, home) as shown:
        await shown.press("enter")
        await shown.press("r")
        await shown.until(lambda: shown.shows("This changes your public answer to Ada"))
        assert shown.shows("6/60")
        await shown.press("end")
        await shown.type(" A zip is on its way.")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("Your public answer is changed"))
    (item,) = outbox.shown(desk)
    assert item.kind is EffectKind.EDIT
    thread = messages.of_conversation(desk, only(desk).id)
    assert [m.body.text for m in thread][1:] == ["Sorry! A zip is on its way."]


async def test_a_look_at_the_own_answer_leaves_no_draft(desk: SqliteDatabase, home: Path) -> None:
    receive(desk, review(), answer("Sorry!"))
    async with screen(desk, home) as shown:
        await shown.press("enter")
        await shown.press("r")
        await shown.until(lambda: shown.shows("This changes your public answer"))
        await shown.press("escape")
        await shown.until(lambda: not shown.shows("This changes"))
    assert drafts.of_conversation(desk, only(desk).id, "maria") == []


async def test_bytes_are_counted_as_they_are_typed(desk: SqliteDatabase, home: Path) -> None:
    mail_account(desk, replace(REVIEWS, counted=Counted.BYTES))
    receive(desk, review())
    async with screen(desk, home) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.shows("Public answer to Ada"))
        await shown.type("é")
        await shown.until(lambda: shown.shows("2/60 bytes"))


async def test_the_guard_asks_and_y_sends_all_the_same(desk: SqliteDatabase, home: Path) -> None:
    receive(desk, review())
    async with screen(desk, home) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.shows("Public answer to Ada"))
        await shown.type("That is user error.")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("sounds like blame"))
        await shown.press("n")
        await shown.until(lambda: not shown.shows("sounds like blame"))
        assert shown.shows("Public answer to Ada")
        assert outbox.shown(desk) == []
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("sounds like blame"))
        await shown.press("y")
        await shown.until(lambda: shown.shows("leaves in 10 s"))
    assert len(outbox.shown(desk)) == 1


async def test_the_list_says_what_the_public_does_not_see(desk: SqliteDatabase, home: Path) -> None:
    receive(desk, review(review=replace(BAG, moderation=Moderation.HELD)))
    async with screen(desk, home) as shown:
        await shown.until(lambda: shown.shows("★★☆☆☆ (held) Not great"))
        await shown.press(":")
        await shown.type("approve")
        await shown.press("enter")
        await shown.until(lambda: shown.shows("cannot"))


async def test_own_blaming_words_are_asked_about(desk: SqliteDatabase, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config/config.toml").write_text('blaming_words = ["bagpipe"]\n')
    receive(desk, review())
    async with screen(desk, home) as shown:
        await shown.press("r")
        await shown.until(lambda: shown.shows("Public answer to Ada"))
        await shown.type("A bagpipe would do.")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows("sounds like blame ('bagpipe')"))
        await shown.press("y")
        await shown.until(lambda: shown.shows("leaves in 10 s"))
    assert len(outbox.shown(desk)) == 1


async def test_what_changes_behind_the_composer_is_there_when_it_is_closed(
    desk: SqliteDatabase, home: Path
) -> None:
    receive(desk, review(), answer("Sorry!"))
    async with screen(desk, home) as shown:
        await shown.press("enter")
        await shown.until(lambda: shown.shows("2/5"))
        await shown.press("r")
        await shown.until(lambda: shown.shows("This changes"))
        changed(desk, edits=(Edit("r1", Body("Mended."), START + 5000, rating=5),))
        await shown.press("escape")
        await shown.until(lambda: shown.shows("★★★★★ 5/5") and shown.shows("Mended."))


async def test_a_state_that_changes_behind_the_composer_is_there_when_it_is_closed(
    desk: SqliteDatabase, home: Path
) -> None:
    receive(desk, review(), answer("Sorry!"))
    held = replace(BAG, moderation=Moderation.HELD)
    async with screen(desk, home) as shown:
        await shown.press("enter")
        await shown.until(lambda: shown.shows("verified buyer"))
        await shown.press("r")
        await shown.until(lambda: shown.shows("This changes"))
        changed(desk, edits=(Edit("r1", Body("The zip broke."), START + 5000, review=held),))
        await shown.press("escape")
        await shown.until(lambda: shown.shows("held, not public"))
