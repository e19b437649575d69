"""Who writes is seen at the other end, both ways."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from agent_tui.adapters.contract import Hint, Unreachable
from agent_tui.engine.announcing import RENEWAL, Announcer
from agent_tui.engine.desk import Desk
from agent_tui.engine.runner import AccountRunner
from agent_tui.model.account import AccountState, EffectKind
from agent_tui.model.clock import SECOND
from agent_tui.model.incoming import Typing
from agent_tui.store import accounts, presence
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider, before, end, hang, until
from tests.factory import ACCOUNT, Now, batch, chat, only, receive

ADA = Typing("room", "Ada", on=True)


@pytest.fixture
def provider() -> Provider:
    return Provider([batch(chat(), cursor="1")])


@pytest.fixture
async def running(
    db: SqliteDatabase, at_work: Desk, provider: Provider
) -> AsyncIterator[AccountRunner]:
    """A runner that has caught up."""
    runner = AccountRunner(at_work, lambda: FakeAdapter(provider))
    task = asyncio.create_task(runner.run())
    await until(lambda: any(a.state is AccountState.OK for a in accounts.every(db)))
    yield runner
    await end(task)


def told(provider: Provider) -> list[tuple[str | None, bool]]:
    """What the provider was told of typing, in order."""
    typing = [effect for effect in provider.tried if effect.kind is EffectKind.TYPING]
    return [(effect.thread_key, effect.on) for effect in typing]


def customers(db: SqliteDatabase, now: Now) -> list[str]:
    return presence.writing(db, only(db).id, now.at, ours=False)


def agent_writes(db: SqliteDatabase, now: Now, seconds: int = 30) -> None:
    presence.write(db, only(db).id, "maria", ours=True, until=now.at + seconds * SECOND)


async def test_a_customer_who_types_is_seen_and_nothing_is_pulled(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, now: Now
) -> None:
    pulls = provider.pulls

    provider.hints.put_nowait(Hint(typing=ADA))

    await until(lambda: customers(db, now) == ["Ada"])
    assert provider.pulls == pulls
    provider.hints.put_nowait(Hint(typing=replace(ADA, on=False)))
    await until(lambda: customers(db, now) == [])


async def test_a_customer_who_stops_without_a_word_is_forgotten(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, now: Now
) -> None:
    provider.hints.put_nowait(Hint(typing=ADA))
    await until(lambda: customers(db, now) == ["Ada"])

    now.at += 30 * SECOND

    assert customers(db, now) == []


async def test_typing_in_a_room_that_nobody_knows_is_dropped(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, now: Now
) -> None:
    provider.hints.put_nowait(Hint(typing=replace(ADA, thread_key="elsewhere")))
    provider.hints.put_nowait(Hint(typing=ADA))

    await until(lambda: customers(db, now) == ["Ada"])
    assert len(db.all("SELECT * FROM presence")) == 1


async def test_a_message_ends_the_customers_typing(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, now: Now
) -> None:
    provider.hints.put_nowait(Hint(typing=ADA))
    await until(lambda: customers(db, now) == ["Ada"])

    provider.batches.append(batch(chat("Hello?"), cursor="2"))
    provider.hints.put_nowait(Hint())

    await until(lambda: only(db).messages == 2)
    assert customers(db, now) == []


async def test_an_agent_who_writes_is_told_to_the_customer(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, now: Now
) -> None:
    agent_writes(db, now)
    running.store_changed()
    await until(lambda: told(provider) == [("room", True)])

    presence.stop(db, only(db).id, "maria", ours=True)
    running.store_changed()

    await until(lambda: told(provider) == [("room", True), ("room", False)])
    assert not db.all("SELECT * FROM outbox"), "it never stands in the outbox"


async def test_what_lasts_is_told_again_now_and_then(
    db: SqliteDatabase, at_work: Desk, provider: Provider, now: Now
) -> None:
    receive(db, chat())
    announcer, adapter = Announcer(at_work), FakeAdapter(provider)
    agent_writes(db, now)
    await announcer.work(adapter)
    assert announcer.next_at() == now.at + RENEWAL

    now.at += RENEWAL - 1
    agent_writes(db, now)
    await announcer.work(adapter)
    assert told(provider) == [("room", True)]

    now.at += 1
    await announcer.work(adapter)
    assert told(provider) == [("room", True)] * 2


async def test_an_agent_who_is_gone_without_a_word_does_not_write_for_ever(
    db: SqliteDatabase, at_work: Desk, provider: Provider, now: Now
) -> None:
    receive(db, chat())
    announcer, adapter = Announcer(at_work), FakeAdapter(provider)
    agent_writes(db, now, seconds=5)
    await announcer.work(adapter)
    assert announcer.next_at() == now.at + 5 * SECOND

    now.at += 5 * SECOND
    await announcer.work(adapter)

    assert told(provider) == [("room", True), ("room", False)]
    assert announcer.next_at() is None


async def test_a_failure_to_tell_is_only_logged(
    db: SqliteDatabase, at_work: Desk, provider: Provider, now: Now
) -> None:
    receive(db, chat())
    provider.deliveries.extend([before(Unreachable("Gone.")), before(ValueError("odd"))])
    announcer, adapter = Announcer(at_work), FakeAdapter(provider)

    agent_writes(db, now)
    await announcer.work(adapter)
    presence.stop(db, only(db).id, "maria", ours=True)
    await announcer.work(adapter)

    assert told(provider) == [("room", True), ("room", False)]


async def test_a_provider_that_hangs_over_it_holds_no_reply_up(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, now: Now
) -> None:
    from tests.engine.world import reply

    provider.deliveries.append(hang)
    agent_writes(db, now)
    running.store_changed()
    await until(lambda: told(provider))

    item = reply(db, only(db).id)
    running.store_changed()

    await until(lambda: provider.keys == [item.key])


async def test_an_adapter_that_cannot_is_told_nothing(
    db: SqliteDatabase, at_work: Desk, provider: Provider, now: Now
) -> None:
    class Silent(FakeAdapter):
        capabilities = replace(FakeAdapter.info.capabilities, effects=frozenset({EffectKind.SEND}))

    receive(db, chat())
    agent_writes(db, now)
    runner = AccountRunner(at_work, lambda: Silent(provider))
    task = asyncio.create_task(runner.run())
    await until(lambda: any(a.state is AccountState.OK for a in accounts.every(db)))
    runner.store_changed()
    provider.hints.put_nowait(Hint(typing=ADA))
    await until(lambda: customers(db, now) == ["Ada"])
    await end(task)

    assert told(provider) == []
    assert accounts.get(db, ACCOUNT) is not None
