"""How long to wait before another try; pure, with chance handed in."""

from collections.abc import Callable, Sequence

from agent_tui.model.clock import MINUTE, SECOND, Millis

Chance = Callable[[], float]
"""A random number from 0 up to, not including, 1."""

_FIRST_SYNC_RETRY = 2 * SECOND
_LONGEST_SYNC_RETRY = 5 * MINUTE

_REFUSED_FOR_NOW = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE)
_NOT_REACHED = (5 * SECOND, *_REFUSED_FOR_NOW)
"""A connection that did not come about costs the provider nothing: the first retry is quick."""

_ACCOUNT_PROBLEM = (5 * MINUTE, 15 * MINUTE, 60 * MINUTE)
"""Servers lock out an address after a handful of wrong passwords within ten minutes."""

_MOST_JITTER = 0.25


def sync_delay(failures: int, chance: Chance) -> Millis:
    """Before pulling or watching again after ``failures`` (from 1) in a row.

    Exponential with full jitter, so that the engines of a team do not come back all at once:
    from a second up to 2, 4, 8 ... seconds, at most five minutes.
    """
    ceiling = min(_LONGEST_SYNC_RETRY, _FIRST_SYNC_RETRY * 2 ** min(failures - 1, 16))
    return SECOND + int((ceiling - SECOND) * chance())


def delivery_delay(
    attempts: int, chance: Chance, *, deferred: bool, retry_after: Millis | None = None
) -> Millis:
    """Before delivering again after ``attempts`` (from 1).

    1, 5, 15, then 60 minutes after the provider's own "not now" (RFC 5321, 4.5.4.1 asks for
    patience), with one try after 5 seconds before them when it was not reached at all. A provider
    that says ``retry_after`` with its "not now" is taken at its word. Up to a quarter more by
    chance.
    """
    if deferred and retry_after is not None:
        return _jittered(retry_after, chance)
    planned = _step(_REFUSED_FOR_NOW if deferred else _NOT_REACHED, attempts)
    return max(_jittered(planned, chance), retry_after or 0)


def problem_delay(times: int, chance: Chance) -> Millis:
    """Before trying again, for the time ``times`` (from 1), what only a person can mend.

    5, 15, then 60 minutes, up to a quarter more by chance.
    """
    return _jittered(_step(_ACCOUNT_PROBLEM, times), chance)


def _step(steps: Sequence[Millis], number: int) -> Millis:
    return steps[min(number, len(steps)) - 1]


def _jittered(delay: Millis, chance: Chance) -> Millis:
    return delay + int(delay * _MOST_JITTER * chance())
