"""What the store has after it took in what the adapter pulled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.adapters.chatwoot import ChatwootAdapter
from agent_tui.model.clock import HOUR
from agent_tui.model.conversation import Conversation, Priority, Sort, Status
from agent_tui.model.message import Delivery
from agent_tui.query.compile import compile_query
from agent_tui.query.parse import parse
from agent_tui.store import accounts, listings, messages
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.adapters.chatwoot.visit import Visit, visit
from tests.stores import new_store

BOB = {"id": 2, "name": "Bob Builder", "type": "user"}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqliteDatabase]:
    db = new_store(tmp_path / "store.db")
    accounts.put(
        db,
        "chatwoot",
        adapter="chatwoot",
        address="",
        display_name="Support",
        capabilities=ChatwootAdapter.info.capabilities,
        now=0,
    )
    yield db
    db.close()


async def _taken_in(here: Visit, db: SqliteDatabase) -> int:
    batches = await here.pull()
    return sum(commit_batch(db, "chatwoot", one, frozenset(), here.clock()) for one in batches)


def _only(db: SqliteDatabase, here: Visit) -> Conversation:
    every = compile_query(parse(""), db, me="", now=here.clock())
    [found] = listings.page(db, every, Sort.NEWEST, limit=9)
    return found


async def test_a_conversation_is_stored_with_all_that_chatwoot_says_of_it(
    db: SqliteDatabase,
) -> None:
    async with visit() as here:
        here.api.inboxes[0]["channel_type"] = "Channel::Whatsapp"
        here.api.talk(11, name="Ann Lee")
        wrote = here.clock.now
        here.api.say(11, "Hello")
        here.api.say(11, "Careful", 1, sender=BOB, private=True)
        here.api.say(11, "Hi", 1, sender=BOB, status="delivered")
        here.api.decide(11, status="pending", labels=["vip"], priority="high", assignee=2)
        assert await _taken_in(here, db) == 3
        found = _only(db, here)
        assert (found.customer, found.via) == ("Ann Lee", "whatsapp")
        assert (found.status, found.assignee) == (Status.PENDING, "bob")
        assert (found.labels, found.priority) == (("vip",), Priority.HIGH)
        assert (found.reply_limit, found.reply_until) == (4096, wrote + 24 * HOUR)
        rows = messages.of_conversation(db, found.id)
        assert [one.body.text for one in rows] == ["Hello", "Careful", "Hi"]
        assert rows[-1].delivery is Delivery.DELIVERED


async def test_what_changes_at_the_server_changes_in_the_store(db: SqliteDatabase) -> None:
    async with visit() as here:
        first = here.api.say(11, "Frist")
        second = here.api.say(11, "Oops")
        ours = here.api.say(11, "Hi", 1, sender=BOB)
        await _taken_in(here, db)
        here.later(3)
        here.api.change(11, first.id, content="First")
        here.api.erase(11, second.id)
        here.api.change(11, ours.id, status="failed", attributes={"external_error": "blocked"})
        here.api.decide(11, status="resolved", assignee=1)
        here.restart()
        assert await _taken_in(here, db) == 0
        found = _only(db, here)
        assert (found.status, found.assignee) == (Status.RESOLVED, "ann")
        rows = messages.of_conversation(db, found.id)
        assert [one.body.text for one in rows] == ["First", "", "Hi"]
        assert rows[0].edited_at is not None
        assert rows[1].deleted_at is not None
        assert (rows[2].delivery, rows[2].problem) == (Delivery.FAILED, "blocked")


async def test_taking_everything_in_again_changes_nothing(db: SqliteDatabase) -> None:
    async with visit() as here:
        for number in range(1, 40):
            here.api.say(number % 7 + 1, f"{number}")
        assert await _taken_in(here, db) == 39
        here.cursors.clear()
        here.restart()
        assert await _taken_in(here, db) == 0


async def test_a_customer_who_writes_again_opens_what_was_resolved(db: SqliteDatabase) -> None:
    async with visit() as here:
        here.api.say(11, "Hello")
        here.api.decide(11, status="resolved")
        await _taken_in(here, db)
        assert _only(db, here).status is Status.RESOLVED
        here.later(1)
        here.api.say(11, "It broke again")
        await _taken_in(here, db)
        assert _only(db, here).status is Status.OPEN
