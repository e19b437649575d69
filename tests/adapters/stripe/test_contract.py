"""Requests that a mistake has spoilt are noticed, and so are objects that Stripe does not have."""

from contextlib import suppress
from dataclasses import dataclass

import httpx
import pytest

from agent_tui.adapters.contract import AdapterError
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.testing.stands.stripe import StripeStand, fixtures
from tests.adapters.stripe.visit import ADA, Visit, visit


async def everything(here: Visit) -> None:
    """All that the adapter ever asks."""
    who = here.api.put("customers", email=ADA, phone="+4930123456")["id"]
    paid = {"customer": who, "currency": "eur", "amount": 100, "status": "succeeded"}
    for _ in range(101):
        here.api.put("charges", **paid)
    here.api.put("charges", **paid, disputed=True)
    await here.email(ADA)
    await here.of(Identity(IdentityKind.PHONE, "+4930123456"), Identity(IdentityKind.SHOP, who))
    await here.adapter.check()


@dataclass
class Spoilt(httpx.AsyncBaseTransport):
    """Hands requests on as a mistaken adapter would have made them."""

    inner: httpx.AsyncBaseTransport
    right: bytes
    wrong: bytes
    spoilt: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path
        self.spoilt += self.right in path
        url = request.url.copy_with(raw_path=path.replace(self.right, self.wrong))
        headers = [(k, v.replace(self.right, self.wrong)) for k, v in request.headers.raw]
        self.spoilt += headers != request.headers.raw
        return await self.inner.handle_async_request(httpx.Request("GET", url, headers=headers))


async def test_what_the_adapter_asks_is_what_stripe_takes() -> None:
    async with visit() as here:
        await everything(here)
        assert here.api.refused == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"limit=100", b"limit=101"),
        (b"?customer=", b"?customr="),
        (b"data.refunds", b"data.refund"),
        (b"status=all", b"state=all"),
        (b"starting_after=", b"after="),
        (b"disputes?charge=", b"disputes?customer="),
        (b"customers?email=", b"customers?mail="),
        (b"email%3A", b"mail%3A"),
        (b"phone%3A", b"telephone%3A"),
        (b"/search?query=", b"/search?q="),
        (b"/v1/subscriptions", b"/v1/subscription"),
        (b"2026-10-28.endive", b"2026-10-28"),
    ],
)
async def test_a_seeded_defect_is_caught(right: bytes, wrong: bytes) -> None:
    async with visit() as here:
        spoilt = Spoilt(here.weather._inner, right, wrong)
        here.weather._inner = spoilt
        with suppress(AdapterError):  # what Stripe refuses ends a look-up, but not a search
            await everything(here)
        assert spoilt.spoilt
        assert here.api.refused
        here.api.refused.clear()


async def test_an_invented_field_is_refused() -> None:
    if fixtures() is None:
        pytest.skip("AGENT_TUI_SHARED names no contracts/stripe/fixtures3-subset.json")
    stand = StripeStand()
    await stand.start()
    with pytest.raises(AssertionError, match="A charge of Stripe has no invoice"):
        stand.api.put("charges", invoice="in_1")
