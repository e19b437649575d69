"""Carries actions out for the screen: says what came of them, shows what changed, repeats."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from agent_tui.config.settings import Settings
from agent_tui.model.clock import SECOND, Clock
from agent_tui.store.database import Database
from agent_tui.ui import commands
from agent_tui.ui.shell import Shell

if TYPE_CHECKING:
    from agent_tui.actions.action import Context


def context_of(db: Database, settings: Settings, clock: Clock) -> "Context":
    """Who acts on which store; imports the actions, so not before first paint."""
    from agent_tui.actions.action import Context

    undo = {channel: seconds * SECOND for channel, seconds in settings.undo_seconds.items()}
    hours, blaming = settings.clocks.hours, settings.blaming_words
    return Context(
        db,
        settings.agent.handle,
        clock,
        undo,
        hours=hours,
        blaming=blaming,
        macros=settings.macros,
    )


class Doing:
    """Remembers the last action, so that it can be done again."""

    def __init__(self, shell: Shell, done: Callable[[], None]) -> None:
        """``done`` is called after each action that was carried out."""
        self._shell = shell
        self._done = done
        self._last: tuple[str, Mapping[str, str]] | None = None

    def do(self, name: str, targets: Sequence[int] | None, args: Mapping[str, str]) -> bool:
        """As :meth:`Shell.do`."""
        from agent_tui.actions.registry import perform  # after first paint

        shell = self._shell
        meant = shell.targets() if targets is None else targets
        try:
            done = perform(name, shell.context, meant, args)
        except commands.refusals() as error:
            shell.say(str(error), error=True)
            return False
        if name not in ("undo", "redo"):
            self._last = (name, args)
        undo = shell.keys_of("undo")
        hint = f"  {undo[0]} undoes" if done.batch and undo and name != "undo" else ""
        shell.desk.inbox.read_views()
        shell.desk.changed(done.changed)
        if name in ("undo", "redo") and done.changed:
            shell.desk.return_to(done.changed[0])
        shell.say(f"{done.sentence}{hint}")
        self._done()
        return True

    def repeat(self) -> None:
        """The last action once more, on what is meant now."""
        if self._last is None:
            self._shell.say("There is nothing to repeat yet.")
        else:
            name, args = self._last
            self.do(name, None, args)
