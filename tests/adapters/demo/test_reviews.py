"""Reviews of the demo world: products, buyers, revisions, one answer, and what is held."""

from agent_tui.adapters.demo.adapter import DemoAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import MINUTE
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.incoming import Edit, Incoming
from agent_tui.model.message import Direction
from agent_tui.model.review import Moderation
from tests.adapters.demo.shop import Visit, commit, reply


async def reviews(visit: Visit) -> list[Incoming]:
    found = await visit.news()
    return [m for m in found if m.channel is Channel.REVIEW and m.review is not None]


async def test_every_review_names_product_country_and_language() -> None:
    found = await reviews(Visit())
    assert len(found) > 30
    for review in found:
        about = review.review
        assert about is not None
        assert (about.product, about.country, about.language) > ("", "", "")


async def test_a_product_that_is_named_is_the_one() -> None:
    found = await reviews(Visit())
    (skye,) = [r for r in found if r.subject == "Tarn 28 on Skye"]
    assert skye.review is not None
    assert skye.review.product == "Tarn 28"


async def test_some_bought_it_and_some_did_not() -> None:
    assert {r.review.verified for r in await reviews(Visit()) if r.review} == {True, False}


async def test_one_is_held_and_waits() -> None:
    found = await reviews(Visit())
    held = [r for r in found if r.review and r.review.moderation is Moderation.HELD]
    assert [review.status for review in held] == [Status.OPEN]


async def test_revised_reviews_arrive_as_they_were_and_then_as_they_are() -> None:
    visit = Visit()
    batches = await visit.pull()
    first = {m.remote_id: m for batch in batches for m in batch.messages}
    edits = [edit for batch in batches for edit in batch.edits]
    assert len(edits) == 2
    for edit in edits:
        assert edit.rating != first[edit.remote_id].rating
        assert edit.body != first[edit.remote_id].body
        assert first[edit.remote_id].at < edit.at < visit.now


async def test_a_review_takes_one_answer_and_a_mail_many() -> None:
    can = DemoAdapter.info.capabilities
    assert can.on(Channel.REVIEW).single_reply
    assert not can.on(Channel.MAIL).single_reply
    assert EffectKind.MODERATE in can.on(Channel.REVIEW).effects
    assert EffectKind.MODERATE not in can.on(Channel.CHAT).effects


async def answered(visit: Visit, rating: int) -> list[Edit | Incoming]:
    """What comes of a public answer to a review of that many stars."""
    (review, *_) = [
        r for r in await reviews(visit) if r.rating == rating and r.direction is Direction.INBOUND
    ]
    await visit.adapter.deliver(reply(review, "We are sorry."), commit)
    visit.now += MINUTE
    came = await visit.pull()
    news: list[Edit | Incoming] = [
        edit for batch in came for edit in batch.edits if edit.remote_id == review.remote_id
    ]
    return news + [m for batch in came for m in batch.messages if m.thread_key == review.thread_key]


async def test_who_is_answered_may_think_better_of_it_but_does_not_write_again() -> None:
    (edit,) = await answered(Visit(), 1)
    assert isinstance(edit, Edit)
    assert edit.rating == 3


async def test_a_happy_reviewer_leaves_it_at_that() -> None:
    assert await answered(Visit(), 5) == []
