"""Colour themes: TOML files that give each part of the screen a style."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rich.style import Style


class Part(StrEnum):
    """What a style is for; a theme file has one line for each."""

    TEXT = "text"  # its background is the screen's
    DIM = "dim"
    CURSOR = "cursor"  # the row that keys are meant for
    CURSOR_AWAY = "cursor_away"  # the same while another pane has the focus
    SELECTED = "selected"
    UNREAD = "unread"
    CUSTOMER = "customer"  # what the customer wrote
    US = "us"  # what we wrote
    NOTE = "note"
    ACCENT = "accent"  # labels, keys, the current view
    WARNING = "warning"
    ERROR = "error"
    GOOD = "good"
    LINK = "link"
    QUOTE = "quote"
    CODE = "code"
    BAR = "bar"  # view bar and status line
    BAR_ACCENT = "bar_accent"
    BAR_ERROR = "bar_error"


@dataclass(frozen=True, slots=True)
class Theme:
    """The styles of a theme, complete."""

    name: str
    dark: bool
    styles: Mapping[Part, Style]

    def __getitem__(self, part: Part) -> Style:
        return self.styles[part]
