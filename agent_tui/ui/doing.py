"""Carries actions out for the screen: says what came of them, shows what changed, repeats."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from agent_tui.config.settings import Settings
from agent_tui.model.clock import SECOND, Clock
from agent_tui.store.database import Conflict, Database
from agent_tui.ui import commands
from agent_tui.ui.shell import Shell, Then

if TYPE_CHECKING:
    from agent_tui.actions.action import Context, Done
    from agent_tui.ui.bulk import Worker

_TAKING_BACK = frozenset({"undo", "redo"})


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

    @cached_property
    def _worker(self) -> "Worker":
        from agent_tui.ui.bulk import Worker

        return Worker(self._shell)

    def do(
        self,
        name: str,
        targets: Sequence[int] | None,
        args: Mapping[str, str],
        then: Then = None,
    ) -> None:
        """As :meth:`Shell.do`."""
        from agent_tui.actions import bulk, undo  # after first paint
        from agent_tui.actions.registry import perform

        shell = self._shell
        meant = shell.targets() if targets is None else targets
        if not shell.turns.free:
            shell.follow(self._do_in_turn(name, meant, args, then))
            return
        try:
            if name in _TAKING_BACK:
                self._worker.check_free()
                if undo.is_long(shell.context, name):
                    shell.follow(self._take_back(name))
                    return
            elif bulk.is_bulk(name, meant):
                shell.follow(self._do_to_many(name, meant, args))
                return
            done = perform(name, self._context(), meant, args)
        except commands.refusals() as error:
            shell.say(str(error), error=True)
            if isinstance(error, Conflict):  # the next key is for what is there
                shell.refresh_list()
                shell.refresh_conversation()
            return
        self._tell(name, args, done)
        if then is not None:
            then()

    async def _do_in_turn(
        self, name: str, targets: Sequence[int], args: Mapping[str, str], then: Then
    ) -> None:
        """As :meth:`do`, once the store can be written to."""
        from agent_tui.actions.registry import registry

        action = registry().get(name)
        if await self._shell.turns.take(action.title if action is not None else name):
            self.do(name, targets, args, then)

    def _context(self) -> "Context":
        """The agent, who sees the current conversation as it is on the screen."""
        current = self._shell.desk.current
        seen = {current.id: current} if current is not None else {}
        return replace(self._shell.context, seen=seen)

    def stop(self) -> bool:
        """Stop what is being done to many; False when nothing is."""
        return "_worker" in self.__dict__ and self._worker.stop()

    def repeat(self) -> None:
        """The last action once more, on what is meant now."""
        if self._last is None:
            self._shell.say("There is nothing to repeat yet.")
        else:
            name, args = self._last
            self.do(name, None, args)

    async def take_back(self, batches: Sequence[str]) -> None:
        """As :meth:`Shell.take_back`."""
        from agent_tui.actions.undo import Undoings

        work = Undoings(self._shell.context, batches)
        self._tell("undo", {}, await self._worker.carry_out("Undo", work))

    async def _do_to_many(self, name: str, targets: Sequence[int], args: Mapping[str, str]) -> None:
        from agent_tui.actions import bulk

        if not await self._worker.announce(name, targets, args):
            return
        work = bulk.Bulk(self._shell.context, name, targets, args)
        done = await self._worker.carry_out(work.action.title, work)
        rows = self._shell.desk.list
        if rows.listing is not None:
            rows.keep_selected(await asyncio.to_thread(rows.listing.within, rows.selection.ids))
        self._tell(name, args, done)

    async def _take_back(self, name: str) -> None:
        from agent_tui.actions import undo

        work = await asyncio.to_thread(undo.begin, self._shell.context, name)
        self._tell(name, {}, await self._worker.carry_out(name.capitalize(), work))

    def _tell(self, name: str, args: Mapping[str, str], done: "Done") -> None:
        """Show what changed and say what came of it."""
        shell = self._shell
        if name not in _TAKING_BACK:
            self._last = (name, args)
        undo = shell.keys_of("undo")
        hint = f"  {undo[0]} undoes" if done.batch and undo and name != "undo" else ""
        shell.desk.inbox.read_views()
        shell.desk.changed(done.changed)
        if name in _TAKING_BACK and done.changed:
            shell.desk.return_to(done.changed[0])
        shell.say(f"{done.sentence}{hint}")
        self._done()
