"""Whatever an adapter does, an AdapterError comes of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

import pytest

from agent_tui.adapters.contract import Unreachable
from agent_tui.engine.contain import AdapterFault, Doing, call, stream

DOING = Doing("plugin", "pulling", 30.0)
SHORT = Doing("plugin", "pulling", 0.01)


async def raises(error: BaseException) -> None:
    raise error


async def never_ends() -> None:
    await asyncio.Event().wait()


async def ignores_its_end() -> None:
    for _ in range(2):  # ours, and that of the end of the test
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


@pytest.mark.parametrize("error", [ValueError("customer's words"), SystemExit(1), KeyError("x")])
async def test_an_error_outside_the_contract_becomes_a_fault_with_the_adapters_name(
    error: BaseException,
) -> None:
    with pytest.raises(AdapterFault, match=rf"'plugin' failed with {type(error).__name__}"):
        await call(DOING, raises(error))


async def test_a_faults_detail_tells_the_place_and_not_the_words() -> None:
    with pytest.raises(AdapterFault) as caught:
        await call(DOING, raises(ValueError("customer's words")))

    assert "test_contain.py" in caught.value.detail
    assert "customer" not in caught.value.detail


async def test_an_error_of_the_contract_passes_as_it_is() -> None:
    with pytest.raises(Unreachable, match="The server is gone"):
        await call(DOING, raises(Unreachable("The server is gone.")))


@pytest.mark.parametrize("hangs", [never_ends, ignores_its_end])
async def test_a_call_that_hangs_is_given_up(hangs: Callable[[], Awaitable[None]]) -> None:
    with pytest.raises(AdapterFault, match="did not answer within"):
        await call(SHORT, hangs())  # type: ignore[arg-type]  # a coroutine function


async def test_a_call_that_cancels_itself_does_not_cancel_us() -> None:
    with pytest.raises(AdapterFault, match="gave up"):
        await call(DOING, raises(asyncio.CancelledError()))


async def test_cancelling_us_cancels_the_call() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    ours = asyncio.create_task(call(DOING, work()))
    await asyncio.sleep(0.01)
    ours.cancel()

    await asyncio.wait_for(ended.wait(), 5)
    with pytest.raises(asyncio.CancelledError):
        await ours


async def test_a_stream_gives_its_items_in_order_and_ends() -> None:
    async def numbers() -> AsyncIterator[int]:
        for number in range(5):
            yield number

    assert [n async for n in stream(DOING, numbers)] == [0, 1, 2, 3, 4]


async def test_a_stream_gives_what_came_before_its_error() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        raise RuntimeError

    items = stream(DOING, numbers)

    assert await anext(items) == 1
    with pytest.raises(AdapterFault, match="RuntimeError"):
        await anext(items)


async def test_a_stream_that_hangs_between_items_is_given_up() -> None:
    async def numbers() -> AsyncIterator[int]:
        yield 1
        await asyncio.Event().wait()

    items = stream(SHORT, numbers)

    assert await anext(items) == 1
    with pytest.raises(AdapterFault, match="did not answer"):
        await anext(items)


async def test_leaving_a_stream_ends_its_generator() -> None:
    ended = asyncio.Event()

    async def numbers() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    async with aclosing(stream(DOING, numbers)) as items:
        async for _ in items:
            break

    await asyncio.wait_for(ended.wait(), 5)


async def test_a_stream_that_cannot_begin_is_a_fault() -> None:
    def broken() -> AsyncIterator[int]:
        raise TypeError

    with pytest.raises(AdapterFault, match="TypeError"):
        await anext(stream(DOING, broken))
