"""Delivers what stands in the outbox: at most once without the agent's word, never lost."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from agent_tui.adapters.contract import (
    AccountProblem,
    Adapter,
    AdapterError,
    Deferred,
    Effect,
    MailboxProblem,
    NeverLeft,
    Receipt,
    Refused,
    Settled,
    Unreachable,
)
from agent_tui.content.safe import safe_line
from agent_tui.engine import backoff
from agent_tui.engine.contain import Doing, begin, call, garbage, hung, result
from agent_tui.engine.desk import Desk
from agent_tui.engine.effects import effect_of, note_failure, note_moves, note_outcome, size_of
from agent_tui.engine.slow import TOLD_AFTER_S, Slow
from agent_tui.model.account import EffectKind
from agent_tui.model.outbox import MESSAGES, Filed, OutboxItem
from agent_tui.store import outbox, unconfirmed
from agent_tui.store.database import Conflict, StoreError

SETTLE_LIMIT_S = 60.0

_LIMIT_S = 120.0
_SLOWEST_LINE = 8_000
"""Bytes a second; a reply with large files takes longer to hand over."""

_AFTER_COMMIT_S = 960.0
"""RFC 5321, 4.5.3.2.6 asks for ten minutes after the final dot; adapters may grant more."""

_ALONE_S = 0.25
"""So long a delivery waits before its point of no return for another of the account that is past
it: a death then leaves one in doubt, not all of them. What takes longer holds up nobody."""

_GRACE_S = 1.0
"""What is past the point of no return may take this long when the engine is stopped."""

_LONGEST_PROBLEM = 400


@dataclass(slots=True)
class _Try:
    """One try to deliver an item."""

    desk: Desk
    item: OutboxItem
    effect: Effect
    committed: bool = False
    given_up: bool = False
    alone: bool = False
    store_error: StoreError | None = None
    slow: Slow = field(init=False)

    def __post_init__(self) -> None:
        self.slow = Slow(self._tell, self.desk.log)

    async def commit(self) -> None:
        """The contract's ``commit``: raises when the effect must not leave from here."""
        if not self.given_up:
            await self._wait_for_others()
        if self.given_up:
            self.let_others()
            raise Refused("This try was given up; it must not go on.")
        try:
            outbox.commit(self.desk.db, self.item)
        except StoreError as error:
            self.store_error = error
            raise
        self.committed = True
        self.slow.gets_on()

    def let_others(self) -> None:
        """Past the point of no return, or away from it."""
        if self.alone:
            self.alone = False
            self.desk.last_step.release()

    async def _wait_for_others(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_ALONE_S):
                await self.desk.last_step.acquire()
                self.alone = True

    def _tell(self) -> None:
        desk = self.desk
        sentence = _given(desk.account) if self.committed else _not_taken(desk.account)
        desk.log.warning("%s %d: %s", self.item.kind, self.item.id, sentence)
        unconfirmed.tell(desk.db, self.item, safe_line(sentence, _LONGEST_PROBLEM))


async def deliver(desk: Desk, adapter: Adapter, taken: OutboxItem) -> None:
    """Try to deliver an item that was taken from the outbox, and write down what became of it.

    Raises AccountProblem when only a person can help; the item is queued again. Raises
    StoreError when the outcome could not be written down.
    """
    try:
        effect = effect_of(desk.db, taken)
    except ValueError as error:
        _fail(desk, taken, f"This entry of the outbox cannot be read: {error}.")
        return
    attempt = _Try(desk, taken, effect)
    with attempt.slow:
        try:
            await _deliver(adapter, attempt)
        finally:
            attempt.let_others()


async def settled(desk: Desk, adapter: Adapter, effect: Effect) -> Settled:
    """What the adapter can find out about an effect in doubt; UNKNOWN when it cannot be asked."""
    doing = desk.doing("looking for a sent message", SETTLE_LIMIT_S)
    try:
        verdict: object = await call(doing, adapter.settle(effect))
    except AdapterError as error:
        desk.log.warning("settle: %s %s", error, error.detail)
        return Settled.UNKNOWN
    return verdict if isinstance(verdict, Settled) else Settled.UNKNOWN


def to_file(item: OutboxItem) -> Filed:
    """Whether a copy of what was delivered belongs into the provider's Sent mailbox."""
    return Filed.WANTED if item.kind is EffectKind.SEND else Filed.NONE


async def _deliver(adapter: Adapter, attempt: _Try) -> None:
    effect = attempt.effect
    doing = attempt.desk.doing("delivering", _LIMIT_S + size_of(effect) / _SLOWEST_LINE)
    task = begin(doing, adapter.deliver(effect, attempt.commit))
    try:
        receipt = await _receipt(doing, task, attempt)
    except asyncio.CancelledError:
        await _stopped(doing, task, attempt)
        raise
    except AdapterError as error:
        await _broken_off(adapter, attempt, error)
    else:
        _delivered(attempt, receipt)


async def _receipt(doing: Doing, task: "asyncio.Task[Receipt]", attempt: _Try) -> Receipt:
    await asyncio.wait({task}, timeout=doing.limit_s)
    if attempt.committed:
        await asyncio.wait({task}, timeout=_AFTER_COMMIT_S)
    if not task.done():
        attempt.given_up = True
        task.cancel()
        raise hung(doing)
    return _checked(doing, task)


def _checked(doing: Doing, task: "asyncio.Task[Receipt]") -> Receipt:
    receipt: object = result(doing, task)
    if not isinstance(receipt, Receipt):
        raise garbage(doing, receipt)
    return receipt


async def _stopped(doing: Doing, task: "asyncio.Task[Receipt]", attempt: _Try) -> None:
    """The engine stops: what has not passed the point of no return goes back to the queue."""
    desk, item = attempt.desk, attempt.item
    if not attempt.committed:
        attempt.given_up = True
        task.cancel()
        outbox.retry(desk.db, item, desk.clock(), "")
        return
    await asyncio.wait({task}, timeout=_GRACE_S)
    if not task.done():
        task.cancel()
        _doubt(attempt, "The program was stopped while this was being sent.")
        return
    try:
        receipt = _checked(doing, task)
    except (Refused, Deferred, NeverLeft) as error:
        _nothing_happened(attempt, error)
    except AdapterError as error:
        _doubt(attempt, str(error))
    else:
        _delivered(attempt, receipt)


def _delivered(attempt: _Try, receipt: Receipt) -> None:
    desk, item = attempt.desk, attempt.item
    with desk.db.transaction(durable=True):
        outbox.sent(
            desk.db,
            item,
            desk.clock(),
            filed=Filed.NONE if receipt.files_copy else to_file(item),
            problem=_refusals(receipt),
        )
        note_moves(desk.db, desk.account, receipt)
        note_outcome(desk.db, item, attempt.effect, receipt)
    desk.log.info("delivered %s %s, try %d", item.kind, item.id, item.attempts)


def _refusals(receipt: Receipt) -> str:
    refused = "; ".join(f"{who} ({why})" for who, why in receipt.refused)
    return safe_line(f"Not delivered to {refused}", _LONGEST_PROBLEM) if refused else ""


async def _broken_off(adapter: Adapter, attempt: _Try, error: AdapterError) -> None:
    desk, item = attempt.desk, attempt.item
    desk.log.warning(
        "delivery of %s %d, try %d: %s %s", item.kind, item.id, item.attempts, error, error.detail
    )
    if isinstance(attempt.store_error, Conflict):
        return  # somebody else has it in hands
    if attempt.store_error is not None:
        _again(attempt, Unreachable(str(attempt.store_error)))
    elif attempt.committed and not isinstance(error, Refused | Deferred | NeverLeft):
        await _in_doubt(adapter, attempt, error)
    else:
        _nothing_happened(attempt, error)


def _nothing_happened(attempt: _Try, error: AdapterError) -> None:
    desk, item = attempt.desk, attempt.item
    match error:
        case Refused():
            _fail(desk, item, str(error))
        case MailboxProblem():
            wait = backoff.problem_delay(item.attempts, desk.chance)
            outbox.retry(desk.db, item, desk.clock() + wait, _told(error))
        case AccountProblem():
            outbox.retry(desk.db, item, desk.clock(), _told(error))
            raise error
        case _:
            _again(attempt, error)


def _again(attempt: _Try, error: AdapterError) -> None:
    desk, item = attempt.desk, attempt.item
    wait = backoff.delivery_delay(
        item.attempts,
        desk.chance,
        deferred=isinstance(error, Deferred),
        retry_after=error.retry_after if isinstance(error, Unreachable) else None,
    )
    outbox.retry(desk.db, item, desk.clock() + wait, _told(error))


async def _in_doubt(adapter: Adapter, attempt: _Try, error: AdapterError) -> None:
    """It broke off after the point of no return: ask the provider, else it stays in doubt."""
    desk, item = attempt.desk, attempt.item
    if item.kind not in MESSAGES:  # a flag, a move or another text may be repeated without harm
        _again(attempt, error)
        return
    match await settled(desk, adapter, attempt.effect):
        case Settled.SENT:
            outbox.sent(desk.db, item, desk.clock(), filed=to_file(item))
        case Settled.NOT_SENT:
            _again(attempt, error)
        case Settled.UNKNOWN:
            _doubt(attempt, str(error))


def _doubt(attempt: _Try, problem: str) -> None:
    desk, item = attempt.desk, attempt.item
    if item.kind not in MESSAGES:
        outbox.retry(desk.db, item, desk.clock(), "")
        return
    outbox.doubt(desk.db, item, safe_line(problem, _LONGEST_PROBLEM), desk.clock())


def _fail(desk: Desk, item: OutboxItem, problem: str) -> None:
    with desk.db.transaction():
        outbox.fail(desk.db, item, safe_line(problem, _LONGEST_PROBLEM), desk.clock())
        note_failure(desk.db, item)


def _not_taken(account: str) -> str:
    return (
        f"The provider of '{account}' has not taken this within {TOLD_AFTER_S:.0f} s. It has not "
        "been sent; it is waited for, then tried again by itself. You can go on; if this lasts, "
        "look at the list of accounts."
    )


def _given(account: str) -> str:
    return (
        f"The provider of '{account}' was given this and has not confirmed it within "
        f"{TOLD_AFTER_S:.0f} s. Its answer is waited for, up to {_AFTER_COMMIT_S / 60:.0f} min, "
        "and it is not sent again meanwhile. You can go on."
    )


def _told(error: AdapterError) -> str:
    return safe_line(str(error), _LONGEST_PROBLEM)
