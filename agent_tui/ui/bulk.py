"""Carries out what takes longer than a key press: announced, in parts beside the keys, stoppable.

Each part is a short transaction in a thread. The keys stay free meanwhile; who stops it, or leaves
the program, stops it between two parts.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from agent_tui.actions import bulk
from agent_tui.actions.action import ActionError, Done
from agent_tui.ui.shell import Shell

_PATIENCE_S = 0.2
_SAY_EVERY_S = 0.25


class Work(Protocol):
    """Something that is done part by part."""

    done: int
    total: int

    def step(self) -> bool:
        """Do the next part; False when there is none."""
        ...

    def result(self) -> Done:
        """What came of it so far."""
        ...


class Worker:
    """At most one such thing at a time."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._title = ""  # of what is being done; empty: nothing
        self._stopped = False

    def stop(self) -> bool:
        """Have no further part begun; False when nothing is being done."""
        self._stopped = bool(self._title)
        return self._stopped

    async def announce(self, name: str, targets: Sequence[int], args: Mapping[str, str]) -> bool:
        """Say what would be done to many, and ask whether it shall be."""
        self.check_free()
        context = self._shell.context
        said = asyncio.create_task(asyncio.to_thread(bulk.announce, context, name, targets, args))
        while not said.done():  # what is typed meanwhile is the answer
            self._shell.hold_keys()
            await asyncio.wait({said}, timeout=_PATIENCE_S)
        answer = await self._shell.ask(f"{await said}? y/n ", keys=("y",))
        if answer != "y":
            self._shell.say("Nothing was changed.")
        return answer == "y"

    async def carry_out(self, title: str, work: Work) -> Done:
        """All parts, until somebody stops it; what came of it.

        Raises ActionError and StoreError; the parts before stay.
        """
        self.check_free()
        self._title, self._stopped = title, False
        self._shell.keyboard_taken()
        told_at = asyncio.get_running_loop().time()
        try:
            while not self._stopped and await asyncio.to_thread(work.step):
                now = asyncio.get_running_loop().time()
                if now - told_at >= _SAY_EVERY_S:
                    told_at = now
                    self._shell.say(f"{title}: {work.done:,} of {work.total:,}. Esc stops it.")
            return await asyncio.to_thread(work.result)
        finally:
            self._title = ""

    def check_free(self) -> None:
        """Raise ActionError while something is being done."""
        if self._title:
            raise ActionError(f"'{self._title}' is still being done; Esc stops it.")
