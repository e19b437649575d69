"""The stand answers as Stripe's reference says, so that a wrong request is noticed."""

import httpx
import pytest

from agent_tui.adapters.stripe.api import VERSION
from agent_tui.testing.conformance import claims_of
from agent_tui.testing.stands.stripe import KEY, StripeStand
from tests.adapters.stripe.visit import visit

_HEADERS = {"Authorization": f"Bearer {KEY}", "Stripe-Version": VERSION}


@pytest.mark.parametrize(
    "path",
    [
        "refunds?customer=cus_1",  # refunds are listed by charge or payment intent
        "disputes?customer=cus_1",
        "charges?limit=101",
        "charges?limit=0",
        "charges?expand[]=data.dispute",
        "invoices?starting_after=in_nobodys",
        "customers?phone=+49",
        "customers/search?query=email:ada@example.test",  # not quoted
        "customers/search?query=email:%22a%22%20OR%20email:%22b%22%20AND%20x",
        "orders",
    ],
)
async def test_what_stripe_does_not_take_is_refused_and_kept(path: str) -> None:
    async with visit() as here:
        async with httpx.AsyncClient(transport=here.api) as client:
            answer = await client.get(f"https://api.stripe.com/v1/{path}", headers=_HEADERS)
        assert answer.status_code in (400, 404)
        assert len(here.api.refused) == 1
        here.api.refused.clear()


async def test_a_request_without_the_version_is_refused() -> None:
    async with visit() as here:
        headers = {"Authorization": _HEADERS["Authorization"]}
        async with httpx.AsyncClient(transport=here.api) as client:
            answer = await client.get("https://api.stripe.com/v1/customers", headers=headers)
        assert answer.status_code == 400
        here.api.refused.clear()


async def test_a_stand_does_not_stop_in_silence_after_a_wrong_request() -> None:
    stand = StripeStand()
    await stand.start()
    stand.api.refused.append("Received unknown parameter: order_by")
    with pytest.raises(AssertionError, match="order_by"):
        await stand.stop()


def test_the_suite_tries_the_claims_about_customers_orders() -> None:
    assert {"orders", "order-sums", "lookup-slow-down"} <= {c.name for c in claims_of(StripeStand)}
