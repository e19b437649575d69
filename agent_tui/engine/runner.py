"""Serves one account: pulls, watches, delivers and fetches side by side, whatever goes wrong."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

from agent_tui.adapters.contract import (
    AccountProblem,
    Adapter,
    AdapterError,
    AnyAdapter,
    ContextAdapter,
    MailboxProblem,
    Role,
    as_channel,
    as_context,
)
from agent_tui.engine import backoff, sync
from agent_tui.engine.announcing import Announcer
from agent_tui.engine.attachments import fetch_wanted
from agent_tui.engine.bell import Bell
from agent_tui.engine.contain import call, stream
from agent_tui.engine.desk import Desk
from agent_tui.engine.dispatch import Dispatch
from agent_tui.engine.followup import FollowUp
from agent_tui.engine.health import Health, Part, Trouble
from agent_tui.engine.lookups import LookUps
from agent_tui.engine.storing import LeaseLost
from agent_tui.model.account import AccountState, Capabilities, EffectKind
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Typing
from agent_tui.store import accounts, conversations, leaving, outbox, presence
from agent_tui.store.database import StoreError

POLL: Millis = 60 * SECOND
"""Behind push, too: a hint may get lost."""

_TYPING: Millis = 30 * SECOND
"""A customer who stops without a word of it is taken to write no longer than that."""

_STORE_REST: Millis = 5 * SECOND
_CLOSE_LIMIT_S = 0.5
_LONG_ENOUGH: Millis = 5 * MINUTE
"""A session that held so long did not fail at once: the next failure counts as the first."""


class AccountRunner:
    """Everything the engine does for one account; lives in one event loop."""

    def __init__(self, desk: Desk, make: Callable[[], AnyAdapter]) -> None:
        self._desk = desk
        self._make = make
        self._health = Health(desk.db, desk.account, desk.clock)
        self._pull = Bell(desk.clock)
        self._out = Bell(desk.clock)
        self._after = Bell(desk.clock)
        self._files = Bell(desk.clock)
        self._reached = True  # since files were fetched last: those that waited for it are tried
        self._typing = Bell(desk.clock)
        self._wanted = Bell(desk.clock)
        self._look_ups = LookUps(desk)
        self._again = {part: Bell(desk.clock) for part in Part}

    def store_changed(self) -> None:
        """Somebody else has written to the store: look for work."""
        self._out.ring()
        self._after.ring()
        self._files.ring()
        self._typing.ring()
        self._wanted.ring()

    def try_again(self) -> None:
        """What was in the way may be gone: do not wait for the next try."""
        for bell in self._again.values():
            bell.ring()
        self._look_ups.try_again()
        self._wanted.ring()
        self._reached = True
        self._files.ring()

    def restate(self) -> None:
        """Somebody else has written down how the account is doing: do so anew."""
        self._health.restate()

    async def run(self) -> None:
        """Serve the account until cancelled or, with LeaseLost, until another engine does."""
        failures = 0
        while True:
            began = self._desk.clock()
            try:
                await self._session(self._opened())
            except LeaseLost:
                raise
            except AccountProblem as problem:
                failures += 1
                wait = backoff.problem_delay(failures, self._desk.chance)
                self._tell(Part.PULL, AccountState.STOPPED, problem, wait)
            except Exception as error:  # noqa: BLE001 - one account must not stop the others
                failures = 1 if self._desk.clock() - began > _LONG_ENOUGH else failures + 1
                wait = backoff.sync_delay(failures, self._desk.chance)
                self._tell(Part.PULL, AccountState.FAILING, error, wait)
            await self._again[Part.PULL].wait(self._desk.clock() + wait)

    def _opened(self) -> AnyAdapter:
        adapter = make_known(self._desk, self._make)
        self._health.syncing()
        return adapter

    async def _session(self, adapter: AnyAdapter) -> None:
        channel, context = as_channel(adapter), as_context(adapter)
        work: list[Coroutine[Any, Any, None]] = []
        if channel is not None:
            work += self._conversing(channel)
        else:
            self._health.synced()  # there is nothing to pull
        if context is not None:
            work.append(self._looking_up(context))
        try:
            await _together(work)
        finally:
            await self._close(adapter)

    def _conversing(self, adapter: Adapter) -> list[Coroutine[Any, Any, None]]:
        work = [
            self._pulling(adapter),
            self._delivering(adapter),
            self._following_up(adapter),
            self._fetching(adapter),
        ]
        can = capabilities(adapter)
        if can.push:
            work.append(self._watching(adapter))
        if EffectKind.TYPING in can.effects:
            work.append(self._announcing(adapter))
        return work

    async def _close(self, adapter: AnyAdapter) -> None:
        try:
            await call(self._desk.doing("closing", _CLOSE_LIMIT_S), adapter.close())
        except AdapterError as error:
            self._desk.log.warning("close: %s %s", error, error.detail)

    async def _pulling(self, adapter: Adapter) -> None:
        desk, failures, problems = self._desk, 0, 0
        while True:
            try:
                await sync.pull(desk, adapter, sync.patience(failures))
            except MailboxProblem as problem:
                failures = problems = 0
                self._caught_up()
                self._tell(Part.PULL, AccountState.FAILING, problem, POLL)
            except AccountProblem as problem:
                problems += 1
                wait = backoff.problem_delay(problems, desk.chance)
                await self._rest(Part.PULL, AccountState.STOPPED, problem, wait)
                continue
            except (AdapterError, StoreError) as error:
                failures += 1
                wait = _wait_after(error, backoff.sync_delay(failures, desk.chance))
                await self._rest(Part.PULL, AccountState.FAILING, error, wait)
                continue
            else:
                failures = problems = 0
                self._caught_up()
            await self._pull.wait(desk.clock() + POLL)

    def _caught_up(self) -> None:
        if self._health.synced():
            leaving.hasten(self._desk.db, self._desk.account, self._desk.clock())
            self._out.ring()
        self._after.ring()  # a copy in Sent may have arrived
        self._reached = True  # and what could not be fetched can be
        self._files.ring()

    async def _watching(self, adapter: Adapter) -> None:
        desk, failures = self._desk, 0
        while True:
            began = desk.clock()
            try:
                async with aclosing(stream(desk.doing("watching", None), adapter.watch)) as hints:
                    async for hint in hints:
                        failures = 0
                        if hint.typing is None:
                            self._pull.ring()
                        else:
                            self._customer_types(hint.typing)
            except AdapterError as error:
                desk.log.warning("watch: %s %s", error, error.detail)
            failures = 1 if desk.clock() - began > _LONG_ENOUGH else failures + 1
            wait = backoff.sync_delay(failures, desk.chance)
            await Bell(desk.clock).wait(desk.clock() + wait)
            self._pull.ring()  # for what came while nobody watched

    def _customer_types(self, typing: Typing) -> None:
        db, desk = self._desk.db, self._desk
        try:
            number = conversations.id_of_thread(db, desk.account, typing.thread_key)
            if number is None:
                return
            if typing.on:
                until = desk.clock() + _TYPING
                presence.write(db, number, typing.who, ours=False, until=until)
            else:
                presence.stop(db, number, typing.who, ours=False)
        except StoreError as error:  # nobody misses it
            desk.log.info("typing: %s", error)

    async def _announcing(self, adapter: Adapter) -> None:
        desk, announcer = self._desk, Announcer(self._desk)
        while True:
            try:
                await announcer.work(adapter)
                until = announcer.next_at()
            except StoreError as error:
                desk.log.info("typing: %s", error)
                until = desk.clock() + _STORE_REST
            await self._typing.wait(until)

    async def _delivering(self, adapter: Adapter) -> None:
        desk, problems, well = self._desk, 0, 0
        dispatch = Dispatch(desk, adapter, self._delivery_ended)
        try:
            while True:
                try:
                    dispatch.begin()
                    until = dispatch.next_due()
                except AccountProblem as problem:
                    problems += 1
                    wait = backoff.problem_delay(problems, desk.chance)
                    await self._rest(Part.SEND, AccountState.STOPPED, problem, wait)
                    continue
                except StoreError as error:
                    await self._rest(Part.SEND, AccountState.FAILING, error, _STORE_REST)
                    continue
                if dispatch.ended_well > well:
                    problems, well = 0, dispatch.ended_well
                    self._health.sends()
                await self._out.wait(until)
        finally:
            await dispatch.stop()

    def _delivery_ended(self) -> None:
        self._out.ring()
        self._after.ring()

    async def _following_up(self, adapter: Adapter) -> None:
        desk, follow_up = self._desk, FollowUp(self._desk)
        while True:
            try:
                await follow_up.work(adapter)
                until = follow_up.next_at()
            except StoreError as error:
                desk.log.warning("follow-up: %s", error)
                until = desk.clock() + _STORE_REST
            await self._after.wait(until)

    async def _fetching(self, adapter: Adapter) -> None:
        desk = self._desk
        while True:
            again, self._reached = self._reached, False
            try:
                await fetch_wanted(desk, adapter, again=again)
                until = None
            except StoreError as error:
                desk.log.warning("fetching: %s", error)
                until = desk.clock() + _STORE_REST
            await self._files.wait(until)

    async def _looking_up(self, adapter: ContextAdapter) -> None:
        desk, look_ups = self._desk, self._look_ups
        while True:
            try:
                await look_ups.work(adapter)
                self._health.looks_up(look_ups.trouble)
                until = look_ups.next_at()
            except StoreError as error:
                desk.log.warning("look-up: %s", error)
                until = desk.clock() + _STORE_REST
            await self._wanted.wait(until)

    async def _rest(self, part: Part, state: AccountState, error: Exception, wait: Millis) -> None:
        self._tell(part, state, error, wait)
        await self._again[part].wait(self._desk.clock() + wait)

    def _tell(self, part: Part, state: AccountState, error: Exception, wait: Millis) -> None:
        """Show and log why a part does not work."""
        desk = self._desk
        sentence = _sentence(desk, error)
        desk.log.warning("%s: %s %s", part, sentence, getattr(error, "detail", ""))
        try:
            self._health.trouble(part, Trouble(state, sentence, desk.clock() + wait))
        except StoreError as problem:  # the store itself is what fails
            desk.log.error("cannot be shown: %s", problem)  # noqa: TRY400 - the sentence says all


def make_known(desk: Desk, make: Callable[[], AnyAdapter]) -> AnyAdapter:
    """The account's adapter; the account is in the store, its outbox recovered from a crash.

    Raises AccountProblem, with the account in the store all the same: its problem must show.
    """
    if accounts.get(desk.db, desk.account) is None:
        _put(desk, Capabilities(Channel.MAIL))
    adapter = make()
    _put(desk, capabilities(adapter), context=Role.CONTEXT in adapter.info.roles)
    outbox.recover(desk.db, desk.account)
    return adapter


def capabilities(adapter: AnyAdapter) -> Capabilities:
    """What this account's adapter can do: its own word, else that of its class."""
    own = getattr(adapter, "capabilities", None)
    return own if isinstance(own, Capabilities) else adapter.info.capabilities


def _put(desk: Desk, can: Capabilities, *, context: bool = False) -> None:
    accounts.put(
        desk.db,
        desk.account,
        adapter=desk.adapter,
        address=desk.owner.address,
        display_name=desk.owner.display_name,
        capabilities=can,
        now=desk.clock(),
        context=context,
    )


async def _together(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run all until one ends or we are cancelled; the others are cancelled and waited for."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome


def _wait_after(error: Exception, planned: Millis) -> Millis:
    return max(planned, getattr(error, "retry_after", None) or 0)


def _first(*times: Millis | None) -> Millis | None:
    return min((at for at in times if at is not None), default=None)


def _sentence(desk: Desk, error: Exception) -> str:
    if isinstance(error, AdapterError | StoreError):
        return str(error)
    return (
        f"The engine failed with {type(error).__name__} while serving '{desk.account}'; "
        "it starts again by itself. Please report it with the log."
    )
