"""A second opinion: Prism holds the requests of our HTTP adapters to the same documents.

Set ``AGENT_TUI_PRISM`` to the program (``npm install @stoplight/prism-cli``).
"""

import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from agent_tui.adapters.chatwoot.routes import UNCOVERED
from agent_tui.adapters.contract import AccountContext
from agent_tui.model.clock import Clock
from agent_tui.testing.conformance import run
from agent_tui.testing.stand import Stand
from agent_tui.testing.stands import chatwoot, matrix, telegram

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Prism is asked in the clear; a context with all authorities takes longer than its answer."""
_UPLOADS = {"POST /_matrix/media/v3/upload": "Content-Type is the file's own"}
_CLAIMS = ("order", "files-in", "files-out", "effects", "typing", "check")


@dataclass
class SecondOpinion(httpx.AsyncBaseTransport):
    """Shows each request to Prism before it goes to the stand."""

    inner: httpx.AsyncBaseTransport
    prism: str
    uncovered: Mapping[str, str]
    seen: list[str] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        route = f"{request.method} {request.url.raw_path.decode().partition('?')[0]}"
        kind = request.headers.get("content-type", "").partition(";")[0]
        if not any(_covers(name, route, kind) for name in self.uncovered):
            await self._ask(request, route)
        return await self.inner.handle_async_request(request)

    async def _ask(self, request: httpx.Request, route: str) -> None:
        headers = {k: v for k, v in request.headers.items() if k != "host"}
        url = self.prism + request.url.raw_path.decode()
        async with httpx.AsyncClient(trust_env=False, verify=_NO_TLS) as client:
            answer = await client.request(
                request.method, url, headers=headers, content=request.content
            )
        self.seen.append(route)
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY or "sl-violations" in (
            answer.headers
        ):
            said = answer.headers.get("sl-violations", answer.text)
            if "request" in said:
                self.objections.append(f"{route}: {said[:400]}")
        elif answer.status_code == httpx.codes.NOT_FOUND and "prism" in answer.text:
            self.objections.append(f"{route}: no such route")


def _covers(name: str, route: str, kind: str) -> bool:
    """Whether ``name`` ("METHOD /path/{x}", perhaps with a media type) is about this request."""
    method, path, *kinds = name.split(" ")
    pattern = "[^/]+".join(map(re.escape, re.split(r"\{\w+\}", path)))
    return re.fullmatch(f"{method} {pattern}", route) is not None and (not kinds or kind in kinds)


@contextmanager
def prism(document: Path) -> Iterator[str]:
    """Prism on ``document``; the address it answers at."""
    program = os.environ.get("AGENT_TUI_PRISM")
    if not program or not Path(program).exists():
        pytest.skip("set AGENT_TUI_PRISM: npm install @stoplight/prism-cli")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    argv = [program, "mock", "--errors", "-p", str(port), str(document)]
    running = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert running.stdout is not None
        for line in running.stdout:
            if "is listening" in line:
                break
        else:
            raise AssertionError("Prism does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.communicate()


@pytest.mark.parametrize(
    ("stand", "document", "uncovered"),
    [
        (telegram.TelegramStand, "telegram/telegram-bot-api.openapi.json", telegram.UNCOVERED),
        (matrix.MatrixStand, "matrix/matrix-client-server.json", _UPLOADS),
        (
            chatwoot.ChatwootStand,
            "chatwoot/chatwoot-4.14.0-application.json",
            UNCOVERED,
        ),
    ],
    ids=["telegram", "matrix", "chatwoot"],
)
async def test_prism_agrees_with_every_request(
    stand: type[Stand], document: str, uncovered: Mapping[str, str]
) -> None:
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        pytest.skip("set AGENT_TUI_SHARED to the folder that holds contracts/")
    with prism(Path(shared) / "contracts" / document) as address:
        opinions: list[SecondOpinion] = []

        class Seconded(stand):  # type: ignore[misc, valid-type]
            def context(self, clock: Clock) -> AccountContext:
                own: AccountContext = super().context(clock)
                assert own.network is not None
                opinions.append(SecondOpinion(own.network(), address, uncovered))
                return replace(own, network=lambda at=opinions[-1]: at)  # type: ignore[misc]

        await run(Seconded, _CLAIMS)

    assert sum(len(opinion.seen) for opinion in opinions) >= len(_CLAIMS)
    assert [said for opinion in opinions for said in opinion.objections] == []


async def test_prism_objects_to_a_field_that_nobody_knows() -> None:
    shared = os.environ.get("AGENT_TUI_SHARED")
    if not shared:
        pytest.skip("set AGENT_TUI_SHARED to the folder that holds contracts/")
    document = Path(shared) / "contracts" / "telegram" / "telegram-bot-api.openapi.json"
    with prism(document) as address:
        opinion = SecondOpinion(httpx.MockTransport(lambda _: httpx.Response(200)), address, {})
        async with httpx.AsyncClient(transport=opinion, base_url="http://localhost") as client:
            await client.post("/bot1:abc/sendMessage", json={"chat_id": 1, "text": "x"})
            await client.post("/bot1:abc/sendMessage", json={"chat_id": 1, "text": "x", "y": 1})
            await client.post("/bot1:abc/sendNothing", json={})

    assert [said.split(":")[0] for said in opinion.objections] == [
        "POST /bot1",
        "POST /bot1",
    ]
