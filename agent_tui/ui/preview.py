"""The conversation beside the list: it follows the cursor once that has come to rest."""

import asyncio
from collections import deque
from collections.abc import Callable

_REST_S = 0.15
"""The longest that a preview waits."""

_SHORTEST_S = 0.04

_PAUSES = 8
_SURE = 1 / 5
_NOT_SURE = 1 / 2
"""A hand that moves on does so in its rhythm. A rest is the longest of its last pauses and as much
more as they differ, at least a fifth, or a half while few of them are known: 40 ms after a key
that was held down, all of the longest where keys come through a slow line."""

_DRAWN_S = 0.02
"""Until the list is on the screen: that comes first."""


class Rhythm:
    """How long a rest is for the hand that moves the cursor."""

    def __init__(self) -> None:
        self._pauses: deque[float] = deque(maxlen=_PAUSES)

    def rest_after(self, pause: float) -> float:
        """The seconds to wait after a move that came ``pause`` seconds after the one before."""
        if pause >= _REST_S:
            self._pauses.clear()
            return _REST_S
        self._pauses.append(pause)
        longest = max(self._pauses)
        sure = _SURE if len(self._pauses) == _PAUSES else _NOT_SURE
        more = max(longest - min(self._pauses), longest * sure)
        return min(max(longest + more, _SHORTEST_S), _REST_S)


class Rest:
    """Calls back when nothing has moved for a while: never per repeated key."""

    def __init__(self, rested: Callable[[], None]) -> None:
        self._rested = rested
        self._rhythm = Rhythm()
        self._timer: asyncio.TimerHandle | None = None
        self._moved_at = 0.0  # by the event loop's clock

    def begin(self) -> None:
        """Something has moved: wait anew."""
        self.cancel()
        loop = asyncio.get_running_loop()
        pause, self._moved_at = loop.time() - self._moved_at, loop.time()
        self._timer = loop.call_later(self._rhythm.rest_after(pause), self._over)

    def skip(self) -> None:
        """Something else is listed, which no key repeats: nobody moves on from it yet."""
        self.cancel()
        self._timer = asyncio.get_running_loop().call_later(_DRAWN_S, self._over)

    def cancel(self) -> None:
        """Do not call back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _over(self) -> None:
        self._timer = None
        self._rested()
