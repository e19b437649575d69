"""Time as the whole program counts it: milliseconds since the epoch, UTC."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Millis = int
"""Milliseconds since 1970-01-01T00:00:00Z."""

Clock = Callable[[], Millis]
"""Says what time it is; injected wherever a decision depends on it."""

SECOND: Millis = 1000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR


def system_clock() -> Millis:
    """The machine's wall clock."""
    return time.time_ns() // 1_000_000


def iso(at: Millis) -> str:
    """``at`` as RFC 3339 in UTC with milliseconds, as ``--json`` prints it."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
