"""The side of the program towards Textual and the terminal: what goes out, and how it ends."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.geometry import Offset
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from agent_tui.store.database import StoreError
from agent_tui.ui.output import installed, output_for
from agent_tui.ui.shell import Pane

if TYPE_CHECKING:
    from agent_tui.ui.frames import Update


class OneScreen(Screen[None]):
    """The only screen. Textual would draw all of it again whenever the focus moves: 10 kB."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)


class Surface(App[None]):
    """Draws one screen whose panes are swapped, and sends only what is new of it."""

    CSS = """
    Screen { layout: vertical; overflow: hidden hidden; layers: default prompt; }
    """
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    TITLE = "agent-tui"
    animation_level = "none"

    def __init__(
        self, environment: Mapping[str, str], crashes: Path, *, colours: bool, reads_aloud: bool
    ) -> None:
        """``crashes`` is the file that errors of ours go to; ``colours``: the terminal has all;
        ``reads_aloud``: its cursor goes with what is read."""
        super().__init__(ansi_color=not colours)
        self._frames, self.output_told = output_for(environment, installed())
        self._crashes, self._reads_aloud = crashes, reads_aloud

    def leave(self) -> None:
        """Save and end, as soon as the store can be written to."""
        raise NotImplementedError

    def end(self) -> None:
        """Save and end now. Raises StoreError."""
        raise NotImplementedError

    def save(self) -> None:
        """Put on disk what is being written."""
        raise NotImplementedError

    def pane(self) -> Pane | None:
        """The one that has the keyboard."""
        focused = self.screen.focused
        while focused is not None and not isinstance(focused, Pane):
            focused = focused.parent if isinstance(focused.parent, Widget) else None
        return focused

    def write(self, sequence: str) -> None:
        """Send a control sequence to the terminal past the frames."""
        if self._driver is not None:  # Textual has no public way for it
            self._driver.write(sequence)
            self._driver.flush()

    def redraw(self) -> None:
        """Draw everything anew."""
        self._frames.forget()
        self.screen.refresh(layout=True)

    def copy(self, text: str) -> None:
        """Put ``text`` on the clipboard of the terminal (OSC 52)."""
        self.copy_to_clipboard(text)

    def get_default_screen(self) -> OneScreen:
        return OneScreen(id="_default")

    def _display(self, screen: Screen[Any], renderable: "Update") -> None:
        """Textual's way to the terminal: only what is new goes on."""
        changed = self._frames.changes(renderable)
        if self._reads_aloud and isinstance(pane := screen.focused, Pane):
            self.cursor_position = pane.region.offset + Offset(0, pane.read_at)
        super()._display(screen, changed)  # type: ignore[arg-type]  # Textual's type lacks updates

    def _handle_exception(self, error: Exception) -> None:
        """Textual's last word: it would print local variables, customers' texts among them."""
        from agent_tui.ui.crash import crash

        with suppress(Exception):  # drafts are on disk but for the last second
            self.save()
        super()._handle_exception(crash(error, self._crashes))

    async def action_quit(self) -> None:
        self.leave()

    def _terminal_gone(self) -> None:
        """Save and end; when saving fails, the terminal, if there is one, is told why."""
        try:
            self.end()
        except StoreError as error:
            from rich.text import Text

            self.exit(return_code=1, message=Text(f"agent-tui: {error}"))

    def _later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, call)
