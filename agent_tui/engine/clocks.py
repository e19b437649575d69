"""The engine's clocks: what happens because its time has come."""

from uuid import uuid4

from agent_tui.engine.bell import Bell
from agent_tui.model.clock import Clock, Millis
from agent_tui.model.conversation import Status
from agent_tui.model.event import ENGINE, Stamp
from agent_tui.store import changes, conversations
from agent_tui.store.database import Conflict, Database


async def keep_time(db: Database, clock: Clock, bell: Bell) -> None:
    """Wake snoozed conversations when they are due, until cancelled.

    ``bell`` is rung when the store has changed: somebody may have snoozed something.
    """
    while True:
        wake_due(db, clock())
        await bell.wait(conversations.next_snooze(db))


def wake_due(db: Database, now: Millis) -> int:
    """Open every snoozed conversation whose time has come, each an event; how many.

    One that somebody changes at the same moment is looked at again.
    """
    woken = 0
    while due := conversations.due_snoozes(db, now):
        stamp = Stamp(ENGINE, "wake", uuid4().hex, now)
        for conversation in due:
            try:
                woken += changes.change_conversation(
                    db, stamp, conversation, status=Status.OPEN, snoozed_until=None
                )
            except Conflict:
                continue
    return woken
