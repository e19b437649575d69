"""The HTTP client of adapters: what servers and networks do to it, in the contract's errors."""

import gzip
import logging
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from agent_tui.adapters import http
from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AdapterError,
    Deferred,
    NeverLeft,
    Refused,
    Unreachable,
)
from agent_tui.adapters.http import Http
from tests.adapters.scripted import Authority, Wire, self_signed, serve

SECRET = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qc"

Answers = Callable[[httpx.Request], httpx.Response]


def _account(network: Callable[[], httpx.AsyncBaseTransport] | None = None) -> AccountContext:
    log = logging.getLogger("agent_tui.account.test")
    return AccountContext("test", {}, _no_secret, log, lambda: 0, network=network)


def _no_secret(option: str) -> str:
    raise KeyError(option)


def _http(answers: Answers, **how: Any) -> Http:
    """A client whose server gives ``answers``."""
    account = _account(lambda: httpx.MockTransport(answers))
    return Http(account, "https://api.example", provider="the Example server", **how)


def _always(status: int, **how: Any) -> Answers:
    return lambda request: httpx.Response(status, **how)


def _page(wire: Wire) -> None:
    while wire.line():
        pass
    wire.say("HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\n{}")


async def _failing(client: Http, method: str = "GET") -> AdapterError:
    with pytest.raises(AdapterError) as raised:
        await client.json(method, "/x")
    await client.close()
    return raised.value


async def test_a_certificate_of_nobody_we_trust_is_an_account_problem_and_nothing_is_sent() -> None:
    with serve(_page, self_signed()) as server:
        client = Http(_account(), f"https://localhost:{server.port}", provider="the server")
        problem = await _failing(client)
    assert isinstance(problem, AccountProblem)
    assert "cannot be trusted" in str(problem)
    assert server.heard == []


async def test_a_certificate_for_another_host_is_not_taken(authority: Authority) -> None:
    with serve(_page, authority.server("elsewhere.example")) as server:
        base, ca_file = f"https://localhost:{server.port}", str(authority.ca_file)
        problem = await _failing(Http(_account(), base, provider="the server", ca_file=ca_file))
    assert isinstance(problem, AccountProblem)
    assert server.heard == []


async def test_a_private_authority_is_trusted_when_it_is_named(authority: Authority) -> None:
    with serve(_page, authority.server("localhost")) as server:
        base, ca_file = f"https://localhost:{server.port}", str(authority.ca_file)
        client = Http(_account(), base, provider="the server", ca_file=ca_file)
        assert await client.json("GET", "/x") == {}
        await client.close()


def test_a_file_of_certificates_that_cannot_be_read_is_an_account_problem() -> None:
    with pytest.raises(AccountProblem, match="ca_file"):
        Http(_account(), "https://api.example", provider="the server", ca_file="/nowhere/ca.pem")


async def test_a_refused_connection_never_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Http(_account(), f"http://127.0.0.1:{port}", provider="the server")
    assert isinstance(await _failing(client), NeverLeft)


async def test_a_connection_that_breaks_off_is_unreachable_and_may_have_done_it() -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut", request=request)

    problem = await _failing(_http(cut), "POST")
    assert type(problem) is Unreachable


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_with_a_problem_of_its_own_is_unreachable(status: int) -> None:
    problem = await _failing(_http(_always(status, text="<h1>down</h1>")))
    assert type(problem) is Unreachable
    assert str(status) in str(problem)


async def test_who_is_told_to_slow_down_for_long_does_not_ask_again_before() -> None:
    asked: list[str] = []

    def slow(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(429, headers={"Retry-After": "3600"})

    client = _http(slow)
    with pytest.raises(Deferred) as first:
        await client.send("GET", "/x")
    assert first.value.retry_after == 3_600_000
    later = await _failing(client)
    assert isinstance(later, Deferred)
    assert 0 < (later.retry_after or 0) <= 3_600_000
    assert len(asked) == 1


async def test_a_short_pause_is_kept_and_then_the_request_goes_out() -> None:
    answers = [httpx.Response(429), httpx.Response(200, json={})]
    client = _http(lambda request: answers.pop(0), retry_after=lambda answer: 20)
    with pytest.raises(Deferred):
        await client.send("GET", "/x")
    assert await client.json("GET", "/x") == {}
    await client.close()


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7_000),
        (
            {
                "Date": "Tue, 29 Sep 2026 10:00:00 GMT",
                "Retry-After": "Tue, 29 Sep 2026 10:00:30 GMT",
            },
            30_000,
        ),
        ({"Retry-After": "soon"}, 5_000),
        ({"Retry-After": "9" * 40}, 5_000),
        ({}, 5_000),
    ],
)
async def test_the_time_to_wait_is_read_as_seconds_or_as_a_date(
    headers: dict[str, str], wait: int
) -> None:
    problem = await _failing(_http(_always(429, headers=headers)))
    assert isinstance(problem, Deferred)
    assert problem.retry_after == wait


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"", b"[" * 200_000, b"\xff\xfe{"])
async def test_a_page_where_json_was_promised_is_unreachable(body: bytes) -> None:
    problem = await _failing(_http(_always(200, content=body)))
    assert type(problem) is Unreachable
    assert "check the address" in str(problem)


async def test_redirects_are_not_followed_and_carry_no_token_away() -> None:
    asked: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"Location": "https://portal.example/login"})

    problem = await _failing(_http(elsewhere, headers={"Authorization": f"Bearer {SECRET}"}))
    assert type(problem) is Unreachable
    assert "portal.example" in str(problem)
    assert asked == ["api.example"]


@pytest.mark.parametrize("status", [401, 403])
async def test_who_is_not_let_in_has_an_account_problem(status: int) -> None:
    problem = await _failing(_http(_always(status, json={"error": "token expired"})))
    assert isinstance(problem, AccountProblem)
    assert "token expired" in str(problem)


async def test_a_refusal_quotes_the_provider_safely() -> None:
    said = {"message": "no\x1b]0;owned\x07 such\nroom."}
    problem = await _failing(_http(_always(404, json=said)))
    assert isinstance(problem, Refused)
    assert "\x1b" not in str(problem)
    assert "\n" not in str(problem)
    assert "such" in str(problem)


@pytest.mark.parametrize(("method", "error"), [("GET", Refused), ("POST", Unreachable)])
async def test_an_answer_that_is_too_large_is_given_up(
    method: str, error: type[AdapterError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1000)
    problem = await _failing(_http(_always(200, content=b"x" * 2000)), method)
    assert type(problem) is error
    assert "too large" in str(problem)


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 100_000)
    bomb = gzip.compress(bytes(5_000_000))
    answers = _always(200, content=bomb, headers={"Content-Encoding": "gzip"})
    assert isinstance(await _failing(_http(answers)), Refused)


@pytest.mark.parametrize("base", ["http://api.example", "http://192.168.1.5:8081"])
def test_no_token_is_sent_to_an_unencrypted_address(base: str) -> None:
    with pytest.raises(AccountProblem, match="not encrypted"):
        Http(_account(), base, provider="the server")


@pytest.mark.parametrize("base", ["", "api.example", "ftp://api.example", "https://", "http://[:1"])
def test_an_address_that_is_none_is_an_account_problem(base: str) -> None:
    with pytest.raises(AccountProblem, match="no address"):
        Http(_account(), base, provider="the server")


async def test_this_machine_may_be_asked_without_encryption() -> None:
    with serve(_page) as server:
        client = Http(_account(), f"http://127.0.0.1:{server.port}", provider="the server")
        assert await client.json("GET", "/x") == {}
        await client.close()


async def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serve(_page) as server:
        client = Http(_account(), f"http://127.0.0.1:{server.port}", provider="the server")
        assert await client.json("GET", "/x") == {}
        await client.close()


async def test_a_secret_in_a_path_is_on_the_wire_and_nowhere_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    wire: list[str] = []

    def told(request: httpx.Request) -> httpx.Response:
        wire.append(request.url.path)
        text = f"nothing at {request.url}"  # whoever answers may quote what was asked
        return httpx.Response(404, json={"error": text}, headers={"X-Asked": SECRET})

    problem = await _failing(_http(told, path_secrets={"token": SECRET}), "POST")
    assert wire == ["/x"]
    client = _http(told, path_secrets={"token": SECRET})
    with pytest.raises(Refused) as raised:
        await client.json("POST", "/bot{token}/getMe?limit=1")
    await client.close()
    assert wire[-1] == f"/bot{SECRET}/getMe"
    said = [str(raised.value), raised.value.detail, str(problem), problem.detail, caplog.text]
    assert SECRET not in "\n".join(said)
    assert "/bot{token}/getMe" in caplog.text


async def test_a_secret_in_a_path_is_in_no_error_of_the_network() -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("cut", request=request)

    client = _http(cut, path_secrets={"token": SECRET})
    with pytest.raises(Unreachable) as raised:
        await client.json("GET", "/bot{token}/getMe")
    await client.close()
    cause = raised.value.__cause__
    assert isinstance(cause, httpx.ReadError)
    assert SECRET not in f"{raised.value} {raised.value.detail} {cause} {cause.request.url}"


async def test_a_path_that_is_none_is_refused() -> None:
    client = _http(_always(200, json={}))
    with pytest.raises(Refused):
        await client.json("GET", "/files/" + "x" * 70_000)
    await client.close()
