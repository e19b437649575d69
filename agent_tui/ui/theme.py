"""Colour themes: TOML files that give each part of the screen a style."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rich.errors import StyleSyntaxError
from rich.style import Style

from agent_tui.config.errors import ConfigError


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


class Depth(StrEnum):
    """How many colours a terminal has."""

    FULL = "full"  # 256 or more
    ANSI = "ansi"  # 16, chosen by the terminal's user
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Theme:
    """The styles of a theme, complete."""

    name: str
    dark: bool
    depth: Depth
    styles: Mapping[Part, Style]

    def __getitem__(self, part: Part) -> Style:
        return self.styles[part]

    @property
    def ground(self) -> str:
        """The colour of the screen's background, as CSS of Textual names it."""
        colour = self.styles[Part.TEXT].bgcolor
        triplet = None if colour is None else colour.triplet
        return "ansi_default" if triplet is None else triplet.hex


class ThemeError(ConfigError):
    """A theme cannot be used; ``str()`` is one sentence for the agent."""


def depth_of(env: Mapping[str, str]) -> Depth:
    """How many colours the terminal of ``env`` has; NO_COLOR (no-color.org) means none."""
    if env.get("NO_COLOR"):
        return Depth.NONE
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Depth.FULL
    many = ("-256color", "-direct", "-kitty", "-ghostty")
    return Depth.FULL if env.get("TERM", "").endswith(many) else Depth.ANSI


def load(name: str, folder: Path, depth: Depth) -> Theme:
    """The theme ``name`` of the user's ``folder``, else the shipped one, for that many colours.

    Raises ThemeError for an unknown name and a file that is wrong.
    """
    file = _find(name, (folder, *shipped_folders()))
    if file is None:
        known = ", ".join(names(folder))
        raise ThemeError(f"There is no theme '{name}'; there are {known}.")
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ThemeError(f"The theme {file} cannot be read: {error}.") from error
    table = found.get("styles" if depth is Depth.FULL else "ansi", {})
    if not isinstance(table, dict):
        raise ThemeError(f"The theme {file} has no [styles]; copy a shipped one and change it.")
    return Theme(name, bool(found.get("dark", True)), depth, _styles(table, file, depth))


def names(folder: Path) -> list[str]:
    """The themes there are."""
    files = (file for place in (folder, *shipped_folders()) for file in place.glob("*.toml"))
    return sorted({file.stem for file in files})


def shipped_folders() -> tuple[Path, ...]:
    """Where shipped themes lie: in the package of a wheel, beside it in a checkout."""
    package = Path(__file__).parent.parent
    return (package / "themes", package.parent / "themes")


def _find(name: str, folders: tuple[Path, ...]) -> Path | None:
    if "/" in name or "\\" in name:
        return None
    return next((f for place in folders if (f := place / f"{name}.toml").is_file()), None)


def _styles(table: Mapping[str, object], file: Path, depth: Depth) -> dict[Part, Style]:
    """A style for every part: on the screen's background where it has none of its own."""
    for key in table:
        if key not in tuple(Part):
            raise ThemeError(f"The theme {file} names an unknown part '{key}'.")
    base = _style(table, Part.TEXT, file, depth)
    return {part: base + _style(table, part, file, depth) for part in Part}


def _style(table: Mapping[str, object], part: Part, file: Path, depth: Depth) -> Style:
    written = table.get(part)
    if written is None and depth is Depth.FULL:
        raise ThemeError(f"The theme {file} has no style for '{part}'; copy it from a shipped one.")
    try:
        style = Style.parse(str(written or ""))
    except StyleSyntaxError as error:
        raise ThemeError(f"The theme {file} has a wrong style for '{part}': {error}.") from error
    return style.without_color if depth is Depth.NONE else style
