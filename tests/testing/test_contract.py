"""The contract transport lets clean exchanges pass and catches every kind of seeded defect."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_tui.testing.contract import Amendment, ContractTransport, ContractViolation, Document
from agent_tui.testing.server import answer_json

Given = Mapping[str, Any]

SHOP = Path(__file__).parent / "shop_api.json"
CHAT = "/chats/7"
MESSAGES = "/chats/7/messages"
DESK = {"X-Desk": "one"}
TEXT = {"text": "It left today."}


class Fixed(httpx.AsyncBaseTransport):
    """Gives one answer to everything."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._answer


def shop(answer: httpx.Response | None = None, **more: Any) -> ContractTransport:
    """The small document, over a server that answers with a chat."""
    inner = Fixed(answer or answer_json({"id": 7}))
    return ContractTransport(inner, Document.load(SHOP), base="/api/v1", **more)


async def ask(transport: ContractTransport, method: str, path: str, **how: Any) -> None:
    base = "https://desk.example/api/v1"
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        await client.request(method, path, **how)


CLEAN: tuple[tuple[str, str, Given], ...] = (
    ("GET", CHAT, {"params": {"since": 1}, "headers": DESK}),
    ("GET", CHAT, {"params": {"since": 1, "order": "asc", "token": "k"}, "headers": DESK}),
    ("GET", CHAT, {"params": {"since": 1, "label": ["a", "b"]}, "headers": DESK}),
    ("GET", "/chats/mine", {}),
    ("POST", MESSAGES, {"json": TEXT}),
    ("POST", MESSAGES, {"json": TEXT | {"kind": "note", "meta": {"tag": "x"}}}),
    ("POST", MESSAGES, {"json": TEXT | {"to": {"phone": "1"}, "custom": {"anything": [1]}}}),
    ("POST", MESSAGES, {"data": TEXT | {"private": "true"}, "files": {"files[]": b"octets"}}),
)


@pytest.mark.parametrize(("method", "path", "how"), CLEAN)
async def test_what_conforms_passes(method: str, path: str, how: Given) -> None:
    transport = shop()
    await ask(transport, method, path, **how)
    assert len(transport.covered) == 1
    assert not transport.violations


QUERY = {"since": 1}
DEFECTS: dict[str, tuple[str, str, Given, str]] = {
    "wrong path": ("GET", "/chat/7", {}, "no such operation"),
    "wrong method": ("DELETE", CHAT, {}, "it has GET"),
    "path parameter of a wrong type": ("GET", "/chats/seven", {"params": QUERY}, "'id'"),
    "missing required query": ("GET", CHAT, {"headers": DESK}, "'since': missing"),
    "unknown query": ("GET", CHAT, {"params": QUERY | {"page": 1}, "headers": DESK}, "'page'"),
    "query of a wrong type": ("GET", CHAT, {"params": {"since": "now"}}, "'since'"),
    "query twice": ("GET", CHAT, {"params": {"since": [1, 2]}}, "more than once"),
    "query not in the enum": ("GET", CHAT, {"params": QUERY | {"order": "up"}}, "'order'"),
    "missing header": ("GET", CHAT, {"params": QUERY}, "'X-Desk': missing"),
    "missing body": ("POST", MESSAGES, {}, "body: missing"),
    "body where none is taken": ("GET", "/chats/mine", {"json": {}}, "none is taken"),
    "missing field": ("POST", MESSAGES, {"json": {"kind": "note"}}, "'text' is a required"),
    "field of a wrong type": ("POST", MESSAGES, {"json": {"text": 1}}, r"\$\.text"),
    "text too long": ("POST", MESSAGES, {"json": {"text": "x" * 21}}, "too long"),
    "field not in the enum": ("POST", MESSAGES, {"json": TEXT | {"kind": "x"}}, r"\$\.kind"),
    "unknown field": ("POST", MESSAGES, {"json": TEXT | {"html": ""}}, r"\$\.html: unknown"),
    "unknown field within allOf": (
        "POST",
        MESSAGES,
        {"json": TEXT | {"meta": {"tag": "x", "tags": []}}},
        r"\$\.meta\.tags: unknown",
    ),
    "field of the other branch of oneOf": (
        "POST",
        MESSAGES,
        {"json": TEXT | {"to": {"mail": "a", "fax": "1"}}},
        r"\$\.to\.fax: unknown",
    ),
    "wrong content type": ("POST", MESSAGES, {"content": b"hello"}, "no content type"),
    "form where JSON is wanted": ("POST", MESSAGES, {"data": TEXT}, "x-www-form-urlencoded where"),
    "no JSON": (
        "POST",
        MESSAGES,
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        "no JSON",
    ),
    "unknown part": ("POST", MESSAGES, {"data": TEXT, "files": {"photo": b""}}, "part 'photo'"),
    "missing part": ("POST", MESSAGES, {"files": {"files[]": b""}}, "part 'text' is missing"),
    "part of a wrong type": (
        "POST",
        MESSAGES,
        {"data": TEXT | {"private": "perhaps"}, "files": {"files[]": b""}},
        "part 'private'",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
async def test_a_seeded_defect_of_a_request_is_caught(defect: str) -> None:
    method, path, how, words = DEFECTS[defect]
    transport = shop()
    with pytest.raises(ContractViolation, match=words):
        await ask(transport, method, path, **how)
    assert len(transport.violations) == 1
    assert not transport.covered


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answer_json({"id": "7"}), r"200: \$\.id"),
        (answer_json({"subject": "none"}), "'id' is a required"),
        (answer_json({"id": 7}, 201), "answer 201 is not documented"),
        (httpx.Response(200, html="<html>"), "is text/html"),
        (httpx.Response(200, content=b"{", headers={"Content-Type": "application/json"}), "JSON"),
    ],
)
async def test_a_seeded_defect_of_an_answer_is_caught(answer: httpx.Response, words: str) -> None:
    with pytest.raises(ContractViolation, match=words):
        await ask(shop(answer), "GET", CHAT, params=QUERY, headers=DESK)


@pytest.mark.parametrize("more", [{"subject": None}, {"subject": "a"}, {"field_of_1999": [1]}])
async def test_answers_may_have_fields_that_nobody_knows(more: dict[str, Any]) -> None:
    await ask(shop(answer_json({"id": 7} | more)), "GET", CHAT, params=QUERY, headers=DESK)


async def test_what_is_said_to_be_uncovered_passes_and_is_written_down() -> None:
    known = {
        "POST /chats/{id}/unread": "in the routes, not in the document",
        "POST /chats/{id}/messages text/plain": "the body of an old version",
    }
    transport = shop(uncovered=known)
    await ask(transport, "POST", "/chats/7/unread")
    await ask(transport, "POST", MESSAGES, content=b"x", headers={"Content-Type": "text/plain"})
    assert transport.passed == known
    with pytest.raises(ContractViolation):
        await ask(transport, "POST", "/chats/7/mute")


async def test_statuses_that_any_operation_may_give_are_named_with_a_reason() -> None:
    transport = shop(answer_json({}, 429), statuses={429: "limits are described elsewhere"})
    await ask(transport, "GET", CHAT, params=QUERY, headers=DESK)
    assert transport.covered == {"GET /chats/{id}"}


async def test_an_amendment_corrects_the_document() -> None:
    page = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    place = ("paths", "/chats/{id}", "get", "parameters", "-")
    document = Document.load(SHOP, [Amendment(place, page, "forgotten there")])
    transport = ContractTransport(Fixed(answer_json({"id": 7})), document, base="/api/v1")
    await ask(transport, "GET", CHAT, params=QUERY | {"page": 2}, headers=DESK)
    assert document.amendments[0].reason == "forgotten there"


def test_other_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="OpenAPI"):
        Document({"swagger": "2.0"})


def _nullable(schema: dict[str, Any]) -> Document:
    return Document({"openapi": "3.0.0", "components": {"schemas": {"One": schema}}})


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"type": "string", "nullable": True, "enum": ["a"]}, None, True),
        ({"type": "string", "enum": ["a"]}, None, False),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, 1, False),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": False}, 1, True),
        ({"type": "string", "pattern": r"^\p{L}+$"}, "word", True),
    ],
)
def test_what_openapi_writes_in_its_own_way_is_understood(
    schema: dict[str, Any], value: object, fits: bool
) -> None:
    document = _nullable(schema)
    reference = {"$ref": "urn:contract#/components/schemas/One"}
    assert (document.errors(reference, value) == "") is fits
