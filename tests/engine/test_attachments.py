"""Attachments come when somebody wants them, into files that harm nobody."""

from pathlib import Path

import pytest

from agent_tui.adapters.contract import AccountProblem, AdapterError, Target, Unreachable
from agent_tui.config.errors import ConfigError
from agent_tui.engine.attachments import fetch_wanted, keep
from agent_tui.engine.contain import Hung
from agent_tui.engine.desk import Desk
from agent_tui.model.incoming import IncomingFile
from agent_tui.model.message import Attachment, FetchState
from agent_tui.store import locations, messages
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider
from tests.engine.world import customer_writes

GONE = Unreachable("The server is gone.")


def arrived(db: SqliteDatabase, name: str = "invoice.pdf") -> Attachment:
    """An attachment of a customer's mail."""
    conversation = customer_writes(db, files=(IncomingFile("2", name, "application/pdf", 9),))
    (message,) = messages.of_conversation(db, conversation)
    (file,) = message.attachments
    return file


def now_of(db: SqliteDatabase, file: Attachment) -> Attachment:
    found = messages.file(db, file.id)
    assert found is not None
    return found


async def test_what_nobody_wants_is_not_fetched(db: SqliteDatabase, at_work: Desk) -> None:
    file = arrived(db)

    await fetch_wanted(at_work, FakeAdapter(Provider()))

    assert now_of(db, file).state is FetchState.REMOTE


async def test_a_wanted_file_is_here_and_private(db: SqliteDatabase, at_work: Desk) -> None:
    file = arrived(db)
    messages.want_file(db, file.id)

    await fetch_wanted(at_work, FakeAdapter(Provider(files={"2": b"%PDF"})))

    assert described(now_of(db, file).path or "") == (b"%PDF", 0o600, 0o700)


def described(name: str) -> tuple[bytes, int, int]:
    """A file's content, its mode and that of its folder."""
    path = Path(name)
    return (
        path.read_bytes(),
        path.stat().st_mode & 0o777,
        path.parent.stat().st_mode & 0o777,
    )


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", ".profile", "a\x00b", ""])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    file = Attachment(1, 1, name, "", 1, "2", False, FetchState.WANTED)

    path = keep(tmp_path, file, b"x")

    assert path.resolve().parent.parent == tmp_path.resolve()
    assert not path.name.startswith(".")


def test_two_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    file = Attachment(1, 1, "a.txt", "", 1, "2", False, FetchState.WANTED)

    assert keep(tmp_path, file, b"one") != keep(tmp_path, file, b"two")


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    file = Attachment(1, 1, "a.txt", "", 1, "2", False, FetchState.WANTED)

    with pytest.raises(ConfigError):
        keep(tmp_path / "file", file, b"x")


@pytest.mark.parametrize("error", [GONE, Hung("It did not answer within 60 s.")])
async def test_a_file_whose_provider_does_not_answer_waits_with_the_reason_and_comes_when_it_does(
    error: AdapterError, db: SqliteDatabase, at_work: Desk
) -> None:
    file = arrived(db)
    shop = Provider(files={"2": error})
    messages.want_file(db, file.id)
    await fetch_wanted(at_work, FakeAdapter(shop))
    assert (now_of(db, file).state, now_of(db, file).problem) == (FetchState.WANTED, str(error))

    shop.files["2"] = b"here"
    await fetch_wanted(at_work, FakeAdapter(shop))

    assert (now_of(db, file).state, now_of(db, file).problem) == (FetchState.HERE, "")


async def test_what_waits_is_tried_once_more_only_when_it_may_come_or_is_asked_for_anew(
    db: SqliteDatabase, at_work: Desk
) -> None:
    file = arrived(db)
    shop = Provider(files={"2": GONE})
    messages.want_file(db, file.id)
    await fetch_wanted(at_work, FakeAdapter(shop), again=False)
    shop.files["2"] = b"here"

    await fetch_wanted(at_work, FakeAdapter(shop), again=False)
    assert now_of(db, file).state is FetchState.WANTED

    messages.want_file(db, file.id)
    await fetch_wanted(at_work, FakeAdapter(shop), again=False)
    assert now_of(db, file).state is FetchState.HERE


async def test_one_that_waits_holds_up_no_other(db: SqliteDatabase, at_work: Desk) -> None:
    first, second = arrived(db), arrived(db)
    (place,) = locations.of_messages(db, [first.message_id])
    for file in (first, second):
        messages.want_file(db, file.id)

    class FirstIsAway(FakeAdapter):
        async def fetch(self, target: Target, part: str) -> bytes:
            if target.remote_id == place.remote_id:
                raise GONE
            return b"here"

    await fetch_wanted(at_work, FirstIsAway(Provider()))

    states = [now_of(db, file).state for file in (first, second)]
    assert states == [FetchState.WANTED, FetchState.HERE]


async def test_what_only_a_person_can_mend_fails_and_can_be_asked_for_again(
    db: SqliteDatabase, at_work: Desk
) -> None:
    file = arrived(db)
    shop = Provider(files={"2": AccountProblem("The password is wrong.")})
    messages.want_file(db, file.id)
    await fetch_wanted(at_work, FakeAdapter(shop))
    assert now_of(db, file).state is FetchState.FAILED
    assert now_of(db, file).problem == "The password is wrong."

    shop.files["2"] = b"here"
    messages.want_file(db, file.id)
    await fetch_wanted(at_work, FakeAdapter(shop))

    assert now_of(db, file).state is FetchState.HERE


async def test_a_file_of_a_message_that_was_deleted_at_the_provider_fails_in_words(
    db: SqliteDatabase, at_work: Desk
) -> None:
    file = arrived(db)
    messages.want_file(db, file.id)
    db.run("DELETE FROM locations")

    await fetch_wanted(at_work, FakeAdapter(Provider()))

    assert "no longer at the provider" in now_of(db, file).problem


async def test_an_adapter_that_gives_no_bytes_fails_in_words(
    db: SqliteDatabase, at_work: Desk
) -> None:
    file = arrived(db)
    messages.want_file(db, file.id)

    await fetch_wanted(at_work, FakeAdapter(Provider(files={"2": "text"})))  # type: ignore[dict-item]

    assert "gave back str" in now_of(db, file).problem
