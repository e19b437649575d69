"""A chat as bubbles: who, when and how far in few lines, of one width, made once."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agent_tui.model.clock import DAY, MINUTE, SECOND, Millis
from agent_tui.model.message import (
    Attachment,
    Body,
    Delivery,
    Direction,
    FetchState,
    Message,
    Reaction,
)
from agent_tui.ui.cells import ASCII, Glyphs
from agent_tui.ui.chat_lines import Chat
from agent_tui.ui.history import Happening
from agent_tui.ui.lines import Document, Place
from agent_tui.ui.markup import Look

NOON: Millis = 1_790_000_000_000
LOOK = Look(width=78, glyphs=Glyphs())


def message(number: int = 1, text: str = "", **more: object) -> Message:
    given: dict[str, object] = {
        "id": number,
        "conversation_id": 1,
        "account": "chat",
        "direction": Direction.INBOUND,
        "author": "Ada Byron",
        "address": "ada",
        "at": NOON + number * SECOND,
        "subject": "",
        "body": Body(text or f"text of {number}"),
    }
    return Message(**(given | more))  # type: ignore[arg-type]  # passed through


def ours(number: int, text: str = "", **more: object) -> Message:
    given: dict[str, object] = {"direction": Direction.OUTBOUND, "author": "Maria", "address": ""}
    return message(number, text, **(given | more))


def note(number: int, text: str = "") -> Message:
    return message(number, text, direction=Direction.NOTE, author="jo", address="jo")


def lines(made: Document) -> list[str]:
    found = made.lines(Place(0, 0), 10_000)
    return ["".join(piece.text for piece in line).rstrip() for line in found]


def shown(
    *messages: Message,
    look: Look = LOOK,
    unread: int | None = None,
    happened: Sequence[Happening] = (),
) -> list[str]:
    return lines(Chat(look).document(messages, happened, unread))


def test_messages_of_one_sender_share_a_head_with_name_and_time() -> None:
    text = shown(message(1), message(2))
    assert text[1].startswith("Ada Byron  ")
    assert text[2:] == ["  text of 1", "  text of 2"]


@pytest.mark.parametrize(
    "second",
    [
        message(2, at=NOON + 6 * MINUTE),
        message(2, author="Bob"),
        message(2, direction=Direction.OUTBOUND),
        message(2, topic="other"),
        message(2, automatic=True),
    ],
    ids=["later", "somebody else", "the other way", "another thread", "automatic"],
)
def test_who_else_or_when_else_gets_a_head(second: Message) -> None:
    assert len(shown(message(1), second)) == 5


def test_a_happening_between_two_messages_asks_for_a_head() -> None:
    happened = [Happening(NOON + 1500, "assigned to jo by mara")]
    text = shown(message(1), message(2), happened=happened)
    assert "assigned to jo by mara" in text[3]
    assert text[4].startswith("Ada Byron")


def test_each_day_begins_with_its_date() -> None:
    text = shown(message(1), message(2, at=NOON + DAY))
    assert "2026" in text[0]
    assert len([line for line in text if "2026" in line]) == 2


@pytest.mark.parametrize("glyphs", [Glyphs(), ASCII], ids=["unicode", "ascii"])
def test_theirs_ours_and_notes_differ_without_colour(glyphs: Glyphs) -> None:
    look = LOOK._replace(glyphs=glyphs)
    text = shown(message(1, "theirs"), ours(2, "ours"), note(3, "kept"), look=look)
    lead = {
        line[: line.index(word)]
        for line in text
        for word in ("theirs", "ours", "kept")
        if word in line
    }
    assert len(lead) == 3
    assert any("jo" in line and "internal note" in line for line in text)
    assert glyphs != ASCII or "".join(text).isascii()


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (Delivery.QUEUED, "waiting to leave"),
        (Delivery.SENDING, "sending"),
        (Delivery.SENT, "✓ sent"),
        (Delivery.DELIVERED, "✓✓ delivered"),
        (Delivery.READ, "✓✓ read"),
        (Delivery.FAILED, "NOT SENT"),
        (Delivery.UNCERTAIN, "MAYBE SENT"),
    ],
)
def test_how_far_ours_has_come_is_said(delivery: Delivery, words: str) -> None:
    assert any(words in line for line in shown(ours(1, delivery=delivery)))


def test_only_the_newest_of_ours_say_how_far_they_have_come() -> None:
    text = shown(
        ours(1, "old", delivery=Delivery.READ),
        message(2),
        ours(3, "a", delivery=Delivery.READ),
        ours(4, "b", delivery=Delivery.READ),
        ours(5, "c", delivery=Delivery.SENT),
        ours(6, "d", delivery=Delivery.SENT),
        message(7),
    )
    told = [line.strip(" │") for line in text if "✓" in line]
    assert told == ["b  ✓✓ read", "d  ✓ sent"]


def test_every_failure_is_loud_with_its_reason() -> None:
    text = shown(
        ours(1, delivery=Delivery.FAILED, problem="no such number"),
        ours(2, delivery=Delivery.SENT),
    )
    assert any("NOT SENT: no such number" in line for line in text)


def test_edits_deletions_and_reactions_are_told_behind_the_text() -> None:
    both = (
        Reaction("Ada", "\u2764\ufe0f"),
        Reaction("Bo", "\U0001f44d"),
        Reaction("Cy", "\U0001f44d"),
    )
    text = shown(
        message(1, edited_at=NOON),
        message(2, "", body=Body(""), deleted_at=NOON),
        message(3, reactions=both),
        message(4, reactions=(Reaction("Maria", "\U0001f44d", ours=True),)),
    )
    assert "text of 1  edited " in text[2]
    assert text[3].startswith("  message deleted ")
    assert text[4] == "  text of 3  \u2764 Ada  \U0001f44d 2"
    assert text[5].endswith("\U0001f44d you")


def test_reactions_have_names_where_there_is_only_ascii() -> None:
    them = tuple(Reaction("Ada", emoji) for emoji in ("\U0001f44d", "\u2764\ufe0f", "\U0001f98a"))
    text = "".join(shown(message(reactions=them), look=LOOK._replace(glyphs=ASCII)))
    assert ":+1: Ada  :heart: Ada  :fox-face: Ada" in text


def test_what_is_told_takes_a_line_only_where_the_last_one_has_no_room() -> None:
    them = (Reaction("Ada", "+1"),)
    full = "x" * (LOOK.width - 7 - 2)
    assert len(shown(message(reactions=them))) == len(shown(message()))
    assert len(shown(message(1, full, reactions=them))) == len(shown(message(1, full))) + 1


def test_an_answer_says_what_it_answers() -> None:
    text = shown(message(1, "where is it?"), ours(2, answers=1))
    assert any("↳ answering Ada Byron: where is it?" in line for line in text)
    assert any("answering an earlier message" in line for line in shown(ours(2, answers=1)))


def test_threads_are_numbered_when_there_are_several() -> None:
    text = shown(message(1), message(2, topic="$x"), message(3, topic="$y"), message(4, topic="$x"))
    heads = [line for line in text if line.startswith("Ada")]
    assert ["thread" in head for head in heads] == [False, True, True, True]
    assert heads[1].endswith("thread 1")
    assert heads[3].endswith("thread 1")
    assert not any("thread" in line for line in shown(message(1, topic="$x")))


def test_images_and_files_are_lines_of_the_bubble() -> None:
    file = Attachment(1, 1, "zip.jpg", "image/jpeg", 23_400, "2", False, FetchState.REMOTE)
    text = shown(ours(1, body=Body(""), attachments=(file,), delivery=Delivery.READ))
    assert text[-1].endswith("│ @ image zip.jpg (23 kB) v saves it, I shows it  ✓✓ read")


def test_the_line_of_what_is_new_stands_above_the_first_unread_message() -> None:
    text = shown(message(1), message(2), unread=2)
    assert text[3] == "──── new ────"
    assert text[4].startswith("Ada Byron")


AWKWARD = (
    "田中 由美 さん " * 12,
    "مرحبا كيف حالك اليوم " * 8,
    "👨‍👩‍👧‍👦 👍🏽 🇩🇪 " * 14,
    "x" * 400,
    "```\nfor x in range(10):\n    print(x)\n```",
    "- one\n- two " + "word " * 40,
    "> quoted " + "word " * 40,
)


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("width", [38, 59, 79, 119, 199])
def test_no_line_is_wider_than_the_pane_and_bars_stand_in_one_column(text: str, width: int) -> None:
    file = Attachment(1, 1, text[:40], "image/jpeg", 23_400, "2", False, FetchState.REMOTE)
    look = LOOK._replace(width=width)
    more = {"reactions": (Reaction("Ada", "+1"),), "attachments": (file,), "answers": 1}
    theirs = shown(message(1, text, author=text[:60], **more), look=look)
    mine = shown(ours(2, text, author=text[:60], **more), look=look)
    assert max(map(cell_len, theirs + mine)) <= width
    assert len({line.index("│") for line in mine[1:]}) == 1


def same(one: Document, other: Document) -> bool:
    return lines(one) == lines(other)


_STATES = st.sampled_from(tuple(Delivery))
_MESSAGES = st.builds(
    lambda way, who, gap, state, topic, answers, edited: {
        "direction": way,
        "author": who,
        "gap": gap,
        "delivery": state if way is Direction.OUTBOUND else Delivery.NONE,
        "topic": topic,
        "answers": answers,
        "edited_at": edited,
    },
    st.sampled_from(tuple(Direction)),
    st.sampled_from(("Ada", "Bo")),
    st.sampled_from((SECOND, 7 * MINUTE, DAY)),
    _STATES,
    st.sampled_from((None, "$x")),
    st.sampled_from((None, 1, 2)),
    st.sampled_from((None, NOON)),
)


def built(wanted: Sequence[dict[str, object]]) -> list[Message]:
    at, found = NOON, []
    for number, one in enumerate(wanted, 1):
        at += int(str(one["gap"]))
        given = {name: value for name, value in one.items() if name != "gap"}
        found.append(message(number, f"text of {number}", **(given | {"at": at})))
    return found


@given(
    st.lists(_MESSAGES, min_size=1, max_size=12),
    st.integers(0, 11),
    _MESSAGES,
    st.integers(0, 12),
    st.sampled_from((None, 1, 3)),
)
def test_a_chat_that_was_brought_up_to_date_reads_as_one_made_anew(
    wanted: list[dict[str, object]],
    changed: int,
    other: dict[str, object],
    known: int,
    unread: int | None,
) -> None:
    first = built(wanted)
    happened = [Happening(NOON + 3 * MINUTE, "resolved by mara")]
    chat = Chat(LOOK)
    lines(chat.document(first[:known], [], None))
    lines(chat.document(first, happened, unread))
    place = changed % len(wanted)
    again = [*wanted]
    again[place] = other | {"gap": wanted[place]["gap"]}
    anew = [
        new if n == place else old
        for n, (old, new) in enumerate(zip(first, built(again), strict=True))
    ]
    assert same(chat.document(anew, happened, unread), Chat(LOOK).document(anew, happened, unread))


def test_a_new_message_leaves_the_lines_of_five_thousand_others() -> None:
    before = [message(n) for n in range(5000)]
    chat = Chat(LOOK)
    made = chat.document(before, [], None)
    after = chat.document([*before, message(5000)], [], None)
    assert all(a is b for a, b in zip(made.blocks, after.blocks, strict=False))
    assert len(after.blocks) == 5001
