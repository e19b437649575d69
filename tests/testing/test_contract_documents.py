"""The contract transport on the providers' own documents: clean exchanges, seeded defects."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_tui.testing.contract import ContractTransport, ContractViolation, Document
from agent_tui.testing.server import answer_json

Given = Mapping[str, Any]
Case = tuple[str, str, Given]

FILES = {
    "chatwoot": "chatwoot/chatwoot-4.14.0-application.json",
    "matrix": "matrix/matrix-client-server.json",
    "telegram": "telegram/telegram-bot-api.openapi.json",
}

DESK = "/api/v1/accounts/1/conversations"
ROOM = "/_matrix/client/v3/rooms/!a:hs"
BOT = "/bot12:abcd"


@cache
def document(provider: str) -> Document:
    folder = os.environ.get("AGENT_TUI_SHARED")
    if not folder:
        why = "set AGENT_TUI_SHARED to the folder that holds contracts/"
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return Document.load(Path(folder) / "contracts" / FILES[provider])


async def ask(provider: str, case: Case, answer: httpx.Response) -> None:
    method, path, how = case
    transport = ContractTransport(httpx.MockTransport(lambda _: answer), document(provider))
    async with httpx.AsyncClient(transport=transport, base_url="https://there.example") as client:
        await client.request(method, path, **how)


def said(**fields: Any) -> httpx.Response:
    return answer_json(fields)


MESSAGE = {"message_id": 1, "date": 2, "chat": {"id": 3, "type": "private"}}

CLEAN: dict[str, tuple[str, Case, httpx.Response]] = {
    "a reply by Chatwoot": (
        "chatwoot",
        ("POST", f"{DESK}/7/messages", {"json": {"content": "x", "message_type": "outgoing"}}),
        said(id=1, content="x", message_type=1, created_at=1, brand_new=True),
    ),
    "open conversations of Chatwoot": (
        "chatwoot",
        ("GET", DESK, {"params": {"status": "open", "page": 2, "labels": ["a", "b"]}}),
        said(data={"meta": {}, "payload": []}),
    ),
    "an event of any content in Matrix": (
        "matrix",
        ("PUT", f"{ROOM}/send/m.room.message/t1", {"json": {"msgtype": "m.text", "body": "x"}}),
        said(event_id="$1"),
    ),
    "a sync of Matrix": (
        "matrix",
        ("GET", "/_matrix/client/v3/sync", {"params": {"timeout": 30000, "since": "s1"}}),
        said(next_batch="s2", rooms={"join": {"!a:hs": {"timeline": {"events": []}}}}),
    ),
    "an upload to Matrix": (
        "matrix",
        (
            "POST",
            "/_matrix/media/v3/upload",
            {"content": b"x", "headers": {"Content-Type": "application/octet-stream"}},
        ),
        said(content_uri="mxc://hs/1"),
    ),
    "a message by Telegram": (
        "telegram",
        (
            "POST",
            f"{BOT}/sendMessage",
            {"json": {"chat_id": 3, "text": "x", "reply_parameters": {"message_id": 1}}},
        ),
        said(ok=True, result=MESSAGE),
    ),
    "a document by Telegram": (
        "telegram",
        ("POST", f"{BOT}/sendDocument", {"data": {"chat_id": 3}, "files": {"document": b"x"}}),
        said(ok=True, result=MESSAGE),
    ),
    "a refusal of Telegram": (
        "telegram",
        ("GET", f"{BOT}/getUpdates", {"params": {"offset": 1, "timeout": 30}}),
        answer_json({"ok": False, "error_code": 409, "description": "Conflict"}, 409),
    ),
}


@pytest.mark.parametrize("name", CLEAN)
async def test_what_conforms_to_the_providers_document_passes(name: str) -> None:
    await ask(*CLEAN[name])


SENT = said(id=1)
EVENT = said(event_id="$1")
OK = said(ok=True, result=MESSAGE)
REPLY = {"content": "x"}

DEFECTS: dict[str, tuple[str, Case, httpx.Response, str]] = {
    "Chatwoot: no content": (
        "chatwoot",
        ("POST", f"{DESK}/7/messages", {"json": {"private": True}}),
        SENT,
        "'content' is a required",
    ),
    "Chatwoot: unknown field": (
        "chatwoot",
        ("POST", f"{DESK}/7/messages", {"json": REPLY | {"echo_id": "1"}}),
        SENT,
        r"\$\.echo_id: unknown",
    ),
    "Chatwoot: unknown field inside": (
        "chatwoot",
        (
            "POST",
            f"{DESK}/7/messages",
            {
                "json": REPLY
                | {
                    "template_params": {
                        "name": "a",
                        "category": "UTILITY",
                        "language": "en",
                        "processed_params": {"boddy": {}},
                    }
                }
            },
        ),
        SENT,
        r"processed_params\.boddy: unknown",
    ),
    "Chatwoot: wrong enum": (
        "chatwoot",
        ("POST", f"{DESK}/7/toggle_status", {"json": {"status": "closed"}}),
        said(),
        r"\$\.status",
    ),
    "Chatwoot: unknown query": (
        "chatwoot",
        ("GET", DESK, {"params": {"sort_by": "latest"}}),
        said(),
        "'sort_by': unknown",
    ),
    "Chatwoot: wrong query": (
        "chatwoot",
        ("GET", DESK, {"params": {"page": "first"}}),
        said(),
        "'page'",
    ),
    "Chatwoot: undocumented body": (
        "chatwoot",
        ("POST", f"{DESK}/7/messages", {"data": REPLY, "files": {"attachments[]": b"x"}}),
        SENT,
        "multipart/form-data where application/json",
    ),
    "Chatwoot: answer of a wrong type": (
        "chatwoot",
        ("POST", f"{DESK}/7/messages", {"json": REPLY}),
        said(id="1"),
        r"answer 200: \$\.id",
    ),
    "Matrix: no direction": (
        "matrix",
        ("GET", f"{ROOM}/messages", {"params": {"from": "t"}}),
        said(start="t", chunk=[]),
        "'dir': missing",
    ),
    "Matrix: wrong direction": (
        "matrix",
        ("GET", f"{ROOM}/messages", {"params": {"dir": "up"}}),
        said(start="t", chunk=[]),
        "'dir'",
    ),
    "Matrix: no room": (
        "matrix",
        ("PUT", "/_matrix/client/v3/rooms/a/send/m.room.message/t", {"json": {}}),
        EVENT,
        "'roomId'",
    ),
    "Matrix: wrong method": (
        "matrix",
        ("POST", f"{ROOM}/send/m.room.message/t", {"json": {}}),
        EVENT,
        "it has PUT",
    ),
    "Matrix: typing without saying which": (
        "matrix",
        ("PUT", f"{ROOM}/typing/@me:hs", {"json": {"timeout": 1000}}),
        said(),
        "'typing' is a required",
    ),
    "Matrix: answer without an event": (
        "matrix",
        ("PUT", f"{ROOM}/send/m.room.message/t", {"json": {"body": "x"}}),
        said(),
        "'event_id' is a required",
    ),
    "Matrix: undocumented status": (
        "matrix",
        ("PUT", f"{ROOM}/send/m.room.message/t", {"json": {"body": "x"}}),
        answer_json({}, 418),
        "418 is not documented",
    ),
    "Telegram: wrong path": ("telegram", ("POST", f"{BOT}/send", {}), OK, "no such operation"),
    "Telegram: wrong type": (
        "telegram",
        ("POST", f"{BOT}/sendMessage", {"json": {"chat_id": 3, "text": 4}}),
        OK,
        r"\$\.text",
    ),
    "Telegram: unknown field in a reference": (
        "telegram",
        (
            "POST",
            f"{BOT}/sendMessage",
            {"json": {"chat_id": 3, "text": "x", "reply_parameters": {"message_id": 1, "to": 2}}},
        ),
        OK,
        r"reply_parameters",
    ),
    "Telegram: unknown part": (
        "telegram",
        (
            "POST",
            f"{BOT}/sendDocument",
            {"data": {"chat_id": 3, "file_name": "a"}, "files": {"document": b"x"}},
        ),
        OK,
        "unknown part 'file_name'",
    ),
    "Telegram: missing part": (
        "telegram",
        ("POST", f"{BOT}/sendDocument", {"data": {"caption": "a"}, "files": {"document": b"x"}}),
        OK,
        "part 'chat_id' is missing",
    ),
    "Telegram: no result": (
        "telegram",
        ("POST", f"{BOT}/getMe", {}),
        said(ok=True),
        "'result' is a required",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
async def test_a_seeded_defect_against_the_providers_document_is_caught(name: str) -> None:
    provider, case, answer, words = DEFECTS[name]
    with pytest.raises(ContractViolation, match=words):
        await ask(provider, case, answer)
