"""Alt+Enter and Alt with digits as terminals without the kitty protocol send them."""

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from agent_tui.ui import alt_keys


def parsed(sequence: str) -> list[tuple[str, str | None]]:
    alt_keys.teach()
    found = XTermParser().feed(sequence)
    return [(event.key, event.character) for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize("sequence", ["\x1b\r", "\x1b\n", "\x1b[13;3u"])
def test_alt_enter_is_not_enter(sequence: str) -> None:
    assert parsed(sequence) == [("alt+enter", None)]


@pytest.mark.parametrize("digit", "0123456789")
def test_alt_and_a_digit_is_no_odd_character(digit: str) -> None:
    assert parsed(f"\x1b{digit}") == [(f"alt+{digit}", None)]


def test_enter_and_digits_are_what_they_were() -> None:
    assert parsed("\r1") == [("enter", "\r"), ("1", "1")]
