"""A Shopify shop in memory: answers just what a query selects, and finds by words as Shopify does.

A search that it cannot read is passed over, so that everybody is found: what an adapter makes of
a hostile address shows in its answer.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
)

from agent_tui.testing.server import FakeServer, answer_json

Json = dict[str, Any]

_FIRST = datetime(2026, 10, 1, 12, tzinfo=UTC)
_CLAUSE = re.compile(r'(\w+):("(?:[^"\\]|\\.)*"|[^\s"]+)(?: OR |$)')
_CONNECTIONS = frozenset({"customers", "orders", "lineItems"})


class ShopifyApi(FakeServer):
    """The server of one shop; the merchant acts by the methods in plain words."""

    def __init__(self, token: str, path: str) -> None:
        super().__init__()
        self.token = token
        self.refuse: Json | None = None  # the GraphQL error that all are answered with
        self.status = 200  # of all answers; what is not 200 has no body worth reading
        self.served = "2026-10"
        self.scopes = ["read_customers", "read_orders", "read_all_orders"]
        self.left = 1_950.0  # points that the shop still has for us
        self._customers: list[Json] = []
        self._orders: list[Json] = []
        self._ids = count(1001)
        self.route("POST", path, self._asked)

    def customer(self, email: str | None, **fields: Any) -> Json:
        """A new customer, by the names of the API."""
        number = next(self._ids)
        made: Json = {
            "id": f"gid://shopify/Customer/{number}",
            "legacyResourceId": str(number),
            "displayName": email or "Nobody",
            "createdAt": self._now(number),
            "numberOfOrders": "0",
            "amountSpent": {"amount": "0.0", "currencyCode": "EUR"},
            "note": None,
            "tags": [],
            "defaultEmailAddress": {"emailAddress": email} if email else None,
            "defaultPhoneNumber": None,
        }
        self._customers.append(made | fields)
        return self._customers[-1]

    def customers(self, email: str) -> list[Json]:
        """Everybody with an address."""
        has = {"emailAddress": email}
        return [one for one in self._customers if one["defaultEmailAddress"] == has]

    def order(self, name: str, customer: Json | None, **fields: Any) -> Json:
        """A new order, later than all before, by the names of the API."""
        number = next(self._ids)
        whose = (customer or {}).get("defaultEmailAddress") or {}
        made: Json = {
            "id": f"gid://shopify/Order/{number}",
            "legacyResourceId": str(number),
            "name": name,
            "email": whose.get("emailAddress"),
            "customer": {"id": customer["id"]} if customer else None,
            "createdAt": self._now(number),
            "processedAt": self._now(number),
            "cancelledAt": None,
            "cancelReason": None,
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "UNFULFILLED",
            "totalPriceSet": price("19.99"),
            "lineItems": [],
            "fulfillments": [],
            "refunds": [],
        }
        self._orders.append(made | fields)
        return self._orders[-1]

    def _now(self, number: int) -> str:
        return (_FIRST + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _asked(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("X-Shopify-Access-Token") != self.token:
            return no_entry()
        if self.status != 200:
            return httpx.Response(self.status, content=b"{}")
        cost = _cost(50, self.left)
        if self.refuse is not None:
            return answer_json({"errors": [self.refuse], "extensions": cost})
        given = json.loads(request.content)
        try:
            data = _Reading(self._root(), parse(given["query"]), given["variables"]).data()
        except GraphQLError as error:
            return answer_json({"errors": [{"message": error.message}]})
        answer = answer_json({"data": data, "extensions": cost})
        answer.headers["X-Shopify-API-Version"] = self.served
        return answer

    def _root(self) -> Json:
        return {
            "customers": self._customers,
            "orders": self._orders,
            "shop": {"name": "Lamps & Shades"},
            "currentAppInstallation": {"accessScopes": [{"handle": one} for one in self.scopes]},
        }


class _Reading:
    """One query, read with the eyes of the shop."""

    def __init__(self, root: Json, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._root = root
        self._variables = variables
        self._fragments: dict[str, SelectionSetNode] = {}
        self._wanted: SelectionSetNode | None = None
        for one in document.definitions:
            if isinstance(one, FragmentDefinitionNode):
                self._fragments[one.name.value] = one.selection_set
            elif isinstance(one, OperationDefinitionNode):
                self._wanted = one.selection_set

    def data(self) -> Json:
        assert self._wanted is not None
        return self._object(self._root, self._wanted)

    def _object(self, value: Json, wanted: SelectionSetNode) -> Json:
        found: Json = {}
        for field in self._fields(wanted):
            name = field.name.value
            if name not in value:
                raise GraphQLError(f"Field '{name}' doesn't exist")
            inner = value[name]
            if name in _CONNECTIONS and isinstance(inner, list):
                inner = self._connection(inner, field)
            elif isinstance(inner, list) and (first := self._arguments(field).get("first")):
                inner = inner[:first]
            found[name] = self._value(inner, field.selection_set)
        return found

    def _value(self, value: Any, wanted: SelectionSetNode | None) -> Any:
        if isinstance(value, list):
            return [self._value(one, wanted) for one in value]
        return self._object(value, wanted) if wanted and isinstance(value, dict) else value

    def _fields(self, wanted: SelectionSetNode) -> Iterator[FieldNode]:
        for one in wanted.selections:
            if isinstance(one, FieldNode):
                yield one
            elif isinstance(one, FragmentSpreadNode):
                yield from self._fields(self._fragments[one.name.value])

    def _connection(self, members: list[Json], field: FieldNode) -> Json:
        asked = self._arguments(field)
        if "query" in asked:
            members = [one for one in members if _found(one, asked["query"])]
        if asked.get("reverse"):
            members = members[::-1]
        start = int((asked.get("after") or "after-0").removeprefix("after-"))
        end = start + asked["first"]
        page = members[start:end]
        info = {"hasNextPage": len(members) > end, "endCursor": f"after-{end}" if page else None}
        return {"nodes": page, "pageInfo": info}

    def _arguments(self, field: FieldNode) -> Json:
        found: Json = {}
        for one in field.arguments or ():
            if isinstance(one.value, VariableNode):
                found[one.name.value] = self._variables.get(one.value.name.value)
            elif isinstance(one.value, IntValueNode):
                found[one.name.value] = int(one.value.value)
            else:
                found[one.name.value] = getattr(one.value, "value", None)
        return found


def price(amount: str, currency: str = "EUR") -> Json:
    """A MoneyBag whose two moneys are the same."""
    money = {"amount": amount, "currencyCode": currency}
    return {"presentmentMoney": money, "shopMoney": money}


def slow_down() -> httpx.Response:
    """Shopify's "Throttled", with HTTP status 200; the points are back in a second."""
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return answer_json({"errors": [error], "extensions": _cost(700, 600.0)})


def no_entry() -> httpx.Response:
    """Shopify's 401."""
    said = "[API] Invalid API key or access token (unrecognized login or wrong password)"
    return answer_json({"errors": said}, 401)


def _cost(wanted: int, left: float) -> Json:
    state = {"maximumAvailable": 2000.0, "currentlyAvailable": left, "restoreRate": 100.0}
    return {"cost": {"requestedQueryCost": wanted, "throttleStatus": state}}


def _found(one: Json, query: str) -> bool:
    """Whether a search finds ``one``: by words that follow each other, not by the whole."""
    clauses, end = [], 0
    while match := _CLAUSE.match(query, end):
        clauses.append((match[1], match[2]))
        end = match.end()
    if end != len(query) or not clauses:
        return True
    return any(_holds(one, name, value) for name, value in clauses)


def _holds(one: Json, name: str, value: str) -> bool:
    wanted = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
    match name:
        case "id":
            return bool(one["id"].endswith(f"/{wanted}"))
        case "customer_id":
            return bool(((one.get("customer") or {}).get("id") or "").endswith(f"/{wanted}"))
        case "email":
            own = (one.get("defaultEmailAddress") or {}).get("emailAddress") or one.get("email")
            return _follow(_terms(own or ""), _terms(wanted))
        case "phone":
            own = (one.get("defaultPhoneNumber") or {}).get("phoneNumber") or ""
            return _follow(_terms(own), _terms(wanted))
        case _:
            return True


def _terms(text: str) -> list[str]:
    return [one for one in re.split(r"[^a-z0-9]+", text.lower()) if one]


def _follow(whole: list[str], part: list[str]) -> bool:
    starts = range(len(whole) - len(part) + 1)
    return bool(part) and any(whole[n : n + len(part)] == part for n in starts)
