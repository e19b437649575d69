"""One thread for the blocking calls of one connection, so that no two threads ever share it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Runs calls one after another in a thread of its own.

    ``wake`` is called in the event loop when a call is given up; it must make the call return
    soon, usually by shutting its socket down. ``close`` is the thread's last call. The thread is
    a daemon: a name server that does not answer must not hold up the end of the program, as the
    threads of concurrent.futures would.
    """

    def __init__(self, name: str, *, wake: Callable[[], None], close: Callable[[], None]) -> None:
        self._name = name
        self._wake = wake
        self._close = close
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, call: Callable[[], T]) -> T:
        """What ``call()`` returns or raises. When cancelled, ``call`` is woken and left to end."""
        outcome: Future[T] = Future()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        self._calls.put(lambda: _settle(outcome, call))
        try:
            return await asyncio.wrap_future(outcome)
        except asyncio.CancelledError:
            self._wake()
            raise

    def stop(self) -> None:
        """Wake the call that runs and take no more; does not wait for the thread to end."""
        self._wake()
        self._calls.put(None)

    def finish(self, last: Callable[[], None]) -> None:
        """Take no more after ``last``, which must not raise and which nobody waits for."""
        self._calls.put(last)
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
        self._close()


def _settle(outcome: "Future[T]", call: Callable[[], T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        outcome.set_result(call())
    except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
        outcome.set_exception(error)
