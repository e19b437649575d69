"""Earlier texts, reactions, claims and replies that providers keep."""

from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import ServerReply
from agent_tui.model.message import Reaction
from agent_tui.store import accounts, customers, messages, server_replies, traces
from agent_tui.store.database import Database
from tests.factory import ACCOUNT, START, incoming, only, receive


def message(db: Database) -> int:
    receive(db, incoming())
    (one,) = messages.of_conversation(db, only(db).id)
    return one.id


def test_a_reaction_is_there_once_and_comes_off_by_what_it_is_or_is_called(db: Database) -> None:
    number = message(db)
    given = {"who": "Ada", "ours": False, "account": ACCOUNT}

    assert traces.react(db, number, "ada", "+1", **given)  # type: ignore[arg-type]
    assert not traces.react(db, number, "ada", "+1", **given)  # type: ignore[arg-type]

    found = messages.get(db, number)
    assert found is not None
    assert found.reactions == (Reaction("Ada", "+1"),)
    assert traces.unreact(db, number, "ada", "+1")
    assert not traces.unreact(db, number, "ada", "+1")
    traces.react(db, number, "ada", "+1", remote_id="$r", **given)  # type: ignore[arg-type]
    assert not traces.unreact_remote(db, "other", "$r")
    assert traces.unreact_remote(db, ACCOUNT, "$r")
    (one,) = messages.of_conversation(db, only(db).id)
    assert one.reactions == ()


def test_a_message_goes_with_all_that_hangs_on_it(db: Database) -> None:
    number = message(db)
    traces.keep_version(db, number, START, "before")
    traces.react(db, number, "ada", "+1", who="Ada", ours=False, account=ACCOUNT)
    found = messages.get(db, number)
    assert found is not None

    messages.delete(db, found)

    assert messages.get(db, number) is None
    assert not db.all("SELECT * FROM reactions")
    assert not db.all("SELECT * FROM message_versions")


def test_claims_are_kept_apart_from_identities(db: Database) -> None:
    receive(db, incoming())
    customer = only(db).customer_id

    for _ in range(2):
        customers.claim(
            db, customer, [(IdentityKind.EMAIL, "Boss@Corp.example "), (IdentityKind.PHONE, " ")]
        )

    assert customers.claims(db, customer) == [(IdentityKind.EMAIL, "boss@corp.example")]
    known = customers.get(db, customer)
    assert known is not None
    assert [i.value for i in known.identities] == ["ada@customer.example"]


def test_server_replies_are_those_that_there_are_now(db: Database) -> None:
    server_replies.put_all(db, ACCOUNT, [ServerReply("hi", "Hello"), ServerReply("bye", "Bye")])
    server_replies.put_all(db, "other", [ServerReply("hi", "Moin")])

    server_replies.put_all(db, ACCOUNT, [ServerReply("hi", "Hello!")])

    assert server_replies.of_account(db, ACCOUNT) == [ServerReply("hi", "Hello!")]
    assert server_replies.of_account(db, "other") == [ServerReply("hi", "Moin")]


def test_the_replies_of_an_account_go_with_it(db: Database) -> None:
    server_replies.put_all(db, ACCOUNT, [ServerReply("hi", "Hello")])

    accounts.forget(db, ACCOUNT)

    assert server_replies.of_account(db, ACCOUNT) == []
