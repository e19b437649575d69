"""What can be undone, as a list to choose from: one of it, or all down to it."""

import asyncio

from agent_tui.actions import undo
from agent_tui.content.safe import safe_line
from agent_tui.ui.lines import say_time
from agent_tui.ui.shell import Choice, Shell

_LONGEST = 60


async def choose(shell: Shell) -> None:
    """Choose from what the agent did, newest first, and take it back."""
    found = await asyncio.to_thread(undo.undoables, shell.context)
    now = shell.clock()
    items = [
        Choice(one.batch, safe_line(one.what, _LONGEST), say_time(one.at, now)) for one in found
    ]
    chosen = await shell.choose("Undo", items)
    if chosen is None:
        return
    batches = [one.batch for one in found]
    newer = batches.index(chosen)
    only = True
    if newer:
        question = f"Undo only this (o), or also the {newer} done after it (a)? "
        answer = await shell.ask(question, keys=("o", "a"))
        if answer is None:
            return
        only = answer == "o"
    await shell.take_back([chosen] if only else batches[: newer + 1])
