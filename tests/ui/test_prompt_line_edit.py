"""Editing one line keeps joined characters whole and lets no control character in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.ui.line_edit import Line, character_end, edit, insert, one_line, replace

FAMILY = "👨‍👩‍👧"
ACUTE = "e\u0301"
FLAGS = "🇩🇪🇫🇷"

EDITING_KEYS = (
    "left right home end ctrl+left ctrl+right backspace delete ctrl+w ctrl+u ctrl+k".split()
)


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("left", Line("abc", 2), Line("abc", 1)),
        ("left", Line("abc", 0), Line("abc", 0)),
        ("right", Line("abc", 3), Line("abc", 3)),
        ("ctrl+a", Line("abc", 2), Line("abc", 0)),
        ("ctrl+e", Line("abc", 1), Line("abc", 3)),
        ("backspace", Line("abc", 2), Line("ac", 1)),
        ("backspace", Line("abc", 0), Line("abc", 0)),
        ("delete", Line("abc", 1), Line("ac", 1)),
        ("ctrl+w", Line("two words  ", 11), Line("two ", 4)),
        ("ctrl+u", Line("two words", 4), Line("words", 0)),
        ("ctrl+k", Line("two words", 4), Line("two ", 4)),
        ("ctrl+left", Line("two words", 9), Line("two words", 4)),
        ("ctrl+right", Line("two words", 0), Line("two words", 3)),
    ],
)
def test_a_key_edits_as_readline_does(key: str, before: Line, after: Line) -> None:
    assert edit(before, key) == after


def test_a_key_that_edits_nothing_is_left_to_others() -> None:
    assert edit(Line("abc", 1), "enter") is None


@pytest.mark.parametrize("joined", [FAMILY, ACUTE, "👍🏽", "❤️", "漢"])
def test_backspace_deletes_a_joined_character_as_one(joined: str) -> None:
    assert edit(Line.of(f"a{joined}"), "backspace") == Line("a", 1)


def test_each_of_two_flags_is_a_character() -> None:
    assert edit(Line.of(FLAGS), "backspace") == Line("🇩🇪", 2)
    assert edit(Line(FLAGS, 0), "right") == Line(FLAGS, 2)


def test_a_paste_becomes_one_line_without_control_characters() -> None:
    pasted = "q\x1b[201~\x1b]52;c;x\x07\nnext\tcell\n"
    line = insert(Line(), pasted)
    assert line.text.isprintable()
    assert line.text.endswith("next cell")
    assert line.cursor == len(line.text)


def test_replacing_puts_the_cursor_behind_the_new_text() -> None:
    assert replace(Line("ab old", 6), 3, 6, "new!") == Line("ab new!", 7)


@given(st.text(), st.lists(st.sampled_from(EDITING_KEYS)), st.text(max_size=5))
def test_the_cursor_stays_inside_the_text_whatever_is_pressed(
    text: str, keys: list[str], typed: str
) -> None:
    line = Line.of(one_line(text))
    for key in keys:
        line = edit(insert(line, typed), key) or line
        assert 0 <= line.cursor <= len(line.text)


@given(st.text(alphabet="a👨\u200d👩🇩🇪\u0301🏽️ ", max_size=12))
def test_steps_to_the_right_reach_the_end_and_never_stand_still(text: str) -> None:
    at = 0
    while at < len(text):
        end = character_end(text, at)
        assert end > at
        at = end
    assert at == len(text)
