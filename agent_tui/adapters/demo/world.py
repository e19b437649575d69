"""Places the plays of the demo world in time and turns them into messages."""

import random
from dataclasses import dataclass

from agent_tui.adapters.demo import files, shop
from agent_tui.adapters.demo.body import Quoted, body
from agent_tui.adapters.demo.play import Line, Person, Play, Voice, review
from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Flags, Incoming, IncomingFile, Sender
from agent_tui.model.message import Address, Direction, Recipients

_GAPS: dict[Channel, tuple[Millis, Millis]] = {
    Channel.CHAT: (20 * SECOND, 3 * MINUTE),
    Channel.SOCIAL: (5 * MINUTE, 2 * HOUR),
    Channel.REVIEW: (2 * HOUR, 30 * HOUR),
}
_MAIL_GAP = (25 * MINUTE, 16 * HOUR)
_QUOTES = 0.55
"""Share of customers whose mail program quotes what they answer."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A play with the time of each of its lines."""

    play: Play
    times: tuple[Millis, ...]
    quotes: bool  # the customer's mail program quotes
    unread: bool  # nobody has opened it since an agent's last word


@dataclass(frozen=True, slots=True)
class Stage:
    """What the world stands on: the agent at the keyboard and the time it is relative to."""

    me: str
    now: Millis


def place(plays: tuple[Play, ...], seed: int, now: Millis) -> list[Scene]:
    """``plays`` in time, their last lines as long before ``now`` as they say, give or take."""
    return [_placed(play, random.Random(f"{seed} {play.key}"), now) for play in plays]  # noqa: S311 - a world, not a secret


def timeline(scenes: list[Scene]) -> list[tuple[Scene, int]]:
    """Every line of ``scenes``, oldest first."""
    moments = [
        (at, number, index)
        for number, scene in enumerate(scenes)
        for index, at in enumerate(scene.times)
    ]
    return [(scenes[number], index) for _, number, index in sorted(moments)]


def message(scene: Scene, index: int, stage: Stage) -> Incoming:
    """Line ``index`` of ``scene`` as it comes from the provider."""
    play, line = scene.play, scene.play.lines[index]
    mail = play.channel is Channel.MAIL
    return Incoming(
        remote_id=f"{play.key}.{index}",
        channel=play.channel,
        direction=_DIRECTIONS[line.voice],
        sender=_sender(play, line, stage.me),
        at=scene.times[index],
        body=body(
            line.earlier[1] if line.earlier else line.text,
            play.person.language,
            _signature(play, line, stage.me),
            _quoted(scene, index) if mail else None,
        ),
        subject=_subject(play, index),
        recipients=_recipients(play.person, line) if mail else Recipients(),
        message_id=message_id(play, index) if mail else None,
        references=tuple(
            message_id(play, before)
            for before in range(index)
            if play.lines[before].voice is not Voice.NOTE
        )
        if mail
        else (),
        thread_key=play.key,
        files=tuple(map(attachment, line.files)),
        flags=Flags(seen=not scene.unread or index <= _last_answer(play)),
        automatic=line.automatic,
        rating=line.earlier[0] if line.earlier else play.rating,
        review=review(play) if index == 0 else None,
        status=play.status,
        snoozed_until=None if play.snoozed is None else stage.now + play.snoozed,
        labels=play.labels,
        assignee=stage.me if play.assignee == shop.ME else play.assignee,
        priority=play.priority,
    )


def customer(person: Person) -> Sender:
    """How providers know ``person``: by address where they gave one, else by handle."""
    if person.mail:
        return Sender(IdentityKind.EMAIL, person.mail, person.name)
    says = ((IdentityKind.EMAIL, person.says),) if person.says else ()
    return Sender(IdentityKind.HANDLE, person.handle, person.name, says)


def attachment(name: str) -> IncomingFile:
    """The demo file called ``name``."""
    return IncomingFile(name, name, files.media_type(name), len(files.content(name)))


def message_id(play: Play, index: int) -> str:
    """The Message-ID of line ``index``, without angle brackets (RFC 5322)."""
    ours = play.lines[index].voice is not Voice.CUSTOMER
    domain = (shop.MAIL.email if ours else play.person.mail).partition("@")[2]
    return f"{play.key}.{index}@{domain}"


_DIRECTIONS = {
    Voice.CUSTOMER: Direction.INBOUND,
    Voice.AGENT: Direction.OUTBOUND,
    Voice.NOTE: Direction.NOTE,
}


def _placed(play: Play, chance: random.Random, now: Millis) -> Scene:
    low, high = _GAPS.get(play.channel, _MAIL_GAP)
    at = now - int(play.ago * chance.uniform(0.92, 1.08))
    times = [at]
    for _ in play.lines[1:]:
        at -= int(chance.uniform(low, high))
        times.append(at)
    unread = (
        play.status is Status.OPEN
        and play.lines[-1].voice is Voice.CUSTOMER
        and play.ago < 2 * DAY
        and play.assignee is None
    )
    return Scene(play, tuple(reversed(times)), chance.random() < _QUOTES, unread)


def _sender(play: Play, line: Line, me: str) -> Sender:
    if line.voice is Voice.CUSTOMER:
        return customer(play.person)
    handle = me if line.agent == shop.ME else line.agent
    name = shop.agent_name(handle)
    if line.voice is Voice.AGENT and play.channel is Channel.MAIL:
        return Sender(IdentityKind.EMAIL, shop.MAIL.email, f"{name} ({shop.NAME})")
    return Sender(IdentityKind.HANDLE, handle, name)


def _signature(play: Play, line: Line, me: str) -> str:
    if play.channel is not Channel.MAIL or line.automatic or line.voice is Voice.NOTE:
        return ""
    if line.voice is Voice.CUSTOMER:
        return play.person.signature
    handle = me if line.agent == shop.ME else line.agent
    return f"{shop.agent_name(handle)}\n{shop.NAME}, The Old Ropeworks, Hexham"


def _quoted(scene: Scene, index: int) -> Quoted | None:
    lines = scene.play.lines
    if index == 0 or not scene.quotes or lines[index].voice is not Voice.CUSTOMER:
        return None
    if lines[index - 1].voice is not Voice.AGENT:
        return None
    return Quoted(str(shop.MAIL), scene.times[index - 1], lines[index - 1].text)


def _last_answer(play: Play) -> int:
    """Where an agent spoke last; -1 where none did."""
    spoken = (n for n, line in enumerate(play.lines) if line.voice is not Voice.CUSTOMER)
    return max(spoken, default=-1)


def _subject(play: Play, index: int) -> str:
    return play.subject if index == 0 or not play.subject else f"Re: {play.subject}"


def _recipients(person: Person, line: Line) -> Recipients:
    if line.voice is Voice.CUSTOMER:
        return Recipients(to=(shop.MAIL,))
    return Recipients(to=(Address(person.name, person.mail),))
