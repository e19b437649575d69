"""The line above what is written in a chat: to whom, which key sends, what limits the answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from textual.strip import Strip
from textual.widget import Widget

from agent_tui.model.clock import HOUR, Millis
from agent_tui.model.via import via_name
from agent_tui.ui import draw
from agent_tui.ui.rows import Piece
from agent_tui.ui.shell import Shell
from agent_tui.ui.theme import Part

_NEAR_LIMIT = 10  # a tenth of the limit is left


class Window(NamedTuple):
    """Until when an answer may be sent."""

    via: str
    until: Millis


class Facts(NamedTuple):
    """What the line is made of."""

    title: str
    keys: str  # which key sends and which breaks the line
    writers: Sequence[str]
    used: int = 0
    limit: int | None = None
    window: Window | None = None


def pieces(facts: Facts, now: Millis, base: Part) -> tuple[list[Piece], list[Piece]]:
    """The left and the right side of the line."""
    left = [Piece(f" {facts.title}", base)]
    if facts.writers:
        are = "are" if len(facts.writers) > 1 else "is"
        left.append(Piece(f"  {', '.join(facts.writers)} {are} writing", base))
    left.append(Piece(f"  {facts.keys}", base))
    right: list[Piece] = []
    if facts.window is not None:
        right.append(Piece(f" {window_text(facts.window, now)} ", _window_part(facts, now, base)))
    if facts.limit is not None:
        right.append(Piece(f" {facts.used}/{facts.limit} ", _limit_part(facts, base)))
    return left, right


def window_text(window: Window, now: Millis) -> str:
    """``WhatsApp: free answers until 14:05``, or since when no more."""
    until = datetime.fromtimestamp(window.until / 1000).astimezone()
    today = datetime.fromtimestamp(now / 1000).astimezone().date() == until.date()
    at = f"{until:%H:%M}" if today else f"{until:%a %H:%M}"
    who = f"{via_name(window.via)}: " if window.via else ""
    return f"{who}free answers {'until' if window.until > now else 'ended'} {at}"


def _window_part(facts: Facts, now: Millis, base: Part) -> Part:
    if facts.window is None or facts.window.until <= now:
        return Part.BAR_ERROR
    return Part.WARNING if facts.window.until - now < HOUR else base


def _limit_part(facts: Facts, base: Part) -> Part:
    limit = facts.limit or 0
    if facts.used > limit:
        return Part.BAR_ERROR
    return Part.WARNING if (limit - facts.used) * _NEAR_LIMIT <= limit else base


class ChatHead(Widget):
    """Paints the line when it is another one."""

    DEFAULT_CSS = "ChatHead { height: 1; }"

    def __init__(self, shell: Shell, base: Part) -> None:
        super().__init__()
        self._shell, self._base = shell, base
        self._shown: tuple[list[Piece], list[Piece]] = ([], [])

    def show(self, facts: Facts, now: Millis) -> None:
        """Show these facts."""
        shown = pieces(facts, now, self._base)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - Textual asks by line
        left, right = self._shown
        return draw.sides(left, right, self.size.width, self._shell.colours, self._base)
