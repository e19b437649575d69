"""A connection's calls run one after another in one thread, which ends when told to."""

import asyncio
import threading
from functools import partial

import pytest

from agent_tui.adapters.worker import Worker


async def test_calls_run_one_after_another_in_one_thread() -> None:
    worker = Worker("calls", wake=lambda: None, close=lambda: None)
    order: list[tuple[int, int]] = []

    def call(number: int) -> int:
        order.append((number, threading.get_ident()))
        return number

    results = await asyncio.gather(*(worker.run(partial(call, n)) for n in range(20)))

    assert results == list(range(20))
    assert [number for number, _ in order] == results
    assert len({thread for _, thread in order} - {threading.get_ident()}) == 1
    worker.stop()


async def test_what_a_call_raises_is_raised_where_it_is_awaited() -> None:
    worker = Worker("raising", wake=lambda: None, close=lambda: None)

    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await worker.run(fail)
    worker.stop()


async def test_a_call_that_is_given_up_is_woken() -> None:
    woken, begun = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    worker = Worker("waiting", wake=woken.set, close=lambda: None)

    def wait() -> bool:
        loop.call_soon_threadsafe(begun.set)
        return woken.wait(10)

    running = asyncio.create_task(worker.run(wait))
    await begun.wait()
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert woken.is_set()
    worker.stop()


async def test_stopping_closes_in_the_thread_itself() -> None:
    closed: list[str] = []
    over = threading.Event()

    def close() -> None:
        closed.append(threading.current_thread().name)
        over.set()

    worker = Worker("closing", wake=lambda: None, close=close)
    await worker.run(lambda: None)

    worker.stop()

    assert await asyncio.to_thread(over.wait, 10)
    assert closed == ["closing"]
