"""Attachments: fetched where they lie, without the token."""

import httpx
import pytest

from agent_tui.adapters.contract import Refused, Unreachable
from tests.adapters.chatwoot.visit import Visit, target, visit


async def _fetched(here: Visit, url: str) -> bytes:
    return await here.adapter.fetch(target(1), url)


async def test_a_file_comes_from_another_host_and_the_token_stays_at_home() -> None:
    async with visit() as here:
        here.api.say(11, "Look", files=[("a b.pdf", b"%PDF-1", "application/pdf")])
        [message] = await here.news()
        before = len(here.api.requests)
        assert await _fetched(here, message.files[0].part) == b"%PDF-1"
        asked = here.api.requests[before:]
        assert [one.url.host for one in asked] == ["127.0.0.1", "files.example.test"]
        assert all("api_access_token" not in one.headers for one in asked)


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/x",
        "http://localhost:1/x",
        "file:///etc/passwd",
        "https://[broken",
        "",
        "x",
    ],
)
async def test_only_encrypted_addresses_or_the_servers_own_are_asked(url: str) -> None:
    async with visit() as here:
        with pytest.raises(Refused, match="no address that an attachment is fetched from"):
            await _fetched(here, url)
        assert here.api.requests == []


async def test_a_way_back_to_this_machine_is_not_followed() -> None:
    async with visit() as here:
        away = httpx.Response(302, headers={"Location": "http://localhost:8080/admin"})
        here.stand.weather._inner = httpx.MockTransport(lambda _: away)
        with pytest.raises(Refused, match="no address"):
            await _fetched(here, "https://files.example.test/x")


async def test_a_ring_of_addresses_ends() -> None:
    async with visit() as here:
        again = httpx.Response(302, headers={"Location": "/x"})
        here.stand.weather._inner = httpx.MockTransport(lambda _: again)
        with pytest.raises(Refused, match="from one to the next"):
            await _fetched(here, "https://files.example.test/x")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_an_address_that_has_run_out_is_refused(status: int) -> None:
    async with visit() as here:
        here.stand.weather._inner = httpx.MockTransport(lambda _: httpx.Response(status))
        with pytest.raises(Refused, match=r"no longer at files\.example\.test"):
            await _fetched(here, "https://files.example.test/x")


async def test_a_store_that_is_down_is_asked_again() -> None:
    async with visit() as here:
        here.stand.weather._inner = httpx.MockTransport(lambda _: httpx.Response(503))
        with pytest.raises(Unreachable):
            await _fetched(here, "https://files.example.test/x")
