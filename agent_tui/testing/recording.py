"""Recorded exchanges with an HTTP provider: written down without secrets, played again in tests."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx

MASKED = "***"

_KEPT = frozenset({"content-type", "retry-after", "location"})
"""Headers of answers that are written down; the rest tells of the wire and the day."""


@dataclass(frozen=True, slots=True)
class Mask:
    """What is never written down."""

    secrets: tuple[str, ...] = ()  # wherever they stand, also in a path
    fields: frozenset[str] = frozenset({"access_token", "password", "token"})
    # of queries and JSON bodies, at any depth

    def text(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, MASKED)
        return text

    def value(self, value: Any) -> Any:
        """JSON without the secrets in it."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(one) for one in value]
            case dict():
                return {
                    name: MASKED if name in self.fields and one is not None else self.value(one)
                    for name, one in value.items()
                }
            case _:
                return value

    def query(self, query: bytes) -> list[list[str]]:
        """Names and values in order."""
        pairs = parse_qsl(query.decode(), keep_blank_values=True)
        return [[k, MASKED if k in self.fields else self.text(v)] for k, v in pairs]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as they are written down."""

    method: str
    path: str
    query: list[list[str]]
    body: Any  # JSON, else None: only JSON is compared
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    answer: Any = None  # {"json": ...}, {"text": ...} or {"base64": ...}

    def asks(self, other: "Exchange") -> bool:
        """Whether both are of the same request."""
        mine = (self.method, self.path, sorted(self.query), self.body)
        return mine == (other.method, other.path, sorted(other.query), other.body)

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query)
        body = "" if self.body is None else f" {json.dumps(self.body)[:200]}"
        return f"{self.method} {self.path}{'?' if query else ''}{query}{body}"


class NotRecorded(AssertionError):  # noqa: N818 - what it is
    """A request that the recording does not have, or not now; ``str()`` says what it has."""


class Recorder(httpx.AsyncBaseTransport):
    """Hands requests to ``inner`` and keeps what was said, without what ``mask`` names."""

    def __init__(self, inner: httpx.AsyncBaseTransport, mask: Mask | None = None) -> None:
        self.exchanges: list[Exchange] = []
        self._inner = inner
        self._mask = mask or Mask()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        asked = _asked(request, self._mask)
        kept = {k.lower(): self._mask.text(v) for k, v in answer.headers.items()}
        said = Exchange(
            asked.method,
            asked.path,
            asked.query,
            asked.body,
            answer.status_code,
            {name: value for name, value in kept.items() if name in _KEPT},
            _written(answer.content, self._mask),
        )
        self.exchanges.append(said)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()

    def save(self, path: Path) -> None:
        """Write all exchanges so far to ``path``. Raises OSError."""
        data = [_as_json(one) for one in self.exchanges]
        path.write_text(f"{json.dumps(data, indent=1)}\n", encoding="utf-8")


class Replay(httpx.AsyncBaseTransport):
    """Answers as it was recorded.

    Strict, the requests must come as they did, in order; else each gets the first answer to the
    same request that was not given yet. ``mask`` is the recorder's.
    """

    def __init__(
        self,
        recording: Path | Iterable[Exchange],
        mask: Mask | None = None,
        *,
        strict: bool = True,
    ) -> None:
        """Raises OSError and ValueError when the file is none of a :class:`Recorder`."""
        found = _loaded(recording) if isinstance(recording, Path) else recording
        self.left = list(found)  # not played yet
        self._mask = mask or Mask()
        self._strict = strict

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        asked = _asked(request, self._mask)
        candidates = self.left[:1] if self._strict else self.left
        for one in candidates:
            if one.asks(asked):
                self.left.remove(one)
                return _played(one, request)
        raise NotRecorded(f"{asked} is not recorded; {self._next()}")

    def _next(self) -> str:
        if not self.left:
            return "nothing is left to be played"
        what = "next is" if self._strict else f"{len(self.left)} are left, the first is"
        return f"{what} {self.left[0]}"


def _asked(request: httpx.Request, mask: Mask) -> Exchange:
    """The request's half of an exchange."""
    path = request.url.raw_path.decode("ascii").partition("?")[0]
    body = None
    if "json" in request.headers.get("Content-Type", "") and request.content:
        body = mask.value(json.loads(request.content))
    return Exchange(
        request.method, mask.text(unquote(path)), mask.query(request.url.query), body, 0
    )


def _written(content: bytes, mask: Mask) -> dict[str, Any]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
    try:
        return {"json": mask.value(json.loads(text))}
    except ValueError:
        return {"text": mask.text(text)}


def _played(one: Exchange, request: httpx.Request) -> httpx.Response:
    match one.answer:
        case {"json": value}:
            content = json.dumps(value).encode()
        case {"base64": str(text)}:
            content = base64.b64decode(text)
        case {"text": str(text)}:
            content = text.encode()
        case _:
            raise ValueError(f"the recorded answer to {one} cannot be read")
    return httpx.Response(one.status, headers=one.headers, content=content, request=request)


def _as_json(one: Exchange) -> dict[str, Any]:
    request = {"method": one.method, "path": one.path, "query": one.query, "body": one.body}
    answer = {"status": one.status, "headers": one.headers, "body": one.answer}
    return {"request": request, "answer": answer}


def _loaded(path: Path) -> list[Exchange]:
    try:
        return [_of_json(one) for one in json.loads(path.read_text(encoding="utf-8"))]
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is no recording: {error!r}") from error


def _of_json(one: Mapping[str, Any]) -> Exchange:
    request, answer = one["request"], one["answer"]
    return Exchange(
        request["method"],
        request["path"],
        request["query"],
        request["body"],
        answer["status"],
        answer["headers"],
        answer["body"],
    )
