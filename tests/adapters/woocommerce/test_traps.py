"""What WooCommerce and WordPress do otherwise than one would think, each measured on a real one."""

import pytest

from agent_tui.adapters.contract import AccountProblem, Refused, Severity, Unreachable
from agent_tui.model.account import EffectKind
from agent_tui.model.review import Moderation
from agent_tui.testing.stands.woocommerce import SECRET
from tests.adapters.woocommerce.visit import KEY, effect, visit


async def test_an_answer_never_goes_to_woocommerce_where_it_would_be_a_review_without_stars() -> (
    None
):
    async with visit() as made:
        review = made.reviewed()
        await made.pull()
        receipt = await made.deliver(effect(EffectKind.SEND, review.id, text="Sorry"))

    assert {one.method for one in made.asked("/wc/v3")} == {"GET"}
    answer = made.world.comments[int(receipt.remote_id or 0)]
    assert (answer.parent, answer.kind, answer.rating) == (review.id, "comment", 0)


async def test_the_consumer_key_never_goes_to_wordpress_which_would_not_know_it() -> None:
    async with visit() as made:
        made.reviewed()
        await made.pull()
        await made.adapter.check()

    entries = {one.headers["Authorization"] for one in made.asked("/wp/v2")}
    others = {one.headers["Authorization"] for one in made.asked("/wc/v3")}
    assert len(entries) == len(others) == 1
    assert not entries & others
    assert all(SECRET not in str(one.url) for one in made.stand.api.requests)


async def test_reviews_are_asked_for_in_every_state_by_names_that_woocommerce_knows() -> None:
    async with visit() as made:
        for status in ("approved", "hold", "spam", "trash"):
            made.reviewed(status=status, rating=2)
        found = await made.news()

    asked = [one.url.params["status"] for one in made.asked("/products/reviews")]
    assert set(asked) == {"all", "spam", "trash"}
    assert [one.rating for one in found] == [2, 2, 2, 2]


async def test_no_request_asks_for_more_than_a_hundred() -> None:
    async with visit() as made:
        for _ in range(230):
            made.reviewed()
        await made.pull()

    sizes = {int(one.url.params.get("per_page", 10)) for one in made.stand.api.requests}
    assert max(sizes) == 100


async def test_nobody_relies_on_modified_after() -> None:
    async with visit() as made:
        made.reviewed()
        await made.pull()
        await made.pull()

    assert all("modified_after" not in one.url.params for one in made.stand.api.requests)


async def test_a_refusal_whose_data_is_a_number_is_read_like_others() -> None:
    async with visit() as made:
        with pytest.raises(Refused, match="Invalid"):
            await made.adapter._api.listed("orders/4711/refunds", {"per_page": 1})


async def test_a_refusal_that_comes_as_500_is_tried_again_and_its_words_are_logged() -> None:
    async with visit() as made:
        said = {"code": "woocommerce_rest_x", "message": "Invalid refund amount.", "data": 500}
        made.stand.api.refusal = said
        with pytest.raises(Unreachable) as caught:
            await made.pull()

    assert "Invalid refund amount" in caught.value.detail


async def test_the_same_answer_twice_is_refused_unless_it_is_the_one_that_was_in_doubt() -> None:
    async with visit() as made:
        review = made.reviewed()
        sent = effect(EffectKind.SEND, review.id, text="Sorry")
        first = await made.deliver(sent)
        again = await made.deliver(sent)
        other = effect(EffectKind.SEND, review.id, text="Sorry")
        made.world.comments[int(first.remote_id or 0)].agent = "Mozilla/5.0"
        with pytest.raises(Refused, match="is there already"):
            await made.deliver(other)

    assert again == first
    assert [one.parent for one in made.world.comments.values()] == [0, review.id]


async def test_an_answer_to_a_review_that_is_gone_is_refused_before_it_is_an_orphan() -> None:
    async with visit() as made:
        review = made.reviewed()
        await made.pull()
        del made.world.comments[review.id]
        with pytest.raises(Refused, match="deleted"):
            await made.deliver(effect(EffectKind.SEND, review.id, text="Sorry"))

    assert made.commits == 0
    assert made.world.comments == {}


async def test_moderating_leaves_the_reviewers_program_and_address_as_they_were() -> None:
    async with visit() as made:
        review = made.reviewed(status="hold")
        moderate = effect(EffectKind.MODERATE, review.id, moderation=Moderation.PUBLISHED)
        await made.deliver(moderate)

    assert (review.status, review.agent, review.ip) == ("approved", "Mozilla/5.0", "192.0.2.7")


async def test_text_that_looks_like_html_is_shown_as_it_was_written() -> None:
    text = "1 < 2 & <script>alert(1)</script>\n\nnext"
    async with visit() as made:
        review = made.reviewed()
        await made.deliver(effect(EffectKind.SEND, review.id, text=text))
        _, answer = await made.news()

    stored = made.world.comments[int(answer.remote_id)].text
    assert "<" not in stored
    assert (answer.body.text, answer.message_id) == (text, KEY)


async def test_a_missing_right_stops_one_effect_and_no_account() -> None:
    async with visit() as made:
        review = made.reviewed()
        made.stand.api.moderates = False
        with pytest.raises(Refused, match="not allowed to edit"):
            await made.deliver(effect(EffectKind.MODERATE, review.id, moderation=Moderation.SPAM))
        rights = {one.what: one for one in await made.adapter.check()}["Rights"]

    assert rights.severity is Severity.ERROR


async def test_an_answer_that_is_too_long_with_its_entities_is_refused_before_it_is_sent() -> None:
    async with visit() as made:
        review = made.reviewed()
        with pytest.raises(Refused, match="10 bytes too long"):
            await made.deliver(effect(EffectKind.SEND, review.id, text="<" * 16_381 + "a" * 11))

    assert made.commits == 0


async def test_a_shop_without_a_key_knows_no_orders_and_says_so() -> None:
    async with visit(keyed=False) as made:
        orders = {one.what: one for one in await made.adapter.check()}["Orders"]
        with pytest.raises(AccountProblem, match="consumer_key"):
            await made.adapter._api.listed("orders", {})

    assert orders.severity is Severity.WARNING
