"""A conversation as one line of the list: pure, measured in cells, cached by its caller."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.conversation import LIVE, Channel, Conversation, Priority
from agent_tui.model.review import Moderation
from agent_tui.ui.cells import Glyphs, fit, fit_right, folded
from agent_tui.ui.spans import spans
from agent_tui.ui.theme import Part
from agent_tui.ui.waiting import PARTS, SIGNS, Pressure, until

_LETTERS = {
    Channel.MAIL: "M",
    Channel.CHAT: "C",
    Channel.REVIEW: "R",
    Channel.FORM: "F",
    Channel.SOCIAL: "S",
    Channel.CALL: "P",  # phone
}
_PRIORITY = {Priority.URGENT: "!", Priority.HIGH: "^", Priority.LOW: "v"}
_YEAR = 365 * DAY
_VIA = 9
_LEAST_FOR_VIA = 30
_DUE = 10


class Columns(NamedTuple):
    """How wide each column is; 0: not shown."""

    width: int
    assignee: int
    customer: int
    labels: int
    due: int


class Piece(NamedTuple):
    """Text of one style."""

    text: str
    part: Part
    bold: bool = False
    italic: bool = False


@lru_cache(maxsize=512)
def marked(pieces: tuple[Piece, ...], words: tuple[str, ...]) -> tuple[Piece, ...]:
    """The pieces of a row with searched ``words`` marked in them."""
    found: list[Piece] = []
    for piece in pieces:
        at = 0
        for start, end in spans(piece.text, words):
            found.append(piece._replace(text=piece.text[at:start]))
            found.append(Piece(piece.text[start:end], Part.SELECTED, bold=True))
            at = end
        found.append(piece._replace(text=piece.text[at:]))
    return tuple(piece for piece in found if piece.text)


@lru_cache(maxsize=16)
def columns(width: int) -> Columns:
    """The columns of a list ``width`` cells wide."""
    if width < 50:
        return Columns(width, 0, max(width // 4, 8), 0, 0)
    if width < 60:
        return Columns(width, 3, 15, 0, 0)
    if width < 72:
        return Columns(width, 3, 15, 0, _DUE)
    if width < 100:
        return Columns(width, 3, 19, 12, _DUE)
    return Columns(width, 6, 24, 24, _DUE)


@lru_cache(maxsize=2048)
def row(
    conversation: Conversation,
    shape: Columns,
    minute: int,
    me: str,
    glyphs: Glyphs,
    pressure: Pressure = Pressure.NONE,
    *,
    writing: bool = False,
    selected: bool = False,
) -> tuple[Piece, ...]:
    """The pieces of a row; together exactly ``shape.width`` cells.

    ``minute`` is the time in minutes since the epoch: ages are no finer, so a row is made anew
    at most once a minute, or when the wait comes near its target. ``writing``: the customer is.
    """
    main = Part.UNREAD if conversation.unread else Part.TEXT
    now = minute * MINUTE
    over = (conversation.due_at or 0) if pressure is Pressure.OVER else 0
    due = until(conversation.due_at, max(now, over))  # it may be over within this minute
    lead = Piece(
        f"{glyphs.selected if selected else ' '}"
        f"{_marks(conversation, glyphs, writing=writing)}{_when(conversation, now)}"
        f"{SIGNS[pressure]:2}{due:{shape.due}.{shape.due}}",
        _urgency(conversation, pressure, now),
    )
    assignee = _assignee(conversation, shape.assignee, me) if shape.assignee else ""
    name = fit(_name(conversation), shape.customer, glyphs.more)
    rest = max(
        shape.width - cell_len(lead.text) - shape.assignee - shape.customer - 1 - bool(assignee), 0
    )
    labels = _labels(conversation.labels, min(shape.labels, rest // 2), glyphs)
    body = rest - cell_len(labels)
    return _merged(
        [
            lead,
            Piece(f"{assignee}{name} ", main),
            *_subject(conversation, body, main, glyphs),
            Piece(labels, Part.ACCENT),
        ]
    )


def _name(conversation: Conversation) -> str:
    vip = "VIP " if conversation.vip else ""
    return vip + (_clean(conversation.customer) or "?")


def age(since: Millis, now: Millis) -> str:
    """How long ago in at most three characters: ``now``, ``5m``, ``3h``, ``2d``, ``8w``, ``2y``."""
    span = max(now - since, 0)
    if span < MINUTE:
        return "now"
    if span < HOUR:
        return f"{span // MINUTE}m"
    if span < DAY:
        return f"{span // HOUR}h"
    if span < 14 * DAY:
        return f"{span // DAY}d"
    if span < _YEAR:
        return f"{span // (7 * DAY)}w"
    return f"{min(span // _YEAR, 99)}y"


def stars(rating: int, glyphs: Glyphs) -> str:
    """A rating as five characters."""
    return glyphs.star * rating + glyphs.no_star * (5 - rating)


def _marks(conversation: Conversation, glyphs: Glyphs, *, writing: bool) -> str:
    """Unread or unanswered, priority, channel; the customer writes, or a draft or file."""
    state = " "
    if conversation.unread:
        state = glyphs.unread
    elif conversation.waiting_since is not None:
        state = glyphs.waiting
    extra = " "
    if writing:
        extra = glyphs.more
    elif conversation.draft:
        extra = glyphs.draft
    elif conversation.attachments:
        extra = glyphs.file
    urgent = _PRIORITY.get(conversation.priority, " ")
    return f"{state}{urgent}{_LETTERS[conversation.channel]}{extra}"


def _urgency(conversation: Conversation, pressure: Pressure, now: Millis) -> Part:
    """The colour of the marks and the age; the marks themselves say the same without it."""
    if pressure is not Pressure.NONE:
        return PARTS[pressure]
    since = conversation.waiting_since
    if since is not None and now - since >= DAY:
        return Part.WARNING
    if conversation.unread:
        return Part.ACCENT
    return Part.DIM if since is None else Part.TEXT


def _when(conversation: Conversation, now: Millis) -> str:
    since = conversation.waiting_since
    return fit_right(age(conversation.last_at if since is None else since, now), 4)


def _assignee(conversation: Conversation, width: int, me: str) -> str:
    handle = conversation.assignee or ""
    shown = "me" if handle and handle == me else _clean(handle)[: width - 1]
    return f"{fit(shown, width)} "


def _labels(labels: Iterable[str], width: int, glyphs: Glyphs) -> str:
    """As many labels as fit, with a blank before each."""
    shown = ""
    for label in labels:
        longer = f"{shown} {_clean(label)}"
        if cell_len(longer) > width:
            return shown + glyphs.more if shown and cell_len(shown) < width else shown
        shown = longer
    return shown


def _subject(
    conversation: Conversation, width: int, main: Part, glyphs: Glyphs
) -> tuple[Piece, ...]:
    if conversation.channel in LIVE:
        return _said(conversation, width, main, glyphs)
    subject = _clean(conversation.subject)
    if conversation.rating is not None:
        subject = f"{stars(conversation.rating, glyphs)} {_unseen(conversation)}{subject}".rstrip()
    if not subject:
        return (Piece(fit(_clean(conversation.snippet[:width]), width, glyphs.more), main),)
    room = width - cell_len(subject)
    if room < 8 or not conversation.snippet:
        return (Piece(fit(subject, width, glyphs.more), main),)
    snippet = f" {glyphs.dash} {_clean(conversation.snippet[:width])}"
    return (Piece(subject, main), Piece(fit(snippet, room, glyphs.more), Part.DIM))


def _unseen(conversation: Conversation) -> str:
    """Why the public does not see a review; empty where it does."""
    review = conversation.review
    if review is None or review.moderation is Moderation.PUBLISHED:
        return ""
    return f"({review.moderation}) "


def _said(conversation: Conversation, width: int, main: Part, glyphs: Glyphs) -> tuple[Piece, ...]:
    """What carries a chat, and what was said last in it."""
    via = _clean(conversation.via)
    via = f"{fit(via, min(cell_len(via), _VIA))} " if via and width >= _LEAST_FOR_VIA else ""
    words = _clean(conversation.snippet) or _clean(conversation.subject)
    return (Piece(via, Part.DIM), Piece(fit(words, width - cell_len(via), glyphs.more), main))


def _merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Neighbours of one style as one piece: each change of style is bytes."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].part is piece.part:
            merged[-1] = Piece(merged[-1].text + piece.text, piece.part)
        elif piece.text:
            merged.append(piece)
    return tuple(merged)


def _clean(text: str) -> str:
    return folded(safe_line(text))
