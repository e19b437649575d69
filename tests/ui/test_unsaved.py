"""What is written while somebody else holds the store lies beside it until it can be taken in."""

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.actions import reply
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.store import drafts, sqlite
from agent_tui.store.database import StoreError
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.draft_keeper import DraftKeeper
from agent_tui.ui.unsaved import Unsaved, take_in
from tests.factory import Desk, incoming, mail_account, only, receive
from tests.stores import locked
from tests.terminal import Terminal
from tests.ui.alone import answering


@pytest.fixture
def draft(db: SqliteDatabase) -> Draft:
    """A reply that is begun, with its row."""
    mail_account(db)
    receive(db, incoming("Hi", name="Ada"))
    return reply.start(Desk(db).context, only(db), DraftKind.REPLY)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who writes without having waited fails at once."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "data" / "unsaved"


def kept(db: SqliteDatabase) -> list[str]:
    return [draft.body for draft in drafts.of_agent(db, "maria")]


def typed(draft: Draft, body: str, later: int = 1) -> Draft:
    return replace(draft, body=body, updated_at=draft.updated_at + later)


def refused(db: SqliteDatabase, keeper: DraftKeeper, draft: Draft) -> None:
    """Somebody else holds the store for longer than a write waits."""
    with locked(db), pytest.raises(StoreError):
        keeper.write(draft, keeper.number())


def put(folder: Path, draft: Draft) -> None:
    Unsaved(folder).put(draft, 1)


@pytest.mark.usefixtures("impatient")
def test_a_version_that_the_store_does_not_take_lies_beside_it_for_its_owner_alone(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    keeper = DraftKeeper(db, draft, folder)
    refused(db, keeper, typed(draft, "Hello"))
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(file.read_text())["body"] == "Hello"

    keeper.write(typed(draft, "Hello Ada"), keeper.number())
    assert kept(db) == ["Hello Ada"]
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("impatient")
def test_who_types_is_told_nothing_for_as_long_as_the_text_is_on_disk(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    keeper = DraftKeeper(db, draft, folder)
    with locked(db):
        assert not keeper.write_behind(typed(draft, "Hello"), keeper.number())
        folder.chmod(0o777)  # others may write there, so nothing is
        with pytest.raises(StoreError):
            keeper.write_behind(typed(draft, "Hello Ada"), keeper.number())


def test_one_thread_waits_for_the_store_and_a_newer_version_lies_beside_it_meanwhile(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    keeper = DraftKeeper(db, draft, folder)
    one, two, three = (keeper.number() for _ in range(3))
    with ThreadPoolExecutor(1) as pool:
        with locked(db):
            waiting = pool.submit(keeper.write_behind, typed(draft, "one"), one)
            until_there(folder, waiting)
            assert not keeper.write_behind(typed(draft, "two"), two)
        assert waiting.result()
    (file,) = folder.iterdir()
    assert (kept(db), json.loads(file.read_text())["body"]) == (["one"], "two")

    assert keeper.write_behind(typed(draft, "three"), three)
    assert (kept(db), list(folder.iterdir())) == (["three"], [])


def until_there(folder: Path, writing: "Future[bool]") -> None:
    """Until a file lies there, of a thread that goes on as long as the store is locked."""
    while not list(folder.glob("*.json")):
        assert not writing.done(), "it has ended without one"
        time.sleep(0.001)


def test_a_version_that_comes_late_leaves_no_file_behind_one_that_is_in_the_store(
    draft: Draft, folder: Path
) -> None:
    file = Unsaved(folder)
    file.drop(2)
    file.put(draft, 1)
    assert not folder.exists()


@pytest.mark.usefixtures("impatient")
def test_what_is_discarded_leaves_no_file(db: SqliteDatabase, draft: Draft, folder: Path) -> None:
    keeper = DraftKeeper(db, draft, folder)
    refused(db, keeper, typed(draft, "Hello"))
    keeper.drop()
    assert (kept(db), list(folder.iterdir())) == ([], [])


def test_the_next_start_takes_in_what_lies_there_once(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    put(folder, typed(draft, "Hello"))
    put(folder, replace(draft, id=0, kind=DraftKind.NOTE, body="Call her."))

    for _ in range(2):
        take_in(folder, db)

    assert sorted(kept(db)) == ["Call her.", "Hello"]
    assert list(folder.iterdir()) == []


def test_an_older_version_than_that_in_the_store_is_not_taken_in(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    put(folder, typed(draft, "older", later=1))
    drafts.save(db, typed(draft, "newer", later=2))

    take_in(folder, db)

    assert kept(db) == ["newer"]


def test_a_text_whose_draft_was_sent_elsewhere_is_a_draft_of_its_own(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    put(folder, typed(draft, "Hello"))
    drafts.delete(db, draft.id)

    take_in(folder, db)

    assert kept(db) == ["Hello"]


def test_nothing_comes_back_into_a_conversation_that_was_erased(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    put(folder, replace(draft, id=0, conversation_id=4711, body="Hello Ada"))

    take_in(folder, db)

    assert (kept(db), list(folder.iterdir())) == ([""], [])


def test_a_file_that_is_none_of_ours_stays_and_stops_nobody(
    db: SqliteDatabase, draft: Draft, folder: Path
) -> None:
    put(folder, typed(draft, "Hello"))
    for name, content in (("a.json", "{"), ("b.json", "[]"), ("c.json", "{}")):
        (folder / name).write_text(content)

    take_in(folder, db)

    assert kept(db) == ["Hello"]
    assert sorted(file.name for file in folder.iterdir()) == ["a.json", "b.json", "c.json"]


@pytest.fixture
def composing(db: SqliteDatabase, draft: Draft, tmp_path: Path) -> Iterator[Terminal]:
    with answering(db, tmp_path / "home", "Reply to Ada") as terminal:
        yield terminal


@pytest.mark.parametrize("end", [signal.SIGHUP, signal.SIGKILL])
def test_a_process_that_ends_while_somebody_holds_the_store_loses_no_text(
    end: signal.Signals, composing: Terminal, db: SqliteDatabase, folder: Path
) -> None:
    with locked(db):
        composing.press("It is on its way.")
        composing.wait_for("on its way")
        if end is signal.SIGKILL:
            composing.read_until(
                lambda: any(b"on its way." in f.read_bytes() for f in folder.glob("*.json"))
            )
        composing.process.send_signal(end)
        composing.process.wait()
    assert kept(db) == [""]

    take_in(folder, db)

    assert kept(db) == ["It is on its way."]
