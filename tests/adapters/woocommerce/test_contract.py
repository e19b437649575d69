"""Every request of the adapter conforms to the description captured from a live shop."""

import os
from dataclasses import dataclass

import httpx
import pytest

from agent_tui.model.account import EffectKind
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.review import Moderation
from agent_tui.testing.contract import ContractViolation
from agent_tui.testing.stands.woocommerce import BASE, WooCommerceStand
from tests.adapters.woocommerce.visit import Visit, effect, visit

OPERATIONS = {
    "GET /wp-json/wp/v2/users/me",
    "GET /wp-json/wp/v2/comments",
    "POST /wp-json/wp/v2/comments",
    "GET /wp-json/wp/v2/comments/{id}",
    "POST /wp-json/wp/v2/comments/{id}",
    "GET /wp-json/wc/v3/products/reviews",
    "GET /wp-json/wc/v3/customers",
    "GET /wp-json/wc/v3/customers/{id}",
    "GET /wp-json/wc/v3/orders",
    "GET /wp-json/wc/v3/orders/{order_id}/refunds",
}


@pytest.fixture(autouse=True)
def document() -> None:
    if not WooCommerceStand().contract:
        why = "set AGENT_TUI_SHARED to the folder that holds contracts/"
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS") == "1":
            pytest.fail(why)
        pytest.skip(why)


async def everything(made: Visit) -> None:
    """All that the adapter ever asks."""
    await made.adapter.check()
    review = made.reviewed()
    made.world.reply(review.id, "Colleague's", "Agent", "a@shop.example", author=1)
    receipt = await made.deliver(effect(EffectKind.SEND, review.id, text="Sorry"))
    answer = int(receipt.remote_id or 0)
    await made.pull()
    await made.deliver(effect(EffectKind.EDIT, review.id, answer, "Sorry again"))
    await made.deliver(effect(EffectKind.DELETE, review.id, answer))
    await made.deliver(effect(EffectKind.MODERATE, review.id, moderation=Moderation.HELD))
    await made.adapter.settle(effect(EffectKind.SEND, review.id, text="Sorry"))
    number = made.world.customer("ann@example.test", "Ann", "Lee")
    order = made.world.order("ann@example.test", "1012")
    made.world.refund(order["id"], "2.00")
    ann = Identity(IdentityKind.EMAIL, "ann@example.test")
    await made.adapter.lookup([ann, Identity(IdentityKind.SHOP, f"shop.example/user/{number}")])


async def test_all_that_is_asked_conforms_but_the_list_of_users_which_the_document_leaves_out() -> (
    None
):
    async with visit() as made:
        await everything(made)
        held = made.stand.held
        assert held is not None
        assert held.covered == OPERATIONS
        assert set(held.passed) == {f"GET {BASE}/wp/v2/users"}
        assert held.violations == []


@dataclass
class Spoilt(httpx.AsyncBaseTransport):
    """Hands requests on as a mistaken adapter would have made them."""

    inner: httpx.AsyncBaseTransport
    right: bytes
    wrong: bytes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(raw_path=self._with_defect(request.url.raw_path))
        body = self._with_defect(await request.aread())
        headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"content-length"]
        made = httpx.Request(request.method, url, headers=headers, content=body)
        return await self.inner.handle_async_request(made)

    def _with_defect(self, octets: bytes) -> bytes:
        return octets.replace(self.right, self.wrong)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"per_page=100", b"per_page=101"),
        (b"status=all", b"status=open"),
        (b"context=edit", b"context=all"),
        (b"include=", b"inculde="),
        (b"orderby=id", b"orderby=number"),
        (b'"content":{"raw"', b'"content":{"text"'),
        (b'"parent":', b'"parrent":'),
        (b'"status":"hold"', b'"stauts":"hold"'),
        (b"email=ann", b"mail=ann"),
    ],
)
async def test_a_seeded_defect_is_caught(right: bytes, wrong: bytes) -> None:
    async with visit() as made:
        held = made.stand.held
        assert held is not None
        made.stand.weather._inner = Spoilt(held, right, wrong)
        with pytest.raises(ContractViolation):
            await everything(made)
        held.violations.clear()
