"""Requests to a provider's HTTP API: over TLS that verifies, bounded, paced, errors in words.

The one module that knows httpx. An adapter makes one :class:`Http` and closes it; tests hand a
transport in by ``AccountContext.network``.
"""

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AdapterError,
    Deferred,
    NeverLeft,
    Refused,
    Unreachable,
)
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis

LIMIT_S = 30.0
MOST_BYTES = 64_000_000
"""No answer is read further than that."""
_LONGEST_DETAIL = 500
"""Characters of an answer that go to the log."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_UNNAMED_PAUSE: Millis = 5 * SECOND
"""After a 429 that does not say how long to wait."""
_LONGEST_PAUSE_S = 86_400
_LONGEST_WAIT_S = 5.0
"""Longer pauses are the caller's to make: its own time is bounded, too."""

RetryAfter = Callable[[httpx.Response], Millis | None]
Words = Callable[[httpx.Response], str]


class Http:
    """One account's client of one server."""

    def __init__(
        self,
        account: AccountContext,
        base: str,
        *,
        provider: str,
        headers: Mapping[str, str] | None = None,
        words: Words | None = None,
        retry_after: RetryAfter | None = None,
        ca_file: str = "",
        path_secrets: Mapping[str, str] | None = None,
    ) -> None:
        """``provider`` names the server in sentences, as in "the Matrix server".

        ``words`` finds the provider's own explanation in an answer that says no, ``retry_after``
        the milliseconds to wait in a 429 (else the header Retry-After is read, RFC 9110 10.2.3).
        ``path_secrets`` replace their names in braces within paths, on the wire only: what logs
        and explains, httpx included, sees ``/bot{token}/getMe``.
        Raises AccountProblem for an address that is none or is not encrypted.
        """
        self._where = f"{provider} at {_checked_base(base)}"
        self._words = words or _message
        self._retry_after = retry_after or _header_seconds
        self._log = account.log
        self._paused_until = 0.0  # on the event loop's clock, which no clock change moves
        self._secrets = dict(path_secrets or {})
        transport = account.network() if account.network else _transport(ca_file)
        if self._secrets:
            transport = _Filling(transport, self._secrets)
        self._client = httpx.AsyncClient(
            base_url=base,
            headers={"User-Agent": "agent-tui", **(headers or {})},
            transport=transport,
            timeout=LIMIT_S,
            follow_redirects=False,
            trust_env=False,
        )

    async def send(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The whole answer, whatever its status below 500 but 429.

        ``how`` is as of ``httpx.AsyncClient.request``. Raises NeverLeft when no connection came
        about, Deferred for a 429 and while its time has not passed, else Unreachable: then the
        request may have been carried out. AccountProblem for a certificate that cannot be
        trusted.
        """
        await self._pause()
        try:
            answer = await self._read(method, path, how)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise in_words(error, self._where) from error
        self._log.debug("%s %s: %d", method, path, answer.status_code)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise self._throttled(answer)
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unreachable(
                f"The server of {self._where} has a problem of its own "
                f"({answer.status_code}); it is tried again.",
                detail=self._detail(answer),
            )
        return answer

    async def json(self, method: str, path: str, **how: Any) -> Any:
        """The decoded JSON of an answer that says yes. Raises as :meth:`send` and :meth:`good`."""
        return self.decoded(self.good(await self.send(method, path, **how)))

    def good(self, answer: httpx.Response) -> httpx.Response:
        """``answer`` if it says yes.

        Raises AccountProblem for 401 and 403, Unreachable for one that points elsewhere, as a
        captive portal does, else Refused.
        """
        if answer.is_success:
            return answer
        if answer.has_redirect_location:
            raise Unreachable(
                f"{_capital(self._where)} points to {_host(answer)}, where no token is sent; it is "
                "tried again. If that goes on, correct the address or log in to this network.",
                detail=self._detail(answer),
            )
        said = self._hidden(safe_line(self._words(answer), 200)).rstrip(".")
        said = said or f"{answer.status_code}"
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise AccountProblem(
                f"{_capital(self._where)} does not let us in ({said}); renew the account's "
                "token or its rights there.",
                detail=self._detail(answer),
            )
        raise Refused(f"{_capital(self._where)} refused this: {said}.", detail=self._detail(answer))

    def decoded(self, answer: httpx.Response) -> Any:
        """The JSON of ``answer``; Unreachable when it is none, as behind a captive portal."""
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise Unreachable(
                f"What {self._where} answered cannot be read; it is tried again. If that goes on, "
                "something else answers in its place: check the address.",
                detail=self._detail(answer),
            ) from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _read(self, method: str, path: str, how: Mapping[str, Any]) -> httpx.Response:
        request = self._client.build_request(method, path, **how)
        answer = await self._client.send(request, stream=True)
        try:
            octets = bytearray()
            async for part in answer.aiter_bytes():
                octets += part
                if len(octets) > MOST_BYTES:
                    raise self._too_large(request)
        finally:
            await answer.aclose()
        headers = [(k, v) for k, v in answer.headers.raw if k.lower() not in _OF_THE_WIRE]
        return httpx.Response(
            answer.status_code, headers=headers, content=bytes(octets), request=request
        )

    async def _pause(self) -> None:
        """Whoever was told to slow down does not ask again before. Raises Deferred."""
        left = self._paused_until - asyncio.get_running_loop().time()
        if left > _LONGEST_WAIT_S:
            raise self._slow_down(int(left * SECOND))
        await asyncio.sleep(max(0.0, left))

    def _throttled(self, answer: httpx.Response) -> Deferred:
        wait = self._retry_after(answer) or _UNNAMED_PAUSE
        until = asyncio.get_running_loop().time() + wait / SECOND
        self._paused_until = max(self._paused_until, until)
        return self._slow_down(wait, self._detail(answer))

    def _slow_down(self, wait: Millis, detail: str = "") -> Deferred:
        return Deferred(
            f"{_capital(self._where)} asks to slow down; it goes on in {-(-wait // SECOND)} s.",
            detail=detail,
            retry_after=wait,
        )

    def _too_large(self, request: httpx.Request) -> AdapterError:
        """What only asked for something changed nothing; anything else may have been done."""
        sentence = f"An answer of {self._where} is too large to be read."
        return (Refused if request.method == "GET" else Unreachable)(sentence)

    def _detail(self, answer: httpx.Response) -> str:
        """The beginning of an answer, for the log."""
        return self._hidden(answer.text[:_LONGEST_DETAIL])

    def _hidden(self, text: str) -> str:
        """``text`` without our secrets: whoever answers may quote the address that we asked."""
        for name, secret in self._secrets.items():
            for form in (secret, quote(secret, safe="")):
                text = text.replace(form, f"{{{name}}}")
        return text


class _Filling(httpx.AsyncBaseTransport):
    """Fills secrets into the path of a request just before the wire."""

    def __init__(self, inner: httpx.AsyncBaseTransport, secrets: Mapping[str, str]) -> None:
        self._inner = inner
        self._secrets = {
            quote(f"{{{name}}}").encode(): quote(secret, safe=":").encode()
            for name, secret in secrets.items()
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path, mark, query = request.url.raw_path.partition(b"?")
        for name, secret in self._secrets.items():
            path = path.replace(name, secret)
        whole = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=path + mark + query),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await self._inner.handle_async_request(whole)

    async def aclose(self) -> None:
        await self._inner.aclose()


def in_words(error: httpx.HTTPError | httpx.InvalidURL, where: str) -> AdapterError:
    """``error``, raised while talking to ``where``, as the contract's errors."""
    detail = f"{type(error).__name__}: {error}"
    if (refused := _distrust(error)) is not None:
        return AccountProblem(
            f"The certificate of {where} cannot be trusted ({safe_line(refused.verify_message)}); "
            "correct the address, or name your own authority in 'ca_file'.",
            detail,
        )
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return NeverLeft(
                f"Nothing answers for {where}; check the address and this machine's network, or "
                "wait until it is back.",
                detail,
            )
        case httpx.TimeoutException():
            sentence = f"{_capital(where)} did not answer in time; it is tried again."
            return Unreachable(sentence, detail)
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError() | httpx.InvalidURL():
            return Refused(f"This cannot be asked of {where}; tell the adapter's author.", detail)
        case _:
            return Unreachable(f"The connection to {where} broke off; it is tried again.", detail)


_OF_THE_WIRE = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})
"""Headers about how the body came; what we hand on is the body itself."""


def _transport(ca_file: str) -> httpx.AsyncBaseTransport:
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise AccountProblem(
            f"The certificates in {safe_line(ca_file)} cannot be read; correct 'ca_file'."
        ) from error
    return httpx.AsyncHTTPTransport(verify=context)


def _checked_base(base: str) -> str:
    """Host and port of ``base`` for sentences. Raises AccountProblem."""
    try:
        parts = urlsplit(base)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    shown = safe_line(base, 100)
    if not host or parts.scheme not in ("http", "https"):
        raise AccountProblem(f"'{shown}' is no address of a server; write https://HOST.")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise AccountProblem(
            f"{shown} is not encrypted, so no token is sent there; write https:// instead."
        )
    return f"{host}:{port}" if port else host


def _distrust(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """What OpenSSL said against a certificate, at the bottom of httpx's error."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _message(answer: httpx.Response) -> str:
    """What most APIs call it: ``error`` or ``message`` in a JSON object."""
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    said = [found.get(name) for name in ("error", "message", "description", "detail")]
    return next((text for text in said if isinstance(text, str)), "")


def _header_seconds(answer: httpx.Response) -> Millis | None:
    """Retry-After in seconds, or as a date, counted from the server's own (RFC 9110 10.2.3)."""
    value = answer.headers.get("Retry-After", "")
    if value.isdecimal():
        return int(value) * SECOND if len(value) < 6 else None
    try:
        until = parsedate_to_datetime(value)
        left = until - parsedate_to_datetime(answer.headers.get("Date", ""))
    except (TypeError, ValueError):  # none, or one with a zone beside one without
        return None
    return max(0, min(int(left.total_seconds()), _LONGEST_PAUSE_S)) * SECOND


def _host(answer: httpx.Response) -> str:
    """Where ``answer`` points to, for sentences."""
    try:
        host = urlsplit(answer.headers.get("Location", "")).hostname
    except ValueError:
        host = None
    return safe_line(host or "another page", 100)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
