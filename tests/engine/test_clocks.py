"""What was snoozed comes back when its time has come, once."""

import asyncio

from agent_tui.engine.bell import Bell
from agent_tui.engine.clocks import keep_time, wake_due
from agent_tui.model.clock import HOUR, Millis
from agent_tui.model.conversation import Status
from agent_tui.model.event import ENGINE, Entity, Stamp
from agent_tui.store import changes, conversations, events
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import plain_rules
from tests.engine.fakes import end, until
from tests.engine.world import customer_writes
from tests.factory import Now


def snooze(db: SqliteDatabase, conversation: int, until_at: Millis) -> None:
    found = conversations.get(db, conversation)
    assert found is not None
    stamp = Stamp("maria", "snooze", f"b{conversation}", 0)
    changes.change_conversation(db, stamp, found, status=Status.SNOOZED, snoozed_until=until_at)


def status(db: SqliteDatabase, conversation: int) -> Status:
    found = conversations.get(db, conversation)
    assert found is not None
    return found.status


def test_only_what_is_due_wakes_and_is_logged_as_the_engines_doing(db: SqliteDatabase) -> None:
    now = Now()
    due, later = customer_writes(db), customer_writes(db)
    snooze(db, due, now.at)
    snooze(db, later, now.at + 1)

    assert wake_due(db, now.at) == 1
    assert (status(db, due), status(db, later)) == (Status.OPEN, Status.SNOOZED)
    newest = events.of_entity(db, Entity.CONVERSATION, due)[0]
    assert (newest.stamp.actor, newest.stamp.action) == (ENGINE, "wake")


def test_what_woke_does_not_wake_again(db: SqliteDatabase) -> None:
    now = Now()
    snooze(db, customer_writes(db), now.at)

    assert [wake_due(db, now.at), wake_due(db, now.at)] == [1, 0]


async def test_what_came_due_while_nothing_ran_wakes_at_the_start(db: SqliteDatabase) -> None:
    now = Now()
    conversation = customer_writes(db)
    snooze(db, conversation, now.at - 8 * HOUR)

    clocks = asyncio.create_task(keep_time(db, now, Bell(now), plain_rules))
    await until(lambda: status(db, conversation) is Status.OPEN)

    await end(clocks)


async def test_a_snooze_that_begins_while_the_clocks_wait_is_kept(db: SqliteDatabase) -> None:
    now = Now()
    bell = Bell(now)
    conversation = customer_writes(db)
    clocks = asyncio.create_task(keep_time(db, now, bell, lambda: None))
    await asyncio.sleep(0)

    snooze(db, conversation, now.at + HOUR)
    bell.ring()
    await asyncio.sleep(0)
    assert status(db, conversation) is Status.SNOOZED
    now.at += HOUR
    bell.ring()

    await until(lambda: status(db, conversation) is Status.OPEN)
    await end(clocks)
