"""What each fault does on the wire, and that it ends."""

import asyncio

import httpx
import pytest

from agent_tui.testing.faults import UNHEARD_OF, FaultTransport
from agent_tui.testing.server import FakeServer, answer_json
from agent_tui.testing.stand import Fault


class Counting(FakeServer):
    """Counts what was really done."""

    def __init__(self) -> None:
        super().__init__()
        self.done = 0
        self.route("POST", "/do", self._do)

    def _do(self, request: httpx.Request) -> httpx.Response:
        self.done += 1
        return answer_json({"rooms": {"!a": {"events": [{"id": 1}]}}})


def client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url="https://chat.example")


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (Fault.REFUSED, httpx.ConnectError, 0),
        (Fault.CUT_BEFORE, httpx.ReadError, 0),
        (Fault.CUT_AFTER, httpx.ReadError, 1),
        (Fault.SILENCE, httpx.ReadTimeout, 0),
    ],
)
async def test_a_broken_connection_is_an_error_and_only_a_late_cut_has_done_it(
    fault: Fault, error: type[Exception], done: int
) -> None:
    server = Counting()
    weather = FaultTransport(server, silence_s=0)
    weather.play(fault)
    async with client(weather) as http:
        with pytest.raises(error):
            await http.post("/do")
        assert server.done == done
        assert (await http.post("/do")).is_success
    assert [met for met, _ in weather.met] == [fault]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.GARBAGE, 200),
        (Fault.SERVER_ERROR, 503),
        (Fault.SLOW_DOWN, 429),
        (Fault.NO_ENTRY, 401),
    ],
)
async def test_an_answer_that_says_no_has_done_nothing(fault: Fault, status: int) -> None:
    server = Counting()
    weather = FaultTransport(server)
    weather.play(fault, times=2)
    async with client(weather) as http:
        assert [(await http.post("/do")).status_code for _ in range(3)] == [status, status, 200]
    assert server.done == 1


async def test_a_provider_gives_its_own_shape_of_a_refusal() -> None:
    def limit() -> httpx.Response:
        return answer_json({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 10}, 429)

    weather = FaultTransport(Counting(), slow_down=limit)
    weather.play(Fault.SLOW_DOWN)
    async with client(weather) as http:
        assert (await http.post("/do")).json()["retry_after_ms"] == 10


async def test_only_the_named_requests_meet_the_fault() -> None:
    weather = FaultTransport(Counting())
    weather.play(Fault.REFUSED, only=lambda request: request.method == "GET")
    async with client(weather) as http:
        assert (await http.post("/do")).is_success
        with pytest.raises(httpx.ConnectError):
            await http.get("/do")


async def test_a_silence_lasts_until_fair_weather() -> None:
    weather = FaultTransport(Counting())
    asked = asyncio.Event()

    def noticed(request: httpx.Request) -> bool:
        asked.set()
        return True

    weather.play(Fault.SILENCE, only=noticed)
    async with client(weather) as http:
        waiting = asyncio.create_task(http.post("/do"))
        await asked.wait()
        assert not waiting.done()
        weather.end()
        with pytest.raises(httpx.ReadTimeout):
            await waiting


async def test_a_silence_ends_with_the_patience_of_the_client() -> None:
    weather = FaultTransport(Counting())
    weather.play(Fault.SILENCE)
    async with client(weather) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/do", timeout=0.001)


async def test_strange_answers_have_unknown_fields_but_no_unknown_ids() -> None:
    weather = FaultTransport(Counting())
    weather.strange(maps={"rooms"})
    async with client(weather) as http:
        found = (await http.post("/do")).json()
    assert UNHEARD_OF in found
    assert set(found["rooms"]) == {"!a"}
    assert UNHEARD_OF in found["rooms"]["!a"]
    assert UNHEARD_OF in found["rooms"]["!a"]["events"][0]
