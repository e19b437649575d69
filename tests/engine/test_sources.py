"""The source of a mail comes when somebody wants to see it, waits while it cannot, and goes with
its message."""

from dataclasses import replace

import pytest

from agent_tui.adapters.contract import WHOLE, AccountProblem, Unreachable
from agent_tui.engine.attachments import fetch_wanted
from agent_tui.engine.desk import Desk
from agent_tui.engine.storing import store_batch
from agent_tui.model.incoming import Deletion, IncomingFile
from agent_tui.model.message import FetchState, Source
from agent_tui.store import messages, sources
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import FakeAdapter, Provider
from tests.engine.test_attachments import described
from tests.engine.world import customer_writes
from tests.factory import batch, incoming

RAW = b"Subject: Parcel\r\n\r\nWhere is it?\r\n"


@pytest.fixture
def mail(db: SqliteDatabase) -> int:
    """A customer's mail with a file."""
    conversation = customer_writes(db, files=(IncomingFile("2", "a.pdf", "application/pdf", 9),))
    return messages.of_conversation(db, conversation)[0].id


def now_of(db: SqliteDatabase, mail: int) -> Source:
    found = sources.of_message(db, mail)
    assert found is not None
    return found


async def test_a_wanted_source_is_here_byte_for_byte_and_private(
    db: SqliteDatabase, at_work: Desk, mail: int
) -> None:
    sources.want(db, mail)

    await fetch_wanted(at_work, FakeAdapter(Provider(files={WHOLE: RAW})))

    assert (now_of(db, mail).path or "").endswith("/Parcel.eml")
    assert described(now_of(db, mail).path or "") == (RAW, 0o600, 0o700)


async def test_what_is_searched_of_a_mail_stays_when_its_source_comes(
    db: SqliteDatabase, at_work: Desk, mail: int
) -> None:
    sources.want(db, mail)
    await fetch_wanted(at_work, FakeAdapter(Provider(files={WHOLE: RAW})))
    message = messages.get(db, mail)
    assert message is not None
    assert [file.name for file in message.attachments] == ["a.pdf"]

    messages.unindex(db, message)  # an index without contents is spoilt by any other entry

    db.run("INSERT INTO search(search, rank) VALUES ('integrity-check', 0)")
    assert not db.all("SELECT rowid FROM search WHERE search MATCH 'pdf OR parcel'")


async def test_while_the_provider_cannot_be_reached_a_source_waits_with_the_reason(
    db: SqliteDatabase, at_work: Desk, mail: int
) -> None:
    provider = Provider(files={WHOLE: Unreachable("The server is gone.")})
    sources.want(db, mail)

    await fetch_wanted(at_work, FakeAdapter(provider))

    assert now_of(db, mail) == Source(mail, FetchState.WANTED, None, "The server is gone.")
    provider.files[WHOLE] = RAW
    await fetch_wanted(at_work, FakeAdapter(provider))
    assert now_of(db, mail).state is FetchState.HERE


async def test_what_only_a_person_can_mend_ends_the_waiting(
    db: SqliteDatabase, at_work: Desk, mail: int
) -> None:
    sources.want(db, mail)

    provider = Provider(files={WHOLE: AccountProblem("The password is wrong.")})
    await fetch_wanted(at_work, FakeAdapter(provider))

    assert now_of(db, mail) == Source(mail, FetchState.FAILED, None, "The password is wrong.")


async def test_a_mail_that_was_deleted_at_the_provider_is_told_in_words(
    db: SqliteDatabase, at_work: Desk, mail: int
) -> None:
    sources.want(db, mail)
    db.run("DELETE FROM locations")

    await fetch_wanted(at_work, FakeAdapter(Provider()))

    assert "does not lie at the provider" in now_of(db, mail).problem


async def test_a_mail_that_nobody_can_read_is_in_the_store_already(
    db: SqliteDatabase, at_work: Desk, mail: int
) -> None:
    db.run("UPDATE messages SET raw = :raw", {"raw": RAW})
    sources.want(db, mail)

    await fetch_wanted(at_work, FakeAdapter(Provider()))

    assert described(now_of(db, mail).path or "")[0] == RAW


async def test_the_source_goes_with_the_message(db: SqliteDatabase, at_work: Desk) -> None:
    store_batch(at_work, batch(incoming(remote_id="1:77"), cursor="1"))
    (row,) = db.all("SELECT message_id AS id FROM locations WHERE remote_id = '1:77'")
    sources.want(db, row["id"])
    await fetch_wanted(at_work, FakeAdapter(Provider(files={WHOLE: RAW})))
    path = now_of(db, row["id"]).path or ""
    assert described(path)[0] == RAW

    store_batch(at_work, replace(batch(cursor="2"), deletions=(Deletion("1:77", 1),)))

    assert sources.of_message(db, row["id"]) is None
    with pytest.raises(FileNotFoundError):
        described(path)
