"""Tells of what takes long, while it goes on."""

import asyncio
import logging
from collections.abc import Callable

from agent_tui.store.database import StoreError

TOLD_AFTER_S = 30.0
"""So long an agent waits without a word for what does not get on."""


class Slow:
    """Calls ``tell`` when its body has gone on for :data:`TOLD_AFTER_S`; in an event loop."""

    def __init__(self, tell: Callable[[], None], log: logging.Logger) -> None:
        self._tell = tell
        self._log = log
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        self.gets_on()

    def __exit__(self, *_: object) -> None:
        self._stop()

    def gets_on(self) -> None:
        """A step is done: the time begins anew, and the next step may be told of, too."""
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(TOLD_AFTER_S, self._told)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _told(self) -> None:
        try:
            self._tell()
        except StoreError as error:  # what comes of it is written down all the same
            self._log.warning("cannot be shown: %s", error)
