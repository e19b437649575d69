"""What a call ends with when its provider plays a fault."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from agent_tui.adapters.contract import AccountProblem, AdapterError, Deferred, Unreachable
from agent_tui.testing.claim import hold
from agent_tui.testing.claims.safety import clean
from agent_tui.testing.stand import Fault
from agent_tui.testing.trial import Trial

ERRORS: Mapping[Fault, type[AdapterError]] = {
    Fault.REFUSED: Unreachable,
    Fault.CUT_BEFORE: Unreachable,
    Fault.CUT_AFTER: Unreachable,
    Fault.GARBAGE: Unreachable,
    Fault.SERVER_ERROR: Unreachable,
    Fault.SLOW_DOWN: Deferred,
    Fault.NO_ENTRY: AccountProblem,
    Fault.SILENCE: Unreachable,
}
"""What is to be raised."""

SILENT_S = 0.5
"""How long a silence is listened to: nobody waits for the adapter's own time-out."""

_T = TypeVar("_T")


async def ended(
    trial: Trial, call: Coroutine[Any, Any, _T], fault: Fault, what: str
) -> "asyncio.Task[_T] | None":
    """``call``, which is ``what`` in sentences, once it has ended; None when it is as silent as its
    provider. Broken where it should have ended."""
    task = asyncio.ensure_future(call)
    limit = min(SILENT_S, trial.patience_s) if fault is Fault.SILENCE else trial.patience_s
    done, _ = await asyncio.wait({task}, timeout=limit)
    if done:
        return task
    await trial.cancelled(task, what)
    hold(fault is Fault.SILENCE, f"{what} did not end within {limit:g} s")
    return None


def right(trial: Trial, fault: Fault, error: AdapterError | None, what: str) -> None:
    """Broken unless ``error``, which ``what`` raised, is the one for ``fault`` and says enough."""
    wanted = ERRORS[fault]
    hold(error is not None, f"{what} said that all is well")
    hold(isinstance(error, wanted), f"{what} raised {error!r}, not {wanted.__name__}")
    if isinstance(error, Deferred) and fault is Fault.SLOW_DOWN:
        hold(error.retry_after, "the error does not say when to try again (retry_after)")
    clean(trial, str(error), what)
