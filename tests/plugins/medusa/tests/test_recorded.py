"""A day with a real shop, recorded and played again, and the shop in memory held against it."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from agent_tui.adapters.contract import AccountContext, Settled, Severity
from agent_tui.model.customer import IdentityKind
from agent_tui.model.record import Item, Money, RecordKind, Shipment
from agent_tui.model.review import Moderation
from agent_tui.testing.clock import FakeClock
from agent_tui.testing.recording import Mask, Recorder, Replay

from agent_tui_medusa.adapter import MedusaAdapter
from agent_tui_medusa.recorded import Day, day, trimmed
from agent_tui_medusa.stand import KEY, MedusaStand

EXCHANGES = Path(__file__).with_name("exchanges.json")
SHOP = "shop.example"


def account(network: httpx.AsyncBaseTransport) -> AccountContext:
    log = logging.getLogger("agent_tui.account.shop")
    url = {"url": f"https://{SHOP}", "ca_file": None}
    return AccountContext("shop", url, lambda _: KEY, log, FakeClock(), lambda: network)


@pytest.fixture
async def recorded() -> Day:
    """What the adapter makes of the recording, all of which it has asked for."""
    replay = Replay(EXCHANGES)
    adapter = MedusaAdapter(account(replay))
    found = await day(adapter)
    await adapter.close()
    assert replay.left == []
    return found


@pytest.fixture
async def played() -> AsyncIterator[Recorder]:
    """What the shop in memory answers on the same day."""
    stand = MedusaStand()
    await stand.start()
    buyer = stand.server.customer("ann.lee@shop.test")
    refund = {"id": "ref_1", "amount": 10.5, "note": "", "created_at": "", "refund_reason": None}
    paid = {"id": "pay_1", "currency_code": "eur", "refunds": [refund]}
    label = {"tracking_number": "1Z999", "tracking_url": "https://track.test/1Z999"}
    order = stand.server.order(
        buyer,
        payment_collections=[{"id": "pay_col_1", "payments": [paid]}],
        fulfillments=[{"id": "ful_1", "shipped_at": "", "canceled_at": None, "labels": [label]}],
    )
    stand.server.review(order, "Shines")
    recorder = Recorder(stand.server, Mask(secrets=(KEY,)))
    adapter = MedusaAdapter(account(recorder))
    await day(adapter)
    yield recorder
    await adapter.close()


async def test_a_review_comes_with_its_stars_product_buyer_and_state(recorded: Day) -> None:
    review, about = recorded.review, recorded.review.review

    assert (review.subject, review.body.text) == ("Lamp", "Shines <b>bright</b>")
    assert review.rating == 5
    assert about is not None
    assert (about.product, about.verified, about.moderation) == ("Lamp", True, Moderation.HELD)
    assert review.sender.kind is IdentityKind.SHOP
    assert review.sender.value.startswith(f"{SHOP}/customer/cus_")
    assert review.sender.name == "Ann Lee"
    assert review.sender.claims == ((IdentityKind.EMAIL, "ann.lee1@shop.test"),)


async def test_an_answer_and_what_was_approved_are_seen_again(recorded: Day) -> None:
    edits = [one for batch in recorded.news for one in batch.edits]

    assert recorded.settled is Settled.SENT
    assert [one.review.moderation for one in edits if one.review] == [Moderation.PUBLISHED]
    (answer,) = [one for batch in recorded.news for one in batch.messages]
    assert (answer.body.text, answer.answers) == (
        "A new one is on its way.",
        recorded.review.remote_id,
    )


async def test_the_customers_order_has_its_items_parcel_refund_and_full_sum(recorded: Day) -> None:
    refund, order = recorded.by_shop.records

    assert recorded.by_email == recorded.by_shop
    assert (order.kind, order.number) == (RecordKind.ORDER, "#1")
    assert order.status == "shipped"
    assert order.total == Money(5998, "EUR")
    assert order.items == (Item("Lamp, S", 2, "SKU-2", Money(5998, "EUR")),)
    (parcel,) = order.shipments
    assert parcel == Shipment("", "1Z999", "https://track.test/1Z999", "shipped", parcel.at)
    assert (refund.kind, refund.of) == (RecordKind.REFUND, order.remote_id)
    assert (refund.total, refund.reason) == (Money(1050, "EUR"), "One was chipped")
    assert [one.name for one in recorded.by_shop.profiles] == ["Ann Lee"]


async def test_check_finds_all_well(recorded: Day) -> None:
    assert [one.severity for one in recorded.findings] == [Severity.OK, Severity.OK]


async def test_the_shop_in_memory_says_nothing_that_the_real_one_does_not(
    played: Recorder,
) -> None:
    asked = [(one.method, one.status) for one in played.exchanges]
    real = Replay(EXCHANGES).left

    assert asked == [(one.method, one.status) for one in real]
    for mine, theirs in zip(played.exchanges, real, strict=True):
        extra = set(_fields(trimmed(mine).answer)) - set(_fields(theirs.answer))
        assert extra == set(), mine


def _fields(value: Any, place: str = "") -> Iterator[str]:
    """The paths of all fields in ``value``."""
    match value:
        case dict():
            for name, one in value.items():
                yield f"{place}.{name}"
                yield from _fields(one, f"{place}.{name}")
        case list():
            for one in value:
                yield from _fields(one, place)
