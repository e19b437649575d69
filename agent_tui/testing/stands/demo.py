"""The demo shop in memory; its clock stands, so that only the suite's customers write."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agent_tui.adapters.contract import AccountContext, Adapter, Commit, Effect, Receipt
from agent_tui.adapters.demo import DemoAdapter
from agent_tui.adapters.demo.live import Live
from agent_tui.adapters.demo.shop import MAIL
from agent_tui.adapters.demo.world import Scene
from agent_tui.content.body import prepare_text
from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import MINUTE, Clock, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Incoming, Outgoing, Sender
from agent_tui.model.message import Direction, Recipients
from agent_tui.model.record import Item, Money, Record, RecordKind
from agent_tui.testing.stand import Arrived, CannotPlay, Stand


class _Shop(DemoAdapter):
    """The demo adapter as it is, with a door for customers and a look at what left."""

    def __init__(
        self, account: AccountContext, door: list[Incoming], ordered: list[tuple[str, Record]]
    ) -> None:
        super().__init__(account)
        self._orders.door = ordered
        self._door = door
        self._open = True
        self.left: dict[str, Effect] = {}  # by key, in order

    def look(self) -> None:
        """Somebody stands at the door."""
        if self._live is not None and self._open:
            self._let_in(self._live)

    async def close(self) -> None:
        await super().close()
        self._open = False

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        receipt = await super().deliver(effect, commit)
        self.left.setdefault(effect.key, effect)
        return receipt

    def _begin(self, scenes: list[Scene]) -> Live:
        live = super()._begin(scenes)
        self._let_in(live)
        return live

    def _let_in(self, live: Live) -> None:
        for message in self._door:
            live._schedule(self._clock(), message)  # noqa: SLF001 - the only way into the shop
        self._door.clear()
        self._changed.set()


class DemoStand(Stand):
    """Each adapter has a shop of its own; the newest is where customers go."""

    adapter = DemoAdapter

    def __init__(self) -> None:
        self._shop: _Shop | None = None
        self._door: list[Incoming] = []  # what customers wrote, and no shop has yet
        self._ordered: list[tuple[str, Record]] = []
        self._written = 0
        self._earlier: dict[str, Effect] = {}
        self._starts = 0
        self._clock: Clock = lambda: 0

    async def start(self) -> None:
        """The shop is made with its adapter."""

    async def stop(self) -> None:
        """It goes with its adapter."""

    def context(self, clock: Clock) -> AccountContext:
        self._starts += 1
        later: Millis = self._starts * MINUTE  # another run of the program begins later

        def now() -> Millis:
            return clock() + later

        self._clock = now
        return AccountContext("demo", {}, str, logging.getLogger("demo"), now)

    def make(self, account: AccountContext) -> Adapter:
        if self._shop is not None:
            self._earlier |= self._shop.left
        self._shop = _Shop(account, self._door, self._ordered)
        return self._shop

    async def write(
        self, text: str, *, thread: str = "one", files: Sequence[tuple[str, bytes]] = ()
    ) -> str:
        if files or safe_text(text) != text:
            raise CannotPlay("the shop's customers send no files and no control characters")
        self._written += 1
        message = Incoming(
            remote_id=f"stand-{self._written}",
            channel=Channel.CHAT,
            direction=Direction.INBOUND,
            sender=Sender(IdentityKind.HANDLE, f"@{thread}", thread.title()),
            at=self._clock(),
            body=prepare_text(text),
            recipients=Recipients(to=(MAIL,)),
            thread_key=f"stand-{thread}",
        )
        self._door.append(message)
        if self._shop is not None:
            self._shop.look()
        return message.remote_id

    async def arrived(self) -> Sequence[Arrived]:
        found: dict[str, Arrived] = {}
        for key, effect in self._left().items():
            of = effect.targets[-1].remote_id if effect.targets else ""
            match effect.kind:
                case EffectKind.SEND | EffectKind.NOTE if effect.outgoing is not None:
                    thread = (effect.thread_key or "").removeprefix("stand-")
                    text, files = effect.outgoing.text, _files(effect.outgoing)
                    found[key] = Arrived(effect.kind, thread, text, files)
                case EffectKind.EDIT if of in found and effect.outgoing is not None:
                    found[of] = replace(found[of], text=effect.outgoing.text)
                case EffectKind.DELETE if of in found:
                    found[of] = replace(found[of], deleted=True)
        return list(found.values())

    async def order(
        self, email: str, number: str, *, item: str = "Lamp", total: Money | None = None
    ) -> None:
        if safe_line(item) != item:
            raise CannotPlay("the shop sells nothing with control characters in its name")
        at = self._clock() + len(self._ordered)
        total = total or Money(4900, "GBP")
        record = Record(
            RecordKind.ORDER, number, number, at, "paid", total, items=(Item(item, total=total),)
        )
        self._ordered.append((email, record))

    async def seen_typing(self, thread: str = "one") -> bool:
        effects = [one for one in self._left().values() if one.kind is EffectKind.TYPING]
        here = [one for one in effects if one.thread_key == f"stand-{thread}"]
        return bool(here) and here[-1].on

    def _left(self) -> dict[str, Effect]:
        return self._earlier | (self._shop.left if self._shop is not None else {})


def _files(outgoing: Outgoing) -> tuple[tuple[str, bytes], ...]:
    paths = [Path(path) for path in outgoing.files]
    return tuple((path.name, path.read_bytes()) for path in paths)
