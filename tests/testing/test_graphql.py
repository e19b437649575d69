"""GraphQL is held to an introspection: what is asked, what is given along, what comes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema, introspection_from_schema

from agent_tui.testing.graphql import ContractViolation, GraphqlTransport, Schema

_SHOP = """
type Query { order(id: ID!, kind: Kind): Order  orders(first: Int!): [Order!]! }
type Mutation { cancel(id: ID!): Boolean }
type Order { id: ID!  name: String  total: Int!  price: Int @deprecated  kind: Kind }
enum Kind { WEB SHOP }
"""
_ASKED = "query One($id: ID!) { order(id: $id) { id name total kind } }"
_ORDER = {"id": "1", "name": None, "total": 5, "kind": "WEB"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    path: Path = tmp_path_factory.mktemp("shop") / "shop.json"
    found = introspection_from_schema(build_schema(_SHOP))
    path.write_text(json.dumps({"data": found}))
    return Schema.load(path, "A shop")


Send = Callable[..., Any]


def _transport(shop: Schema, answer: Any, **how: Any) -> GraphqlTransport:
    inner = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    return GraphqlTransport(inner, shop, "/graphql", **how)


async def _sent(transport: GraphqlTransport, body: Any, path: str = "/graphql") -> httpx.Response:
    async with httpx.AsyncClient(transport=transport) as client:
        return await client.post(f"https://shop.test{path}", json=body)


def _one(text: str = _ASKED, **variables: Any) -> dict[str, Any]:
    return {"query": text, "variables": variables or {"id": "1"}}


async def test_what_conforms_passes_and_is_named(shop: Schema) -> None:
    transport = _transport(shop, {"data": {"order": _ORDER}})
    assert (await _sent(transport, _one())).status_code == 200
    assert (transport.covered, transport.violations) == ({"One"}, [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (_one("query One($id: ID!) { order(id: $id) { colour } }"), "Cannot query field"),
        (_one("query One($id: ID!) { order(id: $id) { price } }"), "deprecated"),
        (_one("query One { order { id } }"), "is required"),
        (_one("query One($id: Int!) { order(id: $id) { id } }", id=1), "expecting type 'ID!'"),
        (_one("query One($id: ID!) { order(id: $id, kind: MOON) { id } }"), "does not exist"),
        (_one("query One($id: ID!) {"), "Syntax Error"),
        (_one(id=None), "non-null type"),
        (_one(id={"deep": 1}), "ID cannot represent"),
        (_one(id="1", other="2"), "unknown variable other"),
        ({**_one(), "id": "x"}, "the request has id"),
        ({"variables": {}}, "no query"),
        ({**_one(), "operationName": "Two"}, "0 operations"),
        (_one("mutation One($id: ID!) { cancel(id: $id) }"), "only queries pass"),
        ([_one()], "no JSON object"),
    ],
)
async def test_a_wrong_request_does_not_pass(shop: Schema, body: Any, said: str) -> None:
    transport = _transport(shop, {"data": {"order": _ORDER}})
    with pytest.raises(ContractViolation, match=said):
        await _sent(transport, body)
    assert (transport.covered, len(transport.violations)) == (set(), 1)


async def test_another_path_does_not_pass(shop: Schema) -> None:
    with pytest.raises(ContractViolation, match="GraphQL is at POST /graphql"):
        await _sent(_transport(shop, {}), _one(), "/rest")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"order": {**_ORDER, "colour": "red"}}, "more than was asked for"),
        ({"order": {"id": "1", "name": None, "kind": "WEB"}}, "'total' of Order is missing"),
        ({"order": {**_ORDER, "total": None}}, "Cannot return null"),
        ({"order": {**_ORDER, "total": "many"}}, "Int cannot represent"),
        ({"order": {**_ORDER, "kind": "MOON"}}, "cannot represent value"),
        ({}, "'order' of Query is missing"),
    ],
)
async def test_an_answer_of_another_shape_does_not_pass(shop: Schema, data: Any, said: str) -> None:
    transport = _transport(shop, {"data": data})
    with pytest.raises(ContractViolation, match=said):
        await _sent(transport, _one())
    assert len(transport.violations) == 1


async def test_an_answer_stands_under_its_alias(shop: Schema) -> None:
    text = "query Two($id: ID!) { a: order(id: $id) { id } b: order(id: $id) { id } }"
    transport = _transport(shop, {"data": {"a": {"id": "1"}, "b": None}})
    await _sent(transport, _one(text))
    assert transport.covered == {"Two"}


async def test_errors_are_the_providers_to_word(shop: Schema) -> None:
    transport = _transport(shop, {"errors": [{"message": "Throttled"}]})
    await _sent(transport, _one())
    assert (transport.covered, transport.violations) == (set(), [])


async def test_an_answer_with_neither_data_nor_errors_does_not_pass(shop: Schema) -> None:
    with pytest.raises(ContractViolation, match="neither data nor errors"):
        await _sent(_transport(shop, {"ok": True}), _one())


async def test_what_writes_passes_where_that_is_said(shop: Schema) -> None:
    transport = _transport(shop, {"data": {"cancel": True}}, writing=True)
    await _sent(transport, _one("mutation Cancel($id: ID!) { cancel(id: $id) }"))
    assert transport.covered == {"Cancel"}
