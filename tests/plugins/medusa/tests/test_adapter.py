"""What the conformance suite cannot know: Medusa's own ways."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from agent_tui.adapters import manifest
from agent_tui.adapters.contract import (
    AccountProblem,
    Effect,
    Refused,
    Settled,
    Severity,
    Target,
)
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Status
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address
from agent_tui.model.record import Item, Money
from agent_tui.model.review import Moderation
from agent_tui.testing.clock import FakeClock

from agent_tui_medusa import adapter as module
from agent_tui_medusa.adapter import LIMIT, MAILBOX, MedusaAdapter
from agent_tui_medusa.orders import MOST_ORDERS
from agent_tui_medusa.stand import MedusaStand

ANN = "ann@shop.test"


@pytest.fixture
async def stand() -> AsyncIterator[MedusaStand]:
    """A shop in which nobody has bought anything yet."""
    there = MedusaStand()
    await there.start()
    yield there
    await there.stop()


@pytest.fixture
async def adapter(stand: MedusaStand) -> AsyncIterator[MedusaAdapter]:
    """An adapter with a good key."""
    made = MedusaAdapter(stand.context(FakeClock()))
    yield made
    await made.close()


async def no_commit() -> None:
    raise AssertionError("a review has one answer: there is no step of no return")


async def pulled(adapter: MedusaAdapter, cursor: str = "") -> list[Batch]:
    """All batches since ``cursor``."""
    return [batch async for batch in adapter.pull({MAILBOX: cursor} if cursor else {})]


async def messages(adapter: MedusaAdapter) -> list[Incoming]:
    return [one for batch in await pulled(adapter) for one in batch.messages]


def effect(kind: EffectKind, review: str, text: str = "", **more: object) -> Effect:
    said = Outgoing("", text, Address("", "")) if text else None
    where = (Target(MAILBOX, review),)
    return Effect(kind, f"{kind}/1", said, targets=where, **more)  # type: ignore[arg-type]


async def test_a_long_past_comes_oldest_first_and_can_be_resumed(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    written = [await stand.write(f"{number}") for number in range(120)]

    first, *rest = await pulled(adapter)

    assert [one.remote_id for batch in (first, *rest) for one in batch.messages] == written
    again = await pulled(adapter, first.cursor)
    assert [b.messages for b in again] == [b.messages for b in rest]
    assert await pulled(adapter, rest[-1].cursor) == []


async def test_who_was_logged_in_is_a_customer_and_a_guest_is_known_by_one_order_only(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    member = stand.server.customer(ANN)
    guest = stand.server.customer(ANN, account=False)
    stand.server.order(member)
    bought = stand.server.order(guest, display_id=77)
    stand.server.review(bought, "By a guest, with the address of somebody else")

    (review,) = await messages(adapter)
    looked = await adapter.lookup([Identity(review.sender.kind, review.sender.value)])

    assert review.sender.value == f"shop.example/order/{bought}"
    assert review.sender.claims == ((IdentityKind.EMAIL, ANN),)
    assert [one.number for one in looked.records] == ["#77"]
    assert looked.profiles == ()


async def test_a_review_keeps_its_time_when_it_is_approved_later(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    review = await stand.write("Fine")
    stand.server.respond(review, "Thank you")
    stand.server.change(review, status="approved")

    first, answer = await messages(adapter)

    assert first.at < answer.at
    assert first.flags.answered
    assert first.status is Status.RESOLVED


async def test_what_the_shop_has_taken_down_begins_resolved(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    stand.server.change(await stand.write("Rude"), status="flagged")

    (review,) = await messages(adapter)

    assert review.status is Status.RESOLVED
    assert review.review is not None
    assert review.review.moderation is Moderation.HIDDEN


async def test_pictures_stand_below_the_text_each_once(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    picture = {"url": "https://cdn.shop.test/1.png"}
    stand.server.change(await stand.write("Look"), images=[picture, picture])

    (review,) = await messages(adapter)

    assert review.body.text == "Look\nhttps://cdn.shop.test/1.png [1]"


@pytest.mark.parametrize(
    ("moderation", "status"),
    [
        (Moderation.PUBLISHED, "approved"),
        (Moderation.HELD, "pending"),
        (Moderation.HIDDEN, "flagged"),
        (Moderation.SPAM, "flagged"),
    ],
)
async def test_a_review_is_moderated(
    stand: MedusaStand, adapter: MedusaAdapter, moderation: Moderation, status: str
) -> None:
    review = await stand.write("Fine")

    await adapter.deliver(effect(EffectKind.MODERATE, review, moderation=moderation), no_commit)

    assert stand.server.reviews[review]["status"] == status


async def test_a_second_answer_takes_the_place_of_the_first(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    review = await stand.write("Fine")
    for text in ("One", "Two"):
        await adapter.deliver(effect(EffectKind.SEND, review, text), no_commit)

    assert [one.text for one in await stand.arrived()] == ["Two"]
    said = effect(EffectKind.SEND, review, "Two")
    assert await adapter.settle(said) is Settled.SENT


async def test_a_review_that_is_gone_is_not_answered(adapter: MedusaAdapter) -> None:
    with pytest.raises(Refused, match="deleted in the shop"):
        await adapter.deliver(effect(EffectKind.SEND, "prev_none", "Hello?"), no_commit)


async def test_the_longest_answer_fits_into_a_request_whatever_it_is_made_of(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    review = await stand.write("Fine")
    longest = '"' * LIMIT  # each is two bytes in JSON
    await adapter.deliver(effect(EffectKind.SEND, review, longest), no_commit)

    assert [len(one.text) for one in await stand.arrived()] == [LIMIT]
    with pytest.raises(Refused, match="shorten it"):
        await adapter.deliver(effect(EffectKind.SEND, review, f"{longest}x"), no_commit)


async def test_a_shop_without_the_plugin_says_what_is_missing(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    stand.server.keeps_reviews = False

    with pytest.raises(AccountProblem, match="medusa-product-reviews"):
        await pulled(adapter)
    findings = {one.what: one.severity for one in await adapter.check()}
    assert findings == {"Reviews": Severity.ERROR, "Orders": Severity.OK}


async def test_an_address_is_found_in_any_case_and_no_wildcard_finds_others(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    stand.server.order(stand.server.customer("A_n@Shop.test"), display_id=1)
    stand.server.order(stand.server.customer("axn@shop.test"), display_id=2)

    looked = await adapter.lookup([Identity(IdentityKind.EMAIL, "a_n@shop.test")])

    assert [one.number for one in looked.records] == ["#1"]


async def test_of_many_orders_the_newest_come_and_it_is_said_that_there_are_more(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    ann = stand.server.customer(ANN)
    for _ in range(MOST_ORDERS + 1):
        stand.server.order(ann)

    looked = await adapter.lookup([Identity(IdentityKind.EMAIL, ANN)])

    assert looked.more
    numbers = [one.number for one in looked.records]
    assert (numbers[0], len(numbers)) == (f"#{MOST_ORDERS + 1}", MOST_ORDERS)


async def test_an_order_says_how_it_stands_and_an_item_of_no_product_has_a_name(
    stand: MedusaStand, adapter: MedusaAdapter
) -> None:
    items = [{"title": "Engraving", "quantity": 1, "total": 500}]
    ann = stand.server.customer(ANN)
    stand.server.order(ann, status="canceled", currency_code="jpy", total=500, items=items)

    stand.server.order(ann, payment_status="awaiting", fulfillment_status="partially_shipped")

    due, order = (await adapter.lookup([Identity(IdentityKind.EMAIL, ANN)])).records

    assert due.status == "partially shipped, awaiting"
    assert (order.status, order.total) == ("canceled", Money(500, "JPY", 0))
    assert order.items == (Item("Engraving", total=Money(500, "JPY", 0)),)


def test_the_manifest_says_what_the_class_says() -> None:
    beside = Path(module.__file__).with_name(f"{MedusaAdapter.info.name}.adapter.json")

    assert manifest.parse(beside.read_text("utf-8")) == manifest.of(MedusaAdapter.info)
