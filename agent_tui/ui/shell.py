"""What a pane may ask of the screen around it, and the words both sides use.

Panes, commands and prompts know the program only through :class:`Shell`; the one class behind it
is ``ui.app.AgentApp``. This module is imported before first paint.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

from textual import events
from textual.events import Key, Paste
from textual.widget import Widget

from agent_tui.config.paths import Paths
from agent_tui.config.settings import Settings
from agent_tui.model.clock import Clock
from agent_tui.model.conversation import Conversation, View
from agent_tui.store.database import Database
from agent_tui.ui.theme import Theme

if TYPE_CHECKING:
    from agent_tui.actions.action import Context, Done
    from agent_tui.query.complete import Completion
    from agent_tui.ui.chats import Chats
    from agent_tui.ui.desk import Desk
    from agent_tui.ui.turn import Turns


class Where(StrEnum):
    """The pane that a key is meant for: the same key may mean something else in each."""

    LIST = "list"
    READING = "reading"
    CUSTOMER = "customer"
    COMPOSER = "composer"
    CHAT = "chat"  # the composer below a chat
    PICKER = "picker"
    PROMPT = "prompt"
    OUTBOX = "outbox"
    ACCOUNTS = "accounts"
    RATINGS = "ratings"
    HELP = "help"
    TIMELINE = "timeline"
    VIEWER = "viewer"  # one thing of a message over the inbox: its source, a picture


TRIAGE = frozenset({Where.LIST, Where.READING, Where.CUSTOMER})
"""Where a conversation is at hand and letters are verbs."""

WRITING = frozenset({Where.COMPOSER, Where.CHAT})
"""Where a message is written and letters are text."""

SCREENS = TRIAGE | {
    Where.OUTBOX,
    Where.ACCOUNTS,
    Where.RATINGS,
    Where.HELP,
    Where.TIMELINE,
    Where.VIEWER,
}
"""Everywhere but where text is typed."""


class Dock(StrEnum):
    """Where an opened pane lies."""

    FULL = "full"  # instead of the inbox
    BOTTOM = "bottom"  # above the status line, over or below the inbox as its own CSS says


class Choice(NamedTuple):
    """A line of a picker."""

    key: str  # what the caller gets back
    title: str
    about: str = ""
    refused: str = ""  # why it cannot be chosen now; it is shown greyed


class Hint(NamedTuple):
    """What is said to the right of a prompt about what stands in it."""

    text: str
    wrong: bool = False
    span: tuple[int, int] | None = None  # the characters of the answer that it is about


_WHEEL = 3
"""Lines that a click of the mouse wheel goes."""


class Pane(Widget):
    """A part of the screen that can have the focus; ``where`` decides what keys mean in it."""

    where: ClassVar[Where]
    can_focus = True

    def on_focus(self, event: events.Focus) -> None:
        event.prevent_default()  # Textual would paint the whole pane again
        self.has_focus = True
        self.focus_changed()

    def on_blur(self, event: events.Blur) -> None:
        event.prevent_default()
        self.has_focus = False
        self.focus_changed()

    def focus_changed(self) -> None:
        """The pane has got or lost the keyboard; repaint what shows it, by default all."""
        self.refresh()

    @property
    def read_at(self) -> int:
        """The line of the pane on which a screen reader finds what matters now."""
        return 0

    @property
    def file(self) -> str:
        """The path of the file that the pane shows, empty where it shows none or not yet."""
        return ""

    def leave(self) -> None:
        """Called before the pane goes or the program ends: save what was typed."""

    def on_mouse_scroll_down(self) -> None:
        self.move(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        self.move(-_WHEEL)

    def move(self, rows: int) -> None:
        """Go ``rows`` down, or up when negative; what a pane does on ``j`` and ``k``."""

    def turn(self, pages: float) -> None:
        """Go whole or half pages down, or up."""

    def jump(self, *, end: bool) -> None:
        """Go to the very beginning or end."""

    def activate(self) -> None:
        """Open what is under the cursor."""

    def back(self) -> bool:
        """One step back within the pane; False when it is the pane itself that goes."""
        return False

    def focus_inside(self) -> None:
        """Take the keyboard: the pane itself, or the part of it that had it last."""
        self.screen.set_focus(self, scroll_visible=False)


Run = Callable[["Shell", int], Awaitable[None] | None]
"""Gets the shell and the count typed before the key (0: none). ActionError and StoreError that
it raises are said in the status line."""


class Command(NamedTuple):
    """Something a key, the palette and the ``:`` line can do."""

    name: str
    title: str
    where: frozenset[Where]
    run: Run
    help: str = ""


KeysOf = Callable[[str], Sequence[str]]
"""The keys bound to a command, as they are shown."""

Complete = Callable[[str, int], Sequence["Completion"]]
"""What may stand for the word that ends at the cursor, in a text."""

Preview = Callable[[str], Hint | Awaitable[Hint]]
"""What is said of the text so far: a date as understood, a number of matches, a mistake. What
takes time is awaited, and dropped when something is typed meanwhile."""

Free = Callable[[str], Choice | None]
"""The line of a picker that is made of the filter's own text, such as a time."""

More = Callable[[str], Sequence[Choice]]
"""Lines of a picker that are looked for by the filter's text: too many to be listed at once."""


Then = Callable[[], object] | None
"""What follows once something was done."""


class Shell(Protocol):
    """The screen as panes and commands see it."""

    @property
    def db(self) -> Database: ...

    @property
    def turns(self) -> "Turns":
        """Who waits while another program writes to the store."""
        ...

    @property
    def context(self) -> "Context":
        """Who acts, for :func:`agent_tui.actions.registry.perform`."""
        ...

    @property
    def settings(self) -> Settings: ...

    @property
    def paths(self) -> Paths: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def colours(self) -> Theme:
        """The styles that panes draw with."""
        ...

    def use_theme(self, name: str) -> None:
        """Draw everything with another theme; raises ThemeError."""
        ...

    def commands(self) -> Mapping[str, Command]:
        """Every command by name."""
        ...

    def keys_of(self, name: str) -> Sequence[str]:
        """The keys bound to the command, as they are shown."""
        ...

    def run_command(self, name: str, count: int = 0) -> None:
        """Do what a key bound to ``name`` does; errors are said."""
        ...

    def follow(self, going: Awaitable[None]) -> None:
        """Let something go on that asks the agent: errors are said as those of a command, and
        what is typed meanwhile waits for what it opens."""
        ...

    def where(self) -> Where:
        """The pane that has the focus."""
        ...

    def pane(self) -> Pane | None:
        """That pane itself, on which its own commands work; None while a prompt has the focus."""
        ...

    @property
    def desk(self) -> "Desk":
        """The panes of the inbox."""
        ...

    @property
    def chats(self) -> "Chats":
        """The live chats; imports them, so not before first paint."""
        ...

    @property
    def opened(self) -> Pane | None:
        """The pane that was opened last over the inbox, None when there is none."""
        ...

    @property
    def attended(self) -> bool:
        """Whether the terminal has the focus, as far as it says."""
        ...

    def current(self) -> Conversation | None:
        """The conversation that is read or under the cursor."""
        ...

    def targets(self) -> list[int]:
        """The conversations that an action is meant for: the selected ones, else the current."""
        ...

    def open_pane(self, pane: Pane, dock: Dock = Dock.FULL) -> None:
        """Show ``pane`` over what is there and give it the focus."""
        ...

    def close_pane(self) -> None:
        """Take the pane opened last away; the focus goes back to what had it."""
        ...

    def focus_back(self) -> None:
        """Give the focus to the pane that belongs to the keyboard now."""
        ...

    def hold_keys(self) -> None:
        """An answer was given: what is typed now waits for what may be opened next."""
        ...

    def keyboard_taken(self) -> None:
        """Something has opened and has the keyboard."""
        ...

    def give_back(self, event: Key | Paste) -> None:
        """A key came to somebody who is done; it is for who has the keyboard next."""
        ...

    def say(self, sentence: str, *, error: bool = False) -> None:
        """Show a sentence in the status line, never over what is typed."""
        ...

    def count_down(self, done: "Done") -> None:
        """Say what was done, and count down until it leaves."""
        ...

    def do(
        self,
        name: str,
        targets: Sequence[int] | None = None,
        then: Then = None,
        /,
        **args: str,
    ) -> None:
        """Perform an action on ``targets`` (default: :meth:`targets`), say what came of it and
        show what changed; then, unless it was refused, call ``then``. All that later, where
        another program writes to the store now."""
        ...

    async def take_back(self, batches: Sequence[str]) -> None:
        """Undo these batches, the first first; what came of it is said and shown."""
        ...

    def stop(self) -> bool:
        """Stop what is being done to many; False when nothing is."""
        ...

    def refresh_list(self) -> None:
        """Read the list again; the cursor stays on its conversation."""
        ...

    def refresh_conversation(self) -> None:
        """Read the conversation again; the place in it stays."""
        ...

    def repeat(self) -> None:
        """Perform the last action again, on what is meant now."""
        ...

    def show_conversation(self, conversation_id: int, message_id: int | None = None) -> None:
        """Open a conversation, at that message, whether it is in the list or not; what lay over
        the inbox goes."""
        ...

    def show_view(self, view: View) -> None:
        """List another view."""
        ...

    def search(self, text: str) -> None:
        """Narrow the view to a query; an empty one takes the narrowing away.

        Raises QueryError, which points at the word.
        """
        ...

    async def ask(
        self,
        label: str,
        initial: str = "",
        *,
        complete: Complete | None = None,
        preview: Preview | None = None,
        history: str = "",
        keys: Sequence[str] = (),
    ) -> str | None:
        """One line of text from the agent, None when it was left with Esc.

        ``history`` names the older answers that the up key brings back. With ``keys`` one of
        these keys is the answer, any other is None.
        """
        ...

    async def choose(
        self,
        title: str,
        items: Sequence[Choice],
        *,
        preview: Callable[[str], str] | None = None,
        free: Free | None = None,
        more: More | None = None,
    ) -> str | None:
        """The key of the chosen line, None when it was left; ``preview`` turns the key under the
        cursor into a text shown beside the list."""
        ...

    def notify_agent(self, sentence: str) -> None:
        """Have the terminal call for attention, in the ways that the settings allow now."""
        ...

    def write(self, sequence: str) -> None:
        """Send what is no drawing to the terminal, such as a bell."""
        ...

    def redraw(self) -> None:
        """Draw everything again, whatever the terminal shows now."""
        ...

    def copy(self, text: str) -> None:
        """Put ``text`` on the clipboard of the terminal."""
        ...

    def leave(self) -> None:
        """End the program; drafts are saved."""
        ...
