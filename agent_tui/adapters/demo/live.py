"""What happens in the demo world while somebody watches: arrivals, reminders and answers."""

import heapq
import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from agent_tui.adapters.contract import Effect
from agent_tui.adapters.demo import reviews, shop
from agent_tui.adapters.demo.body import Quoted, body
from agent_tui.adapters.demo.carriers import carrier, state
from agent_tui.adapters.demo.habits import Habits, Happening, Timed, Writes
from agent_tui.adapters.demo.phrases import Phrases, asks_for_photo
from agent_tui.adapters.demo.play import Person, Play, Voice, arrivals, people
from agent_tui.adapters.demo.world import Scene, Stage, customer, message
from agent_tui.model.clock import MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.incoming import Incoming, Typing
from agent_tui.model.message import Direction, Recipients

_FIRST = (16 * SECOND, 25 * SECOND)
"""From the start to the first arrival."""
_BETWEEN = (20 * SECOND, 60 * SECOND)
"""From one arrival to the next."""

_REMINDERS = 0.25
"""Share of arrivals in which somebody asks after an open conversation."""

_ASLEEP: Millis = 10 * MINUTE
"""A machine that slept longer than this does not catch up on what it missed."""

_PATIENCE = {Channel.CHAT: 8}
"""How often a customer answers in one conversation."""
_MAIL_PATIENCE = 2

_TOGETHER = 0.5
"""Share of new chats soon after which another one begins: agents have several at once."""
_SOON = (3 * SECOND, 8 * SECOND)

_DELAYS: dict[Channel, tuple[Millis, Millis]] = {Channel.CHAT: (2 * SECOND, 5 * SECOND)}
_MAIL_DELAY = (5 * SECOND, 14 * SECOND)


@dataclass(slots=True)
class _Talk:
    """A conversation as far as its customer's part is concerned."""

    play: Play
    key: str | None  # None: a conversation that an agent began
    answers: int = 0


@dataclass(slots=True)
class Live:
    """The customers' side of the world from ``start`` on; the same seed, the same customers."""

    seed: int
    me: str
    start: Millis
    past: list[Scene]
    _chance: random.Random = field(init=False)
    _phrases: Phrases = field(init=False)
    _next: Millis = field(init=False)
    _habits: Habits = field(init=False)
    _due: list[tuple[Millis, int, Happening]] = field(default_factory=list)
    _writes: list[tuple[Millis, int, Writes]] = field(default_factory=list)
    _talks: dict[str, _Talk] = field(default_factory=dict)
    _ours: dict[str, _Talk] = field(default_factory=dict)  # begun by agents, by Message-ID
    _waiting: list[Play] = field(init=False)
    _stock: list[Play] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(f"live {self.seed}")  # noqa: S311 - a world, not a secret
        self._phrases = Phrases(self._chance)
        self._habits = Habits(random.Random(f"habits {self.seed}"))  # noqa: S311 - as above
        self._next = self.start + self._between(_FIRST)
        self._talks = {scene.play.key: _Talk(scene.play, scene.play.key) for scene in self.past}
        self._waiting = [
            scene.play
            for scene in self.past
            if scene.play.status is Status.OPEN
            and scene.play.channel is Channel.MAIL
            and scene.play.lines[-1].voice is Voice.CUSTOMER
            and "newsletter" not in scene.play.labels
        ]
        self._chance.shuffle(self._waiting)

    def next_at(self) -> Millis:
        """When something comes next that is to be pulled."""
        return min(self._next, self._due[0][0]) if self._due else self._next

    def next_typing_at(self) -> Millis | None:
        """When somebody begins to write next."""
        return self._writes[0][0] if self._writes else None

    def typing(self, now: Millis) -> list[Typing]:
        """Who has begun to write up to ``now``, and has not sent it yet."""
        begun = []
        while self._writes and self._writes[0][0] <= now:
            writes = heapq.heappop(self._writes)[2]
            if now < writes.until:
                begun.append(writes.typing)
        return begun

    def channel_of(self, thread_key: str | None) -> Channel | None:
        """The channel of a conversation that the world knows."""
        talk = self._talks.get(thread_key or "")
        return talk.play.channel if talk else None

    def due(self, now: Millis) -> list[Happening]:
        """Everything that has come up to ``now`` and was not returned before, in order."""
        if now - self._next > _ASLEEP:
            self._next = now
        while self._next <= now:
            self._arrive(self._next)
            self._next += self._between(_BETWEEN)
        came = []
        while self._due and self._due[0][0] <= now:
            came.append(heapq.heappop(self._due)[2])
        return came

    def answer(self, effect: Effect, now: Millis) -> None:
        """Has the customer answer what an agent sent, a little later, unless they are done."""
        talk = self._talk(effect)
        if talk is None or effect.outgoing is None:
            return
        channel, read = talk.play.channel, now
        if channel is Channel.REVIEW:
            self._revise(talk, now)
            return
        if carrier(channel, talk.play.person):
            read, shown = self._habits.read(talk.play, effect.key, now)
            self._schedule_all(shown)
        if talk.answers >= _PATIENCE.get(channel, _MAIL_PATIENCE):
            if channel is Channel.CHAT and talk.key is not None:
                self._write_all(self._habits.hesitates(talk.play, talk.key, read))
            return
        text = self._phrases.answer(
            talk.play.person.language,
            effect.outgoing.text,
            chat=channel is Channel.CHAT,
            answers=talk.answers,
        )
        talk.answers += 1
        at = now + self._between(_DELAYS.get(channel, _MAIL_DELAY))
        answer = replace(self._reply(talk, effect, text, now), at=at)
        if channel is Channel.CHAT:
            if asks_for_photo(effect.outgoing.text):
                answer = self._habits.with_photo(answer)
            answer, corrections = self._habits.slips(talk.play, answer)
            self._schedule_all(corrections)
            self._write(talk, read, at)
        self._schedule(at, answer)
        self._keep_open(talk, at)

    def _revise(self, talk: _Talk, now: Millis) -> None:
        """Who writes reviews does not answer, but may think better of the shop, once."""
        at = now + self._between(_MAIL_DELAY)
        better = reviews.improved(talk.play, talk.key, at) if talk.key else None
        if better is not None and not talk.answers:
            talk.answers += 1
            self._schedule(at, better)

    def _arrive(self, at: Millis) -> None:
        if self._waiting and self._chance.random() < _REMINDERS:
            self._remind(self._waiting.pop(), at)
        else:
            self._begin(at)

    def _begin(self, at: Millis) -> None:
        play = self._new_play()
        times = [at]
        for _ in play.lines[1:]:
            times.append(times[-1] + self._between((3 * SECOND, 9 * SECOND)))
        scene = Scene(play, tuple(times), quotes=False, unread=True)
        talk = self._talks[play.key] = _Talk(play, play.key)
        for index, moment in enumerate(times):
            line = message(scene, index, Stage(self.me, at))
            self._schedule(moment, line if index == 0 else replace(line, status=None))
            self._keep_open(talk, moment)
            if said := reviews.state(play, play.key):
                self._schedule(moment, said)
            if index and play.channel is Channel.CHAT:
                self._write(talk, times[index - 1], moment)
        if play.channel is Channel.CHAT:
            self._schedule_all(self._habits.doubles(play, line))
            if self._chance.random() < _TOGETHER:
                self._begin_chat(at + self._between(_SOON))

    def _begin_chat(self, at: Millis) -> None:
        """Another chat beside one that has just begun, if one is left."""
        chats = [play for play in self._stock if play.channel is Channel.CHAT]
        if chats:
            self._stock.remove(chats[-1])
            self._stock.append(chats[-1])  # the next to be taken
            self._begin(at)

    def _new_play(self) -> Play:
        if not self._stock:
            self._stock = list(arrivals())
            self._chance.shuffle(self._stock)
        return replace(self._stock.pop(), key=self._new_key("new"))

    def _remind(self, play: Play, at: Millis) -> None:
        text = self._phrases.reminder(play.person.language)
        self._schedule(at, self._written(self._talks[play.key], text, at))

    def _reply(self, talk: _Talk, effect: Effect, text: str, now: Millis) -> Incoming:
        outgoing = effect.outgoing
        if talk.play.channel is not Channel.MAIL or outgoing is None:
            return self._written(talk, text, now)
        return replace(
            self._written(talk, text, now, Quoted(str(shop.MAIL), now, outgoing.text)),
            references=(*outgoing.references, effect.key),
        )

    def _written(
        self, talk: _Talk, text: str, at: Millis, quoted: Quoted | None = None
    ) -> Incoming:
        play, mail = talk.play, talk.play.channel is Channel.MAIL
        remote_id = self._new_key(play.key)
        message_id = f"{remote_id}@{play.person.mail.partition('@')[2]}" if mail else None
        if message_id is not None and talk.key is None:
            self._ours[message_id] = talk
        return Incoming(
            remote_id=remote_id,
            channel=play.channel,
            direction=Direction.INBOUND,
            sender=customer(play.person),
            at=at,
            body=body(text, play.person.language, play.person.signature if mail else "", quoted),
            subject=f"Re: {play.subject}" if play.subject else "",
            recipients=Recipients(to=(shop.MAIL,)) if mail else Recipients(),
            message_id=message_id,
            thread_key=talk.key,
            rating=play.rating,
        )

    def _schedule(self, at: Millis, happening: Happening) -> None:
        self._count += 1
        if isinstance(happening, Incoming):
            happening = replace(happening, at=at)
        heapq.heappush(self._due, (at, self._count, happening))

    def _schedule_all(self, timed: Iterable[Timed]) -> None:
        for at, happening in timed:
            self._schedule(at, happening)

    def _keep_open(self, talk: _Talk, at: Millis) -> None:
        """The customer writes ``at``: they can be answered for a while again."""
        said = state(talk.play, talk.key, at) if talk.key is not None else None
        if said is not None:
            self._schedule(at, said)

    def _write(self, talk: _Talk, start: Millis, end: Millis) -> None:
        """The customer is seen to write before something comes of them at ``end``."""
        if talk.key is not None:
            self._write_all([self._habits.types(talk.play, talk.key, start, end)])

    def _write_all(self, several: Iterable[Writes]) -> None:
        for writes in several:
            self._count += 1
            heapq.heappush(self._writes, (writes.at, self._count, writes))

    def _talk(self, effect: Effect) -> _Talk | None:
        """The conversation that ``effect`` answers, or the one that it begins."""
        key = effect.thread_key
        if key is not None:
            return self._talks.get(key)
        if effect.outgoing is None:
            return None
        if effect.outgoing.in_reply_to in self._ours:
            return self._ours[effect.outgoing.in_reply_to]
        person = _known(address.email for address in effect.outgoing.recipients.to)
        if person is None:
            return None
        play = Play(
            self._new_key("ours"), person, Channel.MAIL, Status.PENDING, 0, effect.outgoing.subject
        )
        return _Talk(play, None)

    def _new_key(self, stem: str) -> str:
        """Unique over all runs that share a store."""
        self._count += 1
        return f"{stem}-{self.start:x}-{self._count}"

    def _between(self, limits: tuple[Millis, Millis]) -> Millis:
        return self._chance.randint(*limits)


def _known(addresses: Iterable[str]) -> Person | None:
    """The first customer among the owners of ``addresses``."""
    wanted = [address.lower() for address in addresses]
    return next((person for person in people().values() if person.mail in wanted), None)
