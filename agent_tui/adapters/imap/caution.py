"""How many mails are asked for at a time, and which ones are given up: a mail on which the
server breaks off every time must not hold up the others."""

from collections import Counter
from dataclasses import dataclass, field

from agent_tui.adapters.imap.uids import Uids

_BATCH = 200
"""Mails a batch. On loopback 50 to 500 make no difference to the CPU that a mail costs; each
batch costs two round trips and a commit, and a stop waits for its end."""

_SHRINK = 8
_MOST_BREAKS = 3
"""Times that the connection may break while one mail alone is read, each with a second try."""


@dataclass(slots=True)
class Caution:
    """What is remembered of one mailbox from pull to pull."""

    size: int = field(default_factory=lambda: _BATCH)
    _breaks: Counter[int] = field(default_factory=Counter)

    def next_of(self, missing: Uids) -> Uids:
        """The mails to ask for now."""
        return missing.newest(self.size)

    def given_up(self, wanted: Uids) -> bool:
        """Whether ``wanted`` is one mail that broke the connection too often."""
        return len(wanted) == 1 and self._breaks[wanted.highest] >= _MOST_BREAKS

    def worked(self) -> None:
        """They came: dare more."""
        self.size = min(_BATCH, 2 * self.size)

    def broke(self, wanted: Uids) -> None:
        """The connection broke while they were read: ask for fewer, and count for one alone."""
        if len(wanted) == 1:
            self._breaks[wanted.highest] += 1
        self.took_too_long(wanted)

    def took_too_long(self, wanted: Uids) -> None:
        """Somebody lost patience on a slow line: ask for fewer."""
        self.size = max(1, min(self.size, len(wanted)) // _SHRINK)
