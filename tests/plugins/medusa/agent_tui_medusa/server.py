"""A Medusa in memory, for tests: answers as the real one was seen to, see tests/exchanges.json."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
from agent_tui.model.clock import SECOND, Clock, Millis, system_clock
from agent_tui.testing.server import FakeServer, answer_json

Json = dict[str, Any]

_MOST = 102_400
"""Bytes of a request."""

_STATUSES = ("pending", "approved", "flagged")


class MedusaServer(FakeServer):
    """The admin API of one shop; customers are played by its methods."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.clock: Clock = system_clock
        self.reviews: dict[str, Json] = {}
        self.orders: dict[str, Json] = {}
        self.customers: dict[str, Json] = {}
        self.keeps_reviews = True  # the plugin is there
        self._entry = f"Basic {b64encode(f'{key}:'.encode()).decode()}"
        self._number = 0
        self._last: Millis = 0
        self.route("GET", "/admin/product-reviews", self._list_reviews)
        self.route("POST", "/admin/product-reviews/{review}/response", self._respond)
        self.route("PUT", "/admin/product-reviews/{review}/response", self._change_response)
        self.route("PUT", "/admin/product-reviews/{review}/status", self._moderate)
        self.route("GET", "/admin/customers", self._list_customers)
        self.route("GET", "/admin/orders", self._list_orders)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != self._entry:
            return answer_json({"message": "Unauthorized"}, 401)
        if len(request.content) > _MOST:
            body = {"message": "request entity too large", "type": "unknown_error"}
            return answer_json(body, 413)
        return await super().handle_async_request(request)

    def customer(self, email: str, name: str = "Ann Lee", *, account: bool = True) -> str:
        """Somebody registers, or buys as a guest; their id."""
        first, _, last = name.partition(" ")
        made: Json = {
            "id": self._id("cus"),
            "email": email,
            "first_name": first,
            "last_name": last,
            "has_account": account,
            "created_at": self._now(),
        }
        self.customers[made["id"]] = made
        return str(made["id"])

    def order(self, customer: str, **more: Any) -> str:
        """A customer orders; ``more`` are fields of the order. Its id."""
        now = self._now()
        made: Json = {
            "id": self._id("order"),
            "display_id": len(self.orders) + 1,
            "status": "pending",
            "payment_status": "not_paid",
            "fulfillment_status": "not_fulfilled",
            "email": self.customers[customer]["email"],
            "customer_id": customer,
            "currency_code": "eur",
            "total": 59.98,
            "credit_line_total": 0,
            "items": [item("Lamp", 59.98, quantity=2)],
            "fulfillments": [],
            "payment_collections": [],
            "created_at": now,
            **more,
        }
        self.orders[made["id"]] = made
        return str(made["id"])

    def review(self, order: str, text: str, rating: int = 4) -> str:
        """Whoever ordered writes a review; its id. Writing again makes another one."""
        bought = self.orders[order]
        buyer = self.customers[bought["customer_id"]]
        now = self._now()
        made: Json = {
            "id": self._id("prev"),
            "status": "pending",
            "rating": rating,
            "name": f"{buyer['first_name']} {buyer['last_name']}",
            "email": bought["email"],
            "content": text,
            "order_id": order,
            "product_id": "prod_1",
            "product": {"id": "prod_1", "title": "Lamp"},
            "order": {
                "id": order,
                "customer_id": buyer["id"],
                "customer": {"id": buyer["id"], "has_account": buyer["has_account"]},
            },
            "images": [],
            "response": None,
            "created_at": now,
            "updated_at": now,
        }
        self.reviews[made["id"]] = made
        return str(made["id"])

    def change(self, review: str, **fields: Any) -> None:
        """The shop changes a review."""
        self.reviews[review] |= {**fields, "updated_at": self._now()}

    def respond(self, review: str, text: str) -> Json:
        """Somebody answers, or changes the answer; that changes no time of the review."""
        now = self._now()
        there = self.reviews[review]["response"]
        made = {"created_at": now, "id": self._id("prr")} if there is None else there
        self.reviews[review]["response"] = {**made, "content": text, "updated_at": now}
        return {**self.reviews[review]["response"], "product_review_id": review}

    def _list_reviews(self, request: httpx.Request) -> httpx.Response:
        if not self.keeps_reviews:
            return httpx.Response(404, html="<pre>Cannot GET /admin/product-reviews</pre>")
        found = sorted(self.reviews.values(), key=lambda one: str(one["updated_at"]), reverse=True)
        return _listed(request, "product_reviews", found, searched=())

    def _respond(self, request: httpx.Request, review: str) -> httpx.Response:
        if review not in self.reviews:
            return _no(404, "not_found", f"You tried to set product_review_id: {review}")
        if self.reviews[review]["response"] is not None:
            said = f"Product review response with product_review_id: {review}, already exists."
            return _no(400, "invalid_data", said)
        return self._responded(request, review)

    def _change_response(self, request: httpx.Request, review: str) -> httpx.Response:
        if review not in self.reviews:
            return _no(500, "unknown_error", "An unknown error occurred.")
        if self.reviews[review]["response"] is None:
            return _no(404, "not_found", "Product review response not found")
        return self._responded(request, review)

    def _responded(self, request: httpx.Request, review: str) -> httpx.Response:
        text = json.loads(request.content)["content"]
        if not text:
            return _no(400, "invalid_data", "Invalid request: Value for field 'content' too small")
        return answer_json({"product_review_response": self.respond(review, text)})

    def _moderate(self, request: httpx.Request, review: str) -> httpx.Response:
        status = json.loads(request.content)["status"]
        if status not in _STATUSES:
            return _no(400, "invalid_data", f"Invalid request: Expected: '{_STATUSES}'")
        if review not in self.reviews:
            return _no(404, "not_found", f'ProductReview with id "{review}" not found')
        self.change(review, status=status)
        return answer_json({"product_review": {"id": review, "status": status}})

    def _list_customers(self, request: httpx.Request) -> httpx.Response:
        return _listed(request, "customers", list(self.customers.values()))

    def _list_orders(self, request: httpx.Request) -> httpx.Response:
        found = list(reversed(self.orders.values()))
        return _listed(request, "orders", found)

    def _id(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}_{self._number:026d}"

    def _now(self) -> str:
        """The time, later than all times before."""
        self._last = max(self._last + 1, self.clock())
        at = datetime.fromtimestamp(self._last / SECOND, UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def item(title: str, total: float, *, quantity: int = 1, sku: str = "LMP-S") -> Json:
    """A line of an order; ``total`` of all of it."""
    return {
        "product_title": title,
        "variant_title": "S",
        "variant_sku": sku,
        "quantity": quantity,
        "total": total,
    }


def _listed(
    request: httpx.Request, name: str, found: Sequence[Json], searched: Sequence[str] = ("email",)
) -> httpx.Response:
    """A part of a list. As in Medusa, what else is asked for is not looked at: all match."""
    query = request.url.params
    for field in ("id", "customer_id"):
        if wanted := query.get_list(field) + query.get_list(f"{field}[]"):
            found = [one for one in found if one.get(field) in wanted]
    if "q" in query:
        match = _like(query["q"])
        found = [one for one in found if any(match(str(one[field])) for field in searched)]
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 50))
    part = list(found[offset : offset + limit])
    return answer_json({name: part, "count": len(found), "offset": offset, "limit": limit})


def _like(text: str) -> Callable[[str], object]:
    """Whether something has ``text`` in it, as PostgreSQL's ILIKE sees it."""
    wild = {"%": ".*", "_": "."}
    pattern = "".join(wild.get(one, re.escape(one)) for one in text)
    return re.compile(pattern, re.IGNORECASE | re.DOTALL).search


def _no(status: int, kind: str, message: str) -> httpx.Response:
    return answer_json({"type": kind, "message": message}, status)
