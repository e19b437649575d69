"""The conversation beside the list: it follows the cursor once that has come to rest."""

import asyncio
from collections.abc import Callable

_REST_S = 0.15
"""How long the cursor rests before the preview follows: never per repeated key."""


class Rest:
    """Calls back when nothing has moved for a while."""

    def __init__(self, rested: Callable[[], None]) -> None:
        self._rested = rested
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Something has moved: wait anew."""
        self.cancel()
        self._timer = asyncio.get_running_loop().call_later(_REST_S, self._over)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self._timer = None
        self._rested()
