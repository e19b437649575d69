"""An account that knows customers is asked when somebody waits, and says why when it cannot."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from agent_tui.adapters.contract import (
    AccountProblem,
    AdapterInfo,
    Finding,
    Refused,
    Role,
    Unreachable,
)
from agent_tui.engine.desk import Desk
from agent_tui.engine.lease import Leases
from agent_tui.engine.once import Round, one_round
from agent_tui.engine.runner import AccountRunner
from agent_tui.model.account import AccountState, Capabilities
from agent_tui.model.clock import HOUR, MINUTE
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import Identity, IdentityKind
from agent_tui.model.record import Looked, Record, RecordKind
from agent_tui.store import accounts, customers, lookups, records
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider, config, end, room, until
from tests.factory import ACCOUNT, START, Now, batch, incoming, listed

ORDER = Record(RecordKind.ORDER, "1", "#1", START, "paid")


class ShopAdapter:
    """Has no conversations: no pull, no watch, no deliver."""

    info: ClassVar[AdapterInfo] = AdapterInfo(
        "shop", "Shop", "1", Capabilities(Channel.MAIL), roles=frozenset({Role.CONTEXT})
    )

    def __init__(self) -> None:
        self.answers: deque[Looked | Exception] = deque()
        self.asked: list[tuple[Identity, ...]] = []
        self.closed = 0

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        self.asked.append(tuple(identities))
        answer = self.answers.popleft() if self.answers else Looked(records=(ORDER,))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def check(self) -> list[Finding]:
        return []

    async def close(self) -> None:
        self.closed += 1


class Both(FakeAdapter):
    """A shop with conversations of its own."""

    info: ClassVar[AdapterInfo] = replace(FakeAdapter.info, roles=frozenset(Role))

    async def lookup(self, identities: Sequence[Identity]) -> Looked:
        return Looked(records=(ORDER,))


@pytest.fixture
def shop() -> ShopAdapter:
    return ShopAdapter()


@pytest.fixture
async def running(at_work: Desk, shop: ShopAdapter) -> AsyncIterator[AccountRunner]:
    """The runner at work until the test ends."""
    runner = AccountRunner(at_work, lambda: shop)
    task = asyncio.create_task(runner.run())
    await until(lambda: state(at_work.db) is AccountState.OK)
    yield runner
    await end(task)


def state(db: object) -> AccountState | None:
    assert isinstance(db, SqliteDatabase)
    account = accounts.get(db, ACCOUNT)
    return account.state if account is not None else None


def customer(db: SqliteDatabase, email: str = "ada@example.test") -> int:
    return customers.of_identity(db, IdentityKind.EMAIL, email, "Ada", START)


def knows(db: SqliteDatabase, who: int) -> Callable[[], list[str]]:
    return lambda: [one.record.number for one in records.of_customer(db, who)]


def problem(db: SqliteDatabase, who: int) -> str:
    (look_up,) = lookups.of_customer(db, who)
    return look_up.problem


async def test_who_is_wanted_is_looked_up_by_verified_identities_only(
    db: SqliteDatabase, shop: ShopAdapter, running: AccountRunner, now: Now
) -> None:
    ada = customer(db)
    customers.claim(db, ada, [(IdentityKind.EMAIL, "rich@example.test")])
    lookups.want(db, ada, ACCOUNT, now())

    running.store_changed()
    await until(knows(db, ada))

    assert shop.asked == [(Identity(IdentityKind.EMAIL, "ada@example.test", "Ada"),)]
    assert lookups.wanted(db, ACCOUNT) is None
    assert accounts.with_context(db) == [ACCOUNT]


async def test_an_account_that_cannot_be_reached_says_so_and_is_asked_again(
    db: SqliteDatabase, shop: ShopAdapter, running: AccountRunner, now: Now
) -> None:
    ada, bob = customer(db), customer(db, "bob@example.test")
    shop.answers.append(Unreachable("The shop is gone."))
    lookups.want(db, ada, ACCOUNT, now())
    running.store_changed()
    await until(lambda: state(db) is AccountState.FAILING)
    assert problem(db, ada) == "The shop is gone."

    lookups.want(db, bob, ACCOUNT, now() + 1)
    running.store_changed()
    await until(lambda: problem(db, bob))
    assert len(shop.asked) == 1  # nobody knocks at a closed door

    now.at += MINUTE
    running.store_changed()
    await until(knows(db, ada))
    await until(lambda: state(db) is AccountState.OK)
    assert knows(db, bob)()
    assert problem(db, bob) == ""


async def test_what_a_person_must_mend_is_tried_at_once_when_it_may_be_mended(
    db: SqliteDatabase, shop: ShopAdapter, running: AccountRunner, now: Now
) -> None:
    ada = customer(db)
    shop.answers.append(AccountProblem("The key is wrong."))
    lookups.want(db, ada, ACCOUNT, now())
    running.store_changed()
    await until(lambda: state(db) is AccountState.STOPPED)

    running.try_again()

    await until(knows(db, ada))


@pytest.mark.parametrize("fault", [Refused("It cannot say."), KeyError("x")])
async def test_a_customer_who_cannot_be_looked_up_keeps_nobody_waiting(
    db: SqliteDatabase, shop: ShopAdapter, running: AccountRunner, now: Now, fault: Exception
) -> None:
    ada, bob = customer(db), customer(db, "bob@example.test")
    shop.answers.append(fault)
    lookups.want(db, bob, ACCOUNT, now())
    lookups.want(db, ada, ACCOUNT, now() + HOUR)

    running.store_changed()
    await until(knows(db, bob))

    assert problem(db, ada)
    assert knows(db, ada)() == []
    assert lookups.wanted(db, ACCOUNT) is None


async def test_garbage_is_a_problem_in_words(
    db: SqliteDatabase, shop: ShopAdapter, running: AccountRunner, now: Now
) -> None:
    ada = customer(db)
    shop.answers.append(["no Looked"])  # type: ignore[arg-type]  # as a plugin may
    lookups.want(db, ada, ACCOUNT, now())

    running.store_changed()

    await until(lambda: "gave back list" in problem(db, ada))


async def test_an_adapter_with_both_roles_is_one_instance_that_pulls_and_looks_up(
    db: SqliteDatabase, at_work: Desk
) -> None:
    provider = Provider([batch(incoming(), cursor="1")])
    made = []

    def make() -> Both:
        made.append(Both(provider))
        return made[-1]

    runner = AccountRunner(at_work, make)
    task = asyncio.create_task(runner.run())
    try:
        await until(lambda: listed(db))
        ada = listed(db)[0].customer_id
        lookups.want(db, ada, ACCOUNT, START)
        runner.store_changed()
        await until(knows(db, ada))
    finally:
        await end(task)
    assert len(made) == 1


async def test_a_round_looks_up_who_is_wanted_and_says_how_many(
    db: SqliteDatabase, tmp_path: Path, now: Now
) -> None:
    ada, shop = customer(db), ShopAdapter()
    lookups.want(db, ada, "shop", now())
    here = replace(room(db, tmp_path, {}, now), make=lambda _config, _asked, _log: shop)

    done = await one_round(
        here, Leases(db, now), [config("shop")], asked={}, told=lambda _account, _progress: None
    )

    assert done == [Round("shop", looked_up=1, converses=False)]
    assert knows(db, ada)() == ["#1"]
    assert shop.closed == 1
