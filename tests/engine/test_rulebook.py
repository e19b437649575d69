"""Changed settings change what the clocks go by while the engine runs, mistakes do not."""

import asyncio
import logging
from pathlib import Path

import pytest

from agent_tui.config.paths import Paths, find_paths
from agent_tui.engine.bell import Bell
from agent_tui.engine.clocks import keep_time
from agent_tui.engine.rulebook import Rulebook
from agent_tui.model.clock import HOUR, MINUTE, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.targets import Kind, Target
from agent_tui.store import due
from agent_tui.store.sqlite import SqliteDatabase
from tests.clocks import plain_rules, reckon
from tests.engine.fakes import end, until
from tests.factory import CHAT, START, Now, chat, mail_account, only, receive


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(tmp_path / "home", {})
    paths.config.mkdir(mode=0o700, parents=True)
    return paths


@pytest.fixture
def asked(db: SqliteDatabase) -> SqliteDatabase:
    """One customer who wrote in a chat."""
    mail_account(db, CHAT)
    receive(db, chat(at=START))
    return db


def write(paths: Paths, text: str) -> None:
    """Replaced as editors do, so that the change shows however coarse times are."""
    new = paths.settings.with_suffix(".new")
    new.write_text(text)
    new.replace(paths.settings)


def due_at(db: SqliteDatabase) -> Millis | None:
    return only(db).due_at


def test_the_rules_follow_the_file_and_survive_a_mistake_in_it(
    paths: Paths, caplog: pytest.LogCaptureFixture
) -> None:
    book = Rulebook(paths, logging.getLogger("test"))
    assert book() == plain_rules()

    write(paths, '[targets]\nchat = "1 h"')
    changed = book()
    assert changed is not None
    assert changed.targets[Kind.NEXT, Channel.CHAT] == Target(HOUR)
    assert book() is changed

    write(paths, "[targets]\nchat = 1")
    assert book() is changed
    assert book() is changed
    assert len(caplog.records) == 1
    assert "'targets.chat' must be text" in caplog.text

    paths.settings.unlink()
    assert book() == plain_rules()


def test_nobody_has_had_rules_as_long_as_the_file_was_never_right(paths: Paths) -> None:
    write(paths, "hours = 3")

    assert Rulebook(paths, logging.getLogger("test"))() is None


async def test_the_engine_works_out_what_is_due_and_again_by_other_rules(
    asked: SqliteDatabase, paths: Paths
) -> None:
    now = Now()
    bell = Bell(now)
    clocks = asyncio.create_task(
        keep_time(asked, now, bell, Rulebook(paths, logging.getLogger("test")))
    )
    await until(lambda: due_at(asked) == START + 2 * MINUTE)

    write(paths, '[targets]\nchat = "1 h"')
    bell.ring()

    await until(lambda: due_at(asked) == START + HOUR)
    await end(clocks)


async def test_more_than_a_batch_is_worked_out_without_another_ring(
    asked: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "BATCH", 1)
    receive(asked, chat(at=START, room="other", sender="@bo"))
    now = Now()
    clocks = asyncio.create_task(keep_time(asked, now, Bell(now), plain_rules))

    def left() -> int:
        row = asked.one("SELECT count(*) AS n FROM conversations WHERE due_at IS NULL")
        return int(row["n"]) if row else 0

    await until(lambda: left() == 0)
    await end(clocks)


def test_one_round_settles_all(asked: SqliteDatabase) -> None:
    reckon(asked)

    assert due_at(asked) == START + 2 * MINUTE
