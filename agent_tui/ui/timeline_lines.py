"""Entries of a timeline as lines: pure, made safe, measured in cells."""

from datetime import datetime

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import DAY, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.event import ENGINE, Event
from agent_tui.model.message import Direction
from agent_tui.model.record import Known, Record, RecordKind
from agent_tui.model.timeline import EntryKind
from agent_tui.store.timeline import Entry, Said
from agent_tui.ui import records_lines
from agent_tui.ui.cells import Glyphs, fit, folded
from agent_tui.ui.history import told
from agent_tui.ui.markup import Line
from agent_tui.ui.rows import Piece, stars
from agent_tui.ui.theme import Part

_KIND = 8
_WHO = ((100, 22), (72, 16), (0, 9))
"""Cells for who it was, from so many cells of the line on."""

_CALLED = {EntryKind.SUBSCRIPTION: "subscr.", EntryKind.SHIPMENT: "parcel"}
"""Where the name of a kind is too long, or no agent's word."""

_ARROWS = {Direction.INBOUND: "<", Direction.OUTBOUND: ">", Direction.NOTE: " "}
"""From the customer, to the customer."""

_PARTS = {
    Direction.INBOUND: Part.CUSTOMER,
    Direction.OUTBOUND: Part.US,
    Direction.NOTE: Part.NOTE,
}


def heading(at: Millis, now: Millis) -> str:
    """The day of an entry: ``Today``, ``Yesterday``, ``Mon 21 Sep``, ``Mon 21 Sep 2025``."""
    then, today = _local(at), _local(now)
    if then.date() == today.date():
        return "Today"
    if then.date() == _local(now - DAY).date():
        return "Yesterday"
    return f"{then:%a %d %b}" if then.year == today.year else f"{then:%a %d %b %Y}"


def day(at: Millis) -> int:
    """A number that is the same for all of one day of the agent's."""
    return _local(at).toordinal()


def row(entry: Entry, width: int, glyphs: Glyphs) -> Line:
    """The line of an entry: time, kind, which way, who or what number, and what it says."""
    mark, who, says, part = _parts(entry, glyphs)
    space = next(cells for least, cells in _WHO if width >= least)
    lead = f" {_local(entry.at):%H:%M} {fit(_word(entry), _KIND)}{mark} "
    named = f"{fit(who, space, glyphs.more)} "
    room = max(width - len(lead) - space - 1, 1)
    return (
        Piece(lead, Part.DIM),
        Piece(named, part),
        Piece(fit(says, room, glyphs.more), Part.DIM if part is Part.DIM else Part.TEXT),
    )


def says(entry: Entry, glyphs: Glyphs) -> str:
    """What the line of an entry says, for the clipboard."""
    mark, who, text, _ = _parts(entry, glyphs)
    when = f"{_local(entry.at):%Y-%m-%d %H:%M}"
    return " ".join(filter(None, [when, _word(entry), mark.strip(), who, text]))


def _word(entry: Entry) -> str:
    """What it is: of a message its channel."""
    if isinstance(entry.about, Said) and entry.kind is EntryKind.MESSAGE:
        return entry.about.channel
    return _CALLED.get(entry.kind, entry.kind)


def _parts(entry: Entry, glyphs: Glyphs) -> tuple[str, str, str, Part]:
    """Which way, who, what, and the style of who."""
    about = entry.about
    if isinstance(about, Said):
        return (
            _ARROWS[about.direction],
            _clean(about.author),
            _said(about, glyphs),
            _PARTS[about.direction],
        )
    if isinstance(about, Event):
        actor = "" if about.stamp.actor == ENGINE else _clean(about.stamp.actor)
        return " ", actor, told(about), Part.DIM
    if entry.kind is EntryKind.SHIPMENT:
        return _parcel(about, entry.place.part)
    return _record(about.record)


def _said(said: Said, glyphs: Glyphs) -> str:
    """Stars, subject where there is one, and the beginning of the text."""
    rated = ""
    if said.channel is Channel.REVIEW and said.rating is not None:
        rated = stars(said.rating, glyphs) if said.direction is Direction.INBOUND else ""
    text = "(taken back)" if said.deleted else _clean(said.snippet)
    subject = _clean(said.subject) if said.channel is not Channel.CHAT else ""
    if said.direction is Direction.NOTE:
        subject = ""
    dash = f" {glyphs.dash} " if subject and text else ""
    return " ".join(filter(None, [rated, f"{subject}{dash}{text}"]))


def _record(record: Record) -> tuple[str, str, str, Part]:
    number = _clean(record.number)
    if record.kind is RecordKind.SURVEY and record.score is not None:
        number = f"{record.score.points}/{record.score.of}"
    careful = record.kind in (RecordKind.REFUND, RecordKind.DISPUTE)
    total = records_lines.money(record.total) if record.total is not None else ""
    said = [_clean(record.status), total, _clean(record.reason), records_lines.items(record)]
    if record.kind is RecordKind.SURVEY:
        said = [_clean(record.reason), _clean(record.number)]
    mark = "!" if record.open or careful else " "
    part = Part.ERROR if record.open else Part.WARNING if careful else Part.ACCENT
    return mark, number, "  ".join(filter(None, said)), part


def _parcel(known: Known, number: int) -> tuple[str, str, str, Part]:
    record = known.record
    parcel = record.shipments[number] if number < len(record.shipments) else None
    if parcel is None:
        return " ", "", "", Part.ACCENT
    of = f"of {records_lines.called(record)}"
    said = [_clean(parcel.status), of, _clean(parcel.carrier), records_lines.items(record)]
    return " ", _clean(parcel.tracking), "  ".join(filter(None, said)), Part.ACCENT


def _clean(text: str) -> str:
    return folded(safe_line(text))


def _local(at: Millis) -> datetime:
    """By the agent's own clock; a time that no calendar has is taken for the last that one has."""
    return datetime.fromtimestamp(min(at / 1000, 250_000_000_000))  # noqa: DTZ006
