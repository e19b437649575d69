"""The best match of a few letters stands first."""

from agent_tui.ui.fuzzy import matches, score
from agent_tui.ui.shell import Choice


def titles(typed: str, *choices: str) -> list[str]:
    return [choice.title for choice in matches(typed, [Choice(c, c) for c in choices])]


def test_letters_out_of_order_do_not_match() -> None:
    assert score("ba", "abc") is None
    assert titles("zz", "resolve", "snooze") == []


def test_the_beginning_of_a_word_wins_over_its_middle() -> None:
    assert titles("re", "snore", "mark as spared", "go resolve")[0] == "go resolve"


def test_letters_in_a_row_win_over_scattered_ones() -> None:
    assert titles("lab", "long assignment board", "label")[0] == "label"


def test_every_word_must_match_in_any_order() -> None:
    assert titles("next resolve", "resolve and next", "resolve") == ["resolve and next"]


def test_a_title_wins_over_an_explanation() -> None:
    choices = [Choice("a", "Open", "then resolve"), Choice("b", "Resolve", "done")]
    assert [choice.key for choice in matches("resolve", choices)] == ["b", "a"]


def test_an_explanation_fits_by_a_piece_of_it_and_not_by_scattered_letters() -> None:
    choices = [Choice("a", "Snooze"), Choice("b", "Edit", "should know about the customer, too")]
    assert [choice.key for choice in matches("snoo", choices)] == ["a"]
    assert [choice.key for choice in matches("custom", choices)] == ["b"]


def test_equal_matches_keep_their_order() -> None:
    assert titles("a", "ab", "ac", "ad") == ["ab", "ac", "ad"]
