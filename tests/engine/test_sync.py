"""A pull stores each batch with its cursor, both or neither, and goes on from there."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.adapters.contract import Unreachable
from agent_tui.engine import storing
from agent_tui.engine.attachments import fetch_wanted
from agent_tui.engine.contain import AdapterFault
from agent_tui.engine.desk import Desk
from agent_tui.engine.storing import LeaseLost
from agent_tui.engine.sync import patience, pull
from agent_tui.model.incoming import Batch, Deletion, Edit, IncomingFile, Progress, ServerReply
from agent_tui.model.message import Body
from agent_tui.store import accounts, messages
from agent_tui.store.intake import commit_batch
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider, desk
from tests.factory import ACCOUNT, batch, chat, incoming, listed, mail_account

LIMIT_S = 30.0


@pytest.fixture
def at_work(db: SqliteDatabase, tmp_path: Path) -> Desk:
    mail_account(db)
    return desk(db, tmp_path)


def provider(batches: int = 4) -> Provider:
    """A mailbox of a few batches of three mails, a first sync."""
    return Provider(
        [
            replace(
                batch(incoming(), incoming(), incoming(), cursor=str(number + 1)),
                progress=Progress(3 * number + 3, 3 * batches),
            )
            for number in range(batches)
        ]
    )


async def test_everything_new_is_taken_in_once(db: SqliteDatabase, at_work: Desk) -> None:
    adapter = FakeAdapter(provider())

    assert await pull(at_work, adapter, LIMIT_S) == 12
    assert await pull(at_work, adapter, LIMIT_S) == 0
    assert len(listed(db)) == 12


@pytest.mark.parametrize("given", range(5))
async def test_a_pull_that_breaks_off_goes_on_behind_the_last_batch(
    db: SqliteDatabase, at_work: Desk, given: int
) -> None:
    shop = provider()
    shop.pull_faults.append(Unreachable("The server is gone."))
    shop.fault_after = given

    with pytest.raises(Unreachable):
        await pull(at_work, FakeAdapter(shop), LIMIT_S)
    assert accounts.cursors(db, ACCOUNT).get("INBOX", "0") == str(given)
    rest = await pull(at_work, FakeAdapter(shop), LIMIT_S)

    assert rest == 12 - 3 * given
    assert len(listed(db)) == 12


async def test_a_batch_that_cannot_be_stored_moves_no_cursor(
    db: SqliteDatabase, at_work: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stores_and_breaks(*args: object) -> int:
        commit_batch(*args)  # type: ignore[arg-type]  # passed through
        raise MemoryError

    monkeypatch.setattr(storing, "commit_batch", stores_and_breaks)

    with pytest.raises(MemoryError):
        await pull(at_work, FakeAdapter(provider()), LIMIT_S)

    assert accounts.cursors(db, ACCOUNT) == {}
    assert listed(db) == []


async def test_nothing_is_stored_once_the_lease_is_lost(db: SqliteDatabase, at_work: Desk) -> None:
    with pytest.raises(LeaseLost):
        await pull(replace(at_work, ours=lambda: False), FakeAdapter(provider()), LIMIT_S)

    assert listed(db) == []
    assert accounts.cursors(db, ACCOUNT) == {}


async def test_progress_is_shown_until_the_first_sync_is_over(
    db: SqliteDatabase, at_work: Desk
) -> None:
    shown = []

    def look(_new: int, _progress: Progress | None) -> None:
        account = accounts.get(db, ACCOUNT)
        assert account is not None
        shown.append((account.done, account.total))

    await pull(at_work, FakeAdapter(provider(2)), LIMIT_S, look)

    account = accounts.get(db, ACCOUNT)
    assert shown == [(3, 6), (6, 6)]
    assert account is not None
    assert account.total is None


async def test_something_that_is_no_batch_is_the_adapters_fault(at_work: Desk) -> None:
    shop = Provider(["mail"])  # type: ignore[list-item]  # as a faulty plugin does

    with pytest.raises(AdapterFault, match="gave back str"):
        await pull(at_work, FakeAdapter(shop), LIMIT_S)


async def test_one_mail_that_cannot_be_stored_is_listed_and_the_others_arrive(
    db: SqliteDatabase, at_work: Desk
) -> None:
    poison = replace(incoming(subject="Poison"), message_id="\ud800")
    shop = Provider([Batch("INBOX", "1", (incoming(), poison, incoming()))])

    assert await pull(at_work, FakeAdapter(shop), LIMIT_S) == 3
    assert await pull(at_work, FakeAdapter(shop), LIMIT_S) == 0
    assert len(listed(db)) == 3


def test_patience_grows_with_failures_and_has_an_end() -> None:
    assert [patience(n) for n in range(7)] == [30, 60, 120, 240, 480, 600, 600]


async def test_a_change_that_cannot_be_stored_is_passed_over(
    db: SqliteDatabase, at_work: Desk
) -> None:
    one = replace(
        batch(chat("one", remote_id="$1"), cursor="1"),
        edits=(Edit("$1", Body("\ud800"), 1), Edit("$1", Body("two"), 2)),
        canned=(ServerReply("x", "\udfff"),),
    )

    assert await pull(at_work, FakeAdapter(Provider([one])), LIMIT_S) == 1

    (conversation,) = listed(db)
    (message,) = messages.of_conversation(db, conversation.id)
    assert message.body.text == "two"
    assert accounts.cursors(db, ACCOUNT) == {"INBOX": "1"}


async def test_a_fetched_file_goes_with_its_message(
    db: SqliteDatabase, at_work: Desk, tmp_path: Path
) -> None:
    file = IncomingFile("p", "a.txt", "text/plain", 1)
    adapter = FakeAdapter(Provider([batch(chat("one", remote_id="$1", files=(file,)), cursor="1")]))
    await pull(at_work, adapter, LIMIT_S)
    (row,) = db.all("SELECT id FROM attachments")
    messages.want_file(db, row["id"])
    adapter.provider.files["p"] = b"secret"
    await fetch_wanted(at_work, adapter)
    kept = messages.file(db, row["id"])
    assert kept is not None
    assert contents(kept.path) == b"secret"

    adapter.provider.batches.append(Batch("INBOX", "2", deletions=(Deletion("$1", 9),)))
    await pull(at_work, adapter, LIMIT_S)

    assert contents(kept.path) is None
    assert db.all("SELECT id FROM attachments") == []


def contents(path: str | None) -> bytes | None:
    """What stands in a file, if there is one."""
    return Path(path).read_bytes() if path and Path(path).exists() else None


async def test_an_agents_own_file_stays_when_its_message_is_taken_away(
    db: SqliteDatabase, at_work: Desk, tmp_path: Path
) -> None:
    own = tmp_path / "own.txt"
    own.write_text("mine")
    adapter = FakeAdapter(Provider([batch(chat("one", remote_id="$1"), cursor="1")]))
    await pull(at_work, adapter, LIMIT_S)
    db.run(
        "INSERT INTO attachments (message_id, name, type, size, part, state, path)"
        " SELECT id, 'own.txt', 'text/plain', 4, '', 'here', :path FROM messages",
        {"path": str(own)},
    )

    adapter.provider.batches.append(Batch("INBOX", "2", deletions=(Deletion("$1", 9),)))
    await pull(at_work, adapter, LIMIT_S)

    assert own.read_text() == "mine"
