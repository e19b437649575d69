"""The lines of a timeline: what it was, which way, who, and what it says; in any width."""

from dataclasses import replace
from datetime import datetime

import pytest
from rich.cells import cell_len

from agent_tui.model.clock import DAY, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.event import Entity, Event, Stamp
from agent_tui.model.message import Direction
from agent_tui.model.record import Item, Known, Money, Record, RecordKind, Score, Shipment
from agent_tui.model.timeline import EntryKind, Place, Rank
from agent_tui.store.timeline import Entry, Said
from agent_tui.ui import timeline_lines
from agent_tui.ui.cells import Glyphs

AT: Millis = int(datetime(2026, 9, 21, 14, 5).timestamp() * 1000)  # noqa: DTZ001 - the agent's own
PLAIN = Glyphs(star="*", no_star=".", more="~", dash="-")

SAID = Said(
    id=1,
    direction=Direction.INBOUND,
    author="Ada Park",
    channel=Channel.MAIL,
    via="",
    subject="Parcel",
    rating=None,
    snippet="Where is it?",
    deleted=False,
)
ORDER = Record(
    RecordKind.ORDER,
    "1",
    "#1001",
    AT,
    "paid",
    Money(12900, "EUR"),
    items=(Item("Tarn tent"),),
    shipments=(Shipment("DHL", "JD1", status="on its way", at=AT),),
)


def said(kind: EntryKind = EntryKind.MESSAGE, **more: object) -> Entry:
    about = replace(SAID, **more)  # type: ignore[arg-type]  # passed through
    return Entry(Place(AT, Rank.MESSAGE, 1), kind, about, 7)


def known(record: Record, kind: EntryKind | None = None) -> Entry:
    rank = Rank.SHIPMENT if kind is EntryKind.SHIPMENT else Rank.RECORD
    kind = kind or EntryKind(record.kind)
    return Entry(Place(AT, rank, 1), kind, Known(1, "shop", record))


def done(field: str, after: object, entity: Entity = Entity.CONVERSATION, **more: object) -> Entry:
    event = Event(1, Stamp("maria", "x", "b", AT), entity, 7, field, None, after)
    about = replace(event, **more)  # type: ignore[arg-type]  # passed through
    return Entry(Place(AT, Rank.EVENT, 1), EntryKind.EVENT, about)


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (said(), "14:05 mail    < Ada Park         Parcel - Where is it?"),
        (
            said(direction=Direction.OUTBOUND, author="Maria"),
            "14:05 mail    > Maria            Parcel - Where is it?",
        ),
        (
            said(EntryKind.NOTE, direction=Direction.NOTE, author="maria"),
            "14:05 note      maria            Where is it?",
        ),
        (said(channel=Channel.CHAT), "14:05 chat    < Ada Park         Where is it?"),
        (
            said(EntryKind.REVIEW, channel=Channel.REVIEW, rating=2),
            "14:05 review  < Ada Park         **... Parcel - Where is it?",
        ),
        (said(EntryKind.CALL), "14:05 call    < Ada Park         Parcel - Where is it?"),
        (said(deleted=True, subject=""), "14:05 mail    < Ada Park         (taken back)"),
        (known(ORDER), "14:05 order     #1001            paid  129.00 EUR  Tarn tent"),
        (
            known(ORDER, EntryKind.SHIPMENT),
            "14:05 parcel    JD1              on its way  of order #1001  DHL  Tarn tent",
        ),
        (
            known(replace(ORDER, kind=RecordKind.REFUND, reason="came back", items=())),
            "14:05 refund  ! #1001            paid  129.00 EUR  came back",
        ),
        (
            known(Record(RecordKind.SURVEY, "1", "", AT, "", reason="Fast!", score=Score(4))),
            "14:05 survey    4/5              Fast!",
        ),
        (done("status", "resolved"), "14:05 event     maria            resolved"),
        (
            done("status", "open", undoes="b"),
            "14:05 event     maria            reopened (undo)",
        ),
        (
            done("name", "Ada Park", Entity.CUSTOMER),
            "14:05 event     maria            renamed to Ada Park",
        ),
        (
            done("time_zone", "Europe/Berlin", Entity.CUSTOMER),
            "14:05 event     maria            time zone changed",
        ),
    ],
)
def test_a_line_says_what_it_was(entry: Entry, line: str) -> None:
    shown = "".join(piece.text for piece in timeline_lines.row(entry, 80, PLAIN))

    assert shown.strip() == line
    assert shown.isascii()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_line_is_exactly_as_wide_as_it_may_be(width: int) -> None:
    long = said(author="Ada " * 20, snippet="日本語 " * 50)

    assert sum(cell_len(p.text) for p in timeline_lines.row(long, width, Glyphs())) == width


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\nb", "[bold]x[/]", "\u202eevil"])
def test_nothing_from_outside_reaches_the_terminal_as_it_is(text: str) -> None:
    hostile = replace(ORDER, number=text, status=text, reason=text, items=(Item(text),))
    for entry in (said(author=text, subject=text, snippet=text), known(hostile)):
        line = "".join(piece.text for piece in timeline_lines.row(entry, 80, Glyphs()))

        assert not {"\x1b", "\n", "\u202e"} & set(line)


@pytest.mark.parametrize(
    ("days", "said"), [(0, "Today"), (1, "Yesterday"), (6, "Tue 15 Sep"), (400, "Sun 17 Aug 2025")]
)
def test_a_day_is_named_as_near_as_it_is(days: int, said: str) -> None:
    assert timeline_lines.heading(AT - days * DAY, AT) == said
