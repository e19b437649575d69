"""When an app's reviews were looked at, and the days of which nobody can know any more.

Google shows the reviews that were written or changed within the last week, no others
(https://developers.google.com/android-publisher/reply-to-reviews). Who looks again later than that
has missed what came first, and nothing in the answer tells so.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from agent_tui.model.clock import DAY, HOUR, Millis

SHOWN: Millis = 7 * DAY
_NOTED: Millis = HOUR
"""So often a look is written down: not each minute's."""
_TOLD: Millis = DAY
_PLACE = "/looked"  # no package name has a slash


@dataclass(frozen=True, slots=True)
class Watch:
    """The last look that was written down, and the latest time that nobody saw."""

    looked: Millis
    missed_from: Millis = 0
    missed_until: Millis = 0

    @classmethod
    def of(cls, cursor: str | None, now: Millis) -> "Watch":
        """The watch that ``cursor`` holds; for none, one that begins now: a first look misses
        nothing that was to be seen."""
        return cls(**json.loads(cursor)) if cursor else cls(now)

    def cursor(self) -> str:
        return json.dumps(asdict(self))

    def after(self, now: Millis) -> "Watch":
        """What is known after a look now."""
        if now - self.looked > SHOWN:
            return Watch(now, self.looked, now - SHOWN)
        return replace(self, looked=now) if now - self.looked >= _NOTED else self

    def problem(self, app: str, now: Millis) -> str:
        """What to tell of ``app`` on the day after a gap was found; else empty."""
        if not self.missed_until or now - self.missed_until > SHOWN + _TOLD:
            return ""
        since, until = _day(self.missed_from), _day(self.missed_until)
        return (
            f"Nobody looked at {app} for more than a week, and Google shows no more than that: "
            f"reviews of {since} to {until} may be missing here; look in the Play Console."
        )


def place(app: str) -> str:
    """Where the watch over ``app`` is kept among the cursors."""
    return app + _PLACE


def _day(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
