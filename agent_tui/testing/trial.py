"""One adapter on one stand: what every claim needs to pull, send and look at what arrives."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, TypeVar
from uuid import uuid4

from agent_tui.adapters.contract import (
    Adapter,
    AdapterError,
    AnyAdapter,
    ContextAdapter,
    Effect,
    Receipt,
    Target,
    as_channel,
    as_context,
)
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import system_clock
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address, Recipients
from agent_tui.testing.claim import Broken, hold
from agent_tui.testing.clock import FakeClock
from agent_tui.testing.stand import Arrived, Stand

PATIENCE_S = 20.0
"""How long anything may take before the claim is broken; nothing waits that long where it holds."""

FOREVER = 1_000_000
"""Exchanges that a fault lasts, until it is ended."""

_BETWEEN_S = 0.02
"""From one look at something that is awaited to the next."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tried:
    """How a delivery went."""

    receipt: Receipt | None  # None: it raised
    error: AdapterError | None
    commits: int
    early: int  # how many of ours had arrived when ``commit`` was called


class _Kept(logging.Handler):
    """Keeps what is logged, as it would be written."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


@dataclass
class Trial:
    """An account on a stand, how far it was pulled, and what came."""

    stand: Stand
    folder: Path
    patience_s: float = PATIENCE_S
    clock: FakeClock = field(default_factory=lambda: FakeClock(system_clock()))
    cursors: dict[str, str] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    came: list[Incoming] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)  # all that were handed out
    own: str = ""  # our address, or one that is nobody's where the account has none
    _mailboxes: dict[str, str] = field(default_factory=dict)  # of the messages that came
    _adapters: list[AnyAdapter] = field(default_factory=list)
    _run: str = field(default_factory=lambda: uuid4().hex[:6])
    _marks: int = 0

    @property
    def either(self) -> AnyAdapter:
        """The adapter under trial, whatever its roles."""
        return self._adapters[-1] if self._adapters else self.restarted()

    @property
    def adapter(self) -> Adapter:
        """The adapter under trial, for claims about conversations."""
        adapter = as_channel(self.either)
        assert adapter is not None
        return adapter

    @property
    def context(self) -> ContextAdapter:
        """The adapter under trial, for claims about what it knows of customers."""
        adapter = as_context(self.either)
        assert adapter is not None
        return adapter

    @property
    def capabilities(self) -> Capabilities:
        """What this very account can do, as the engine asks for it."""
        own = getattr(self.either, "capabilities", None)
        return own if isinstance(own, Capabilities) else self.stand.adapter.info.capabilities

    def restarted(self) -> AnyAdapter:
        """A new adapter for the same account, as after a restart of the program."""
        context = self.stand.context(self.clock)
        self.own = str(context.settings.get("address") or "support@example.test")

        def secret(name: str) -> str:
            found = context.secret(name)
            self.secrets.add(found)
            return found

        log = logging.Logger("conformance", logging.DEBUG)
        log.addHandler(_Kept(self.log))
        self._adapters.append(self.stand.make(replace(context, log=log, secret=secret)))
        return self._adapters[-1]

    async def close(self) -> None:
        """Close all adapters; Broken when one does not come to an end."""
        while self._adapters:
            await self.within(self._adapters.pop().close(), "close()")

    def mark(self) -> str:
        """A word that nothing else has in it and no markup changes."""
        self._marks += 1
        return f"m{self._run}n{self._marks:03}"

    async def within(self, work: Awaitable[T], what: str) -> T:
        """What ``work`` gives; Broken when it takes too long, and more so when it cannot even be
        cancelled."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=self.patience_s)
        except asyncio.CancelledError:  # wait() itself leaves its tasks running
            await self.cancelled(task, what)
            raise
        if done:
            return task.result()
        await self.cancelled(task, what)
        raise Broken(f"{what} did not end within {self.patience_s:g} s")

    async def cancelled(self, task: "asyncio.Future[Any]", what: str) -> None:
        """Cancel ``task``, which must come back soon; whatever it raises then is no matter."""
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=self.patience_s)
        hold(done, f"{what} was cancelled and went on for {self.patience_s:g} s")
        if not task.cancelled():
            task.exception()

    async def until(self, condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
        """Look again and again until ``condition`` holds; Broken with ``otherwise`` if never."""
        deadline = monotonic() + self.patience_s
        while not await condition():
            hold(monotonic() < deadline, otherwise)
            await asyncio.sleep(_BETWEEN_S)

    async def pulled(self, cursors: Mapping[str, str]) -> list[Batch]:
        """One pull to its end; nothing is remembered."""

        async def all_of() -> list[Batch]:
            return [batch async for batch in self.adapter.pull(cursors)]

        return await self.within(all_of(), "pull()")

    async def first_batch(self, cursors: Mapping[str, str]) -> Batch | None:
        """The first batch of a pull that is then given up, as at the end of the program."""

        async def first() -> Batch | None:
            batches = self.adapter.pull(cursors)
            try:
                return await anext(aiter(batches), None)
            finally:
                close = getattr(batches, "aclose", None)  # an iterator need not have it
                if close is not None:
                    await close()

        return await self.within(first(), "pull()")

    def take(self, batch: Batch) -> None:
        """Remember a batch as if it was committed."""
        self.cursors[batch.mailbox] = batch.cursor
        self.batches.append(batch)
        self.came += batch.messages
        self._mailboxes |= {one.remote_id: batch.mailbox for one in batch.messages}

    async def catch_up(self) -> list[Batch]:
        """Pull what is new and remember it."""
        batches = await self.pulled(dict(self.cursors))
        for batch in batches:
            self.take(batch)
        return batches

    def with_mark(self, mark: str) -> list[Incoming]:
        """All that came with ``mark`` in it."""
        return [one for one in self.came if mark in one.body.text]

    async def see(self, *marks: str) -> list[Incoming]:
        """Pull until messages with all of ``marks`` have come; the first one of each."""

        async def all_there() -> bool:
            await self.catch_up()
            return all(self.with_mark(mark) for mark in marks)

        await self.until(all_there, f"{len(marks)} messages were written, not all were pulled")
        return [self.with_mark(mark)[0] for mark in marks]

    async def asked(self, thread: str = "one") -> Incoming:
        """A customer's message, pulled."""
        mark = self.mark()
        await self.stand.write(f"Where is my order {mark}?", thread=thread)
        (message,) = await self.see(mark)
        return message

    def target(self, message: Incoming) -> Target:
        """Where ``message`` lies."""
        mailbox = self._mailboxes.get(message.remote_id, "")
        return Target(mailbox, message.remote_id, message.message_id, message.topic)

    def reply(
        self,
        to: Incoming,
        text: str,
        *,
        files: Sequence[Path] = (),
        kind: EffectKind = EffectKind.SEND,
    ) -> Effect:
        """An answer, or a note, as the engine would ask for it."""
        known = [to.message_id] if to.message_id else []
        outgoing = Outgoing(
            subject=f"Re: {to.subject}",
            text=text,
            sender=Address("Support", self.own),
            recipients=Recipients((Address(to.sender.name, to.sender.value),)),
            in_reply_to=to.message_id,
            references=(*to.references, *known),
            files=tuple(map(str, files)),
            date=self.clock(),
            thread_key=to.thread_key,
        )
        return replace(self.effect(kind, to), outgoing=outgoing)

    def effect(self, kind: EffectKind, about: Incoming, **more: Any) -> Effect:
        """Another effect on the conversation of ``about``; ``more`` are fields of Effect."""
        key = f"{uuid4().hex}@example.test"
        given = {"targets": (self.target(about),), "thread_key": about.thread_key} | more
        return Effect(kind, key, **given)

    async def deliver(
        self, effect: Effect, *, at_commit: Callable[[], Awaitable[None]] | None = None
    ) -> Tried:
        """Deliver ``effect``; ``at_commit`` runs within its step of no return."""
        commits = early = 0

        async def commit() -> None:
            nonlocal commits, early
            commits += 1
            early = len(await self.stand.arrived())
            if at_commit is not None:
                await at_commit()

        try:
            receipt = await self.within(self.adapter.deliver(effect, commit), "deliver()")
        except AdapterError as error:
            return Tried(None, error, commits, early)
        hold(isinstance(receipt, Receipt), f"deliver() gave {receipt!r}, no Receipt")
        return Tried(receipt, None, commits, early)

    async def sent(self, to: Incoming, text: str, **how: Any) -> tuple[Effect, Receipt]:
        """Deliver an answer that must go well."""
        effect = self.reply(to, text, **how)
        tried = await self.deliver(effect)
        hold(tried.receipt, f"deliver() raised {tried.error!r}")
        assert tried.receipt is not None
        return effect, tried.receipt

    async def arrived(self, mark: str) -> list[Arrived]:
        """What has reached the provider with ``mark`` in it, by now."""
        return [one for one in await self.stand.arrived() if mark in one.text]

    def file(self, name: str, octets: bytes) -> Path:
        """A file to attach."""
        path = self.folder / name
        path.write_bytes(octets)
        return path


@asynccontextmanager
async def trial(stand: Stand, patience_s: float = PATIENCE_S) -> AsyncIterator[Trial]:
    """A stand that is up with its account on trial; taken down at the end."""
    with TemporaryDirectory(prefix="agent-tui-trial-") as folder:
        try:
            await stand.start()
            made = Trial(stand, Path(folder), patience_s)
            try:
                yield made
            finally:
                await made.close()
        finally:
            await stand.stop()
