"""An account in a thread with an event loop of its own: a call that blocks stops only itself."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

_BEAT_S = 5.0


class Serves(Protocol):
    """What runs in the thread; every method is called in its event loop."""

    async def run(self) -> None: ...

    def store_changed(self) -> None: ...

    def try_again(self) -> None: ...

    def restate(self) -> None: ...


class AccountThread:
    """Runs what ``make()`` gives until it ends or is stopped.

    The thread is a daemon: an adapter that blocks for ever must not hold up the end of the
    program.
    """

    def __init__(self, name: str, make: Callable[[], Serves], log: logging.Logger) -> None:
        self._make = make
        self._log = log
        self._loop = asyncio.new_event_loop()
        self._serves: Serves | None = None
        self._main: asyncio.Task[None] | None = None
        self._stopped = False
        self._beat = time.monotonic()
        self._thread = threading.Thread(target=self._work, name=f"account-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def blocked_for(self) -> float:
        """Seconds since its event loop last turned, if that is too long; 0 while it is well."""
        silent = time.monotonic() - self._beat
        return silent if self.alive and silent > 2 * _BEAT_S else 0.0

    def store_changed(self) -> None:
        """Somebody has written to the store."""
        self._call(self._ring_changed)

    def try_again(self) -> None:
        """What was in the way may be gone."""
        self._call(self._ring_again)

    def restate(self) -> None:
        """Somebody else has written down how the account is doing; it does so anew."""
        self._call(self._restate)

    def stop(self) -> None:
        """Ask it to end; does not wait."""
        self._stopped = True
        self._call(self._cancel)

    def join(self, until: float) -> bool:
        """Wait for its end until ``until`` of the monotonic clock; whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, until - time.monotonic()))
        return not self.alive

    def _ring_changed(self) -> None:
        if self._serves is not None:
            self._serves.store_changed()

    def _ring_again(self) -> None:
        if self._serves is not None:
            self._serves.try_again()

    def _restate(self) -> None:
        if self._serves is not None:
            self._serves.restate()

    def _cancel(self) -> None:
        if self._main is not None:
            self._main.cancel()

    def _call(self, what: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: there is nobody to tell
            self._loop.call_soon_threadsafe(what)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(self._told)
        try:
            self._loop.run_until_complete(self._served())
        except asyncio.CancelledError:
            return
        except Exception:  # noqa: BLE001 - its thread ends; the supervisor starts another
            self._log.exception("the account's thread ended")
        finally:
            self._loop.close()

    async def _served(self) -> None:
        self._main = asyncio.current_task()
        if self._stopped:
            return
        self._serves = self._make()
        beat = asyncio.create_task(self._beating())
        try:
            await self._serves.run()
        finally:
            beat.cancel()

    async def _beating(self) -> None:
        while True:
            self._beat = time.monotonic()
            await asyncio.sleep(_BEAT_S)

    def _told(self, _loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        """What adapters left behind in the loop goes to the log, never to the terminal."""
        self._log.warning("event loop: %s", context.get("message"))
