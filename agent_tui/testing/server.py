"""A fake HTTP provider in memory: routes with handlers, served as an httpx transport."""

import inspect
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import httpx

Answer = httpx.Response | Awaitable[httpx.Response]
Handler = Callable[..., Answer]


class FakeServer(httpx.AsyncBaseTransport):
    """Answers requests by its routes; subclasses hold the provider's state.

    A handler gets the request and the path's parameters by name, decoded.
    """

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self.requests: list[httpx.Request] = []

    def route(self, method: str, template: str, handler: Handler) -> None:
        """Let ``handler`` answer ``method`` on paths such as ``/rooms/{room}/send``."""
        parts = re.split(r"\{(\w+)\}", template)
        pattern = "".join(
            f"(?P<{part}>[^/]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)
        )
        self._routes.append((method, re.compile(pattern), handler))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        path = request.url.raw_path.decode("ascii").partition("?")[0]
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(path)
            if method == request.method and match is not None:
                found = {k: unquote(v) for k, v in match.groupdict().items()}
                answer = handler(request, **found)
                return await answer if inspect.isawaitable(answer) else answer
        return answer_json({"error": "not found"}, 404)


def answer_json(value: Any, status: int = 200, **headers: str) -> httpx.Response:
    """An answer with a JSON body, escaped as servers do: httpx cannot encode half a character."""
    json_type = {"Content-Type": "application/json"}
    return httpx.Response(status, content=json.dumps(value), headers=json_type | headers)
