"""Killed at whatever touch of the store: no reply is lost, none leaves twice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agent_tui.engine.desk import Desk
from agent_tui.engine.dispatch import Dispatch
from agent_tui.engine.followup import FollowUp
from agent_tui.model.outbox import OutboxState
from agent_tui.store import outbox
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider, desk
from tests.engine.world import customer_writes, now_of, reply
from tests.factory import ACCOUNT

ENOUGH = 60
"""More touches than a delivery and its follow-up need; a test holds that."""


class Killed(BaseException):
    """The process is no more."""


class Mortal(SqliteDatabase):
    """A store whose process dies at a touch that was chosen, and stays dead."""

    def __init__(self, path: Path, life: int) -> None:
        self.life = ENOUGH * 100
        super().__init__(path)
        self.life = life

    def all(self, *args: Any, **more: Any) -> Any:
        self._touch()
        return super().all(*args, **more)

    def one(self, *args: Any, **more: Any) -> Any:
        self._touch()
        return super().one(*args, **more)

    def run(self, *args: Any, **more: Any) -> int:
        self._touch()
        return super().run(*args, **more)

    def transaction(self, *, durable: bool = False) -> Any:
        self._touch()
        return super().transaction(durable=durable)

    def _touch(self) -> None:
        self.life -= 1
        if self.life < 0:
            raise Killed


async def work(at_work: Desk, provider: Provider) -> None:
    """What an engine does with an outbox from its start."""
    adapter = FakeAdapter(provider)
    outbox.recover(at_work.db, ACCOUNT)
    await Dispatch(at_work, adapter).all()
    await FollowUp(at_work).work(adapter)


async def die(at_work: Desk, provider: Provider) -> bool:
    """Work until killed; False when the work was done before."""
    try:
        await work(at_work, provider)
    except Killed:
        return True
    finally:
        await asyncio.sleep(0)
    return False


@pytest.mark.parametrize("life", range(ENOUGH))
async def test_a_reply_leaves_at_most_once_and_is_never_forgotten(
    db: SqliteDatabase, tmp_path: Path, life: int
) -> None:
    item = reply(db, customer_writes(db))
    provider = Provider()
    mortal = Mortal(tmp_path / "store.db", life)

    await die(desk(mortal, tmp_path), provider)
    committed = now_of(db, item).state is OutboxState.COMMITTED
    await work(desk(db, tmp_path), provider)
    mortal.close()

    state = now_of(db, item).state
    assert len(provider.keys) <= 1
    assert committed or provider.keys == [item.key]
    assert state is (OutboxState.UNCERTAIN if committed else OutboxState.SENT)


async def test_the_kills_reach_beyond_the_end_of_the_work(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    reply(db, customer_writes(db))
    mortal = Mortal(tmp_path / "store.db", ENOUGH)

    killed = await die(desk(mortal, tmp_path), Provider())

    mortal.close()
    assert not killed
