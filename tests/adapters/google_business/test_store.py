"""What the store has of reviews after it took in what the adapter pulled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.adapters.google_business import GoogleBusinessAdapter
from agent_tui.adapters.reviews import MOST_REMEMBERED
from agent_tui.model.clock import DAY
from agent_tui.model.conversation import Conversation, Sort, Status
from agent_tui.model.message import Message
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import accounts, listings, locations, messages
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.testing.stands.google_business import PLACE, GoogleBusinessStand
from tests.adapters.reviewing import Desk, desk
from tests.stores import new_store

Here = Desk[GoogleBusinessStand]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    db = new_store(tmp_path / "store.db")
    accounts.put(
        db,
        "cafe",
        adapter="google_business",
        address="",
        display_name="Cafe",
        capabilities=GoogleBusinessAdapter.info.capabilities,
        now=0,
    )
    yield db
    db.close()


async def _taken_in(here: Here, db: SqliteDatabase) -> int:
    batches = await here.pull()
    return sum(commit_batch(db, "cafe", one, frozenset(), here.clock()) for one in batches)


def _all(db: SqliteDatabase, here: Here) -> list[Conversation]:
    every = compile_query(parse(""), db, me="", now=here.clock())
    return listings.page(db, every, Sort.NEWEST, limit=9)


def _only(db: SqliteDatabase, here: Here) -> tuple[Conversation, list[Message]]:
    [found] = _all(db, here)
    return found, messages.of_conversation(db, found.id)


async def test_a_review_that_its_customer_changed_keeps_both_versions(db: SqliteDatabase) -> None:
    async with desk(GoogleBusinessStand()) as here:
        review = here.stand.api.write(PLACE, "Ann", "Cold soup", 2)
        await _taken_in(here, db)
        here.stand.api.change(review, "Warm today", 5)
        assert await _taken_in(here, db) == 0
        conversation, [message] = _only(db, here)
        assert conversation.rating == 5
        assert message.body.text == "Warm today"
        assert [version.text for version in message.versions] == ["Cold soup"]


async def test_a_review_that_was_answered_before_stays_resolved_and_unchanged(
    db: SqliteDatabase,
) -> None:
    async with desk(GoogleBusinessStand()) as here:
        here.stand.api.answer(here.stand.api.write(PLACE, "Ann", "Nice", 5), "Thank you")
        await _taken_in(here, db)
        conversation, both = _only(db, here)
        assert conversation.status is Status.RESOLVED
        assert [(one.body.text, one.versions) for one in both] == [("Nice", ()), ("Thank you", ())]


async def test_a_review_that_is_answered_elsewhere_waits_for_nobody(db: SqliteDatabase) -> None:
    async with desk(GoogleBusinessStand()) as here:
        review = here.stand.api.write(PLACE, "Ann", "Cold soup", 2)
        await _taken_in(here, db)
        assert _only(db, here)[0].status is Status.OPEN
        here.stand.api.answer(review, "Sorry.")
        assert await _taken_in(here, db) == 1
        conversation, both = _only(db, here)
        assert conversation.status is Status.PENDING
        assert [one.body.text for one in both] == ["Cold soup", "Sorry."]


async def test_a_forgotten_review_that_changes_is_an_edit_of_the_one_that_is_stored(
    db: SqliteDatabase,
) -> None:
    async with desk(GoogleBusinessStand()) as here:
        first = here.stand.api.write(PLACE, "Ann", "Cold soup", 2)
        await _taken_in(here, db)
        for number in range(MOST_REMEMBERED):
            here.stand.api.write(PLACE, "Ben", f"Number {number}", 4)
        await _taken_in(here, db)
        assert first.id not in here.cursors[PLACE]
        assert await _taken_in(here, db) == 0
        here.clock.advance(DAY)
        here.stand.api.change(first, "Warm today", 5)
        assert await _taken_in(here, db) == 0
        message_id = locations.at(db, "cafe", PLACE, first.id)
        assert message_id is not None
        message = messages.get(db, message_id.message_id)
        assert message is not None
        assert message.body.text == "Warm today"
