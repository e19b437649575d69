"""What comes from Google Business Profile: reviews by place, changes, what was taken away."""

import pytest

from agent_tui.adapters.contract import AccountProblem, MailboxProblem
from agent_tui.model.clock import DAY, MINUTE
from agent_tui.model.conversation import Status
from agent_tui.model.message import Direction
from agent_tui.model.review import Review
from agent_tui.testing.stands.google_business import PLACE, GoogleBusinessStand
from tests.adapters.reviewing import desk

OTHER = "accounts/11/locations/33"


async def test_a_review_comes_with_stars_and_its_place_also_without_words() -> None:
    async with desk(GoogleBusinessStand()) as made:
        made.stand.api.write(PLACE, "Ann", "Cold soup", 2)
        made.stand.api.write(PLACE, "", "", 5)
        soup, silent = await made.news()
        assert (soup.rating, soup.body.text, soup.sender.name) == (2, "Cold soup", "Ann")
        assert soup.review == Review(product="Example Cafe", product_id=PLACE)
        assert (silent.rating, silent.body.text) == (5, "")
        assert silent.sender.name == "A Google user"


async def test_a_changed_review_comes_as_an_edit_with_its_stars() -> None:
    async with desk(GoogleBusinessStand()) as made:
        where = await made.asked("Cold soup")
        made.stand.api.change(made.stand.review(where.remote_id), "Warm today", 5)
        [edit] = await made.edits()
        assert (edit.remote_id, edit.rating, edit.body.text) == (where.remote_id, 5, "Warm today")


async def test_changed_stars_alone_are_a_change() -> None:
    async with desk(GoogleBusinessStand()) as made:
        where = await made.asked("Soup")
        made.stand.api.change(made.stand.review(where.remote_id), "Soup", 1)
        assert [edit.rating for edit in await made.edits()] == [1]


async def test_an_answer_given_elsewhere_comes_changes_and_goes() -> None:
    async with desk(GoogleBusinessStand()) as made:
        where = await made.asked()
        review = made.stand.review(where.remote_id)
        made.stand.api.answer(review, "Sorry.")
        [answer] = await made.news()
        assert (answer.direction, answer.body.text) == (Direction.OUTBOUND, "Sorry.")
        made.stand.api.answer(review, "Very sorry.")
        [edit] = await made.edits()
        assert (edit.remote_id, edit.body.text) == (answer.remote_id, "Very sorry.")
        made.stand.api.answer(review, None)
        assert [one.remote_id for one in await made.deletions()] == [answer.remote_id]


async def test_a_review_that_was_answered_before_is_resolved() -> None:
    async with desk(GoogleBusinessStand()) as made:
        made.stand.api.answer(made.stand.api.write(PLACE, "Ann", "Nice"), "Thank you")
        review, _ = await made.news()
        assert review.status is Status.RESOLVED


async def test_a_review_that_was_taken_away_is_said_to_be_gone_once() -> None:
    async with desk(GoogleBusinessStand()) as made:
        kept, gone = await made.asked("Kept"), await made.asked("Gone")
        await made.stand.delete(gone.remote_id)
        assert gone.remote_id in [one.remote_id for one in await made.deletions()]
        assert await made.pull() == []
        assert kept.remote_id in made.cursors[PLACE]


async def test_a_review_on_a_later_page_is_not_taken_for_gone() -> None:
    async with desk(GoogleBusinessStand()) as made:
        made.stand.api.page = 2
        for number in range(7):
            await made.stand.write(f"Number {number}")
        assert len(await made.news()) == 7
        made.clock.advance(31 * MINUTE)
        assert await made.deletions() == []


async def test_reviews_from_before_the_first_days_are_passed_over_until_they_change() -> None:
    async with desk(GoogleBusinessStand()) as made:
        old = made.stand.api.write(PLACE, "Ann", "Long ago")
        made.clock.advance(100 * DAY)
        await made.stand.write("Today")
        assert [one.body.text for one in await made.news()] == ["Today"]
        made.stand.api.change(old, "Came back", 5)
        assert [one.body.text for one in await made.news()] == ["Came back"]


async def test_with_zero_days_all_reviews_come() -> None:
    async with desk(GoogleBusinessStand(), days=0) as made:
        made.stand.api.write(PLACE, "Ann", "Long ago")
        made.clock.advance(1000 * DAY)
        assert len(await made.news()) == 1


async def test_one_place_that_is_closed_to_us_does_not_stop_the_others() -> None:
    async with desk(GoogleBusinessStand()) as made:
        made.stand.places.places = {"33": "Example Bar", "22": "Example Cafe"}
        made.stand.api.places[OTHER] = {}
        made.stand.google.closed.add(OTHER)
        await made.stand.write("Hello")
        error = await made.pulling_fails()
        assert isinstance(error, MailboxProblem)
        assert "owner or manager" in str(error)
        assert list(made.cursors) == [PLACE]


async def test_only_the_places_that_are_named_are_served() -> None:
    async with desk(GoogleBusinessStand(), places=["Example Cafe"]) as made:
        made.stand.places.places["33"] = "Example Bar"
        await made.pull()
        assert list(made.cursors) == [PLACE]
    async with desk(GoogleBusinessStand(), places=["Example Pub"]) as made:
        assert "Example Pub" in str(await made.pulling_fails())


@pytest.mark.parametrize("wrong", ["approved", "enabled"])
async def test_a_project_that_google_has_not_approved_is_told_so(wrong: str) -> None:
    async with desk(GoogleBusinessStand()) as made:
        setattr(made.stand.google, wrong, False)
        error = await made.pulling_fails()
        assert isinstance(error, MailboxProblem)
        assert "apply for access" in str(error)


async def test_a_refresh_token_that_was_withdrawn_is_an_account_problem() -> None:
    async with desk(GoogleBusinessStand()) as made:
        made.stand.tokens.revoked = True
        error = await made.pulling_fails()
        assert isinstance(error, AccountProblem)
        assert "invalid_grant" in str(error)
