"""The source of a mail is shown with everything in it spelt out that a terminal would obey."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.content.safe import safe_text
from agent_tui.content.source import Piece, lines


def shown(octets: bytes) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines(octets)]


def test_lines_end_where_the_mail_says_so() -> None:
    assert shown(b"Subject: x\r\n\r\none\ntwo\r\n") == ["Subject: x", "", "one", "two"]


def test_escape_sequences_and_lone_returns_are_spelt_out() -> None:
    assert shown(b"a\x1b[2Jb\rc\x00\x7f") == [r"a\x1b[2Jb\x0dc\x00\x7f"]


def test_what_is_spelt_out_is_told_from_a_backslash_of_the_mail() -> None:
    assert list(lines(b"\\x1b\x1b")) == [(Piece("\\x1b"), Piece("\\x1b", spelt=True))]


def test_octets_that_are_no_utf_8_are_spelt_out_one_by_one() -> None:
    assert shown(b"caf\xe9 \x9b31m") == [r"caf\xe9 \x9b31m"]


def test_controls_above_ascii_are_spelt_out_as_characters() -> None:
    assert shown("\x9b31m".encode()) == [r"\u009b31m"]


def test_what_nobody_sees_is_seen() -> None:
    hidden = "a\u202eb\u200bc\u2028d\U000e0041e\xa0f\xadg"
    assert shown(hidden.encode()) == [r"a\u202eb\u200bc\u2028d\U000e0041e\u00a0f\u00adg"]


def test_letters_of_any_script_stay() -> None:
    text = "Grüße, 你好, שלום, привет"
    assert shown(text.encode()) == [text]


def test_a_tab_is_blanks() -> None:
    assert shown(b"a\tb") == ["a   b"]


def test_only_the_beginning_is_looked_at() -> None:
    assert ["".join(p.text for p in line) for line in lines(b"12345\n678", most=4)] == ["1234"]


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_whatever_octets_come_each_line_is_safe_and_printable(octets: bytes) -> None:
    for line in shown(octets):
        assert line.isprintable()
        assert safe_text(line) == line


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_no_printable_character_is_lost(text: str) -> None:
    octets = text.encode("utf-8", "surrogatepass")
    kept = [c for c in text if c.isprintable() and safe_text(c) == c]
    got = "".join(shown(octets))
    assert all(character in got for character in kept)
