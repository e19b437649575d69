"""A conversation as lines to scroll through, made only as far as somebody has looked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import DAY, Millis
from agent_tui.model.message import (
    Address,
    Attachment,
    Body,
    Delivery,
    Direction,
    FetchState,
    Message,
    Source,
)
from agent_tui.system.files import is_there
from agent_tui.ui.cells import fit, folded
from agent_tui.ui.history import Happening
from agent_tui.ui.markup import Keys, Line, Look, body_lines, plain_lines
from agent_tui.ui.review_lines import rated
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part

_WORDS = {
    Direction.INBOUND: ("customer", Part.CUSTOMER),
    Direction.OUTBOUND: ("us", Part.US),
    Direction.NOTE: ("note", Part.NOTE),
}
_DELIVERY = {
    Delivery.QUEUED: Piece("waiting to leave ", Part.WARNING),
    Delivery.SENDING: Piece("sending ", Part.WARNING),
    Delivery.SENT: Piece("sent ", Part.GOOD),
    Delivery.DELIVERED: Piece("delivered ", Part.GOOD),
    Delivery.READ: Piece("read ", Part.GOOD),
    Delivery.FAILED: Piece("NOT SENT ", Part.ERROR),
    Delivery.UNCERTAIN: Piece("MAYBE SENT ", Part.ERROR),
}


LOUD = frozenset({Delivery.FAILED, Delivery.UNCERTAIN})
"""Must not be overlooked."""

_KINDS = frozenset({"image", "audio", "video"})
"""Types of files that their names do not always tell."""

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


class Detail(StrEnum):
    """How much of each message is shown; ``d`` goes from one to the next, and on to the source."""

    RENDERED = "rendered"
    HEADERS = "headers"
    PLAIN = "plain"


class Place(NamedTuple):
    """A line of a document: which block, and which of its lines."""

    block: int
    line: int


class Block:
    """A message or happening whose lines are made when they are first asked for."""

    def __init__(self, lines: Iterator[Line], about: Message | Happening | None = None) -> None:
        self.message = about if isinstance(about, Message) else None
        self.happening = about if isinstance(about, Happening) else None
        self._lines: list[Line] = []
        self._rest: Iterator[Line] | None = lines

    def line(self, number: int) -> Line | None:
        """That line, None behind the last one."""
        while self._rest is not None and number >= len(self._lines):
            following = next(self._rest, None)
            if following is None:
                self._rest = None
            else:
                self._lines.append(following)
        return self._lines[number] if number < len(self._lines) else None

    @property
    def name(self) -> int | Happening | None:
        """What it is about: of the same message as it is and as it was the same."""
        return self.message.id if self.message is not None else self.happening

    def count(self) -> int:
        """How many lines there are; makes them all."""
        if self._rest is not None:
            self._lines.extend(self._rest)
            self._rest = None
        return len(self._lines)


class Document:
    """Blocks one below the other, with places in them."""

    def __init__(self, blocks: Iterable[Block] = ()) -> None:
        self.blocks = list(blocks)

    def lines(self, place: Place, height: int) -> list[Line]:
        """Up to ``height`` lines from ``place`` on."""
        found: list[Line] = []
        for number in range(place.block, len(self.blocks)):
            at = place.line if number == place.block else 0
            while len(found) < height and (line := self.blocks[number].line(at)) is not None:
                found.append(line)
                at += 1
            if len(found) >= height:
                break
        return found

    def moved(self, place: Place, by: int, height: int) -> Place:
        """``by`` lines further down or up, as long as the view of ``height`` is full."""
        if by <= 0:
            return self._up(place, -by)
        for _ in range(by):
            below = self._next(place)
            if below is None:
                break
            place = below
        return self.fitting(place, height)

    def fitting(self, place: Place, height: int) -> Place:
        """``place``, or the lowest one that leaves no empty lines at the bottom."""
        missing = height - len(self.lines(place, height))
        return self._up(place, missing) if missing else place

    def ends_within(self, place: Place, height: int) -> bool:
        """Whether ``height`` lines from ``place`` on show the last one."""
        return len(self.lines(place, height + 1)) <= height

    def end(self, height: int) -> Place:
        """The place from which the last line stands at the bottom."""
        last = len(self.blocks) - 1
        if last < 0:
            return Place(0, 0)
        return self._up(Place(last, self.blocks[last].count()), height)

    def same_place(self, before: "Document", place: Place) -> Place:
        """Where the line is now that was at ``place`` in the document of ``before``."""
        if not self.blocks or place.block >= len(before.blocks):
            return Place(min(place.block, max(len(self.blocks) - 1, 0)), 0)
        top, number = before.blocks[place.block], min(place.block, len(self.blocks) - 1)
        if self.blocks[number].name != top.name:
            found = (n for n, block in enumerate(self.blocks) if block.name == top.name)
            number = next(found, number)
        line = place.line
        if line and self.blocks[number].line(line) is None:
            line = self.blocks[number].count() - 1
        return Place(number, line)

    def hold(self, before: "Document", place: Place, height: int) -> bool:
        """Keep the lines that ``before`` had for blocks in view that have become longer or
        shorter, unless that must not be overlooked; whether there are any."""
        held, rest = False, height + place.line
        known = {block.name: block for block in before.blocks[max(place.block - height, 0) :]}
        for number in range(place.block, len(self.blocks)):
            block = self.blocks[number]
            shown = known.get(block.name)
            if rest <= 0 or shown is None:
                break
            loud = block.message is not None and block.message.delivery in LOUD
            if shown is not block and not loud and shown.count() != block.count():
                self.blocks[number], held = shown, True
            rest -= self.blocks[number].count()
        return held

    def found(self, place: Place, way: int) -> Place | None:
        """The next line below (1) or above (-1) ``place`` that holds a searched word."""
        at: Place | None = place
        while at is not None:
            at = self._next(at) if way > 0 else self._previous(at)
            line = self.blocks[at.block].line(at.line) if at else None
            if line and any(piece.part is Part.SELECTED for piece in line):
                return at
        return None

    def _next(self, place: Place) -> Place | None:
        block, line = place.block, place.line + 1
        while block < len(self.blocks):
            if self.blocks[block].line(line) is not None:
                return Place(block, line)
            block, line = block + 1, 0
        return None

    def _previous(self, place: Place) -> Place | None:
        block, line = place.block, place.line - 1
        while line < 0 and block > 0:
            block -= 1
            line = self.blocks[block].count() - 1
        return Place(block, line) if line >= 0 else None

    def _up(self, place: Place, by: int) -> Place:
        block, line = place.block, place.line - by
        while line < 0 and block > 0:
            block -= 1
            line += self.blocks[block].count()
        return Place(block, max(line, 0))


def document(
    messages: Sequence[Message],
    happened: Iterable[Happening],
    look: Look,
    detail: Detail,
    now: Millis,
) -> Document:
    """Messages with their headers and what happened between them, in the order of time."""
    timed: list[tuple[Millis, Block]] = [
        (message.at, Block(_message_lines(message, look, detail, now), message))
        for message in messages
    ]
    timed += [(it.at, Block(_happening_lines(it, look, now), it)) for it in happened]
    timed.sort(key=lambda pair: pair[0])
    return Document([block for _, block in timed])


def first_unread(unread: int, messages: Sequence[Message]) -> int | None:
    """The id of the first of the customer's ``unread`` newest messages; None when all are read."""
    inbound = [message.id for message in messages if message.direction is Direction.INBOUND]
    return inbound[max(len(inbound) - unread, 0)] if unread and inbound else None


def say_time(at: Millis, now: Millis) -> str:
    """``at`` as short as it can be told from others: by hour, weekday, day or date."""
    then = datetime.fromtimestamp(at / 1000)  # noqa: DTZ006 - the agent's own clock
    today = datetime.fromtimestamp(now / 1000)  # noqa: DTZ006
    if then.date() == today.date():
        return f"{then:%H:%M}"
    if 0 <= now - at < 6 * DAY:
        return f"{then:%a %H:%M}"
    return f"{then:%d %b %H:%M}" if then.year == today.year else f"{then:%Y-%m-%d %H:%M}"


def say_size(size: int) -> str:
    """Bytes for people."""
    if size < 1_000:
        return f"{size} B"
    return f"{size / 1_000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def _message_lines(message: Message, look: Look, detail: Detail, now: Millis) -> Iterator[Line]:
    yield _header(message, look.width, now)
    if detail is not Detail.RENDERED:
        yield from _all_headers(message, look.width)
    if detail is not Detail.RENDERED or any(v.rating is not None for v in message.versions):
        yield from _versions(message, look, now)
    elif message.recipients.cc or message.direction is Direction.OUTBOUND:
        yield from _recipients(message, look.width)
    if message.problem:
        part = Part.WARNING if message.delivery is Delivery.SENDING else Part.ERROR
        yield from plain_lines(clean(message.problem), part, look.width)
    yield from remarks(message, look.width)
    yield from body_lines(message.body, look._replace(plain=detail is Detail.PLAIN))
    yield from files(message, look)
    yield ()


def _happening_lines(happening: Happening, look: Look, now: Millis) -> Iterator[Line]:
    text = f"{look.glyphs.dash} {happening.sentence}, {say_time(happening.at, now)}"
    yield from plain_lines(text, Part.DIM, look.width, indent=0)
    yield ()


def _header(message: Message, width: int, now: Millis) -> Line:
    """Who, from which real address, how far delivered, which way and when. What is no address, such
    as a shop's number of its customer, says nothing to people."""
    word, part = _WORDS[message.direction]
    state = _DELIVERY.get(message.delivery)
    automatic = "automatic " if message.automatic else ""
    right = [Piece(f"{automatic}{word} {say_time(message.at, now)}", Part.DIM)]
    if state is not None:
        right.insert(0, state)
    room = width - sum(cell_len(piece.text) for piece in right) - 1
    name, address = clean(message.author), clean(message.address)
    shown = name or address
    rest = f" <{address}>" if name and "@" in address and name != address else ""
    if message.direction is Direction.NOTE:
        rest = ""
    name = fit(shown, min(cell_len(shown), max(room, 1)))
    space = max(room - cell_len(name), 0)
    return (Piece(name, part), Piece(f"{fit(rest, space)} ", Part.DIM), *right)


def _recipients(message: Message, width: int) -> Iterator[Line]:
    people = message.recipients
    parts = [
        f"{word} {_people(who)}"
        for word, who in (("to", people.to), ("cc", people.cc), ("bcc", people.bcc))
        if who
    ]
    if parts:
        yield from plain_lines(", ".join(parts), Part.DIM, width)


def _people(people: Iterable[Address]) -> str:
    return ", ".join(clean(str(person)) for person in people)


def _all_headers(message: Message, width: int) -> Iterator[Line]:
    for name, value in message.headers or (("Subject", message.subject),):
        if value:
            yield from plain_lines(clean(f"{name}: {value}"), Part.DIM, width)
    if message.message_id and not message.headers:
        yield from plain_lines(clean(f"Message-ID: {message.message_id}"), Part.DIM, width)
    yield ()


def _versions(message: Message, look: Look, now: Millis) -> Iterator[Line]:
    """What the message said before it was edited, a review with its stars, oldest first."""
    for version in message.versions:
        had = "" if version.rating is None else f"had {rated(version.rating, look.glyphs)} and "
        until = f"until {say_time(version.at, now)} it {had}said:"
        yield from plain_lines(until, Part.WARNING, look.width)
        yield from body_lines(Body(version.text), look, indent=4)
    if message.versions:
        yield from plain_lines("now it says:", Part.WARNING, look.width)


def remarks(message: Message, width: int, bar: Piece | None = None) -> Iterator[Line]:
    """What to be careful about."""
    for note in message.notes:
        yield from plain_lines(clean(note), Part.WARNING, width, bar=bar)
    for link in message.body.links:
        if link.suspicious:
            what = f"Careful: link [{link.number}] leads to {link.host or link.url}."
            yield from plain_lines(clean(what), Part.WARNING, width, bar=bar)


def files(message: Message, look: Look, bar: Piece | None = None) -> Iterator[Line]:
    """A line for each attachment: name, type, size and where it is."""
    for file in message.attachments:
        if file.inline and file.state is FetchState.REMOTE:
            continue
        kind = file.type.partition("/")[0]
        kind = f"{kind} " if kind in _KINDS else ""
        what = f"{kind}{clean(file.name)} ({say_size(file.size)})"
        text = f"{look.glyphs.file} {what} {_file_state(file, look.keys)}"
        yield from plain_lines(text.rstrip(), _file_part(file), look.width, bar=bar)


def is_picture(file: Attachment) -> bool:
    """Whether its sender says so; whether it is one is found out when it is decoded."""
    return file.type.startswith("image/") or file.name.lower().endswith(_PICTURES)


def is_gone(kept: Attachment | Source) -> bool:
    """Whether its bytes were on this machine and somebody has removed them, such as with all of
    the cache."""
    return kept.state is FetchState.HERE and not is_there(kept.path or "")


def _file_part(file: Attachment) -> Part:
    if file.state is FetchState.FAILED:
        return Part.ERROR
    return Part.WARNING if file.problem or is_gone(file) else Part.ACCENT


def _file_state(file: Attachment, keys: Keys) -> str:
    match file.state:
        case FetchState.REMOTE if is_picture(file):
            return f"{keys.save} saves it, {keys.picture} shows it"
        case FetchState.REMOTE:
            return f"{keys.save} saves it"
        case FetchState.WANTED if file.problem:
            return f"fetched as soon as that is possible: {clean(file.problem)}"
        case FetchState.WANTED:
            return "being fetched"
        case FetchState.HERE if is_gone(file):
            again = f"; {keys.save} fetches it again" if file.part else ""
            return f"removed from this machine{again}"
        case FetchState.HERE:
            return f"saved: {clean(file.path or '')}"
        case FetchState.FAILED:
            return f"not fetched: {clean(file.problem)}"


def clean(text: str) -> str:
    """``text`` on one line, safe, as every terminal measures it."""
    return folded(safe_line(text))
