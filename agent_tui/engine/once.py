"""One round for each account: pull until caught up, deliver what is due, and stop."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from agent_tui.adapters.contract import (
    AccountProblem,
    Adapter,
    AdapterError,
    AnyAdapter,
    ContextAdapter,
    MailboxProblem,
    as_channel,
    as_context,
)
from agent_tui.config.accounts import AccountConfig
from agent_tui.content.safe import safe_line
from agent_tui.engine import lease, sync
from agent_tui.engine.attachments import fetch_wanted
from agent_tui.engine.contain import call
from agent_tui.engine.desk import Desk
from agent_tui.engine.dispatch import Dispatch
from agent_tui.engine.followup import FollowUp
from agent_tui.engine.health import Health, Part, Trouble
from agent_tui.engine.lease import Leases, of_account
from agent_tui.engine.lookups import LookUps
from agent_tui.engine.room import Room
from agent_tui.engine.runner import make_known
from agent_tui.engine.storing import LeaseLost
from agent_tui.model.account import AccountState
from agent_tui.model.clock import SECOND
from agent_tui.model.incoming import Progress
from agent_tui.store import leaving
from agent_tui.store.database import StoreError

Told = Callable[[str, Progress], None]
"""Called with an account and how far its first sync has come."""

_PATIENCE_S = 120.0
_CLOSE_LIMIT_S = 2.0
_MOST_PULLS = 1_000
"""Some providers give a page a pull; one that had news is asked again."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did for an account."""

    account: str
    new: int = 0  # messages
    delivered: int = 0  # effects that were tried
    waiting: int = 0  # effects that may not leave yet
    looked_up: int | None = None  # customers; None: the account does not know any
    converses: bool = True  # it has conversations: there is something to pull and to deliver
    problem: str = ""  # why the round did not end well; one sentence
    served_by: str | None = None  # another process that serves the account, so we did nothing


async def one_round(
    room: Room,
    leases: Leases,
    configs: Sequence[AccountConfig],
    *,
    asked: Mapping[str, str],
    told: Told,
) -> list[Round]:
    """A round for each account, side by side, in the order given."""
    renewal = asyncio.create_task(_renewing(room, leases))
    try:
        rounds = (_leased(room, leases, config, asked, told) for config in configs)
        return list(await asyncio.gather(*rounds))
    finally:
        renewal.cancel()
        leases.release_all()


async def _renewing(room: Room, leases: Leases) -> None:
    while True:
        await asyncio.sleep(lease.RENEWAL / SECOND)
        try:
            leases.renew()
        except StoreError as error:
            room.log.warning("renewing leases: %s", error)  # there is time for another try


async def _leased(
    room: Room, leases: Leases, config: AccountConfig, asked: Mapping[str, str], told: Told
) -> Round:
    name = of_account(config.name)
    if not leases.take(name):
        return Round(config.name, served_by=leases.other(name) or "another process")
    desk = room.desk(config, lambda: leases.holds(name))
    health = Health(desk.db, desk.account, desk.clock)
    done = Round(config.name)
    try:
        adapter = make_known(desk, lambda: room.make(config, asked, desk.log))
    except (AdapterError, StoreError) as error:
        return _failed(desk, health, done, error)
    channel, context = as_channel(adapter), as_context(adapter)
    try:
        if channel is not None:
            done = await _pulled(desk, health, done, channel, told)
            done = await _delivered(desk, health, done, channel)
        else:
            health.synced()
            done = replace(done, converses=False)
        return done if context is None else await _looked_up(desk, health, done, context)
    finally:
        await _close(desk, adapter)


async def _pulled(desk: Desk, health: Health, done: Round, adapter: Adapter, told: Told) -> Round:
    new = 0

    def taken(fresh: int, progress: Progress | None) -> None:
        nonlocal new
        new += fresh
        if progress is not None:
            told(desk.account, progress)

    try:
        health.syncing()
        for _ in range(_MOST_PULLS):
            if not await sync.pull(desk, adapter, _PATIENCE_S, taken):
                break
    except (AdapterError, StoreError, LeaseLost) as error:
        return replace(_failed(desk, health, done, error), new=new)
    health.synced()
    return replace(done, new=new)


async def _delivered(desk: Desk, health: Health, done: Round, adapter: Adapter) -> Round:
    """What is queued leaves even when pulling failed: they may be two servers."""
    dispatch = Dispatch(desk, adapter)
    try:
        await dispatch.all()
        await FollowUp(desk).work(adapter)
        await fetch_wanted(desk, adapter)
    except (AdapterError, StoreError) as error:
        done = _failed(desk, health, done, error)
    waiting = leaving.waiting(desk.db, desk.account)
    return replace(done, delivered=dispatch.begun, waiting=waiting)


async def _looked_up(desk: Desk, health: Health, done: Round, adapter: ContextAdapter) -> Round:
    """The look-ups that somebody waits for."""
    look_ups = LookUps(desk)
    try:
        await look_ups.work(adapter)
    except StoreError as error:
        return _failed(desk, health, done, error)
    trouble = look_ups.trouble
    health.looks_up(trouble)
    problem = done.problem or (trouble.sentence if trouble is not None else "")
    return replace(done, looked_up=look_ups.answered, problem=problem)


async def _close(desk: Desk, adapter: AnyAdapter) -> None:
    try:
        await call(desk.doing("closing", _CLOSE_LIMIT_S), adapter.close())
    except AdapterError as error:
        desk.log.warning("close: %s %s", error, error.detail)


def _failed(desk: Desk, health: Health, done: Round, error: Exception) -> Round:
    """Note why a round did not end well, where the screen shows it too."""
    stopped = isinstance(error, AccountProblem) and not isinstance(error, MailboxProblem)
    state = AccountState.STOPPED if stopped else AccountState.FAILING
    desk.log.warning("%s %s", error, getattr(error, "detail", ""))
    if not isinstance(error, StoreError):
        health.trouble(Part.PULL, Trouble(state, str(error), None))
    return replace(done, problem=done.problem or safe_line(str(error)))
