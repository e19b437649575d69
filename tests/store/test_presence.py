"""Who writes at the moment."""

from agent_tui.model.clock import MINUTE, SECOND
from agent_tui.store import presence
from agent_tui.store.database import Database
from tests.factory import ACCOUNT, START, incoming, only, receive


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
