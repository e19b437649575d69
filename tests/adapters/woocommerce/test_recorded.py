"""Exchanges recorded on WooCommerce 11.0.1 and WordPress 7.1, read by the adapter's own code."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_tui.adapters.contract import AccountProblem, AdapterError, Refused, Unreachable
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.woocommerce import records
from agent_tui.adapters.woocommerce.api import Api, said
from agent_tui.adapters.woocommerce.reading import Posted, body_of, incoming
from agent_tui.adapters.woocommerce.settings import read_settings
from agent_tui.adapters.woocommerce.shop import Shop
from agent_tui.model.record import Money
from agent_tui.testing.clock import FakeClock
from agent_tui.testing.server import answer_json
from agent_tui.testing.stands.woocommerce import WooCommerceStand

_WRITES = {"approve", "reply via wc parent?", "spam", "unspam", "unknown key"}
_OTHERS = {
    "order notes": "notes of orders are not shown",
    "add customer note": "orders are only read",
    "webhook create": "no webhook is made: nothing need reach us from outside",
    "batch": "reviews are moderated one by one",
}
_ERRORS: dict[int, type[AdapterError]] = {
    400: Refused,
    401: AccountProblem,
    404: Refused,
    500: Unreachable,
}


def _exchanges() -> dict[str, Any]:
    shared = os.environ.get("AGENT_TUI_SHARED", "")
    name = "recorded-woocommerce-11.0.1-wp-7.1.json"
    path = Path(shared) / "contracts" / "woocommerce" / name
    if not shared or not path.is_file():
        why = "set AGENT_TUI_SHARED to the folder that holds contracts/"
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return {one["name"]: one for one in json.loads(path.read_text("utf-8"))}


def _answer(exchange: Any) -> httpx.Response:
    answer = answer_json(exchange["response"]["json"], exchange["response"]["status"])
    answer.headers.update(exchange["response"]["headers"])
    return answer


def _api(exchange: Any) -> Api:
    """An API that answers all requests with the recorded answer."""
    context = WooCommerceStand().context(FakeClock())
    transport = httpx.MockTransport(lambda _: _answer(exchange))
    object.__setattr__(context, "network", lambda: transport)
    return Api(context, read_settings(context.settings))


async def _read(exchange: Any) -> int:
    """How many things the adapter makes of a recorded yes; raises what it makes of a no."""
    path, api = exchange["request"]["path"], _api(exchange)
    http: Http = api._wp
    one = exchange["name"] in _WRITES or path.startswith("/wp/") or "/orders/" in path
    try:
        if path.startswith("/wp/v2/comments") and exchange["request"]["method"] == "GET":
            return len((await api.comments())[0])
        if path.endswith("/refunds") and exchange["request"]["method"] == "GET":
            return len((await api.listed("orders/12/refunds", {})).items)
        answer = await http.json(exchange["request"]["method"], path)
        return 1 if one and Node.of(answer).whole("id") else len(Node({"": answer}).nodes(""))
    finally:
        await api.close()


async def test_every_recorded_answer_is_read_or_refused_with_the_right_error() -> None:
    exchanges = _exchanges()
    assert len(exchanges) == 37
    for name, exchange in exchanges.items():
        status, found = exchange["response"]["status"], exchange["response"]["json"]
        if status >= 400:
            with pytest.raises(_ERRORS[status]):
                await _read(exchange)
            assert found["message"].removeprefix("<strong>Error:</strong> ") in said(
                _answer(exchange)
            )
        elif name not in _OTHERS:
            expected = len(found) if isinstance(found, list) else 1
            assert await _read(exchange) == expected, name


async def test_every_recorded_review_has_stars_a_product_and_a_time() -> None:
    for name, exchange in _exchanges().items():
        path, found = exchange["request"]["path"], exchange["response"]["json"]
        if "/products/reviews" not in path or exchange["response"]["status"] >= 400:
            continue
        if name in _OTHERS:
            continue
        for raw in found if isinstance(found, list) else [found]:
            detail = records.detail(Node.of(raw))
            assert detail is not None, name
            assert detail.product == "Blue mug"
            assert 0 <= detail.rating <= 5
            assert detail.at > 0
            assert body_of(detail.text).text.startswith(("Review ", "Reply"))


async def test_the_recorded_answer_is_no_review_and_belongs_to_one() -> None:
    exchanges = _exchanges()
    answer = records.comment(Node.of(exchanges["reply via wp/v2/comments"]["response"]["json"]))
    types = exchanges["comment types"]["response"]["json"]
    reviews = {one.id: one for raw in types if (one := records.comment(Node.of(raw)))}
    assert answer is not None
    review = reviews[answer.parent]
    message = incoming(
        Posted(answer, review, staff=frozenset({1})), "127.0.0.1:4700", answered=False
    )
    assert message.body.text == "Sorry to hear that - please write to help@example.com"
    assert (message.thread_key, message.direction) == ("16", "outbound")
    assert review.post_type == records.PRODUCT
    wrong = records.detail(Node.of(exchanges["reply via wc parent?"]["response"]["json"]))
    assert wrong is not None
    assert wrong.rating == 0
    assert reviews[wrong.id].parent == 0


async def test_the_recorded_order_and_refund_come_with_exact_sums() -> None:
    exchanges = _exchanges()
    shop = Shop(_api(exchanges["order"]), "https://shop.example", "shop.example")
    order = shop._order(Node.of(exchanges["order"]["response"]["json"]))
    assert (order.number, order.total) == ("#12", Money(3750, "USD"))
    assert [(item.name, item.quantity, item.sku) for item in order.items] == [
        ("Blue mug", 3, "MUG-1")
    ]
    refunded = Shop(_api(exchanges["refunds"]), "https://shop.example", "shop.example")
    cancelled = Node.of(exchanges["cancel"]["response"]["json"])
    (refund,) = await refunded._refunds(cancelled)
    assert (refund.of, refund.total, refund.reason) == ("12", Money(500, "USD"), "broken")
