"""A conversation as a document: headers that say who and how, places that hold, nothing missing."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agent_tui.model.clock import DAY, HOUR, MINUTE, Millis
from agent_tui.model.event import ENGINE, Entity, Event, Stamp
from agent_tui.model.message import (
    Address,
    Attachment,
    Body,
    Delivery,
    Direction,
    FetchState,
    Link,
    Message,
    Recipients,
    Version,
)
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.history import Happening, happenings
from agent_tui.ui.lines import Block, Detail, Document, Place, document, first_unread, say_size
from agent_tui.ui.markup import Look

NOW: Millis = 1_790_000_000_000
LOOK = Look(width=78, glyphs=Glyphs())


def message(number: int = 1, **more: object) -> Message:
    given: dict[str, object] = {
        "id": number,
        "conversation_id": 1,
        "account": "mail",
        "direction": Direction.INBOUND,
        "author": "Ada Byron",
        "address": "ada@customer.example",
        "at": NOW - HOUR + number * MINUTE,
        "subject": "Parcel",
        "body": Body(f"text of {number}"),
    }
    return Message(**(given | more))  # type: ignore[arg-type]  # passed through


def shown(
    *messages: Message,
    detail: Detail = Detail.RENDERED,
    happened: tuple[Happening, ...] = (),
) -> str:
    made = document(messages, happened, LOOK, detail, NOW)
    lines = made.lines(Place(0, 0), 1000)
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


def test_a_header_says_who_the_real_address_the_direction_and_when() -> None:
    first = shown(message()).splitlines()[0]
    assert first.startswith("Ada Byron <ada@customer.example>")
    assert "customer " in first


def test_an_address_that_is_cut_does_not_touch_the_direction() -> None:
    first = shown(message(address=f"{'ada.' * 20}byron@customer.example")).splitlines()[0]

    assert re.search(r"Ada Byron <ada\.\S+… customer ", first)
    assert cell_len(first) == LOOK.width


@pytest.mark.parametrize(
    ("direction", "word"),
    [(Direction.INBOUND, "customer"), (Direction.OUTBOUND, "us"), (Direction.NOTE, "note")],
)
def test_the_direction_is_said_in_a_word(direction: Direction, word: str) -> None:
    assert f" {word} " in shown(message(direction=direction)).splitlines()[0]


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (Delivery.QUEUED, "waiting to leave"),
        (Delivery.FAILED, "NOT SENT"),
        (Delivery.UNCERTAIN, "MAYBE SENT"),
        (Delivery.SENT, "sent"),
    ],
)
def test_the_delivery_is_said(delivery: Delivery, words: str) -> None:
    assert words in shown(message(direction=Direction.OUTBOUND, delivery=delivery))


def test_a_problem_of_delivery_stands_below_the_header() -> None:
    text = shown(
        message(direction=Direction.OUTBOUND, delivery=Delivery.FAILED, problem="mailbox full")
    )
    assert "mailbox full" in text.splitlines()[1] or "mailbox full" in text.splitlines()[2]


def test_who_else_got_it_is_shown() -> None:
    people = Recipients(to=(Address("", "us@shop.example"),), cc=(Address("Eve", "eve@x.example"),))
    assert "cc Eve <eve@x.example>" in shown(message(recipients=people))


def test_headers_and_source_come_with_details() -> None:
    one = message(headers=(("X-Mailer", "Pigeon 1.0"),), body=Body("**bold**"))
    assert "Pigeon" not in shown(one)
    assert "X-Mailer: Pigeon 1.0" in shown(one, detail=Detail.HEADERS)
    assert "**bold**" in shown(one, detail=Detail.PLAIN)


def test_a_suspicious_link_is_told() -> None:
    link = Link(2, "bank.example", "https://evil.example/x", "evil.example", True, True)
    text = shown(message(body=Body("click bank.example[2 evil.example]", links=(link,))))
    assert "Careful: link [2] leads to evil.example" in text


@pytest.mark.parametrize(
    ("state", "problem", "words"),
    [
        (FetchState.REMOTE, "", "v saves it"),
        (FetchState.WANTED, "", "being fetched"),
        (FetchState.WANTED, "it is away", "fetched as soon as that is possible: it is away"),
        (FetchState.FAILED, "too large", "not fetched: too large"),
    ],
)
def test_an_attachment_says_where_it_is(state: FetchState, problem: str, words: str) -> None:
    file = Attachment(
        1, 1, "zip.jpg", "image/jpeg", 23_400, "2", False, state, "/tmp/zip.jpg", problem
    )
    assert f"zip.jpg (23 kB) {words}" in shown(message(attachments=(file,)))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("2", "removed from this machine; v fetches it again"),
        ("", "removed from this machine"),  # attached here: no provider has it
    ],
)
def test_a_file_is_called_saved_for_as_long_as_it_is_there(
    part: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "zip.jpg"
    path.touch()
    file = Attachment(
        1, 1, "zip.jpg", "image/jpeg", 23_400, part, False, FetchState.HERE, str(path)
    )
    sent = message(attachments=(file,))
    assert "zip.jpg (23 kB) saved:" in shown(sent)

    path.unlink()
    assert shown(sent).rstrip().endswith(f"zip.jpg (23 kB) {words}")


def test_what_happened_stands_between_the_messages_in_time() -> None:
    happened = (Happening(NOW - HOUR + 90_000, "resolved by mara"),)
    text = shown(message(1), message(2), happened=happened)
    assert text.index("text of 1") < text.index("resolved by mara") < text.index("text of 2")


def test_escapes_in_names_and_subjects_are_harmless() -> None:
    assert "\x1b" not in shown(message(author="\x1b[31mMallory", address="m\x07@x.example"))


def event(number: int, field: str, before: object, after: object, **more: str) -> Event:
    action = more.get("action", "x")
    stamp = Stamp(more.get("actor", "mara"), action, more.get("batch", str(number)), NOW + number)
    return Event(number, stamp, Entity.CONVERSATION, 1, field, before, after, more.get("undoes"))


def test_events_are_told_in_sentences_one_a_batch() -> None:
    told = happenings(
        [
            event(3, "labels", ["old"], ["old", "zip"], batch="b"),
            event(1, "status", "open", "resolved", batch="a"),
            event(2, "snoozed_until", None, None, batch="a"),
            event(4, "assignee", None, "jo", batch="b"),
            event(5, "status", "resolved", "open", actor=ENGINE),
            event(6, "handled", 1, 2),
            event(7, "priority", 0, 2, undoes="x"),
        ]
    )
    assert [happening.sentence for happening in told] == [
        "resolved by mara",
        "labelled +zip, assigned to jo by mara",
        "reopened",
        "priority urgent by mara (undo)",
    ]


def test_the_first_unread_is_counted_from_the_newest_of_the_customer() -> None:
    every = [message(1), message(2), message(3, direction=Direction.OUTBOUND), message(4)]
    assert first_unread(2, every) == 2
    assert first_unread(9, every) == 1
    assert first_unread(0, every) is None
    assert first_unread(1, []) is None


def test_earlier_texts_come_with_details() -> None:
    edited = message(body=Body("new"), versions=(Version(NOW - MINUTE, "old"),))
    assert "old" not in shown(edited)
    assert shown(edited, detail=Detail.HEADERS).index("old") < shown(
        edited, detail=Detail.HEADERS
    ).index("new")


def blocks(*sizes: int) -> Document:
    return Document([Block(iter([()] * size)) for size in sizes])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(1, 12), st.data())
def test_going_down_and_up_again_ends_where_it_began(
    sizes: list[int], height: int, data: st.DataObject
) -> None:
    made = blocks(*sizes)
    end = made.end(height)
    by = data.draw(st.integers(0, 40))
    place = made.moved(Place(0, 0), by, height)
    assert place <= end
    back = made.moved(place, -sum(sizes), height)
    assert back == Place(0, 0)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(1, 12))
def test_the_end_shows_the_last_line_at_the_bottom(sizes: list[int], height: int) -> None:
    made = blocks(*sizes)
    assert len(made.lines(made.end(height), height + 5)) == min(height, sum(sizes))


def test_a_block_makes_no_more_lines_than_are_looked_at() -> None:
    made = 0

    def endless() -> object:
        nonlocal made
        while True:
            made += 1
            yield ()

    long = Document([Block(endless())])  # type: ignore[arg-type]  # an iterator of lines
    long.lines(Place(0, 0), 20)
    assert made == 20


@pytest.mark.parametrize(
    ("size", "said"), [(999, "999 B"), (23_400, "23 kB"), (4_200_000, "4.2 MB")]
)
def test_sizes_are_for_people(size: int, said: str) -> None:
    assert say_size(size) == said


def test_times_are_as_short_as_they_can_be() -> None:
    from agent_tui.ui.lines import say_time

    assert len(say_time(NOW, NOW)) == 5
    assert len(say_time(NOW - 2 * DAY, NOW)) == 9
    assert len(say_time(NOW - 900 * DAY, NOW)) == 16


def test_in_a_live_conversation_what_follows_from_each_message_is_not_told() -> None:
    events = [
        event(1, "status", "open", "pending", action="reply"),
        event(2, "status", "pending", "open", action="reopen", actor=ENGINE),
        event(3, "status", "open", "resolved", action="resolve"),
        event(4, "status", "resolved", "open", action="reopen"),
    ]
    told = [happening.sentence for happening in happenings(events, live=True)]
    assert told == ["resolved by mara", "reopened by mara"]
    assert len(happenings(events)) == len(events)
