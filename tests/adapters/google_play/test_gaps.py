"""Google shows a week of reviews: what is older stays as it is here, and who looked too late is
told of which days reviews may be missing."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_tui.adapters.contract import MailboxProblem
from agent_tui.adapters.google_play import GooglePlayAdapter, gaps
from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.store import accounts, messages
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.testing.stands.google_play import APP, GooglePlayStand
from tests.adapters.reviewing import Desk, desk
from tests.factory import listed
from tests.stores import new_store


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    db = new_store(tmp_path / "store.db")
    known = GooglePlayAdapter.info.capabilities
    accounts.put(
        db, "apps", adapter="google_play", address="", display_name="", capabilities=known, now=0
    )
    yield db
    db.close()


async def taken_in(made: Desk[GooglePlayStand], db: SqliteDatabase) -> None:
    for batch in await made.pull():
        commit_batch(db, "apps", batch, frozenset(), made.clock())


async def test_a_review_that_google_shows_no_more_is_neither_deleted_nor_marked(
    db: SqliteDatabase,
) -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.write(APP, "Ann", "Crashes\tEvery time.", 2)
        await taken_in(made, db)
        [before] = listed(db)
        for _ in range(8):
            made.clock.advance(DAY)
            await taken_in(made, db)
        made.stand.api.write(APP, "Ben", "Fine", 5)

        await taken_in(made, db)

        shown, _ = await made.adapter._play.page(APP)  # type: ignore[attr-defined]  # Google Play's
        assert [one.author for one in shown] == ["Ben"]
        assert before in listed(db)
        [message] = messages.of_conversation(db, before.id)
        assert (message.body.text, message.deleted_at) == ("Every time.", None)


async def test_who_looks_again_after_more_than_a_week_is_told_what_may_be_missing() -> None:
    async with desk(GooglePlayStand()) as made:
        await made.asked()
        made.clock.advance(10 * DAY)
        await made.stand.write("It works now.")

        error = await made.pulling_fails()

        since = made.clock() - 10 * DAY
        assert isinstance(error, MailboxProblem)
        assert f"{APP} for more than a week" in str(error)
        assert f"reviews of {day(since)} to {day(since + 3 * DAY)} may be missing" in str(error)
        assert made.cursors[APP].count('"gp:') == 2  # what can be seen was taken in before
        made.clock.advance(23 * HOUR)
        assert "may be missing" in str(await made.pulling_fails())
        made.clock.advance(2 * HOUR)
        await made.pull()


async def test_within_a_week_nothing_can_be_missing() -> None:
    async with desk(GooglePlayStand()) as made:
        await made.asked()
        made.clock.advance(7 * DAY - HOUR)
        assert await made.news() == []


async def test_a_look_is_written_down_once_an_hour() -> None:
    async with desk(GooglePlayStand()) as made:
        await made.asked()
        made.clock.advance(MINUTE)
        assert await made.pull() == []
        made.clock.advance(HOUR)
        assert [one.mailbox for one in await made.pull()] == [gaps.place(APP)]


def day(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
