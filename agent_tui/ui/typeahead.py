"""Keys that come while something opens are for what opens.

Whoever types ``rHello`` in one go, or over a slow line, must not resolve a conversation with the
``e``: the composer, a prompt or a picker takes some milliseconds until it has the keyboard.
"""

from bisect import insort
from collections.abc import Callable

from textual.events import Event, Key, Paste

from agent_tui.ui.keyboard import Later, Timer

PATIENCE_S = 0.3
"""A command that asks nothing and only takes its time gives the keyboard back after this."""


class TypeAhead:
    """Holds keys and pastes back until the keyboard has found its place, then lets them go one by
    one, in the order they were typed: each may open something itself."""

    def __init__(self, post: Callable[[Key | Paste], object], later: Later) -> None:
        """``post`` puts an event where events of the terminal arrive."""
        self._post = post
        self._later = later
        self._held: list[Key | Paste] = []
        self._passing: Key | Paste | None = None  # the first of those that were held, on its way
        self._waiting = False
        self._opening = False
        self._timer: Timer | None = None

    def hold_for_opening(self) -> None:
        """Something is opening: keys wait until :meth:`opened`."""
        self._stop_timer()
        self._waiting = self._opening = True

    def expect(self) -> None:
        """Something is about to run that may open something: keys wait until it says so itself,
        however long a busy machine takes to begin."""
        self._stop_timer()
        self._waiting = True

    def hold(self) -> None:
        """Something may be opened next: keys wait for that, for :meth:`release` or a moment."""
        self._stop_timer()
        self._waiting = True
        self._timer = self._later(PATIENCE_S, self.release)

    def opened(self) -> None:
        """What was opening has the keyboard."""
        self._opening = False
        self.release()

    def release(self) -> None:
        """Nothing will be opened; what is opening already is still waited for."""
        self._stop_timer()
        if not self._opening:
            self._waiting = False
            self._let_go()

    @property
    def holds(self) -> bool:
        """Whether there is something that was typed meanwhile."""
        return bool(self._held)

    def drop(self) -> None:
        """Forget what was typed meanwhile: it was meant for what is not going to be."""
        self._held.clear()

    def keeps(self, event: Key | Paste) -> bool:
        """Whether an event that has arrived is held back, if only behind others that are."""
        waits = self._waiting or self._held or self._passing is not None
        if event is self._passing or not waits:
            return False
        self._held.append(event)
        return True

    def passed(self, event: Event) -> None:
        """An event that was not kept has been dealt with."""
        if event is self._passing:
            self._passing = None
            self._let_go()

    def give_back(self, event: Key | Paste) -> None:
        """Take a key that reached somebody who is done already; it goes to who comes next."""
        insort(self._held, _again(event), key=lambda held: held.time)
        if not self._waiting:
            self._let_go()

    def _let_go(self) -> None:
        if self._held and not self._waiting and self._passing is None:
            self._passing = _again(self._held.pop(0))
            self._post(self._passing)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _again(event: Key | Paste) -> Key | Paste:
    """The same event as if it had just come."""
    fresh = Key(event.key, event.character) if isinstance(event, Key) else Paste(event.text)
    fresh.time = event.time
    return fresh
