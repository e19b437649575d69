"""The demo adapter: a small shop in memory whose customers write and answer."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from agent_tui.adapters.contract import (
    WHOLE,
    AccountContext,
    AdapterInfo,
    Commit,
    Effect,
    Finding,
    Hint,
    Option,
    Receipt,
    Refused,
    Role,
    Settled,
    Severity,
    Target,
)
from agent_tui.adapters.demo import carriers, files, reviews, shop, source
from agent_tui.adapters.demo.habits import Happening
from agent_tui.adapters.demo.live import Live
from agent_tui.adapters.demo.orders import Orders
from agent_tui.adapters.demo.play import history, people
from agent_tui.adapters.demo.world import Scene, Stage, message, place, timeline
from agent_tui.content.safe import safe_line
from agent_tui.model.account import Capabilities, EffectKind
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import Identity
from agent_tui.model.incoming import (
    Batch,
    Colleague,
    ConversationState,
    Deletion,
    Edit,
    Incoming,
    Mark,
    Progress,
    ReactionChange,
    ServerReply,
    Typing,
)
from agent_tui.model.record import Looked

MAILBOX = "shop"
"""The one mailbox of the demo account."""

_BATCH = 100

_OF_CHATS = frozenset({EffectKind.EDIT, EffectKind.DELETE, EffectKind.REACT, EffectKind.TYPING})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Cursor:
    """How far a store has taken in the world, and relative to which time it was placed."""

    now: Millis
    past: int = 0  # messages of the past taken in
    run: Millis = 0  # which run ``live`` counts in, by its start
    live: int = 0  # of what happened while somebody watched, how much was taken in

    def __str__(self) -> str:
        return f"{self.now} {self.past} {self.run} {self.live}"


class DemoAdapter:
    """The account of a shop that exists in memory only; the same seed gives the same world."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        name="demo",
        title=f"Demo shop ({shop.NAME})",
        version="1",
        capabilities=Capabilities(
            channel=Channel.MAIL,
            effects=frozenset(EffectKind),
            statuses=frozenset(Status),
            push=True,
            marks=True,
            attach=True,
            single_reply=True,
            recipients=True,
            idempotent=True,
            source=True,
        ),
        options=(
            Option("address", str, "The address customers write to", default=shop.MAIL.email),
            Option("name", str, "The name customers see beside it", default=shop.NAME),
            Option("seed", int, "Another number, another world", default=1),
            Option("frozen", bool, "Nobody writes or answers by themselves", default=False),
            Option("me", str, "Handle of the agent at the keyboard", default="you"),
            Option("now", int, "Time the world ends at, in ms since 1970", optional=True),
        ),
        roles=frozenset(Role),
    )

    def __init__(self, account: AccountContext) -> None:
        self._seed = _whole(account.settings.get("seed", 1))
        self._frozen = bool(account.settings.get("frozen", False))
        self._me = str(account.settings.get("me", "you"))
        self._now = account.settings.get("now")
        self._clock = account.clock
        self._orders = Orders(self._seed, self._resumed(None).now)
        self._live: Live | None = None
        self._came: list[Happening] = []  # all that happened in this run
        self._sent: dict[str, Receipt] = {}
        self._changed = asyncio.Event()  # something may be due earlier than watch() thinks

    async def pull(self, cursors: Mapping[str, str]) -> AsyncGenerator[Batch, None]:
        """The shop's past, oldest first, then what has come since."""
        cursor = self._resumed(cursors.get(MAILBOX))
        self._orders.now = cursor.now
        scenes = place(history(), self._seed, cursor.now)
        live = self._begin(scenes)
        async for batch in self._past(cursor, scenes):
            yield batch
        taken = cursor.live if cursor.run == live.start else 0
        if not self._frozen:
            self._came += live.due(self._clock())
        news = self._came[taken:]
        self._changed.set()
        if news:
            past = sum(len(scene.times) for scene in scenes)
            after = _Cursor(cursor.now, past, live.start, len(self._came))
            yield _batch(str(after), news)

    async def watch(self) -> AsyncGenerator[Hint, None]:
        """A hint whenever a customer has written or done something else, or begins to write."""
        while True:
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._seconds_to_watch())
            for typing in self._typing():
                yield Hint(MAILBOX, typing)
            if self._seconds_left() == 0:
                self._changed.clear()
                yield Hint(MAILBOX)
                await self._changed.wait()  # until somebody has pulled

    async def deliver(self, effect: Effect, commit: Commit) -> Receipt:
        """Everything works at once; a sent reply is answered a few seconds later."""
        if effect.kind is not EffectKind.SEND:
            if effect.kind in _OF_CHATS and self._is_mail(effect):
                raise Refused("What has left as mail cannot be changed; write another mail.")
            return Receipt()
        if effect.outgoing is None:
            raise Refused("There is nothing to send in what was queued; write it again.")
        _check_files(effect.outgoing.files)
        await commit()
        if effect.key not in self._sent:
            self._sent[effect.key] = Receipt(remote_id=effect.key, files_copy=True)
            if self._live is not None and not self._frozen:
                self._live.answer(effect, self._clock())
                self._changed.set()
        return self._sent[effect.key]

    async def settle(self, effect: Effect) -> Settled:
        """The shop remembers every key for as long as it lives."""
        return Settled.SENT if effect.key in self._sent else Settled.NOT_SENT

    async def file_copy(self, effect: Effect) -> None:
        """The shop has filed its copy already (``Receipt.files_copy``)."""

    async def fetch(self, target: Target, part: str) -> bytes:
        """The bytes of the attachment called ``part``, or of a whole mail; Refused for what the
        shop does not know."""
        if part == WHOLE:
            return source.octets(self._mail(target.remote_id))
        if not files.known(part):
            raise Refused(f"The demo shop has no file '{part}'; open one that a message lists.")
        return files.content(part)

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        """What the shop's customers have bought."""
        return self._orders.look_up(identities)

    async def check(self) -> list[Finding]:
        """Nothing can be wrong with a world in memory."""
        what = f"{len(history())} conversations of {len(people())} customers"
        return [Finding("Demo shop", Severity.OK, what)]

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _mail(self, remote_id: str) -> Incoming:
        """The mail of that id. Raises Refused for one of an earlier run: they live in memory."""
        for one in self._came:
            if isinstance(one, Incoming) and one.remote_id == remote_id and one.message_id:
                return one
        now = self._orders.now
        for scene in place(history(), self._seed, now):
            for index in range(len(scene.times)):
                if f"{scene.play.key}.{index}" == remote_id and scene.play.channel is Channel.MAIL:
                    return message(scene, index, Stage(self._me, now))
        raise Refused("The demo shop forgets what came while it ran before; open an older mail.")

    def _resumed(self, cursor: str | None) -> _Cursor:
        if cursor is not None:
            return _Cursor(*map(int, cursor.split()))
        return _Cursor(self._clock() if self._now is None else _whole(self._now))

    def _begin(self, scenes: list[Scene]) -> Live:
        if self._live is None:
            self._live = Live(self._seed, self._me, self._clock(), scenes)
        return self._live

    def _is_mail(self, effect: Effect) -> bool:
        channel = self._live.channel_of(effect.thread_key) if self._live is not None else None
        return channel is Channel.MAIL

    def _typing(self) -> list[Typing]:
        if self._live is None or self._frozen:
            return []
        return self._live.typing(self._clock())

    async def _past(self, cursor: _Cursor, scenes: list[Scene]) -> AsyncGenerator[Batch, None]:
        stage = Stage(self._me, cursor.now)
        moments = timeline(scenes)
        for start in range(cursor.past, len(moments), _BATCH):
            some = moments[start : start + _BATCH]
            done = start + len(some)
            ended = [scene for scene, index in some if index == len(scene.times) - 1]
            yield Batch(
                MAILBOX,
                str(_Cursor(cursor.now, done, cursor.run, cursor.live)),
                tuple(message(scene, index, stage) for scene, index in some),
                progress=Progress(done, len(moments)),
                reactions=carriers.reactions(ended),
                marks=carriers.marks(ended),
                edits=reviews.edits(ended),
                conversations=carriers.states(ended) + reviews.states(ended),
                colleagues=tuple(Colleague(*agent) for agent in shop.AGENTS.items()),
                canned=tuple(ServerReply(*reply) for reply in shop.REPLIES),
            )

    def _seconds_to_watch(self) -> float | None:
        """Until there is something to hint at; None while there will be nothing."""
        left = self._seconds_left()
        at = self._live.next_typing_at() if self._live is not None else None
        if left is None or at is None:
            return left
        return min(left, max(0, at - self._clock()) / SECOND)

    def _seconds_left(self) -> float | None:
        """Until there is something to pull; None while there will be nothing."""
        if self._live is None or self._frozen:
            return None
        return max(0, self._live.next_at() - self._clock()) / SECOND


def _check_files(paths: Sequence[str]) -> None:
    """Raises Refused for a file that is not there."""
    for path in paths:
        if not Path(path).is_file():
            raise Refused(f"The file '{safe_line(path)}' is gone; attach it again.")


def _batch(cursor: str, news: Sequence[Happening]) -> Batch:
    """What happened, sorted into a batch."""
    return Batch(
        MAILBOX,
        cursor,
        _of(Incoming, news),
        edits=_of(Edit, news),
        deletions=_of(Deletion, news),
        reactions=_of(ReactionChange, news),
        marks=_of(Mark, news),
        conversations=_of(ConversationState, news),
    )


def _of(kind: type[_T], news: Sequence[Happening]) -> tuple[_T, ...]:
    return tuple(one for one in news if isinstance(one, kind))


def _whole(value: object) -> int:
    if isinstance(value, int):
        return value
    raise TypeError(f"{value!r} is no whole number")
