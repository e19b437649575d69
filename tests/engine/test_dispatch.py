"""A few deliveries at once, none in the way of another customer's."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agent_tui.adapters.contract import AccountProblem, Commit, Effect, Receipt
from agent_tui.engine.desk import Desk
from agent_tui.engine.dispatch import Dispatch
from agent_tui.model.outbox import OutboxState
from agent_tui.store import outbox
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider, accept, before, hang, until
from tests.engine.world import customer_writes, now_of, reply, resolve


@pytest.fixture
async def dispatch(at_work: Desk, provider: Provider) -> AsyncIterator[Dispatch]:
    it = Dispatch(at_work, FakeAdapter(provider))
    yield it
    await it.stop()


async def test_a_server_that_takes_its_time_holds_up_no_other_customer(
    db: SqliteDatabase, dispatch: Dispatch, provider: Provider
) -> None:
    provider.deliveries.append(hang)
    reply(db, customer_writes(db))
    other = reply(db, customer_writes(db))

    dispatch.begin()

    await until(lambda: provider.keys == [other.key])


async def test_no_more_than_three_are_on_their_way(
    db: SqliteDatabase, dispatch: Dispatch, provider: Provider
) -> None:
    provider.deliveries.extend([hang] * 9)
    for _ in range(9):
        reply(db, customer_writes(db))

    dispatch.begin()
    await until(lambda: len(provider.tried) == 3)
    dispatch.begin()
    await asyncio.sleep(0)

    assert len(provider.tried) == 3
    assert dispatch.full


async def test_two_replies_of_a_conversation_are_never_on_their_way_together(
    db: SqliteDatabase, dispatch: Dispatch, provider: Provider
) -> None:
    most = 0
    running = 0

    async def counted(provider: Provider, effect: Effect, commit: Commit) -> Receipt:
        nonlocal most, running
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        receipt = await accept(provider, effect, commit)
        running -= 1
        return receipt

    conversation = customer_writes(db)
    provider.deliveries.extend([counted] * 3)
    items = [reply(db, conversation) for _ in range(3)]

    await dispatch.all()

    assert most == 1
    assert provider.keys == [item.key for item in items]


async def test_several_wrong_passwords_are_told_once(
    db: SqliteDatabase, dispatch: Dispatch, provider: Provider
) -> None:
    provider.deliveries.extend([before(AccountProblem("Wrong password."))] * 3)
    for _ in range(3):
        reply(db, customer_writes(db))

    with pytest.raises(AccountProblem):
        await dispatch.all()
    await dispatch.all()

    assert len(provider.keys) == 3


async def test_an_outcome_that_could_not_be_written_down_is_put_right_when_the_store_is_back(
    db: SqliteDatabase,
    dispatch: Dispatch,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise StoreError("The disk is full.")

    item = reply(db, customer_writes(db))
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "sent", full)
        with pytest.raises(StoreError):
            await dispatch.all()
    assert now_of(db, item).state is OutboxState.COMMITTED

    await dispatch.all()

    assert now_of(db, item).state is OutboxState.UNCERTAIN
    assert provider.keys == [item.key]


async def test_what_no_customer_sees_leaves_room_for_a_reply(
    db: SqliteDatabase, dispatch: Dispatch, provider: Provider
) -> None:
    provider.deliveries.extend([hang] * 2)
    for _ in range(4):
        resolve(db, customer_writes(db))
    dispatch.begin()
    await until(lambda: len(provider.tried) == 2)
    assert dispatch.next_due() is None, "nobody looks again and again for what has no room"

    item = reply(db, customer_writes(db))
    assert dispatch.next_due() is not None
    dispatch.begin()

    await until(lambda: provider.keys == [item.key])
    await until(lambda: not dispatch.full)
