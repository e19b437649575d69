"""Who writes at the moment."""

from agent_tui.model.clock import MINUTE, SECOND
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.store import conversations, customers, presence
from agent_tui.store.database import Database
from tests.factory import ACCOUNT, START, incoming, listed, only, receive


def conversation(db: Database) -> int:
    receive(db, incoming())
    number = only(db).id
    db.run("UPDATE conversations SET thread_key = 'room' WHERE id = :id", {"id": number})
    return number


def test_who_writes_is_seen_until_then_and_no_longer(db: Database) -> None:
    number = conversation(db)

    presence.write(db, number, "Ada", ours=False, until=START + 30 * SECOND)

    assert presence.writing(db, number, START + 30 * SECOND - 1, ours=False) == ["Ada"]
    assert presence.writing(db, number, START + 30 * SECOND, ours=False) == []


def test_customers_and_agents_are_told_apart(db: Database) -> None:
    number = conversation(db)

    presence.write(db, number, "Ada", ours=False, until=START + SECOND)
    presence.write(db, number, "maria", ours=True, until=START + SECOND)

    assert presence.writing(db, number, START, ours=False) == ["Ada"]
    assert presence.writing(db, number, START, ours=True) == ["maria"]


def test_writing_on_renews_and_stopping_ends_it(db: Database) -> None:
    number = conversation(db)
    presence.write(db, number, "maria", ours=True, until=START + SECOND)
    presence.write(db, number, "maria", ours=True, until=START + 20 * SECOND)
    assert presence.writing(db, number, START + 10 * SECOND, ours=True) == ["maria"]

    presence.stop(db, number, "maria", ours=True)

    assert presence.writing(db, number, START, ours=True) == []


def test_rows_that_are_over_do_not_pile_up(db: Database) -> None:
    number = conversation(db)
    presence.write(db, number, "Ada", ours=False, until=START)

    presence.write(db, number, "maria", ours=True, until=START + 2 * MINUTE)

    assert len(db.all("SELECT * FROM presence")) == 1


def test_the_engine_sees_where_agents_write_and_when_that_ends(db: Database) -> None:
    number = conversation(db)
    presence.write(db, number, "Ada", ours=False, until=START + SECOND)
    assert presence.typing_agents(db, ACCOUNT, START) == {}
    assert presence.next_end(db, ACCOUNT, START) is None

    presence.write(db, number, "maria", ours=True, until=START + 20 * SECOND)

    assert presence.typing_agents(db, ACCOUNT, START) == {"room": number}
    assert presence.next_end(db, ACCOUNT, START) == START + 20 * SECOND
    assert presence.typing_agents(db, "other", START) == {}
    assert presence.typing_agents(db, ACCOUNT, START + 20 * SECOND) == {}


def test_conversations_that_become_one_keep_who_writes_and_the_providers_word(
    db: Database,
) -> None:
    receive(db, incoming(message_id="a@x", at=START))
    receive(db, incoming(message_id="b@x", at=START + MINUTE))
    one, two = sorted(c.id for c in listed(db))
    presence.write(db, one, "jo", ours=True, until=START + MINUTE)
    presence.write(db, two, "jo", ours=True, until=START + MINUTE)
    presence.write(db, two, "maria", ours=True, until=START + MINUTE)
    db.run(
        "UPDATE conversations SET via = 'sms', remote = '{\"priority\":1}' WHERE id = :i",
        {"i": two},
    )

    receive(db, incoming(references=("a@x", "b@x"), at=START + 2 * MINUTE))

    kept = only(db)
    assert kept.id == one
    assert kept.via == "sms"
    assert presence.writing(db, kept.id, START, ours=True) == ["jo", "maria"]
    (row,) = db.all("SELECT remote FROM conversations")
    assert row["remote"] == '{"priority":1}'


def test_who_writes_is_forgotten_with_an_empty_conversation(db: Database) -> None:
    number = conversations.create(
        db,
        account=ACCOUNT,
        channel=Channel.CHAT,
        subject="",
        status=Status.OPEN,
        customer_id=customers.of_identity(db, IdentityKind.HANDLE, "ada", "Ada", START),
        at=START,
    )
    presence.write(db, number, "maria", ours=True, until=START + MINUTE)

    conversations.delete_empty(db, number)

    assert db.all("SELECT * FROM presence") == []
