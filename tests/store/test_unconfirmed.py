"""What a provider has not confirmed is told beside it for as long as that is so."""

from agent_tui.model.message import Delivery
from agent_tui.model.outbox import Filed, OutboxState
from agent_tui.store import outbox, unconfirmed
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.world import customer_writes, now_of, reply, resolve, shown, taken
from tests.factory import ACCOUNT, START

WORD = "Not confirmed within 30 s."


def test_it_stands_beside_the_message_whose_state_does_not_change(db: SqliteDatabase) -> None:
    item = taken(db, reply(db, customer_writes(db)))
    outbox.commit(db, item)

    unconfirmed.tell(db, item, WORD)

    assert now_of(db, item).state is OutboxState.COMMITTED
    assert shown(db, item) == (Delivery.SENDING, WORD)
    assert unconfirmed.by_account(db) == {ACCOUNT: 1}


def test_it_is_gone_once_the_message_is_sent(db: SqliteDatabase) -> None:
    item = taken(db, reply(db, customer_writes(db)))
    unconfirmed.tell(db, item, WORD)

    outbox.sent(db, item, START, filed=Filed.NONE)

    assert shown(db, item) == (Delivery.SENT, "")
    assert unconfirmed.by_account(db) == {}


def test_nothing_is_told_of_a_try_that_is_over(db: SqliteDatabase) -> None:
    first = taken(db, reply(db, customer_writes(db)))
    outbox.retry(db, first, START, "")
    taken(db, now_of(db, first))

    unconfirmed.tell(db, first, WORD)

    assert shown(db, first) == (Delivery.SENDING, "")


def test_what_waits_for_another_try_is_counted_and_what_nobody_waits_for_is_not(
    db: SqliteDatabase,
) -> None:
    told, quiet = taken(db, reply(db, customer_writes(db))), reply(db, customer_writes(db))
    status = taken(db, resolve(db, customer_writes(db)))
    outbox.retry(db, told, START, "451 later")
    unconfirmed.tell(db, status, WORD)

    assert now_of(db, quiet).problem == ""
    assert unconfirmed.by_account(db) == {ACCOUNT: 1}
