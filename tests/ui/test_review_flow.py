"""The review desk by keyboard: one review after the other, none skipped."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import HOUR
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.model.review import Review
from agent_tui.store import drafts, outbox
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.shell import Where
from tests.factory import MAIL, START, listed, mail_account, receive
from tests.ui.screen import Screen, screen

REVIEWS = Capabilities(
    Channel.REVIEW, frozenset({EffectKind.SEND, EffectKind.EDIT}), reply_limit=350
)


def review(number: int) -> Incoming:
    """The ``number``-th of some reviews, the first the longest waiting."""
    return Incoming(
        remote_id=f"r{number}",
        channel=Channel.REVIEW,
        direction=Direction.INBOUND,
        sender=Sender(IdentityKind.HANDLE, f"guest{number}", f"Guest {number}"),
        at=START + number * HOUR,
        body=Body(f"Text of {number}"),
        subject=f"Review {number}",
        thread_key=f"r{number}",
        rating=number,
        review=Review(product="Tarn 28"),
    )


def answered(number: int, text: str) -> Incoming:
    """Our answer to that review, which does not resolve it."""
    return Incoming(
        remote_id=f"r{number}a",
        channel=Channel.REVIEW,
        direction=Direction.OUTBOUND,
        sender=Sender(IdentityKind.HANDLE, "shop", "Shop"),
        customer=Sender(IdentityKind.HANDLE, f"guest{number}", f"Guest {number}"),
        at=START + number * HOUR + 1,
        body=Body(text),
        thread_key=f"r{number}",
    )


@pytest.fixture
def desk(db: SqliteDatabase) -> SqliteDatabase:
    mail_account(db, REVIEWS)
    receive(db, *map(review, range(1, 6)))
    return db


def current(window: Screen) -> str:
    conversation = window.app.current()
    assert conversation is not None
    return conversation.subject


async def answer(window: Screen) -> None:
    await window.press("r")
    await window.until(lambda: window.shows("Public answer"))
    await window.type("Thanks")
    await window.press("ctrl+s")
    await window.until(lambda: window.shows("leaves in 10 s"))


async def test_after_an_answer_j_reads_the_review_behind_it_and_skips_none(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.type(":view Unanswered\n\n")
        for number in range(1, 5):
            assert current(window) == f"Review {number}"
            await answer(window)
            assert current(window) == f"Review {number}"
            await window.press("J")
        assert current(window) == "Review 5"


async def test_resolve_and_next_goes_on_from_an_answered_review(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.type(":view Unanswered\n\n")
        await answer(window)
        await window.press("E")
        assert current(window) == "Review 2"
        assert window.shows("Text of 2")
    assert [c.subject for c in listed(desk, "status:resolved")] == ["Review 1"]


async def test_a_label_on_an_answered_review_leaves_it_on_the_screen(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.type(":view Unanswered\n\n")
        await answer(window)
        window.app.do("label", labels="praise")
        await window.until(lambda: window.shows("praise"))
        assert current(window) == "Review 1"


async def test_the_composer_shows_the_stars_that_are_answered(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.type(":view Unanswered\n\nr")
        await window.until(lambda: window.shows("★☆☆☆☆ 1/5 Guest 1"))


async def test_a_customer_is_asked_to_be_quoted_in_the_answer_and_says_yes(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.type(":view Unanswered\n\n")
        await window.type(":ask-consent\n")
        await window.until(lambda: window.shows("No mail address of Guest 1 is known"))
        await window.press("down", "enter")
        await window.until(lambda: window.shows("May we quote your words"))
        await window.press("ctrl+s")
        await window.until(lambda: window.shows("testimonial asked"))
        await window.type(":consent\n")
        await window.until(lambda: window.shows("quoted as: Guest 1"))
        await window.press("enter")
        await window.until(lambda: window.shows("testimonial granted"))
        await window.until(lambda: window.shows("may be quoted, as Guest 1 by"))


async def test_the_ratings_are_counted_and_a_row_lists_its_reviews(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.press("g", "r")
        await window.until(lambda: window.shows("All reviews"))
        assert window.shows("Tarn 28: 3.0 of 5 from 5") is False  # the cursor is on all of them
        await window.press("j", "j")
        assert window.shows("Tarn 28: 3.0 of 5 from 5; 5 wait")
        await window.press("m")
        await window.until(lambda: window.shows("12 months"))
        await window.press("G", "enter")
        assert window.text.splitlines()[0].startswith(" 1 star")
        assert current(window) == "Review 1"


async def test_the_ratings_are_those_of_what_a_query_finds(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.type(":ratings rating:>=4\n")
        await window.until(lambda: window.shows("Ratings of rating:>=4"))
        assert window.shows("4.5 of 5 from 2")
        await window.press("q")
        await window.type(":ratings rating:9\n")
        await window.until(lambda: window.shows("rating"))
        assert window.app.opened is None


async def test_a_public_answer_among_several_is_changed_from_the_program(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    receive(desk, review(1), answered(1, "Thank you."))
    async with screen(desk, tmp_path) as window:
        await window.type(":view Reviews\nG\n:edit\n")
        await window.until(lambda: window.shows("This changes your public answer to Guest 1"))
        assert window.shows("Thank you.")
        await window.type(" Mended.")
        await window.press("ctrl+s")
        await window.until(lambda: window.shows("answer is changed"))
        assert window.shows("Thank you. Mended."), window.text
        await window.press("u")
        await window.until(lambda: window.shows("This changes your public answer to Guest 1"))
        await window.press("esc")
        await window.press("r")
        await window.until(lambda: window.shows(" Public answer to Guest 1"))


async def test_a_look_at_the_answer_leaves_no_draft(desk: SqliteDatabase, tmp_path: Path) -> None:
    receive(desk, review(1), answered(1, "Thank you."))
    async with screen(desk, tmp_path) as window:
        await window.type(":view Reviews\nG\n:edit\n")
        await window.until(lambda: window.shows("This changes your public answer"))
        await window.press("esc")
        assert drafts.of_agent(desk, "maria") == []


async def test_each_doubt_about_a_public_answer_is_asked_and_one_no_stops_it(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(desk, tmp_path) as window:
        await window.type(":view Unanswered\n\nr")
        await window.until(lambda: window.shows("Public answer"))
        await window.type("Write to ada@private.example and change your review.")
        await window.press("ctrl+s")
        await window.until(lambda: window.shows("(1 of 2) It holds a mail address"))
        await window.press("y")
        await window.until(lambda: window.shows("(2 of 2) It asks to change"))
        await window.press("n")
        await window.until(lambda: window.shows("Ctrl+S send"))
        assert window.app.where() is Where.COMPOSER
    assert outbox.shown(desk) == []


async def test_going_on_in_private_opens_the_mail_and_keeps_the_answer_for_r(
    desk: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(desk, MAIL, "post")
    ada = Sender(IdentityKind.EMAIL, "ada@customer.example", "Ada")
    receive(desk, replace(review(5), remote_id="r6", thread_key="r6", sender=ada, at=START))
    async with screen(desk, tmp_path, signature="Maria") as window:
        await window.type(":view Unanswered\n\n:offline\n")
        await window.until(lambda: window.shows("To Ada <ada@customer.example>"))
        assert window.shows("> Text of 5")
        assert window.shows("Maria")
        assert window.shows("r in the review")
        await window.press("esc")
        await window.press("r")
        await window.until(lambda: window.shows("Public answer to Ada"))
        assert window.shows("We have sent you a mail")
