"""The engine's clocks: what happens because its time has come, and until when answers are due."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

from agent_tui.engine.bell import Bell
from agent_tui.model.clock import Clock, Millis
from agent_tui.model.conversation import Status
from agent_tui.model.event import ENGINE, Stamp
from agent_tui.model.targets import Rules
from agent_tui.store import changes, conversations, due
from agent_tui.store.database import Conflict, Database


async def keep_time(
    db: Database, clock: Clock, bell: Bell, rules: Callable[[], Rules | None]
) -> None:
    """Wake snoozed conversations when they are due and work out when answers are, by ``rules()``,
    until cancelled.

    ``bell`` is rung when the store has changed, for somebody may have snoozed or written
    something, and when the rules have.
    """
    used: Rules | None = None
    while True:
        wake_due(db, clock())
        if (wanted := rules()) is not None and wanted != used:
            await asyncio.to_thread(due.use, db, wanted)
            used = wanted
        more = used is not None and due.keep(db, used) == due.BATCH
        # Between batches leases and accounts have their turn.
        await (asyncio.sleep(0) if more else bell.wait(conversations.next_snooze(db)))


def settle(db: Database, rules: Rules) -> None:
    """Work out until when all answers are due of which it is not known."""
    due.use(db, rules)
    while due.keep(db, rules) == due.BATCH:
        continue


def wake_due(db: Database, now: Millis) -> int:
    """Open every snoozed conversation whose time has come, each an event; how many.

    One that somebody changes at the same moment is looked at again.
    """
    woken = 0
    while snoozed := conversations.due_snoozes(db, now):
        stamp = Stamp(ENGINE, "wake", uuid4().hex, now)
        for conversation in snoozed:
            try:
                woken += changes.change_conversation(
                    db, stamp, conversation, status=Status.OPEN, snoozed_until=None
                )
            except Conflict:
                continue
    return woken
