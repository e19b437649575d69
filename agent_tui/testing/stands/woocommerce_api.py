"""A shop in memory: WordPress's comments and WooCommerce's reviews, customers and orders by REST.

It behaves as WooCommerce 11.0.1 on WordPress 7.1 was seen to.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

import httpx

from agent_tui.testing.server import FakeServer, answer_json
from agent_tui.testing.stands.woocommerce_world import (
    AGENT,
    Json,
    World,
    Written,
    comment_json,
    review_json,
)

_WP, _WC = "/wp-json/wp/v2", "/wp-json/wc/v3"
_VISIBLE: dict[str, tuple[str, ...]] = {
    "hold": ("hold",),
    "approved": ("approved",),
    "spam": ("spam",),
    "trash": ("trash",),
    "all": ("hold", "approved"),
    "any": ("hold", "approved", "spam", "trash"),
}
_MOST = 100

Handler = Callable[..., httpx.Response]
T = TypeVar("T")


class WooCommerceApi(FakeServer):
    """The REST API of one shop."""

    def __init__(self, world: World, password: str, key: str, secret: str) -> None:
        super().__init__()
        self.world = world
        self.moderates = True  # our user's role
        self.meta = False  # a plug-in shows stars in wp/v2
        self.post_types: dict[int, str] = {}  # of posts that are no products
        self.refusal: Json | None = None  # what all requests are answered with, as a 500
        self._wp_entry = _basic("agent", password)
        self._wc_entry = _basic(key, secret)
        for method, path, handler in (
            ("GET", "/users/me", self._me),
            ("GET", "/users", self._users),
            ("GET", "/product/{number}", self._product),
            ("GET", "/comments", self._comments),
            ("POST", "/comments", self._write),
            ("GET", "/comments/{number}", self._comment),
            ("POST", "/comments/{number}", self._change),
        ):
            self.route(method, f"{_WP}{path}", self._guarded(handler, self._wp_entry))
        for path, handler in (
            ("/products/reviews", self._reviews),
            ("/customers", self._customers),
            ("/customers/{number}", self._customer),
            ("/orders", self._orders),
            ("/orders/{number}/refunds", self._refunds),
        ):
            self.route("GET", f"{_WC}{path}", self._guarded(handler, self._wc_entry))

    def _shown(self, one: Written) -> Json:
        return comment_json(one, self.post_types.get(one.post, "product"), meta=self.meta)

    def _guarded(self, handler: Handler, entry: str) -> Handler:
        def guarded(request: httpx.Request, **found: str) -> httpx.Response:
            if self.refusal is not None:
                return answer_json(self.refusal, 500)
            if request.headers.get("Authorization") != entry:
                said = "<strong>Error:</strong> Unknown username."
                return _no(401, "invalid_username", said)
            return handler(request, **found)

        return guarded

    def _me(self, _: httpx.Request) -> httpx.Response:
        rights = {"moderate_comments": self.moderates}
        return answer_json({"id": AGENT, "name": "Agent", "capabilities": rights})

    def _users(self, request: httpx.Request) -> httpx.Response:
        users = [{"id": number, "name": name} for number, name in self.world.users.items()]
        return _page(request, users, lambda one: one)

    def _product(self, _: httpx.Request, number: str) -> httpx.Response:
        title = self.world.products.get(int(number))
        if title is None:
            return _no(404, "rest_post_invalid_id", "Invalid post ID.")
        return answer_json({"id": int(number), "title": {"rendered": title}})

    def _comments(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        visible = _VISIBLE.get(query.get("status", "approved"), ())
        found = [one for one in self.world.comments.values() if one.status in visible]
        if (kind := query.get("type", "comment")) != "all":
            found = [one for one in found if one.kind == kind]
        if "parent" in query:
            found = [one for one in found if one.parent in _numbers(query["parent"])]
        found = _chosen(request, found)
        return _page(request, found, self._shown)

    def _write(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        text = body["content"]["raw"]
        same = (body["post"], body["parent"], AGENT, text)
        there = self.world.comments.values()
        if any((one.post, one.parent, one.author, one.text) == same for one in there):
            return _no(409, "comment_duplicate", "Duplicate comment detected.")
        made = self.world.put(
            post=body["post"],
            parent=body["parent"],
            author=AGENT,
            name="Agent",
            email="agent@shop.example",
            text=text,
            agent=body.get("author_user_agent", "httpx"),
        )
        return answer_json(self._shown(made), 201)

    def _comment(self, _: httpx.Request, number: str) -> httpx.Response:
        one = self.world.comments.get(int(number))
        if one is None:
            return _no(404, "rest_comment_invalid_id", "Invalid comment ID.")
        return answer_json(self._shown(one))

    def _change(self, request: httpx.Request, number: str) -> httpx.Response:
        one = self.world.comments.get(int(number))
        if one is None:
            return _no(404, "rest_comment_invalid_id", "Invalid comment ID.")
        if not self.moderates:
            return _no(403, "rest_cannot_edit", "Sorry, you are not allowed to edit this comment.")
        body = json.loads(request.content)
        one.status = body.get("status", one.status)
        one.text = body.get("content", {}).get("raw", one.text)
        one.agent = body.get("author_user_agent", request.headers["User-Agent"])
        one.ip = body.get("author_ip", "198.51.100.1")
        return answer_json(self._shown(one))

    def _reviews(self, request: httpx.Request) -> httpx.Response:
        visible = _VISIBLE.get(request.url.params.get("status", "approved"), ())
        there = self.world.comments.values()
        found = [one for one in there if one.kind == "review" and one.status in visible]
        found = _chosen(request, found)
        return _page(request, found, lambda one: review_json(one, self.world.products))

    def _customers(self, request: httpx.Request) -> httpx.Response:
        email = request.url.params.get("email")
        there = self.world.customers.values()
        return _page(request, [one for one in there if email in (None, one["email"])], _same)

    def _customer(self, _: httpx.Request, number: str) -> httpx.Response:
        one = self.world.customers.get(int(number))
        if one is None:
            return _no(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
        return answer_json(one)

    def _orders(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        found = list(self.world.orders.values())
        if "customer" in query:
            found = [one for one in found if one["customer_id"] == int(query["customer"])]
        if "search" in query:  # of parts
            wanted = query["search"].lower()
            found = [one for one in found if wanted in one["billing"]["email"].lower()]
        found.sort(key=lambda one: str(one["date_created_gmt"]), reverse=True)
        return _page(request, found, _same)

    def _refunds(self, request: httpx.Request, number: str) -> httpx.Response:
        if int(number) not in self.world.orders:
            # Its ``data`` is a number, where all others have an object.
            body = {"code": "woocommerce_rest_invalid_order", "message": "Invalid.", "data": 404}
            return answer_json(body, 404)
        return _page(request, self.world.refunds.get(int(number), []), _same)


def _same(one: Json) -> Json:
    return one


def _chosen(request: httpx.Request, found: list[Written]) -> list[Written]:
    query = request.url.params
    if "include" in query:
        found = [one for one in found if one.id in _numbers(query["include"])]
    return sorted(found, key=lambda one: one.id, reverse=query.get("order", "desc") == "desc")


def _page(request: httpx.Request, found: Sequence[T], shown: Callable[[T], Json]) -> httpx.Response:
    query = request.url.params
    size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
    if size > _MOST:
        return _no(400, "rest_invalid_param", "Invalid parameter(s): per_page")
    part = found[(page - 1) * size : page * size]
    answer = answer_json([shown(one) for one in part])
    answer.headers["X-WP-Total"] = str(len(found))
    return answer


def _numbers(value: str) -> set[int]:
    return {int(one) for one in value.split(",")}


def _no(status: int, code: str, message: str) -> httpx.Response:
    return answer_json({"code": code, "message": message, "data": {"status": status}}, status)


def _basic(user: str, password: str) -> str:
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
