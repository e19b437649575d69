"""A chat as lines: bubbles under shared heads, made anew only where something is different.

Pure: lines depend on the messages and the pane's look, not on what time it is, so that the lines
of a chat that goes on for days are made once.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from rich.cells import cell_len

from agent_tui.model.clock import MINUTE, Millis
from agent_tui.model.message import Delivery, Direction, Message, Reaction
from agent_tui.ui.cells import ASCII, Glyphs, fit
from agent_tui.ui.history import Happening
from agent_tui.ui.lines import Block, Document, clean, files, remarks
from agent_tui.ui.markup import Line, Look, body_lines, plain_lines
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part

_ONE_TURN: Millis = 5 * MINUTE
"""Messages of one sender that follow each other so closely share a head."""

_INDENT = 2
_WIDEST = 92
"""Longer lines are hard to read."""

_RANK = {Delivery.SENT: 0, Delivery.DELIVERED: 1, Delivery.READ: 2}
_LOUD = {Delivery.FAILED: "NOT SENT", Delivery.UNCERTAIN: "MAYBE SENT"}
_SHORT_NAMES = {
    "\U0001f44d": ":+1:",
    "\U0001f44e": ":-1:",
    "\u2764": ":heart:",
    "\U0001f602": ":joy:",
    "\U0001f389": ":tada:",
    "\U0001f64f": ":pray:",
}

Item = Message | Happening


class _Stand(NamedTuple):
    """How a message stands among the others: what its lines depend on beside itself."""

    before: Item | None
    unread: bool  # the first one that was unread when the chat was opened
    marked: bool  # it says how far it has come
    thread: int  # a number, 0: there is but one thread
    answered: str  # the beginning of what it answers


class Chat:
    """The document of a chat for one look; what did not change keeps its lines."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._items: list[Item] = []
        self._blocks: list[Block] = []
        self._unread: int | None = None
        self._marked: frozenset[int] = frozenset()
        self._threads: Mapping[str, int] = {}

    def document(
        self, messages: Sequence[Message], happened: Sequence[Happening], unread: int | None
    ) -> Document:
        """Messages, oldest first, and what happened between them; the line of what is new stands
        above the message ``unread``."""
        items = _merged(messages, happened)
        marked, threads = _marked(messages), _threads(messages)
        if threads != self._threads:
            self._items, self._blocks, self._threads = [], [], threads
        start, end = _unchanged(self._items, items)
        touched = marked ^ self._marked | (
            {unread, self._unread} if unread != self._unread else set()
        )
        again = set(range(start, min(len(items) - end + 1, len(items))))
        again |= _places(messages, items, touched, self._items[start : len(self._items) - end])
        self._items, self._marked, self._unread = items, marked, unread
        old = self._blocks
        blocks = old[:start] + [Block(iter(()))] * (len(items) - start - end)
        self._blocks = blocks + old[len(old) - end :] if end else blocks
        for place in again:
            self._blocks[place] = self._block(place, messages)
        return Document(list(self._blocks))

    def _block(self, place: int, messages: Sequence[Message]) -> Block:
        item = self._items[place]
        before = self._items[place - 1] if place else None
        if isinstance(item, Happening):
            return Block(_happening_lines(item, before, self.look), item)
        stand = _Stand(
            before=before,
            unread=item.id == self._unread,
            marked=item.id in self._marked,
            thread=self._threads.get(item.topic, 0) if item.topic else 0,
            answered=_beginning(item.answers, messages) if item.answers is not None else "",
        )
        return Block(_message_lines(item, stand, self.look), item)


def _merged(messages: Sequence[Message], happened: Iterable[Happening]) -> list[Item]:
    items: list[Item] = list(messages)
    for happening in happened:
        items.insert(bisect_right(items, happening.at, key=lambda item: item.at), happening)
    return items


def _unchanged(old: Sequence[Item], new: Sequence[Item]) -> tuple[int, int]:
    """How many items at the beginning and behind that at the end are the very same objects."""
    most = min(len(old), len(new))
    start = next((n for n in range(most) if old[n] is not new[n]), most)
    most -= start
    end = next((n for n in range(most) if old[-1 - n] is not new[-1 - n]), most)
    return start, end


def _places(
    messages: Sequence[Message],
    items: Sequence[Item],
    touched: Iterable[int | None],
    changed: Iterable[Item],
) -> set[int]:
    """Where the messages ``touched`` stand, and those that answer a changed one."""
    ids = set(touched)
    different = {item.id for item in changed if isinstance(item, Message)}
    if different:
        ids |= {message.id for message in messages if message.answers in different}
    if not ids:
        return set()
    return {n for n, item in enumerate(items) if isinstance(item, Message) and item.id in ids}


def _marked(messages: Sequence[Message]) -> frozenset[int]:
    """The messages that say how far they have come: of our newest ones the last that was read,
    the last that was delivered behind it, and the last one."""
    found: set[int] = set()
    best = -1
    for message in reversed(messages):
        if message.direction is Direction.INBOUND and found:
            break
        rank = _RANK.get(message.delivery, -1) if message.direction is Direction.OUTBOUND else -1
        if rank > best:
            found.add(message.id)
            best = rank
    return frozenset(found)


def _threads(messages: Sequence[Message]) -> Mapping[str, int]:
    """A number for each thread of a chat that has several, in the order they began."""
    topics = dict.fromkeys(message.topic for message in messages)
    if len(topics) < 2:
        return {}
    return {topic: n for n, topic in enumerate((t for t in topics if t is not None), 1)}


def _goes_on(before: Item | None, message: Message) -> bool:
    """Whether the message belongs under the head of the one before."""
    return (
        isinstance(before, Message)
        and message.at - before.at <= _ONE_TURN
        and (before.direction, before.author, before.address, before.topic, before.automatic)
        == (message.direction, message.author, message.address, message.topic, message.automatic)
    )


def _beginning(number: int, messages: Sequence[Message]) -> str:
    """The first words of the message with that id."""
    message = next((one for one in reversed(messages) if one.id == number), None)
    if message is None:
        return "an earlier message"
    if message.deleted_at is not None:
        return "a deleted message"
    words = message.body.text[:200].strip() or next((f.name for f in message.attachments), "")
    return f"{clean(message.author or message.address)}: {clean(words)}"


def _message_lines(message: Message, stand: _Stand, look: Look) -> Iterator[Line]:
    ours = message.direction is not Direction.INBOUND
    bar = _bar(message.direction, look)
    set_off = _set_off(look.width)
    look = look._replace(width=min(look.width - (0 if ours else set_off), _WIDEST + set_off))
    day = _begins_a_day(stand.before, message)
    if day:
        yield _ruled(_day(message.at), Part.DIM, look.glyphs)
    if stand.unread:
        yield _ruled("new", Part.ACCENT, look.glyphs)
    if day or stand.unread or not _goes_on(stand.before, message):
        yield _head(message, stand, bar, look)
    if stand.answered:
        text = f"{look.glyphs.answer} answering {stand.answered}"
        room = look.width - cell_len(bar.text)
        yield (bar, Piece(fit(text, min(cell_len(text), room), look.glyphs.more), Part.DIM))
    yield from _tailed(_content(message, bar, look), _tail(message, stand, look), bar, look)
    if message.delivery in _LOUD:
        why = f": {message.problem}" if message.problem else ""
        loud = clean(f"{_LOUD[message.delivery]}{why}")
        yield from plain_lines(loud, Part.ERROR, look.width, bar=bar)
    yield from remarks(message, look.width, bar)


def _bar(direction: Direction, look: Look) -> Piece:
    """What stands at the left of a message: blanks at the customer's, a bar at ours."""
    match direction:
        case Direction.INBOUND:
            return Piece(" " * _INDENT, Part.TEXT)
        case Direction.OUTBOUND:
            return Piece(f"{' ' * _set_off(look.width)}{look.glyphs.bar} ", Part.US)
        case Direction.NOTE:
            return Piece(f"{' ' * _set_off(look.width)}{look.glyphs.note_bar} ", Part.NOTE)


def _set_off(width: int) -> int:
    """How many cells further in ours stand."""
    return max(min(width // 10, 10), 4)


def _head(message: Message, stand: _Stand, bar: Piece, look: Look) -> Line:
    name = clean(message.author) or clean(message.address)
    time = f"  {_clock(message.at)}"
    about = " automatic" if message.automatic else ""
    thread = f"  thread {stand.thread}" if stand.thread else ""
    lead, part = "", Part.CUSTOMER
    if message.direction is not Direction.INBOUND:
        lead, part = bar.text, bar.part
    if message.direction is Direction.NOTE:
        about = "  internal note"
    room = look.width - cell_len(f"{lead}{time}{about}{thread}")
    name = fit(name, min(cell_len(name), max(room, 8)), look.glyphs.more)
    line = (Piece(f"{lead}{name}", part), Piece(f"{time}{about}", Part.DIM))
    return (*line, Piece(thread, Part.ACCENT)) if thread else line


def _content(message: Message, bar: Piece, look: Look) -> Iterator[Line]:
    if message.deleted_at is not None:
        yield (bar, Piece(f"message deleted {_clock(message.deleted_at)}", Part.DIM, italic=True))
        return
    if message.body.text.strip():
        yield from body_lines(message.body, look, bar=bar)
    yield from files(message, look, bar)


def _tail(message: Message, stand: _Stand, look: Look) -> list[Piece]:
    """What is told of a message behind its last word."""
    found = []
    if message.edited_at is not None and message.deleted_at is None:
        found.append(Piece(f"edited {_clock(message.edited_at)}", Part.DIM))
    if message.reactions:
        found.append(Piece(_reactions(message.reactions, look.glyphs), Part.ACCENT))
    sent = look.glyphs.sent
    match message.delivery:
        case Delivery.QUEUED:
            found.append(Piece("waiting to leave", Part.WARNING))
        case Delivery.SENDING:
            word = "sending, no answer yet" if message.problem else "sending"
            found.append(Piece(word, Part.WARNING))
        case Delivery.SENT if stand.marked:
            found.append(Piece(f"{sent} sent", Part.GOOD))
        case Delivery.DELIVERED | Delivery.READ if stand.marked:
            found.append(Piece(f"{sent}{sent} {message.delivery}", Part.GOOD))
        case _:
            pass
    return found


def _tailed(lines: Iterator[Line], tail: Sequence[Piece], bar: Piece, look: Look) -> Iterator[Line]:
    """``lines`` with ``tail`` behind the last of them where it fits, so that what is told later
    moves nothing, else on a line of its own."""
    if not tail:
        yield from lines
        return
    pieces = list(chain.from_iterable((Piece("  ", Part.TEXT), piece) for piece in tail))
    last: Line | None = None
    for line in lines:
        if last is not None:
            yield last
        last = line
    if last is not None and _width((*last, *pieces)) <= look.width:
        yield (*last, *pieces)
        return
    if last is not None:
        yield last
    yield (bar, *pieces[1:])


def _width(line: Line) -> int:
    return sum(cell_len(piece.text) for piece in line)


def _reactions(reactions: Iterable[Reaction], glyphs: Glyphs) -> str:
    """Each emoji with who put it there, or how many did."""
    who: dict[str, list[str]] = {}
    for reaction in reactions:
        emoji = clean(reaction.emoji)
        who.setdefault(emoji, []).append("you" if reaction.ours else clean(reaction.who))
    shown = {emoji: _named(emoji) if glyphs == ASCII else emoji for emoji in who}
    return "  ".join(
        f"{shown[emoji]} {len(names) if len(names) > 1 else names[0]}"
        for emoji, names in who.items()
    )


def _named(emoji: str) -> str:
    """An emoji in ASCII."""
    if emoji.isascii():
        return emoji
    name = unicodedata.name(emoji[:1], "emoji").lower().replace(" ", "-")
    return _SHORT_NAMES.get(emoji[:1], f":{name}:")


def _happening_lines(happening: Happening, before: Item | None, look: Look) -> Iterator[Line]:
    if _begins_a_day(before, happening):
        yield _ruled(_day(happening.at), Part.DIM, look.glyphs)
    text = f"{look.glyphs.dash} {happening.sentence}, {_clock(happening.at)}"
    yield from plain_lines(text, Part.DIM, look.width, indent=0)


def _ruled(text: str, part: Part, glyphs: Glyphs) -> Line:
    rule = glyphs.rule * 4
    return (Piece(f"{rule} {text} {rule}", part),)


def _begins_a_day(before: Item | None, item: Item) -> bool:
    return before is None or _date(before.at) != _date(item.at)


def _date(at: Millis) -> tuple[int, int, int]:
    then = datetime.fromtimestamp(at / 1000)  # noqa: DTZ006 - the agent's own clock
    return then.year, then.month, then.day


def _day(at: Millis) -> str:
    return f"{datetime.fromtimestamp(at / 1000):%a %d %b %Y}"  # noqa: DTZ006


def _clock(at: Millis) -> str:
    return f"{datetime.fromtimestamp(at / 1000):%H:%M}"  # noqa: DTZ006
