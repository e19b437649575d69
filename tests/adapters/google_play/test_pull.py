"""What comes from Google Play: reviews with their facts, changes, answers given elsewhere."""

from agent_tui.adapters.contract import AccountProblem, Deferred, MailboxProblem
from agent_tui.adapters.google_play.gaps import place
from agent_tui.model.clock import HOUR, MINUTE
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.message import Direction
from agent_tui.model.review import Review
from agent_tui.testing.stands.google_play import APP, GooglePlayStand
from tests.adapters.reviewing import desk


async def test_a_review_comes_with_stars_title_and_what_it_is_of() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.write(APP, "Ann", "Crashes\tEvery time.\nReally.", 2)
        [review] = await made.news()
        assert (review.channel, review.direction) == (Channel.REVIEW, Direction.INBOUND)
        assert (review.rating, review.subject) == (2, "Crashes")
        assert review.body.text == "Every time.\nReally."
        assert review.sender.name == "Ann"
        assert review.thread_key == review.remote_id
        assert review.review == Review(
            product=APP,
            product_id=APP,
            version="1.4.2",
            device="klte (Galaxy S5)",
            language="en-GB",
        )


async def test_a_review_without_a_title_has_none() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.write(APP, "Ann", "\tGood", 5)
        made.stand.api.write(APP, "Ben", "Good, too", 5)
        assert [(one.subject, one.body.text) for one in await made.news()] == [
            ("", "Good"),
            ("", "Good, too"),
        ]


async def test_two_customers_of_one_name_are_two() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.write(APP, "A Google user", "One")
        made.stand.api.write(APP, "A Google user", "Two")
        one, two = await made.news()
        assert one.sender.value != two.sender.value


async def test_a_changed_review_comes_as_an_edit_with_its_stars() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked("Bad")
        made.stand.api.change(made.stand.review(where.remote_id), "Better\tFixed, thanks", 5)
        [edit] = await made.edits()
        assert (edit.remote_id, edit.rating, edit.subject) == (where.remote_id, 5, "Better")
        assert edit.body.text == "Fixed, thanks"
        assert await made.pull() == []


async def test_a_review_that_was_answered_elsewhere_is_resolved_and_shows_the_answer() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.answer(made.stand.api.write(APP, "Ann", "Bad"), "Write to us.")
        review, answer = await made.news()
        assert review.status is Status.RESOLVED
        assert (answer.direction, answer.body.text) == (Direction.OUTBOUND, "Write to us.")
        assert answer.remote_id == f"{review.remote_id}:reply"
        assert answer.thread_key == review.thread_key


async def test_an_answer_given_elsewhere_later_comes_and_marks_the_review_answered() -> None:
    async with desk(GooglePlayStand()) as made:
        where = await made.asked()
        made.stand.api.answer(made.stand.review(where.remote_id), "Update, please.")
        first, second = await made.pull()
        assert [flag.remote_id for flag in first.flags] == [where.remote_id]
        assert [one.body.text for one in second.messages] == ["Update, please."]


async def test_an_answer_on_a_later_page_is_seen_within_half_an_hour() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.page = 2
        first = await made.asked()
        for number in range(5):
            await made.stand.write(f"Number {number}")
        await made.pull()
        made.stand.api.answer(made.stand.review(first.remote_id), "Sorry.")
        assert await made.news() == []
        made.clock.advance(31 * MINUTE)
        assert [one.body.text for one in await made.news()] == ["Sorry."]


async def test_a_minute_without_news_costs_one_request() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.page = 2
        for number in range(7):
            await made.stand.write(f"Number {number}")
        assert len(await made.news()) == 7
        before = len(made.stand.api.requests)
        assert await made.pull() == []
        assert len(made.stand.api.requests) == before + 1


async def test_news_over_several_pages_come_oldest_first() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.page = 2
        await made.asked("Old")
        for number in range(5):
            await made.stand.write(f"Number {number}")
        assert [one.body.text for one in await made.news()] == [f"Number {n}" for n in range(5)]


async def test_one_app_that_is_closed_to_us_does_not_stop_the_others() -> None:
    async with desk(GooglePlayStand(), apps=["org.example.other", APP]) as made:
        made.stand.api.apps["org.example.other"] = {}
        made.stand.api.forbidden.add("org.example.other")
        await made.stand.write("Hello")
        error = await made.pulling_fails()
        assert isinstance(error, MailboxProblem)
        assert "org.example.other" in str(error)
        assert "Reply to reviews" in str(error)
        assert set(made.cursors) == {APP, place(APP)}


async def test_an_app_that_google_does_not_know_is_named() -> None:
    async with desk(GooglePlayStand(), apps=["org.example.typo"]) as made:
        error = await made.pulling_fails()
        assert isinstance(error, MailboxProblem)
        assert "org.example.typo" in str(error)


async def test_a_package_name_that_cannot_be_one_is_an_account_problem() -> None:
    async with desk(GooglePlayStand(), apps=["../../v3"]) as made:
        error = await made.pulling_fails()
        assert isinstance(error, AccountProblem)
        assert made.stand.api.requests == []


async def test_a_spent_quota_is_waited_for() -> None:
    async with desk(GooglePlayStand()) as made:
        made.stand.api.spent = True
        error = await made.pulling_fails()
        assert isinstance(error, Deferred)
        assert error.retry_after is not None
        assert MINUTE <= error.retry_after <= HOUR
