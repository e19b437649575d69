"""All accounts are served side by side; none can stop the others or the end."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.adapters.contract import AccountProblem, Adapter, Unreachable
from agent_tui.config.accounts import AccountConfig
from agent_tui.engine import backoff, lease, supervisor, suspicion, thread
from agent_tui.engine.lease import Leases
from agent_tui.engine.supervisor import Supervisor
from agent_tui.engine.thread import AccountThread
from agent_tui.model.account import AccountState
from agent_tui.model.clock import DAY, Millis
from agent_tui.store import accounts, conversations
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import plain_rules
from tests.engine.fakes import LOG, FakeAdapter, Provider, config, hang_after_commit, room, until
from tests.engine.world import customer_writes, now_of, reply
from tests.factory import ACCOUNT, Now, batch, incoming, listed, mail_account

Begin = Callable[
    [list[AccountConfig], dict[str, Provider]], AbstractAsyncContextManager[Supervisor]
]


def states(db: SqliteDatabase) -> dict[str, AccountState]:
    return {account.name: account.state for account in accounts.every(db)}


@pytest.fixture
def leases(db: SqliteDatabase, now: Now) -> Leases:
    taken = Leases(db, now)
    taken.take(lease.ENGINE)
    return taken


@pytest.fixture
def begin(
    db: SqliteDatabase,
    tmp_path: Path,
    now: Now,
    leases: Leases,
    monkeypatch: pytest.MonkeyPatch,
) -> Begin:
    """Serves a changing list of accounts until the block ends."""
    monkeypatch.setattr(supervisor, "_MIND_S", 0.01)
    monkeypatch.setattr(supervisor, "NOTICE_S", 0.01)

    @asynccontextmanager
    async def serving(
        configs: list[AccountConfig], providers: dict[str, Provider]
    ) -> AsyncIterator[Supervisor]:
        stop = asyncio.Event()
        here = room(db, tmp_path, providers, now)
        it = Supervisor(here, leases, lambda: list(configs), {}, plain_rules)
        task = asyncio.create_task(it.run(stop))
        try:
            yield it
        finally:
            stop.set()
            await task

    return serving


def shop(*names: str) -> dict[str, Provider]:
    """A provider with one mail for each account."""
    return {name: Provider([batch(incoming(), cursor="1")]) for name in names}


async def test_every_account_is_served(db: SqliteDatabase, begin: Begin) -> None:
    async with begin([config("mail"), config("chat")], shop("mail", "chat")):
        await until(lambda: states(db) == {"mail": AccountState.OK, "chat": AccountState.OK})

    assert {c.account for c in listed(db)} == {"mail", "chat"}


@pytest.mark.parametrize(
    "fault", [Unreachable("Gone."), AccountProblem("Wrong password."), ValueError(), SystemExit(3)]
)
async def test_one_account_that_fails_does_not_stop_the_others(
    db: SqliteDatabase, begin: Begin, fault: BaseException
) -> None:
    providers = shop("bad", "good")
    providers["bad"].pull_faults.extend([fault] * 100)

    async with begin([config("bad"), config("good")], providers):
        await until(lambda: states(db).get("good") is AccountState.OK)
        await until(lambda: states(db).get("bad") in (AccountState.FAILING, AccountState.STOPPED))


async def test_an_adapter_that_blocks_its_thread_does_not_stop_the_others(
    db: SqliteDatabase, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()

    class Providers(dict[str, Provider]):
        """Blocks where it should be quick, as a careless plugin does."""

        def __missing__(self, name: str) -> Provider:
            free.wait(20)
            return Provider()

    monkeypatch.setattr(supervisor, "_BLOCKED_S", 0.2)
    monkeypatch.setattr(thread, "_BEAT_S", 0.02)
    providers = Providers(shop("good"))

    async with begin([config("blocks"), config("good")], providers):
        await until(lambda: states(db).get("good") is AccountState.OK)
        await until(lambda: "has not come back" in _problem(db, "blocks"))
        free.set()
        await until(lambda: states(db).get("blocks") is AccountState.OK)


async def test_after_an_engine_died_adapters_of_others_come_after_ours(
    db: SqliteDatabase, begin: Begin, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them may have ended it, and may do so again."""
    leases.after_death = True
    ours = replace(config("good"), adapter="maildir")
    states_of_plugin: list[AccountState | None] = []

    async with begin([config("plugin"), ours], shop("plugin", "good")):
        await until(lambda: states(db).get("good") is AccountState.OK)
        states_of_plugin.append(states(db).get("plugin"))
        monkeypatch.setattr(suspicion, "WAIT_S", 0.0)
        await until(lambda: states(db).get("plugin") is AccountState.OK)

    assert states_of_plugin == [None], "nobody had asked it for anything"


async def test_who_waits_since_the_engine_died_is_told_why(
    db: SqliteDatabase, begin: Begin, leases: Leases
) -> None:
    mail_account(db, name="plugin")
    leases.after_death = True

    async with begin([config("plugin")], shop("plugin")):
        await until(lambda: states(db).get("plugin") is AccountState.FAILING)

    assert _problem(db, "plugin") == (
        "The engine died, and the adapter 'fake' may have ended it: it is started 30 s after the "
        "others. If that goes on, update it or remove the account."
    )


async def test_accounts_that_are_added_changed_and_removed_are_followed(
    db: SqliteDatabase, begin: Begin
) -> None:
    configs = [config("mail")]
    providers = shop("mail", "chat")

    async with begin(configs, providers):
        await until(lambda: states(db) == {"mail": AccountState.OK})

        configs.append(config("chat"))
        await until(lambda: states(db).get("chat") is AccountState.OK)

        configs[0] = config("mail", address="new@shop.example")
        await until(lambda: _address(db, "mail") == "new@shop.example")
        assert providers["mail"].closed == 1

        del configs[1]
        await until(lambda: states(db)["chat"] is AccountState.STOPPED)
        assert "is gone" in _problem(db, "chat")


async def test_what_another_process_writes_is_noticed(
    db: SqliteDatabase, begin: Begin, tmp_path: Path
) -> None:
    providers = shop("mail")
    screen = SqliteDatabase(tmp_path / "store.db")

    async with begin([config("mail")], providers):
        await until(lambda: states(db).get("mail") is AccountState.OK)
        item = reply(screen, customer_writes(screen))
        await until(lambda: providers["mail"].keys == [item.key])

    screen.close()


async def test_a_thread_that_ended_is_started_again(
    db: SqliteDatabase, begin: Begin, leases: Leases, now: Now
) -> None:
    providers = shop("mail")

    async with begin([config("mail")], providers) as it:
        await until(lambda: states(db).get("mail") is AccountState.OK)
        first = it._served["mail"].thread
        first.stop()
        await until(lambda: it._served["mail"].again_at is not None)
        now.at += DAY
        leases.renew()
        providers["mail"].batches.append(batch(incoming(), cursor="2"))

        await until(lambda: len(listed(db)) == 2)
        assert it._served["mail"].thread is not first


async def test_an_account_that_another_engine_serves_waits_for_its_turn(
    db: SqliteDatabase, begin: Begin, now: Now
) -> None:
    other = Leases(db, now)
    other.take(lease.of_account("mail"))
    providers = shop("mail", "chat")

    async with begin([config("mail"), config("chat")], providers):
        await until(lambda: states(db).get("chat") is AccountState.OK)

        assert providers["mail"].pulls == 0


async def test_losing_the_engines_lease_ends_the_engine(
    db: SqliteDatabase, begin: Begin, now: Now, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "RENEWAL", 10)
    stop = asyncio.Event()
    here = room(db, Path("/nowhere"), {}, now)
    task = asyncio.create_task(Supervisor(here, leases, list, {}, plain_rules).run(stop))

    now.at += lease.LIFETIME
    Leases(db, now).take(lease.ENGINE)

    assert await asyncio.wait_for(task, 10) is False


async def test_the_end_comes_within_two_seconds_even_behind_the_step_of_no_return(
    db: SqliteDatabase, begin: Begin
) -> None:
    providers = shop(ACCOUNT)
    providers[ACCOUNT].deliveries.append(hang_after_commit)
    item = reply(db, customer_writes(db))

    async with begin([config(ACCOUNT)], providers):
        await until(lambda: providers[ACCOUNT].accepted)
        began = time.monotonic()
    took = time.monotonic() - began

    assert took < 2.0  # the promise of the design, not a measurement
    assert now_of(db, item).state == "uncertain"


async def test_a_secret_that_is_told_late_starts_the_account_that_waited_for_it(
    db: SqliteDatabase, tmp_path: Path, now: Now, leases: Leases
) -> None:
    asked: dict[str, str] = {}

    def make(_config: AccountConfig, told: Mapping[str, str], _log: logging.Logger) -> Adapter:
        if "mail.password" not in told:
            raise AccountProblem("Nobody was asked for mail.password.")
        return FakeAdapter(Provider())

    stop = asyncio.Event()
    here = replace(room(db, tmp_path, {}, now), make=make)
    it = Supervisor(here, leases, lambda: [config("mail")], asked, plain_rules)
    task = asyncio.create_task(it.run(stop))
    await until(lambda: states(db).get("mail") is AccountState.STOPPED)

    asked["mail.password"] = "x"
    it.try_again()

    await until(lambda: states(db).get("mail") is AccountState.OK)
    stop.set()
    await task


async def test_a_part_that_crashes_starts_again(
    db: SqliteDatabase, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    async def crash_once(it: Supervisor) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError
        await asyncio.Event().wait()

    monkeypatch.setattr(Supervisor, "_timing", crash_once)
    monkeypatch.setattr(backoff, "sync_delay", lambda _n, _chance: 1)

    async with begin([], {}):
        await until(lambda: len(calls) == 2)


async def test_stopping_a_thread_before_it_begins_ends_it() -> None:
    def never() -> Awaitable[None]:
        raise AssertionError

    unused = AccountThread("mail", never, LOG)  # type: ignore[arg-type]  # it must not be made
    unused.stop()
    unused.start()

    assert unused.join(time.monotonic() + 10)


def _problem(db: SqliteDatabase, name: str) -> str:
    found = accounts.get(db, name)
    return found.problem if found else ""


def _address(db: SqliteDatabase, name: str) -> str:
    found = accounts.get(db, name)
    return found.address if found else ""


def test_who_is_at_work_is_noticed_sooner_and_who_is_not_costs_little() -> None:
    busy, idle = supervisor.look_again(0.1), supervisor.look_again(60)

    assert busy == supervisor.NOTICE_BUSY_S
    assert idle == supervisor.NOTICE_S
    assert busy < idle


async def test_rules_that_change_are_noticed_while_nothing_else_happens(
    db: SqliteDatabase,
    tmp_path: Path,
    now: Now,
    leases: Leases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervisor, "_MIND_S", 0.01)
    monkeypatch.setattr(supervisor, "NOTICE_S", 30.0)
    conversation = customer_writes(db)
    rules = [plain_rules()._replace(targets={})]
    stop = asyncio.Event()
    here = room(db, tmp_path, {}, now)
    it = Supervisor(here, leases, list, {}, lambda: rules[-1])
    task = asyncio.create_task(it.run(stop))
    await until(lambda: bool(db.one("SELECT 1 FROM conversations WHERE due_known = 1")))

    rules.append(plain_rules())

    await until(lambda: due_of(db, conversation) is not None)
    stop.set()
    assert await task


def due_of(db: SqliteDatabase, conversation: int) -> Millis | None:
    found = conversations.get(db, conversation)
    return found.due_at if found else None
