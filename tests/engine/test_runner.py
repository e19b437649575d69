"""One account is served whatever goes wrong, and shows what and since when."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    Adapter,
    Hint,
    MailboxProblem,
    Unreachable,
)
from agent_tui.engine.desk import Desk
from agent_tui.engine.runner import POLL, AccountRunner
from agent_tui.engine.storing import LeaseLost
from agent_tui.model.account import Account, AccountState, Capabilities
from agent_tui.model.clock import MINUTE, SECOND
from agent_tui.model.conversation import Channel
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import FetchState
from agent_tui.model.outbox import Filed, OutboxState
from agent_tui.store import accounts, messages, outbox
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import CAN, FakeAdapter, Provider, before, end, hang, until
from tests.engine.world import customer_writes, now_of, reply
from tests.factory import ACCOUNT, OWN, Now, batch, incoming, listed

GONE = Unreachable("The server is gone.", "detail for the log")


@pytest.fixture
def provider() -> Provider:
    return Provider([batch(incoming(), cursor="1")])


@pytest.fixture
def runner(at_work: Desk, provider: Provider) -> AccountRunner:
    return AccountRunner(at_work, lambda: FakeAdapter(provider))


@pytest.fixture
async def running(runner: AccountRunner) -> AsyncIterator[AccountRunner]:
    """The runner at work until the test ends."""
    task = asyncio.create_task(runner.run())
    yield runner
    await end(task)


def account(db: SqliteDatabase) -> Account:
    found = accounts.get(db, ACCOUNT)
    assert found is not None
    return found


def in_state(db: SqliteDatabase, state: AccountState) -> Callable[[], bool]:
    return lambda: any(a.state is state for a in accounts.every(db))


def more_pulls(provider: Provider, than: int) -> bool:
    return provider.pulls > than


async def test_an_account_is_made_known_synced_and_well(
    db: SqliteDatabase, running: AccountRunner
) -> None:
    await until(in_state(db, AccountState.OK))

    assert len(listed(db)) == 1
    assert account(db).capabilities == CAN
    assert account(db).address == OWN


async def test_capabilities_of_the_account_go_before_those_of_the_adapter(
    db: SqliteDatabase, at_work: Desk, provider: Provider
) -> None:
    class ReadOnly(FakeAdapter):
        capabilities = Capabilities(Channel.MAIL)

    task = asyncio.create_task(AccountRunner(at_work, lambda: ReadOnly(provider)).run())
    await until(in_state(db, AccountState.OK))
    await end(task)

    assert account(db).capabilities.effects == frozenset()


async def test_a_hint_pulls_at_once(
    db: SqliteDatabase, running: AccountRunner, provider: Provider
) -> None:
    await until(in_state(db, AccountState.OK))
    provider.batches.append(batch(incoming(), cursor="2"))

    provider.hints.put_nowait(Hint())

    await until(lambda: len(listed(db)) == 2)


async def test_a_watch_that_breaks_does_not_show_while_pulling_goes_well(
    db: SqliteDatabase, running: AccountRunner, provider: Provider
) -> None:
    await until(in_state(db, AccountState.OK))

    provider.hints.put_nowait(GONE)
    await until(provider.hints.empty)

    assert account(db).state is AccountState.OK


async def test_a_poll_comes_behind_every_push(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, now: Now
) -> None:
    await until(in_state(db, AccountState.OK))
    provider.batches.append(batch(incoming(), cursor="2"))

    now.at += POLL
    running._pull.ring()  # the bell looks at the clock again every 30 s

    await until(lambda: len(listed(db)) == 2)


@pytest.mark.parametrize(
    ("fault", "state", "told", "retry"),
    [
        (GONE, AccountState.FAILING, "The server is gone.", SECOND),
        (ValueError("secret words"), AccountState.FAILING, "failed with ValueError", SECOND),
        (AccountProblem("Wrong password."), AccountState.STOPPED, "Wrong password.", 5 * MINUTE),
        (MailboxProblem("No Sales."), AccountState.FAILING, "No Sales.", POLL),
        (Unreachable("Busy.", retry_after=MINUTE), AccountState.FAILING, "Busy.", MINUTE),
    ],
)
async def test_a_failing_pull_shows_what_since_when_and_until_when(
    db: SqliteDatabase,
    runner: AccountRunner,
    provider: Provider,
    now: Now,
    fault: Exception,
    state: AccountState,
    told: str,
    retry: int,
) -> None:
    provider.pull_faults.append(fault)
    task = asyncio.create_task(runner.run())
    await until(in_state(db, state))
    await end(task)

    shown = account(db)
    assert told in shown.problem
    assert "secret words" not in shown.problem
    assert (shown.since, shown.retry_at) == (now.at, now.at + retry)


async def test_an_account_that_failed_recovers_and_what_waited_leaves_at_once(
    db: SqliteDatabase, runner: AccountRunner, provider: Provider
) -> None:
    item = reply(db, customer_writes(db))
    provider.pull_faults.append(GONE)
    provider.deliveries.append(before(GONE))
    task = asyncio.create_task(runner.run())
    await until(in_state(db, AccountState.FAILING))
    await until(lambda: now_of(db, item).problem)

    runner.try_again()

    await until(in_state(db, AccountState.OK))
    await until(lambda: provider.keys == [item.key])
    await end(task)


async def test_an_adapter_that_cannot_be_made_stops_the_account_in_words(
    db: SqliteDatabase, at_work: Desk
) -> None:
    def make() -> Adapter:
        raise AccountProblem("No adapter named 'fake' is installed.")

    task = asyncio.create_task(AccountRunner(at_work, make).run())
    await until(in_state(db, AccountState.STOPPED))
    await end(task)

    assert account(db).problem == "No adapter named 'fake' is installed."


async def test_a_wrong_password_for_sending_stops_no_pulling(
    db: SqliteDatabase, running: AccountRunner, provider: Provider
) -> None:
    await until(in_state(db, AccountState.OK))
    provider.deliveries.append(before(AccountProblem("Wrong SMTP password.")))
    item = reply(db, customer_writes(db))
    running.store_changed()
    await until(in_state(db, AccountState.STOPPED))

    provider.batches.append(batch(incoming(), cursor="2"))
    provider.hints.put_nowait(Hint())
    await until(lambda: len(listed(db)) == 3)
    assert account(db).problem == "Wrong SMTP password."
    assert now_of(db, item).state is OutboxState.QUEUED

    running.try_again()
    await until(in_state(db, AccountState.OK))
    assert provider.keys == [item.key]


async def test_what_agents_queue_leaves_and_is_filed(
    db: SqliteDatabase, running: AccountRunner, provider: Provider
) -> None:
    await until(in_state(db, AccountState.OK))
    item = reply(db, customer_writes(db))

    running.store_changed()

    await until(lambda: now_of(db, item).filed is Filed.DONE)
    assert provider.keys == provider.copies == [item.key]


async def test_a_delivery_that_hangs_does_not_hold_up_pulling_and_fetching(
    db: SqliteDatabase, running: AccountRunner, provider: Provider
) -> None:
    conversation = customer_writes(db, files=(IncomingFile("2", "a.txt", "text/plain", 1),))
    (file,) = messages.of_conversation(db, conversation)[0].attachments
    provider.files["2"] = b"x"
    provider.deliveries.append(hang)
    reply(db, conversation)
    running.store_changed()
    await until(lambda: provider.tried)

    messages.want_file(db, file.id)
    provider.batches.append(batch(incoming(), cursor="2"))
    provider.hints.put_nowait(Hint())
    running.store_changed()

    await until(lambda: len(listed(db)) == 3)
    await until(lambda: _state(db, file.id) is FetchState.HERE)


async def test_a_file_that_is_wanted_offline_comes_with_the_provider_and_is_not_asked_for_before(
    db: SqliteDatabase, running: AccountRunner, provider: Provider
) -> None:
    files = tuple(IncomingFile(part, f"{part}.txt", "text/plain", 1) for part in "23")
    conversation = customer_writes(db, files=files)
    file, other = messages.of_conversation(db, conversation)[0].attachments
    await until(in_state(db, AccountState.OK))
    provider.files.update({"2": GONE, "3": b"x"})
    messages.want_file(db, file.id)
    running.store_changed()
    await until(lambda: provider.fetches)

    messages.want_file(db, other.id)
    running.store_changed()  # by this, or by whatever somebody does
    await until(lambda: _state(db, other.id) is FetchState.HERE)
    assert provider.fetches == 2

    provider.files["2"] = b"x"
    provider.hints.put_nowait(Hint())  # there is news: it is pulled, so the provider is back
    await until(lambda: _state(db, file.id) is FetchState.HERE)


async def test_the_outbox_is_put_right_after_a_crash_before_anything_leaves(
    db: SqliteDatabase, runner: AccountRunner, provider: Provider
) -> None:
    lost, doubted = reply(db, customer_writes(db)), reply(db, customer_writes(db))
    outbox.take(db, lost)
    taken = outbox.take(db, doubted)
    assert taken is not None
    outbox.commit(db, taken)

    task = asyncio.create_task(runner.run())
    await until(lambda: provider.settles)
    await until(lambda: provider.keys == [lost.key])
    await end(task)

    assert now_of(db, doubted).state is OutboxState.UNCERTAIN


async def test_a_crash_of_ours_is_told_and_the_account_starts_again(
    db: SqliteDatabase, at_work: Desk, provider: Provider
) -> None:
    made = []

    def make() -> Adapter:
        made.append(1)
        if len(made) == 1:
            raise ZeroDivisionError
        return FakeAdapter(provider)

    runner = AccountRunner(at_work, make)
    task = asyncio.create_task(runner.run())
    await until(in_state(db, AccountState.FAILING))
    assert "ZeroDivisionError" in account(db).problem

    runner.try_again()

    await until(in_state(db, AccountState.OK))
    await end(task)


async def test_a_store_that_fails_for_a_while_stops_nothing_for_good(
    db: SqliteDatabase,
    running: AccountRunner,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await until(in_state(db, AccountState.OK))

    def full(*_args: object, **_more: object) -> None:
        raise StoreError("The disk is full; free some space, nothing is lost.")

    with monkeypatch.context() as patch:
        patch.setattr("agent_tui.engine.storing.commit_batch", full)
        provider.batches.append(batch(incoming(), cursor="2"))
        provider.hints.put_nowait(Hint())
        await until(in_state(db, AccountState.FAILING))
    assert "disk is full" in account(db).problem
    running.try_again()

    await until(lambda: len(listed(db)) == 2)


async def test_losing_the_lease_ends_the_runner(at_work: Desk, provider: Provider) -> None:
    lost = replace(at_work, ours=lambda: False)

    with pytest.raises(LeaseLost):
        await AccountRunner(lost, lambda: FakeAdapter(provider)).run()


async def test_an_account_at_rest_writes_nothing(
    db: SqliteDatabase, running: AccountRunner, provider: Provider, tmp_path: Path
) -> None:
    await until(in_state(db, AccountState.OK))
    watcher = SqliteDatabase(tmp_path / "store.db")
    stamp = watcher.stamp()

    for _ in range(3):
        before_hint = provider.pulls
        running.store_changed()
        provider.hints.put_nowait(Hint())
        await until(partial(more_pulls, provider, before_hint))

    assert watcher.stamp() == stamp
    watcher.close()


async def test_ending_closes_the_adapter(runner: AccountRunner, provider: Provider) -> None:
    task = asyncio.create_task(runner.run())
    await until(lambda: provider.pulls)

    await end(task)

    assert provider.closed == 1


def _state(db: SqliteDatabase, file_id: int) -> FetchState:
    found = messages.file(db, file_id)
    assert found is not None
    return found.state
