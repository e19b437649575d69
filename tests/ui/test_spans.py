"""Searched words are marked where the index found them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.ui.rows import Piece, marked
from agent_tui.ui.spans import spans
from agent_tui.ui.theme import Part


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("My Zip broke", ("zip",), ["Zip"]),
        ("José und JOSE\u0301", ("jose",), ["José", "JOSE\u0301"]),
        ("straße", ("strasse",), ["straße"]),
        ("拉链坏了，换拉链", ("拉链",), ["拉链", "拉链"]),
        ("한국어 지퍼", ("지퍼",), ["지퍼"]),
        ("İstanbul", ("istanbul",), ["İstanbul"]),
        ("zip zipper", ("zip", "zipper"), ["zip", "zip"]),
        ("nothing", ("",), []),
    ],
)
def test_words_are_found_without_case_or_accents(
    text: str, words: tuple[str, ...], found: list[str]
) -> None:
    assert [text[start:end] for start, end in spans(text, words)] == found


@given(st.text(), st.lists(st.text(max_size=3), max_size=3))
def test_spans_lie_in_the_text_and_apart(text: str, words: list[str]) -> None:
    at = 0
    for start, end in spans(text, words):
        assert at <= start < end <= len(text)
        at = end


@given(st.text("aábc 拉", max_size=20), st.text("aáb拉", min_size=1, max_size=2))
def test_marking_changes_no_character(text: str, word: str) -> None:
    pieces = (Piece(text, Part.TEXT), Piece(text, Part.DIM))
    assert "".join(piece.text for piece in marked(pieces, (word,))) == text * 2
