"""Calls of adapters, contained: bounded in time, and whatever they raise gets a name.

An adapter may be anybody's: it may raise what the contract does not know, never come back,
swallow its own cancellation or try to end the process. None of that gets past this module.
"""

import asyncio
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from agent_tui.adapters.contract import AdapterError
from agent_tui.engine.log import masked

T = TypeVar("T")

_FRAMES = 6


class AdapterFault(AdapterError):  # noqa: N818 - like the other errors of the contract
    """The adapter itself is at fault: it raised what it may not, hung or gave back garbage."""


class Hung(AdapterFault):
    """It did not come back in time; it may do so another time."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What an adapter is asked for, for sentences, and how long it may take."""

    adapter: str
    what: str  # as in "while delivering"
    limit_s: float | None  # None: it may wait for ever, as for a hint


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a stream."""

    error: AdapterError | None


async def call(doing: Doing, work: Coroutine[Any, Any, T]) -> T:
    """What ``work`` returns. Raises AdapterError only; AdapterFault when it took too long."""
    task = begin(doing, work)
    if not await done_within(task, doing.limit_s):
        raise hung(doing)
    return result(doing, task)


def begin(doing: Doing, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """``work`` as a task that raises AdapterError only."""
    task = asyncio.create_task(_named(doing, work))
    task.add_done_callback(_looked_at)
    return task


def result(doing: Doing, task: asyncio.Task[T]) -> T:
    """What the ended ``task`` returned. Raises AdapterError only."""
    if task.cancelled():  # by the adapter: we do not look at what we have cancelled
        raise AdapterFault(
            f"The adapter '{doing.adapter}' gave up while {doing.what}; it is tried again."
        )
    return task.result()


async def done_within(task: asyncio.Task[Any], limit_s: float | None) -> bool:
    """Whether ``task`` ends in time; if not, or when we are cancelled, it is cancelled and left.

    Nobody waits for the end of what was cancelled: it may never come.
    """
    try:
        await asyncio.wait({task}, timeout=limit_s)
    finally:
        task.cancel()  # does nothing to a task that is done
    return task.done()


async def stream(doing: Doing, make: Callable[[], AsyncIterator[T]]) -> AsyncGenerator[T, None]:
    """The items of ``make()``, which runs in one task of its own and at most one item ahead.

    ``doing.limit_s`` holds for each item. Raises AdapterError only. Close it (``aclosing``).
    """
    ready: asyncio.Queue[T | _End] = asyncio.Queue(maxsize=1)
    producer = asyncio.create_task(_produce(doing, make, ready))
    try:
        while True:
            try:
                async with asyncio.timeout(doing.limit_s):
                    item = await ready.get()
            except TimeoutError as error:
                raise hung(doing) from error
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        producer.cancel()


def hung(doing: Doing) -> Hung:
    """The error of an adapter that does not come back."""
    return Hung(
        f"The adapter '{doing.adapter}' did not answer within {doing.limit_s or 0:.0f} s "
        f"while {doing.what}; it is tried again."
    )


def garbage(doing: Doing, found: object) -> AdapterFault:
    """The error of an adapter that gives back something of the wrong type."""
    return AdapterFault(
        f"The adapter '{doing.adapter}' gave back {type(found).__name__} while {doing.what}; "
        "update it or tell its author."
    )


async def _named(doing: Doing, work: Coroutine[Any, Any, T]) -> T:
    try:
        return await work
    except AdapterError as error:
        hush(error)
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise AdapterFault(
            f"The adapter '{doing.adapter}' failed with {type(error).__name__} "
            f"while {doing.what}; update it or tell its author.",
            detail=_frames(error),
        ) from error


async def _produce(
    doing: Doing, make: Callable[[], AsyncIterator[T]], ready: "asyncio.Queue[T | _End]"
) -> None:
    try:
        await _named(doing, _hand_over(make, ready))
    except AdapterError as error:
        await ready.put(_End(error))
    else:
        await ready.put(_End(None))


async def _hand_over(
    make: Callable[[], AsyncIterator[T]], ready: "asyncio.Queue[T | _End]"
) -> None:
    items = make()
    try:
        async for item in items:
            await ready.put(item)
    finally:
        if isinstance(items, AsyncGenerator):
            await items.aclose()


def hush(error: AdapterError) -> None:
    """Take our secrets out of the error's words: servers repeat what they were told."""
    error.args = tuple(masked(str(part)) for part in error.args)
    error.detail = masked(error.detail)


def _frames(error: BaseException) -> str:
    """Where it happened, without the error's words: they may quote a customer's mail."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
    return f"{type(error).__name__} at {places}"


def _looked_at(task: "asyncio.Task[Any]") -> None:
    """Keep asyncio from complaining about the outcome of a task that was left."""
    if not task.cancelled():
        task.exception()
