"""The App Store's reviews: facts, changes without a date, what is gone, our answers, the key."""

from pathlib import Path

import jwt
import pytest

from agent_tui.adapters.app_store.territories import country_of
from agent_tui.adapters.contract import AccountProblem, MailboxProblem, Refused, Target
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import DAY, MINUTE
from agent_tui.model.message import Direction
from agent_tui.model.review import Review
from agent_tui.testing.stands.app_store import APP, AppStoreStand
from agent_tui.testing.stands.app_store_api import KEY_ID, key_file
from tests.adapters.reviewing import desk


async def test_a_review_comes_with_stars_title_app_and_country() -> None:
    async with desk(AppStoreStand()) as made:
        made.stand.api.write(APP, "ann77", "Crashes", "Every time.", 2)
        [review] = await made.news()
        assert (review.rating, review.subject, review.body.text) == (2, "Crashes", "Every time.")
        assert review.sender.name == "ann77"
        assert review.review == Review(product="Example", product_id=APP, country="DE")


@pytest.mark.parametrize(
    ("territory", "country"), [("USA", "US"), ("XKS", "XK"), ("GBR", "GB"), ("???", ""), ("", "")]
)
def test_territories_are_countries_of_two_letters(territory: str, country: str) -> None:
    assert country_of(territory) == country


async def test_a_review_that_changes_twice_without_another_date_comes_as_two_edits() -> None:
    async with desk(AppStoreStand()) as made:
        where = await made.asked("First")
        seen = []
        for text in ("Second", "Third"):
            made.clock.advance(MINUTE)
            made.stand.review(where.remote_id).text = text
            seen += await made.edits()
        assert [edit.body.text for edit in seen] == ["Second", "Third"]
        assert [edit.at for edit in seen] == [made.clock() - MINUTE, made.clock()]


async def test_an_answer_given_elsewhere_comes_changes_and_goes() -> None:
    async with desk(AppStoreStand()) as made:
        where = await made.asked()
        review = made.stand.review(where.remote_id)
        made.stand.api.answer(review, "Sorry.")
        [answer] = await made.news()
        assert (answer.direction, answer.body.text) == (Direction.OUTBOUND, "Sorry.")
        made.stand.api.answer(review, "Very sorry.")
        assert [edit.body.text for edit in await made.edits()] == ["Very sorry."]
        made.stand.api.answer(review, None)
        assert [one.remote_id for one in await made.deletions()] == [answer.remote_id]


async def test_pages_are_gone_through_and_old_reviews_left_alone() -> None:
    async with desk(AppStoreStand()) as made:
        made.stand.api.page = 2
        await made.stand.write("Long ago")
        made.clock.advance(100 * DAY)
        for number in range(5):
            await made.stand.write(f"Number {number}")
        assert [one.body.text for one in await made.news()] == [f"Number {n}" for n in range(5)]
        assert await made.pull() == []


async def test_a_review_that_is_gone_is_said_to_be_and_cannot_be_answered() -> None:
    async with desk(AppStoreStand()) as made:
        where = await made.asked()
        await made.stand.delete(where.remote_id)
        error = await made.failing(made.reply(where, "Sorry."))
        assert isinstance(error, Refused)
        assert where.remote_id in [one.remote_id for one in await made.deletions()]


async def test_an_answer_is_changed_in_its_place_and_taken_back() -> None:
    async with desk(AppStoreStand()) as made:
        where = await made.asked()
        receipt = await made.deliver(made.reply(where, "Sorry."))
        ours = Target(where.mailbox, receipt.remote_id or "")
        await made.deliver(made.reply(ours, "Very sorry.", EffectKind.EDIT))
        assert made.stand.review(where.remote_id).answer == "Very sorry."
        for _ in range(2):
            await made.deliver(made.reply(ours, "", EffectKind.DELETE))
            assert made.stand.review(where.remote_id).answer is None
        assert made.commits == 0


async def test_what_is_longer_than_the_limit_is_refused_before_anything_is_asked() -> None:
    async with desk(AppStoreStand()) as made:
        where = await made.asked()
        await made.deliver(made.reply(where, "x" * 5970))
        before = len(made.stand.api.requests)
        error = await made.failing(made.reply(where, "x" * 5971))
        assert isinstance(error, Refused)
        assert len(made.stand.api.requests) == before


async def test_the_token_is_signed_with_the_key_for_less_than_twenty_minutes() -> None:
    async with desk(AppStoreStand()) as made:
        await made.pull()
        made.clock.advance(13 * MINUTE)
        await made.pull()
        made.clock.advance(MINUTE)
        await made.pull()
        tokens = [one.headers["Authorization"] for one in made.stand.api.requests]
        first, *others = dict.fromkeys(token.removeprefix("Bearer ") for token in tokens)
        assert len(others) == 1
        head = jwt.get_unverified_header(first)
        claims = jwt.decode(first, options={"verify_signature": False})
        assert (head["alg"], head["kid"]) == ("ES256", KEY_ID)
        assert claims["aud"] == "appstoreconnect-v1"
        assert claims["exp"] - claims["iat"] < 20 * 60


async def test_the_key_may_lie_in_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "AuthKey.p8"
    path.write_text(key_file())
    path.chmod(0o600)
    async with desk(AppStoreStand(), key_file=str(path)) as made:
        await made.pull()
        path.write_text("nonsense")
    async with desk(AppStoreStand(), key_file=str(path)) as made:
        error = await made.pulling_fails()
        assert isinstance(error, AccountProblem)
        assert "private key cannot be read" in str(error)


async def test_a_key_without_the_role_and_one_of_another_team_are_told_apart() -> None:
    async with desk(AppStoreStand()) as made:
        made.stand.api.forbidden = True
        error = await made.pulling_fails()
        assert isinstance(error, MailboxProblem)
        assert "Customer Support" in str(error)
    async with desk(AppStoreStand(), key_id="OTHER") as made:
        error = await made.pulling_fails()
        assert isinstance(error, AccountProblem)
        assert not isinstance(error, MailboxProblem)


async def test_only_the_apps_that_are_named_are_served() -> None:
    async with desk(AppStoreStand(), apps=[f"org.example.a{APP}"]) as made:
        made.stand.api.apps["99"] = "Other"
        made.stand.api.reviews["99"] = {}
        await made.pull()
        assert list(made.cursors) == [APP]
    async with desk(AppStoreStand(), apps=["org.example.typo"]) as made:
        assert "org.example.typo" in str(await made.pulling_fails())
