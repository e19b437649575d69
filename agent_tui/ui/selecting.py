"""Commands that select conversations of the list, for actions to work on together."""

import asyncio
from collections.abc import Awaitable
from functools import partial

from agent_tui.store.numbers import MOST
from agent_tui.ui import reading
from agent_tui.ui.bars import counted
from agent_tui.ui.command_line import query_hint
from agent_tui.ui.shell import Hint, Shell

_TYPED_S = 0.1
"""Counting begins when nothing was typed for so long."""

_ASKED = "words, customer:, label:, older:1d ... of this list"


async def every(shell: Shell) -> None:
    """Select all that the list has, in memory or not."""
    listing = shell.desk.list.listing
    if listing is None:
        return
    ids = await asyncio.to_thread(listing.all_ids)
    shell.desk.list.select(ids)
    if len(ids) == MOST:
        shell.say(f"These are the first {MOST:,}; there may be more.")


async def by_query(shell: Shell) -> None:
    """Ask for a query and select what of the list matches, too."""
    desk = shell.desk
    listing = desk.list.listing
    text: str | None = ""
    while text is not None and listing is not None:
        text = await shell.ask(
            "Select: ",
            text,
            complete=reading.completions(shell),
            preview=partial(_preview, shell),
            history="search",
        )
        if text and not query_hint(text).wrong:
            texts = [*desk.queries, text]
            ids = await asyncio.to_thread(desk.inbox.matching, texts, listing.sort)
            desk.list.select(ids)
            shell.say(f"{len(ids):,} selected." if ids else "Nothing of this list matches.")
            return


def _preview(shell: Shell, text: str) -> Hint | Awaitable[Hint]:
    hint = query_hint(text)
    if hint.wrong:
        return hint
    return _counted(shell, text) if text.strip() else Hint(_ASKED)


async def _counted(shell: Shell, text: str) -> Hint:
    """How many of the list match so far."""
    await asyncio.sleep(_TYPED_S)
    desk = shell.desk
    count = await asyncio.to_thread(desk.inbox.count_matching, [*desk.queries, text])
    return Hint(f"{counted(count)} of this list")
