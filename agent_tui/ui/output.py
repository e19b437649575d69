"""How frames reach the terminal: only what is new of them, or whole as Textual writes them.

:mod:`agent_tui.ui.frames` uses private names of one version of Textual, so it is imported with
that version only. With any other one, and where the agent asks for it, Textual writes by itself.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import textual

from agent_tui.config.paths import PLAIN_VARIABLE
from agent_tui.ui.cells import ASCII, glyphs_for, in_ascii

if TYPE_CHECKING:
    from rich.console import Console

    from agent_tui.ui.frames import Update

PINNED = "8.2"
"""The version of Textual whose private names ``frames`` uses; ``pyproject.toml`` asks for it."""


class Output(Protocol):
    """What stands between Textual and the terminal."""

    def forget(self) -> None:
        """The terminal may show anything: the next frame is sent whole."""
        ...

    def changes(self, update: "Update") -> "Update":
        """What is to be written for ``update``."""
        ...


class Plain:
    """Textual's own writing: each frame whole."""

    def __init__(self, *, ascii_only: bool = False) -> None:
        self._ascii_only = ascii_only

    def forget(self) -> None:
        """Nothing is remembered."""

    def changes(self, update: "Update") -> "Update":
        write = getattr(update, "render_segments", None)
        if self._ascii_only and write is not None:

            def write_ascii(console: "Console") -> str:
                return in_ascii(write(console))  # control sequences are ASCII and stay

            vars(update)["render_segments"] = write_ascii
        return update


def output_for(environment: Mapping[str, str], version: str) -> tuple[Output, str]:
    """The output for this terminal and that ``version`` of Textual, and one sentence where it is
    not the usual one though nobody asked for that."""
    ascii_only = glyphs_for(environment) == ASCII
    if environment.get(PLAIN_VARIABLE):
        return Plain(ascii_only=ascii_only), ""
    if not f"{version}.".startswith(f"{PINNED}."):
        told = (
            f"Textual {version} is not {PINNED}, which this program knows: "
            "frames are sent whole and take more bytes."
        )
        return Plain(ascii_only=ascii_only), told
    from agent_tui.ui.frames import Frames

    return Frames(ascii_only=ascii_only), ""


def installed() -> str:
    """The version of Textual, by the name of the folder beside it: ``importlib.metadata`` alone
    would take a sixth of the time until the first paint."""
    beside = Path(textual.__file__).parent.parent
    prefix, suffix = "textual-", ".dist-info"
    for path in beside.iterdir():
        if path.name.startswith(prefix) and path.name.endswith(suffix):
            return path.name.removeprefix(prefix).removesuffix(suffix)
    return textual.__version__
