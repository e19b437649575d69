"""Rows of the list: exact widths whatever customers call themselves, meaning without colour."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import Channel, Conversation, Priority, Status
from agent_tui.ui.cells import ASCII, Glyphs, fit, folded, glyphs_for, in_ascii, wrapped
from agent_tui.ui.rows import Piece, age, columns, row
from agent_tui.ui.theme import Part
from agent_tui.ui.waiting import Pressure, crossing, until

NOW: Millis = 1_790_000_000_000 // MINUTE * MINUTE


def conversation(**more: object) -> Conversation:
    given: dict[str, object] = {
        "id": 7,
        "account": "mail",
        "channel": Channel.MAIL,
        "subject": "Parcel",
        "status": Status.OPEN,
        "customer_id": 1,
        "created_at": NOW,
        "last_at": NOW,
        "version": 1,
        "customer": "Ada Byron",
        "snippet": "Where is it?",
    }
    return Conversation(**(given | more))  # type: ignore[arg-type]  # passed through


def drawn(width: int, glyphs: Glyphs, **more: object) -> tuple[Piece, ...]:
    return row(conversation(**more), columns(width), NOW // MINUTE, "maria", glyphs)


def text(width: int = 80, **more: object) -> str:
    return "".join(piece.text for piece in drawn(width, Glyphs(), **more))


AWKWARD = (
    "👨‍👩‍👧‍👦 Familie Groß",
    "🇩🇪🇫🇷 two flags",
    "田中 由美",
    "ليلى حداد",
    "e\u0301" * 12,
    "👍🏽👍🏿 tones",
    "❤️ heart ☎️",
    "\u200b\u00adhidden\u2060",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 England",
    "x" * 300,
    "",
)


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("width", [40, 55, 60, 80, 119, 200])
def test_a_row_is_exactly_as_wide_as_the_list(name: str, width: int) -> None:
    shown = text(width, customer=name, subject=name, snippet=name, labels=("zip", name[:20]))
    assert cell_len(shown) == width


@given(st.text(max_size=60), st.text(max_size=60), st.integers(20, 160))
def test_no_text_of_a_customer_changes_the_width(name: str, subject: str, width: int) -> None:
    assert cell_len(text(width, customer=name, subject=subject)) == width


def test_columns_begin_where_they_began_whatever_the_name() -> None:
    places = {
        text(80, customer=name, subject="SUBJECT").index("SUBJECT")
        for name in ("Ada", "Bartholomew Featherstonehaugh-Smythe", "")
    }
    assert len(places) == 1


def test_unread_unanswered_and_answered_differ_without_colour() -> None:
    marks = {
        text(unread=1, waiting_since=NOW)[1],
        text(waiting_since=NOW)[1],
        text()[1],
    }
    assert len(marks) == 3


def test_priority_draft_and_files_have_marks() -> None:
    assert text(priority=Priority.URGENT)[2] == "!"
    assert text(draft=True)[4] == Glyphs().draft
    assert text(attachments=2)[4] == "@"


def test_a_vip_is_marked_by_a_word() -> None:
    assert "VIP Ada Byron" in text(vip=True)
    assert "VIP" not in text()


@pytest.mark.parametrize("channel", Channel)
def test_each_channel_has_a_letter_of_its_own(channel: Channel) -> None:
    letters = {other: text(channel=other)[3] for other in Channel}
    assert letters[channel].isalpha()
    assert len(set(letters.values())) == len(Channel)


def test_who_waits_a_day_stands_out() -> None:
    assert drawn(80, Glyphs(), waiting_since=NOW - 2 * DAY)[0].part is Part.WARNING
    assert drawn(80, Glyphs(), waiting_since=NOW - HOUR)[0].part is not Part.WARNING


def test_my_own_conversations_say_me_and_others_their_handle() -> None:
    assert " me " in text(assignee="maria")
    assert " jo " in text(assignee="jonas")


def test_a_review_shows_its_stars() -> None:
    assert "★★☆☆☆ Parcel" in text(channel=Channel.REVIEW, rating=2)
    assert "**---" in "".join(p.text for p in drawn(80, ASCII, rating=2))


def test_ascii_rows_have_nothing_but_ascii() -> None:
    pieces = drawn(80, ASCII, unread=1, draft=True, rating=3, labels=("zip",), subject="x" * 200)
    assert "".join(piece.text for piece in pieces).isascii()


@pytest.mark.parametrize(
    ("env", "ascii_only"),
    [
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "C.utf8"}, False),
        ({}, False),
        ({"LANG": "en_US.ISO-8859-1"}, True),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, True),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, True),
        ({"AGENT_TUI_ASCII": "1", "LANG": "en_US.UTF-8"}, True),
    ],
)
def test_the_locale_decides_which_glyphs_are_drawn(env: dict[str, str], ascii_only: bool) -> None:
    assert (glyphs_for(env) == ASCII) is ascii_only


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (0, "now"),
        (59_000, "now"),
        (5 * MINUTE, "5m"),
        (3 * HOUR, "3h"),
        (2 * DAY, "2d"),
        (13 * DAY, "13d"),
        (20 * DAY, "2w"),
        (364 * DAY, "52w"),
        (800 * DAY, "2y"),
        (-HOUR, "now"),
    ],
)
def test_ages_take_at_most_three_characters(ago: Millis, shown: str) -> None:
    assert age(NOW - ago, NOW) == shown
    assert len(shown) <= 3


def test_folding_keeps_what_every_terminal_agrees_about() -> None:
    assert folded("Ärger über 林嘉怡 😀") == "Ärger über 林嘉怡 😀"
    assert folded("👨‍👩‍👧") == "👨"
    assert folded("🇩🇪") == "DE"
    assert folded("a\u200db") == "a\u200db"  # joins letters in Persian and Indic scripts


@given(st.text(max_size=40), st.integers(1, 50))
def test_fitting_gives_exactly_the_width(line: str, width: int) -> None:
    assert cell_len(fit(folded(line.replace("\n", " ")), width)) == width


@given(st.text(alphabet="ab 林é😀", max_size=120), st.integers(2, 30))
def test_wrapping_loses_nothing_but_blanks_and_fits(paragraph: str, width: int) -> None:
    lines = [paragraph[start:end] for start, end in wrapped(paragraph, width)]
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == paragraph.replace(" ", "")


def test_wrapping_a_megabyte_costs_only_what_is_read() -> None:
    endless = "word " * 200_000
    lines = wrapped(endless, 80)
    first = [next(lines) for _ in range(3)]
    assert first[0] == (0, 79)


@pytest.mark.parametrize(
    ("near", "sign", "part"),
    [
        (Pressure.NONE, "  ", Part.TEXT),
        (Pressure.NEAR, "! ", Part.WARNING),
        (Pressure.OVER, "!!", Part.ERROR),
    ],
)
def test_a_wait_near_its_target_has_a_sign_and_a_colour(
    near: Pressure, sign: str, part: Part
) -> None:
    chat = conversation(channel=Channel.CHAT, waiting_since=NOW - MINUTE)
    first = row(chat, columns(80), NOW // MINUTE, "maria", Glyphs(), near)[0]
    assert first.text.startswith(f" ○ C   1m{sign}")
    assert first.part is part


@given(st.text(max_size=20), st.text(max_size=40), st.sampled_from(Pressure), st.booleans())
def test_a_chat_s_row_is_exactly_as_wide_as_the_list(
    via: str, words: str, near: Pressure, writing: bool
) -> None:
    chat = conversation(channel=Channel.CHAT, via=via, snippet=words, waiting_since=NOW)
    for width in (40, 55, 80, 200):
        pieces = row(chat, columns(width), NOW // MINUTE, "maria", Glyphs(), near, writing=writing)
        assert cell_len("".join(piece.text for piece in pieces)) == width


def test_a_chat_s_row_says_what_carries_it_what_was_said_last_and_who_writes() -> None:
    chat = conversation(channel=Channel.CHAT, via="whatsapp", subject="Room", snippet="Hello?")
    pieces = row(chat, columns(80), NOW // MINUTE, "maria", Glyphs(), writing=True)
    shown = "".join(piece.text for piece in pieces)
    assert shown[4] == Glyphs().more
    assert "whatsapp Hello?" in shown
    assert "Room" not in shown


@pytest.mark.parametrize(
    ("waited", "coming"),
    [(0, 96 * SECOND), (96 * SECOND, 120 * SECOND), (119_999, 120 * SECOND), (120 * SECOND, None)],
)
def test_a_row_is_due_when_its_wait_comes_near_the_target_and_goes_over_it(
    waited: Millis, coming: Millis | None
) -> None:
    waits = conversation(waiting_since=NOW, warn_at=NOW + 96 * SECOND, due_at=NOW + 120 * SECOND)
    assert crossing(waits, NOW + waited) == (None if coming is None else NOW + coming)
    assert crossing(conversation(waiting_since=NOW), NOW) is None


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (20 * MINUTE, "in 20m"),
        (30 * SECOND, "in <1m"),
        (0, "late <1m"),
        (-3 * HOUR, "late 3h"),
        (3 * DAY, "due "),
        (30 * DAY, "due "),
    ],
)
def test_a_row_says_until_when_an_answer_is_due_where_there_is_room(
    left: Millis, said: str
) -> None:
    waits = conversation(waiting_since=NOW, due_at=NOW + left)
    for width in (60, 80, 120):
        pieces = row(waits, columns(width), NOW // MINUTE, "maria", Glyphs())
        shown = "".join(piece.text for piece in pieces)
        assert shown[11:].startswith(said)
        assert cell_len(shown) == width
    narrow = row(waits, columns(59), NOW // MINUTE, "maria", Glyphs())
    assert cell_len("".join(piece.text for piece in narrow)) == 59


def test_an_answer_due_within_a_day_names_the_day_unless_it_is_today() -> None:
    evening = Millis(datetime(2026, 11, 30, 18, 30).timestamp() * 1000)  # noqa: DTZ001
    assert until(evening + 2 * HOUR, evening) == "due 20:30"
    assert until(evening + 16 * HOUR, evening) == "Tue 10:30"


@given(st.integers(-400 * DAY, 400 * DAY))
def test_what_is_said_of_a_due_time_fits_its_column(left: Millis) -> None:
    assert len(until(NOW + left, NOW)) < 10


@given(st.text())
def test_a_likeness_in_ascii_takes_just_as_many_cells(text: str) -> None:
    likeness = in_ascii(text)
    assert likeness.isascii()
    assert cell_len(likeness) == cell_len(text)


def test_a_likeness_keeps_what_can_be_read() -> None:
    likeness = in_ascii("“Zoë’s café” – Straße, Łódź… ★★☆ 東京")
    assert likeness == '"Zoe\'s cafe" - Strase, Lodz. **o ????'


@pytest.mark.parametrize(("glyphs", "mark"), [(Glyphs(), "✓"), (ASCII, "+")])
def test_a_selected_row_differs_by_its_first_character_alone(glyphs: Glyphs, mark: str) -> None:
    shown = [
        "".join(
            piece.text
            for piece in row(
                conversation(unread=1), columns(80), NOW // MINUTE, "maria", glyphs, selected=on
            )
        )
        for on in (False, True)
    ]
    assert [line[0] for line in shown] == [" ", mark]
    assert shown[0][1:] == shown[1][1:]
