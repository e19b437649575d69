"""The copy in Sent is its own fact, and doubts are settled by what can be found."""

from dataclasses import replace

import pytest

from agent_tui.adapters.contract import Settled, Unreachable
from agent_tui.engine.desk import Desk
from agent_tui.engine.followup import MOST_FILE_TRIES, FollowUp
from agent_tui.model.clock import DAY, MINUTE
from agent_tui.model.outbox import Filed, OutboxItem, OutboxState
from agent_tui.store import outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider
from tests.engine.world import customer_writes, now_of, reply, resolve, taken
from tests.factory import Now, incoming, ours, receive

S = OutboxState


@pytest.fixture
def follow_up(at_work: Desk) -> FollowUp:
    return FollowUp(at_work)


def sent(db: SqliteDatabase, now: Now) -> OutboxItem:
    item = taken(db, reply(db, customer_writes(db)))
    outbox.sent(db, item, now(), filed=Filed.WANTED)
    return item


def doubted(db: SqliteDatabase, now: Now) -> OutboxItem:
    item = taken(db, reply(db, customer_writes(db)))
    outbox.commit(db, item)
    outbox.doubt(db, item, "It broke off.", now())
    return item


async def test_a_sent_reply_gets_its_copy(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    item = sent(db, now)

    await follow_up.work(adapter)

    assert provider.copies == [item.key]
    assert now_of(db, item).filed is Filed.DONE


async def test_a_copy_that_has_arrived_by_itself_is_not_filed_again(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    item = sent(db, now)
    receive(db, ours(message_id=item.key), mailbox="Sent")

    await follow_up.work(adapter)

    assert provider.copies == []
    assert now_of(db, item).filed is Filed.DONE


async def test_a_copy_that_fails_is_tried_again_later_and_never_resends(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    item = sent(db, now)
    provider.copy_faults.append(Unreachable("The server is gone."))

    await follow_up.work(adapter)
    await follow_up.work(adapter)
    assert provider.copies == []
    assert follow_up.next_at() == now.at + 5_000
    now.at += 5_000
    await follow_up.work(adapter)

    assert provider.copies == [item.key]
    assert now_of(db, item).state is S.SENT
    assert provider.tried == []


async def test_a_copy_that_never_succeeds_is_given_up(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    item = sent(db, now)
    provider.copy_faults.extend([Unreachable("Gone.")] * (MOST_FILE_TRIES + 5))

    for _ in range(MOST_FILE_TRIES + 5):
        await follow_up.work(adapter)
        now.at += DAY

    assert now_of(db, item).filed is Filed.FAILED
    assert len(provider.copy_faults) == 5
    assert follow_up.next_at() is None


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Settled.SENT, S.SENT),
        (Settled.NOT_SENT, S.QUEUED),
        (Settled.UNKNOWN, S.UNCERTAIN),
        (Unreachable("Gone."), S.UNCERTAIN),
    ],
)
async def test_a_doubt_is_settled_by_the_provider(
    db: SqliteDatabase,
    now: Now,
    follow_up: FollowUp,
    adapter: FakeAdapter,
    provider: Provider,
    verdict: Settled | Exception,
    state: OutboxState,
) -> None:
    item = doubted(db, now)
    provider.verdicts.append(verdict)

    await follow_up.work(adapter)

    assert now_of(db, item).state is state


async def test_the_provider_is_asked_for_a_quarter_of_an_hour_and_then_no_more(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    doubted(db, now)
    began = now.at
    last = began

    while (at := follow_up.next_at()) is not None:
        now.at = last = max(now.at, at)
        await follow_up.work(adapter)

    assert last - began == 15 * MINUTE
    assert provider.settles == 8


async def test_a_copy_that_arrives_in_sent_settles_a_doubt_without_asking(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    item = doubted(db, now)
    receive(db, ours(message_id=item.key), mailbox="Sent")

    await follow_up.work(adapter)

    assert now_of(db, item).state is S.SENT
    assert now_of(db, item).filed is Filed.DONE
    assert provider.settles == 0


async def test_a_customers_answer_that_names_it_settles_a_doubt(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    item = doubted(db, now)
    answer = incoming(references=(item.key,), at=2 * now.at + DAY)
    receive(db, replace(answer, headers=(("In-Reply-To", f"<{item.key}>"),)))

    await follow_up.work(adapter)

    assert now_of(db, item).state is S.SENT
    assert provider.settles == 0


async def test_a_status_in_doubt_is_simply_done_again(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter
) -> None:
    item = taken(db, resolve(db, customer_writes(db)))
    outbox.commit(db, item)
    outbox.recover(db, item.account)

    await follow_up.work(adapter)

    assert now_of(db, item).state is S.QUEUED


async def test_a_second_doubt_about_the_same_reply_is_asked_about_anew(
    db: SqliteDatabase, now: Now, follow_up: FollowUp, adapter: FakeAdapter, provider: Provider
) -> None:
    item = doubted(db, now)
    while (at := follow_up.next_at()) is not None:
        now.at = max(now.at, at)
        await follow_up.work(adapter)
    outbox.retry(db, item, now(), "")  # the agent's word
    again = taken(db, now_of(db, item))
    outbox.commit(db, again)
    outbox.doubt(db, again, "It broke off again.", now())
    provider.verdicts.append(Settled.SENT)

    await follow_up.work(adapter)

    assert now_of(db, item).state is S.SENT
