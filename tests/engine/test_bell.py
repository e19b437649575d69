"""Waiting for a time or a ring."""

import asyncio

from agent_tui.engine.bell import Bell
from tests.factory import Now


async def test_a_time_that_has_come_ends_the_wait_without_a_ring() -> None:
    now = Now()

    assert await Bell(now).wait(now.at) is False


async def test_a_ring_ends_a_wait_without_a_time() -> None:
    bell = Bell(Now())
    waiting = asyncio.create_task(bell.wait())
    await asyncio.sleep(0)

    bell.ring()

    assert await waiting is True


async def test_a_ring_before_the_wait_ends_it_once() -> None:
    now = Now()
    bell = Bell(now)
    bell.ring()

    assert await bell.wait(now.at + 1000) is True
    now.at += 5000
    assert await bell.wait(now.at) is False
