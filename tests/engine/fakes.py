"""A provider that does as it is told, and the adapter to it."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from agent_tui.adapters.contract import (
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Receipt,
    Settled,
    Target,
)
from agent_tui.config.accounts import AccountConfig
from agent_tui.engine.desk import Desk, Owner
from agent_tui.engine.room import Room
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import Batch
from agent_tui.store.database import Database
from tests.factory import ACCOUNT, OWN, Now

LOG = logging.getLogger("tests.engine")

Deliver = Callable[["Provider", Effect, Commit], Awaitable[Receipt]]
"""What happens to one delivery."""

CAN = Capabilities(
    Channel.MAIL, frozenset(EffectKind), push=True, attach=True, recipients=True, undo_ms=0
)


async def accept(provider: "Provider", effect: Effect, commit: Commit) -> Receipt:
    """It goes well."""
    await commit()
    provider.accepted.append(effect)
    return Receipt()


def before(error: BaseException) -> Deliver:
    """It fails before the step of no return."""

    async def deliver(_provider: "Provider", _effect: Effect, _commit: Commit) -> Receipt:
        raise error

    return deliver


def after(error: BaseException, *, accepted: bool = True) -> Deliver:
    """It fails after the step of no return."""

    async def deliver(provider: "Provider", effect: Effect, commit: Commit) -> Receipt:
        await commit()
        if accepted:
            provider.accepted.append(effect)
        raise error

    return deliver


async def hang(_provider: "Provider", _effect: Effect, _commit: Commit) -> Receipt:
    """It never comes back, and nothing is sent."""
    await asyncio.Event().wait()
    raise AssertionError


async def hang_after_commit(provider: "Provider", effect: Effect, commit: Commit) -> Receipt:
    """It never comes back once everything but the answer is through."""
    await commit()
    provider.accepted.append(effect)
    await asyncio.Event().wait()
    raise AssertionError


@dataclass
class Provider:
    """What lies at the provider, and what it does next."""

    batches: list[Batch] = field(default_factory=list)
    pull_faults: deque[BaseException] = field(default_factory=deque)  # one for each pull
    fault_after: int = 0  # batches that such a pull still gives
    pulls: int = 0
    page: int = 1_000  # batches that a pull gives at most
    deliveries: deque[Deliver] = field(default_factory=deque)  # then all is accepted
    tried: list[Effect] = field(default_factory=list)
    accepted: list[Effect] = field(default_factory=list)
    verdicts: deque[Settled | Exception] = field(default_factory=deque)  # then UNKNOWN
    settles: int = 0
    copy_faults: deque[Exception] = field(default_factory=deque)
    copies: list[str] = field(default_factory=list)
    files: dict[str, bytes | Exception] = field(default_factory=dict)
    fetches: int = 0
    hints: "asyncio.Queue[Hint | Exception]" = field(default_factory=asyncio.Queue)
    closed: int = 0

    @property
    def keys(self) -> list[str]:
        """The keys of all that was accepted, in order."""
        return [effect.key for effect in self.accepted]


class FakeAdapter:
    """Speaks to a :class:`Provider`."""

    info: ClassVar[AdapterInfo] = AdapterInfo("fake", "Fake", "1", CAN)

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    async def pull(self, cursors: Mapping[str, str]) -> AsyncIterator[Batch]:
        provider = self.provider
        provider.pulls += 1
        fault = provider.pull_faults.popleft() if provider.pull_faults else None
        cursor = cursors.get("INBOX", "")
        start = int(cursor) if cursor.isdigit() else 0  # "c": put there by ``receive``
        given = provider.batches[start : start + provider.page]
        for number, one in enumerate(given, start):
            if fault is not None and number - start >= provider.fault_after:
                raise fault
            yield one
        if fault is not None:
            raise fault

    async def watch(self) -> AsyncIterator[Hint]:
        while True:
            hint = await self.provider.hints.get()
            if isinstance(hint, Exception):
                raise hint
            yield hint

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        self.provider.tried.append(effect)
        step = self.provider.deliveries.popleft() if self.provider.deliveries else accept
        return await step(self.provider, effect, commit)

    async def settle(self, effect: Effect) -> Settled:
        self.provider.settles += 1
        verdict = self.provider.verdicts.popleft() if self.provider.verdicts else Settled.UNKNOWN
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    async def file_copy(self, effect: Effect) -> None:
        if self.provider.copy_faults:
            raise self.provider.copy_faults.popleft()
        self.provider.copies.append(effect.key)

    async def fetch(self, target: Target, part: str) -> bytes:
        self.provider.fetches += 1
        found = self.provider.files[part]
        if isinstance(found, Exception):
            raise found
        return found

    async def check(self) -> list[Finding]:
        return []

    async def close(self) -> None:
        self.provider.closed += 1


def desk(db: Database, folder: Path, now: Now | None = None) -> Desk:
    """The place of the account ``mail``; no chance in it, and the lease is always ours."""
    return Desk(
        db=db,
        account=ACCOUNT,
        adapter="fake",
        owner=Owner(OWN, "Shop", frozenset({OWN})),
        clock=now or Now(),
        chance=lambda: 0.0,
        log=LOG,
        attachments=folder / "attachments",
        ours=lambda: True,
    )


def room(db: Database, folder: Path, providers: Mapping[str, Provider], now: Now) -> Room:
    """A process whose accounts are served by ``providers`` of the same name."""
    return Room(
        db=db,
        clock=now,
        chance=lambda: 0.0,
        log=LOG,
        attachments=folder / "attachments",
        make=lambda config, _asked, _log: FakeAdapter(providers[config.name]),
    )


def config(name: str, **settings: object) -> AccountConfig:
    """An account served by a fake."""
    return AccountConfig(name, "fake", settings, Path(f"/nowhere/{name}.toml"))


async def until(condition: Callable[[], object], deadline_s: float = 10.0) -> None:
    """Wait until ``condition`` holds. Fails at the deadline."""
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.002)


async def end(task: "asyncio.Task[None]") -> None:
    """Cancel ``task`` and wait for its end."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
