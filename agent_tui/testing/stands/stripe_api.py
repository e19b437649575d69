"""A Stripe account in memory: lists, pages and searches as Stripe's reference says.

Strict where Stripe is: an unknown parameter, a page of more than 100 or a cursor of nobody is
answered with 400, and kept in ``refused`` for the test to see.
"""

import json
import re
from collections.abc import Mapping
from copy import deepcopy
from itertools import count
from typing import Any

import httpx

from agent_tui.testing.server import FakeServer, answer_json

Json = dict[str, Any]

_EPOCH = 1_780_000_000
_PAGING = frozenset({"limit", "starting_after", "ending_before", "expand[]"})
PARAMETERS: Mapping[str, frozenset[str]] = {
    "customers": _PAGING | {"email", "created", "test_clock"},
    "invoices": _PAGING
    | {"customer", "customer_account", "status", "subscription", "created", "due_date"}
    | {"collection_method"},
    "charges": _PAGING | {"customer", "payment_intent", "transfer_group", "created"},
    "subscriptions": _PAGING
    | {"customer", "customer_account", "status", "price", "plan", "collection_method", "created"}
    | {"automatic_tax", "current_period_end", "current_period_start", "test_clock"},
    "refunds": _PAGING | {"charge", "payment_intent", "created"},
    "disputes": _PAGING | {"charge", "payment_intent", "created"},
}
"""What each list takes, by the parameters that stripe-python 16.1.0 has for API version
2026-10-28.endive, generated from Stripe's own description."""
_FILTERS = ("customer", "charge", "email")
_ENDED = frozenset({"canceled"})
_CLAUSE = re.compile(r'(email|phone):"((?:[^"\\]|\\.)*)"')
_EXPANDABLE = {"charges": {"data.refunds"}}
_NAMES = {
    "customers": "customer",
    "invoices": "invoice",
    "charges": "charge",
    "subscriptions": "subscription",
    "refunds": "refund",
    "disputes": "dispute",
}


_NOT_IN_EXAMPLES = frozenset({"deleted", "failure_reason"})
"""Fields that an object has in some states only (docs.stripe.com/api)."""


class StripeApi(FakeServer):
    """The server of one account; the merchant acts by the methods in plain words."""

    def __init__(self, key: str, version: str, fixtures: Mapping[str, Json] | None = None) -> None:
        """``fixtures`` are Stripe's own examples of objects, by name; bare ones without them."""
        super().__init__()
        self.key = key
        self.version = version
        self.searches = True  # False as in India
        self.denied: set[str] = set()  # lists that the key may not read
        self.refused: list[str] = []  # what Stripe said no to
        self._fixtures = fixtures or {}
        self._kept: dict[str, list[Json]] = {name: [] for name in PARAMETERS}
        self._clock = count(_EPOCH, 60)
        self._ids = count(1)
        self.route("GET", "/v1/customers/search", self._search)
        self.route("GET", "/v1/customers/{name}", self._customer)
        self.route("GET", "/v1/{kind}", self._list)

    def put(self, kind: str, **fields: Any) -> Json:
        """A new object of a list, later than all before it.

        Raises AssertionError for a field that Stripe's own example of it does not have.
        """
        name = _NAMES[kind]
        example = self._fixtures.get(name)
        if example is not None and (odd := fields.keys() - example.keys() - _NOT_IN_EXAMPLES):
            raise AssertionError(f"A {name} of Stripe has no {', '.join(sorted(odd))}")
        made = deepcopy(dict(example or {"object": name}))
        made |= {"id": f"{name[:2]}_{next(self._ids):06}", "created": next(self._clock)}
        if kind == "customers":
            made["id"] = f"cus_{made['id'][3:]}"
        made |= fields
        self._kept[kind].append(made)
        return made

    def customers(self, email: str) -> list[Json]:
        """Everybody with an address, exactly so written."""
        return [one for one in self._kept["customers"] if one["email"] == email]

    def _list(self, request: httpx.Request, kind: str) -> httpx.Response:
        if (no := self._no_entry(request, kind)) is not None:
            return no
        asked = list(request.url.params.multi_items())
        given = dict(asked)
        for name in given:
            if name not in PARAMETERS[kind]:
                return self._no(400, f"Received unknown parameter: {name}")
        if len(given) != len(asked):
            return self._no(400, "A parameter was given twice")
        found = [one for one in reversed(self._kept[kind]) if _fits(one, given)]
        if kind == "subscriptions" and given.get("status") != "all":
            found = [one for one in found if one["status"] not in _ENDED]
        if "starting_after" in given:
            names = [one["id"] for one in found]
            if given["starting_after"] not in names:
                return self._no(400, f"No such object: '{given['starting_after']}'")
            found = found[names.index(given["starting_after"]) + 1 :]
        return self._page(kind, found, given)

    def _search(self, request: httpx.Request) -> httpx.Response:
        if (no := self._no_entry(request, "customers")) is not None:
            return no
        given = dict(request.url.params)
        if set(given) - {"query", "limit", "page", "expand[]"}:
            return self._no(400, "Received unknown parameter")
        if not self.searches:
            return self._no(400, "Search is not available for your account")
        clause = _CLAUSE.fullmatch(given.get("query", ""))
        if clause is None:
            return self._no(400, "We were unable to parse your search query")
        value = re.sub(r"\\(.)", r"\1", clause[2]).lower()
        everybody = reversed(self._kept["customers"])
        found = [one for one in everybody if (one.get(clause[1]) or "").lower() == value]
        return self._page("customers/search", found, given)

    def _customer(self, request: httpx.Request, name: str) -> httpx.Response:
        if (no := self._no_entry(request, "customers")) is not None:
            return no
        for one in self._kept["customers"]:
            if one["id"] == name:
                return answer_json(one)
        return self._no(404, f"No such customer: '{name}'", "resource_missing")

    def _page(self, kind: str, found: list[Json], given: Json) -> httpx.Response:
        limit = int(given.get("limit", "10"))
        if not 1 <= limit <= 100:
            return self._no(400, "Limit must be from 1 to 100")
        page = deepcopy(found[:limit])
        expand = given.get("expand[]")
        if expand is not None and expand not in _EXPANDABLE.get(kind, ()):
            return self._no(400, f"This property cannot be expanded ({expand})")
        for one in page if kind == "charges" else []:
            one.pop("refunds", None)
            if expand:
                theirs = [r for r in reversed(self._kept["refunds"]) if r["charge"] == one["id"]]
                one["refunds"] = _list_of(theirs[:10], f"/v1/charges/{one['id']}/refunds")
                one["refunds"]["has_more"] = len(theirs) > 10
        answer = _list_of(page, f"/v1/{kind}")
        answer["has_more"] = len(found) > limit
        if kind.endswith("search"):
            answer |= {"object": "search_result", "next_page": None}
        return answer_json(answer)

    def _no_entry(self, request: httpx.Request, kind: str) -> httpx.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return self._no(401, f"Invalid API Key provided: {self.key[:8]}****")
        if request.headers.get("Stripe-Version") != self.version:
            return self._no(400, "Invalid Stripe API version")
        if kind not in PARAMETERS:
            return self._no(404, f"Unrecognized request URL (GET: /v1/{kind})")
        if kind in self.denied:
            right = f"rak_{_NAMES[kind]}_read"
            return self._no(403, f"The provided key '{self.key}' does not have '{right}'")
        return None

    def _no(self, status: int, message: str, code: str = "") -> httpx.Response:
        self.refused.append(message)
        error = {"type": "invalid_request_error", "message": message}
        return answer_json({"error": error | ({"code": code} if code else {})}, status)


def slow_down() -> httpx.Response:
    """Stripe's 429."""
    error = {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"}
    headers = {"Retry-After": "1", "Stripe-Should-Retry": "true"}
    return httpx.Response(429, headers=headers, content=json.dumps({"error": error}))


def no_entry() -> httpx.Response:
    """Stripe's 401."""
    error = {"type": "invalid_request_error", "message": "Invalid API Key provided: rk_live_****"}
    return answer_json({"error": error}, 401)


def _list_of(found: list[Json], url: str) -> Json:
    return {"object": "list", "data": found, "has_more": False, "url": url}


def _fits(one: Json, given: Json) -> bool:
    return all(one.get(name) == given[name] for name in _FILTERS if name in given)
