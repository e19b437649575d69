"""Claims about bad weather: the right error for each fault, and nothing lost or sent twice."""

import asyncio
from functools import partial

from agent_tui.adapters.contract import (
    AdapterError,
    Deferred,
    Effect,
    NeverLeft,
    Refused,
    Settled,
)
from agent_tui.testing.claim import PUSH, SENDS, Claim, hold
from agent_tui.testing.claims.meeting import ERRORS, SILENT_S, ended, right
from agent_tui.testing.stand import Fault
from agent_tui.testing.trial import FOREVER, Trial, Tried

_LATE = (Fault.CUT_BEFORE, Fault.CUT_AFTER)
"""Faults that can strike just after commit()."""


async def _pulls(trial: Trial, fault: Fault) -> None:
    await trial.catch_up()
    marks = [trial.mark(), trial.mark()]
    await trial.stand.write(f"Before {marks[0]}")
    trial.stand.fault(fault, times=FOREVER)
    error = await _error_of_pull(trial, fault)
    trial.stand.end_faults()
    if error is not None or fault is not Fault.SILENCE:
        right(trial, fault, error, "pull()")
    await trial.stand.write(f"After {marks[1]}")
    await trial.see(*marks)
    for mark in marks:
        hold(len(trial.with_mark(mark)) == 1, "a message came twice")


async def _error_of_pull(trial: Trial, fault: Fault) -> AdapterError | None:
    """None: it ended well, or is silent as long as its provider."""
    pulling = await ended(trial, _pulled(trial), fault, "pull()")
    return pulling.result() if pulling is not None else None


async def _pulled(trial: Trial) -> AdapterError | None:
    try:
        async for batch in trial.adapter.pull(dict(trial.cursors)):
            trial.take(batch)
    except AdapterError as error:
        return error
    return None


async def _delivers(trial: Trial, fault: Fault) -> None:
    asked = await trial.asked()
    mark = trial.mark()
    effect = trial.reply(asked, f"In a storm {mark}")
    trial.stand.fault(fault, times=FOREVER)
    tried = await _tried(trial, effect, fault)
    trial.stand.end_faults()
    if tried is None:
        return
    right(trial, fault, tried.error, "deliver()")
    arrived = len(await trial.arrived(mark))
    most = 1 if fault is Fault.CUT_AFTER else 0
    hold(arrived <= most, f"it arrived {arrived} times although deliver() raised {tried.error!r}")
    if fault not in (Fault.SLOW_DOWN, Fault.NO_ENTRY):
        await _once_in_the_end(trial, effect, tried, mark)


async def _tried(trial: Trial, effect: Effect, fault: Fault) -> Tried | None:
    """None: it is silent as long as its provider."""
    if fault is not Fault.SILENCE:
        return await trial.deliver(effect)
    sending = asyncio.ensure_future(trial.deliver(effect))
    done, _ = await asyncio.wait({sending}, timeout=min(SILENT_S, trial.patience_s))
    if done:
        return sending.result()
    await trial.cancelled(sending, "deliver()")
    return None


async def _late(trial: Trial, fault: Fault) -> None:
    """The fault strikes at the step of no return, once."""
    asked = await trial.asked()
    mark = trial.mark()
    effect = trial.reply(asked, f"At the last moment {mark}")

    async def strike() -> None:
        trial.stand.fault(fault)

    if trial.capabilities.idempotent:
        await strike()
        tried = await trial.deliver(effect)
    else:
        tried = await trial.deliver(effect, at_commit=strike)
    trial.stand.end_faults()
    if tried.error is not None:
        right(trial, fault, tried.error, "deliver()")
        hold(not isinstance(tried.error, Deferred), "a broken connection is no 'not now'")
        never = isinstance(tried.error, NeverLeft | Refused)
        hold(
            not (never and await trial.arrived(mark)), f"it arrived, and {tried.error!r} denies it"
        )
    await _once_in_the_end(trial, effect, tried, mark)


async def _once_in_the_end(trial: Trial, effect: Effect, tried: Tried, mark: str) -> None:
    """Go on as the engine does: ask where it is in doubt, send again where nothing happened."""
    in_doubt = tried.commits and not isinstance(tried.error, Refused | Deferred | NeverLeft)
    verdict = Settled.NOT_SENT
    if tried.receipt is not None:
        verdict = Settled.SENT
    elif in_doubt:
        verdict = await trial.within(trial.adapter.settle(effect), "settle()")
    there = len(await trial.arrived(mark))
    hold(not (verdict is Settled.SENT and not there), "SENT is said, and nothing has arrived")
    if in_doubt:
        hold(not (verdict is Settled.NOT_SENT and there), "settle() says NOT_SENT, and it arrived")
    if verdict is Settled.NOT_SENT:
        again = await trial.deliver(effect)
        hold(again.receipt, f"in fair weather, deliver() raised {again.error!r}")
    if verdict is not Settled.UNKNOWN:
        await trial.until(partial(_there, trial, mark), "in the end it has not arrived")
    count = len(await trial.arrived(mark))
    hold(count <= 1, f"in the end it has arrived {count} times")


async def _there(trial: Trial, mark: str) -> bool:
    return bool(await trial.arrived(mark))


async def _broken_off(trial: Trial) -> None:
    """The connection breaks when a batch is taken and the next one is asked for."""
    marks = [trial.mark() for _ in range(9)]
    for mark in marks:
        await trial.stand.write(f"One of many {mark}")
    batches = aiter(trial.adapter.pull({}))
    first = await trial.within(anext(batches), "pull()")
    trial.take(first)
    trial.stand.fault(Fault.CUT_BEFORE, times=FOREVER)
    try:
        while True:
            trial.take(await trial.within(anext(batches), "pull()"))
    except StopAsyncIteration:
        pass  # it had everything at hand
    except AdapterError as error:
        right(trial, Fault.CUT_BEFORE, error, "pull()")
    trial.stand.end_faults()
    await trial.see(*marks)
    for mark in marks:
        count = len(trial.with_mark(mark))
        hold(count == 1, f"a message that was written once came {count} times")


async def _watches(trial: Trial) -> None:
    await trial.catch_up()
    watching = asyncio.ensure_future(_watched(trial))
    await trial.stand.write(f"Hello {trial.mark()}")
    trial.stand.fault(Fault.REFUSED, times=FOREVER)
    await trial.stand.write(f"Hello again {trial.mark()}")
    done, _ = await asyncio.wait({watching}, timeout=min(SILENT_S, trial.patience_s))
    if done:
        right(trial, Fault.REFUSED, watching.result(), "watch()")
    await trial.cancelled(watching, "watch()")
    trial.stand.end_faults()


async def _watched(trial: Trial) -> AdapterError | None:
    try:
        async for _ in trial.adapter.watch():
            pass
    except AdapterError as error:
        return error
    return None


async def _closes(trial: Trial, fault: Fault) -> None:
    await trial.catch_up()
    trial.stand.fault(fault, times=FOREVER)
    await _error_of_pull(trial, fault)
    await trial.close()
    trial.stand.end_faults()


def _claims(fault: Fault) -> tuple[Claim, ...]:
    name, wanted = fault.value.replace(" ", "-"), ERRORS[fault].__name__
    late = f"A reply that meets '{fault}' just after commit() is there once in the end."
    found = [
        Claim(
            f"pull-{name}",
            f"pull() that meets '{fault}' raises {wanted} and loses nothing.",
            partial(_pulls, fault=fault),
            fault=fault,
            pulling=True,
        ),
        Claim(
            f"send-{name}",
            f"deliver() that meets '{fault}' raises {wanted}; nothing is sent twice.",
            partial(_delivers, fault=fault),
            (SENDS,),
            fault,
        ),
    ]
    if fault in _LATE:
        found.append(Claim(f"late-{name}", late, partial(_late, fault=fault), (SENDS,), fault))
    return tuple(found)


CLAIMS = (
    *(claim for fault in Fault for claim in _claims(fault)),
    Claim(
        "pull-broken",
        "A pull whose connection breaks between batches loses and doubles nothing.",
        _broken_off,
        fault=Fault.CUT_BEFORE,
        pulling=True,
    ),
    Claim(
        "watch-refused",
        "watch() that loses its provider waits, or raises Unreachable.",
        _watches,
        (PUSH,),
        Fault.REFUSED,
    ),
    *(
        Claim(
            f"close-{fault.value.replace(' ', '-')}",
            f"close() comes to an end after '{fault}'.",
            partial(_closes, fault=fault),
            fault=fault,
        )
        for fault in (Fault.REFUSED, Fault.CUT_BEFORE, Fault.SILENCE)
    ),
)
