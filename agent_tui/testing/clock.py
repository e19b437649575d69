"""A clock that stands still until it is told to go on."""

from agent_tui.model.clock import Millis


class FakeClock:
    """Call it for the time in milliseconds since the epoch."""

    def __init__(self, now: Millis = 1_790_000_000_000) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now

    def advance(self, by: Millis) -> None:
        """Let ``by`` milliseconds pass."""
        self.now += by
