"""The small aggregates: drafts, accounts, cursors, leases, agents, views, customers."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.model.account import AccountState, Capabilities, EffectKind
from agent_tui.model.conversation import Channel, Sort, View
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Address, Body, Fold, FoldKind, Recipients
from agent_tui.store import accounts, agents, customers, drafts, messages, summary, threads, views
from agent_tui.store.database import Conflict
from agent_tui.store.sqlite import SqliteDatabase
from tests.factory import ACCOUNT, MAIL, START, incoming, mail_account, only, ours, receive

ADA = Address("Ada", "ada@x.example")
DRAFT = Draft(
    id=0,
    kind=DraftKind.NEW,
    agent="maria",
    account=ACCOUNT,
    conversation_id=None,
    subject="Ünï 猫",
    body="one\ntwo\n",
    updated_at=START,
    recipients=Recipients(to=(ADA, Address("", "b@x")), cc=(ADA,), bcc=(ADA,), reply_to=(ADA,)),
    files=("/tmp/a b.pdf", "/tmp/ü.png"),
    cursor=(3, 14),
    seen_message=42,
)


# Drafts


def test_a_draft_comes_back_as_it_was_written(db: SqliteDatabase) -> None:
    made = drafts.create(db, DRAFT)

    assert made == replace(DRAFT, id=made.id)
    assert drafts.load(drafts.dump(made), START) == DRAFT


def test_a_saved_draft_is_there_for_another_process(db: SqliteDatabase, tmp_path: Path) -> None:
    made = drafts.create(db, DRAFT)
    typed = replace(made, body="one\ntwo\nthree", cursor=(2, 5), updated_at=START + 1)
    drafts.save(db, typed)

    other = SqliteDatabase(tmp_path / "store.db")
    assert drafts.get(other, made.id) == typed
    other.close()


def test_saving_is_synced_to_disk(db: SqliteDatabase) -> None:
    made = drafts.create(db, DRAFT)
    with db.transaction():
        pass  # whatever was written before was not

    drafts.save(db, made)

    row = db.one("PRAGMA synchronous")
    assert row is not None
    assert row["synchronous"] == 2  # FULL


def test_a_draft_that_is_gone_is_not_saved_in_silence(db: SqliteDatabase) -> None:
    made = drafts.create(db, DRAFT)
    assert drafts.delete(db, made.id)

    with pytest.raises(Conflict, match="sent or discarded elsewhere"):
        drafts.save(db, made)
    assert not drafts.delete(db, made.id)


def test_the_number_of_a_draft_that_is_gone_is_not_given_again(db: SqliteDatabase) -> None:
    made = drafts.create(db, DRAFT)
    drafts.delete(db, made.id)

    assert drafts.create(db, DRAFT).id > made.id


def test_drafts_are_listed_newest_first_and_by_agent(db: SqliteDatabase) -> None:
    old = drafts.create(db, DRAFT)
    new = drafts.create(db, replace(DRAFT, updated_at=START + 1))
    drafts.create(db, replace(DRAFT, agent="jonas"))

    assert drafts.of_agent(db, "maria") == [new, old]


# Accounts, cursors, leases


def test_an_account_is_renewed_without_losing_how_it_is_doing(db: SqliteDatabase) -> None:
    mail_account(db)
    accounts.set_state(db, ACCOUNT, AccountState.FAILING, START + 5, problem="away", retry_at=9)
    accounts.set_progress(db, ACCOUNT, 7, 10)
    mail_account(db, replace(MAIL, reply_limit=500))

    account = accounts.get(db, ACCOUNT)
    assert account is not None
    assert account.capabilities == replace(MAIL, reply_limit=500)
    assert (account.state, account.since) == (AccountState.FAILING, START + 5)
    assert (account.problem, account.retry_at) == ("away", 9)
    assert (account.done, account.total) == (7, 10)
    assert accounts.every(db) == [account]


def test_since_is_when_the_state_changed_not_when_it_was_said_again(db: SqliteDatabase) -> None:
    mail_account(db)
    for now in (START + 1, START + 2):
        accounts.set_state(db, ACCOUNT, AccountState.OK, now)

    account = accounts.get(db, ACCOUNT)
    assert account is not None
    assert account.since == START + 1


def test_an_account_answers_for_one_of_its_channels(db: SqliteDatabase) -> None:
    mail_account(db)

    chat = accounts.get(db, ACCOUNT, Channel.CHAT)

    assert chat is not None
    assert chat.capabilities == MAIL.on(Channel.CHAT)


def test_a_forgotten_account_leaves_its_conversations(db: SqliteDatabase) -> None:
    mail_account(db)
    receive(db, incoming())

    accounts.forget(db, ACCOUNT)

    assert accounts.get(db, ACCOUNT) is None
    assert accounts.cursors(db, ACCOUNT) == {}
    assert only(db).messages == 1


def test_capabilities_come_back_whole(db: SqliteDatabase) -> None:
    can = Capabilities(
        Channel.REVIEW,
        frozenset({EffectKind.SEND, EffectKind.STATUS}),
        push=True,
        attach=True,
        html=True,
        reply_limit=350,
        single_reply=True,
        recipients=True,
        idempotent=True,
        undo_ms=5,
    )
    mail_account(db, can)

    account = accounts.get(db, ACCOUNT)
    assert account is not None
    assert account.capabilities == can


def test_each_mailbox_has_its_own_cursor(db: SqliteDatabase) -> None:
    accounts.set_cursor(db, ACCOUNT, "INBOX", "1")
    accounts.set_cursor(db, ACCOUNT, "Sent", "2")
    accounts.set_cursor(db, ACCOUNT, "INBOX", "3")
    accounts.set_cursor(db, "other", "INBOX", "4")

    assert accounts.cursors(db, ACCOUNT) == {"INBOX": "3", "Sent": "2"}


def test_of_two_holders_one_has_the_lease_until_it_runs_out(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    other = SqliteDatabase(tmp_path / "store.db")

    assert accounts.take_lease(db, "mail", "one", START, START + 10)
    assert not accounts.take_lease(other, "mail", "two", START + 9, START + 19)
    assert accounts.take_lease(db, "mail", "one", START + 9, START + 12)  # renewed
    assert not accounts.take_lease(other, "mail", "two", START + 11, START + 21)
    assert accounts.lease_holder(other, "mail", START + 11) == "one"
    assert accounts.lease_holder(other, "mail", START + 12) is None
    assert accounts.take_lease(other, "mail", "two", START + 12, START + 22)
    assert not accounts.take_lease(db, "mail", "one", START + 13, START + 23)
    other.close()


def test_a_lease_is_given_back_only_by_its_holder(db: SqliteDatabase) -> None:
    accounts.take_lease(db, "mail", "one", START, START + 10)

    accounts.release_lease(db, "mail", "two")
    assert accounts.lease_holder(db, "mail", START) == "one"
    accounts.release_lease(db, "mail", "one")
    assert accounts.lease_holder(db, "mail", START) is None


# Agents and views


def test_agents_are_renamed_and_listed_by_handle(db: SqliteDatabase) -> None:
    agents.put(db, "maria", "Maria")
    agents.put(db, "jonas", "Jonas")
    agents.put(db, "maria", "Maria Silva")

    assert agents.every(db) == [
        agents.Agent("jonas", "Jonas"),
        agents.Agent("maria", "Maria Silva"),
    ]


def test_an_agent_who_is_known_is_not_written_again(db: SqliteDatabase, tmp_path: Path) -> None:
    agents.put(db, "maria", "Maria")
    other = SqliteDatabase(tmp_path / "store.db")
    before = other.stamp()

    agents.put(db, "maria", "Maria")

    assert other.stamp() == before
    other.close()


def test_views_keep_their_place_when_they_change(db: SqliteDatabase) -> None:
    for name in ("one", "two", "three"):
        views.save(db, View(name, "status:open"))
    views.save(db, View("one", "status:spam", Sort.OLDEST))
    assert views.saved(db)[0] == View("one", "status:spam", Sort.OLDEST)

    views.delete(db, "two")

    assert [view.name for view in views.saved(db)] == ["one", "three"]


# Customers


def test_a_customer_learns_a_name_and_keeps_the_one_an_agent_gave(db: SqliteDatabase) -> None:
    nameless = customers.of_identity(db, IdentityKind.EMAIL, "Ada@X", "", START)
    found = customers.get(db, nameless)
    assert found is not None
    assert found.name == "ada@x"

    assert customers.of_identity(db, IdentityKind.EMAIL, "ada@x ", "Ada", START) == nameless
    customers.of_identity(db, IdentityKind.EMAIL, "ada@x", "Impostor", START)

    found = customers.get(db, nameless)
    assert found is not None
    assert found.name == "Ada"
    assert [(i.value, i.name) for i in found.identities] == [("ada@x", "Ada")]


def test_who_gives_no_address_is_nobody_we_know(db: SqliteDatabase) -> None:
    first, second = (
        customers.of_identity(db, IdentityKind.EMAIL, " ", "Anonymous", START) for _ in range(2)
    )

    found = customers.get(db, first)
    assert first != second
    assert found is not None
    assert (found.name, found.identities) == ("Anonymous", ())


def test_one_value_of_two_kinds_is_two_customers(db: SqliteDatabase) -> None:
    phone = customers.of_identity(db, IdentityKind.PHONE, "42", "", START)

    assert customers.of_identity(db, IdentityKind.SHOP, "42", "", START) != phone
    assert customers.get(db, 10**6) is None


# Threads and summaries


def test_references_are_the_ids_of_the_thread_up_to_a_message(db: SqliteDatabase) -> None:
    receive(db, incoming(message_id="a@x"), incoming(message_id="b@x", references=["a@x"]))
    first, second = messages.of_conversation(db, only(db).id)

    assert threads.references(db, only(db).id, first.id) == ("a@x",)
    assert threads.references(db, only(db).id, second.id) == ("a@x", "b@x")


def test_a_recount_says_what_the_messages_say(db: SqliteDatabase) -> None:
    receive(
        db,
        incoming("first", message_id="a@x", subject="Re: Zip"),
        ours("second", references=["a@x"], subject="Re: Zip"),
    )
    right = only(db)
    db.run(
        "UPDATE conversations SET messages = 9, last_at = 0, created_at = 0, snippet = 'x',"
        " waiting_since = 1, subject = 'x', attachments = 7"
    )

    assert summary.recount(db, right.id)

    assert only(db) == right
    assert (right.subject, right.snippet, right.waiting_since) == ("Zip", "second", None)
    assert not summary.recount(db, 10**6)


def test_a_snippet_leaves_out_what_is_folded_and_fits_a_line() -> None:
    body = Body(
        "Hello,\n\n  the zip  broke.\n> old\n-- \nAda",
        (Fold(3, 4, FoldKind.QUOTE), Fold(4, 6, FoldKind.SIGNATURE)),
    )

    assert summary.snippet(body.text, body.folds) == "Hello, the zip broke."
    assert len(summary.snippet("word " * 10_000, ())) <= summary.SNIPPET_LENGTH
    assert summary.snippet("\n" * 100_000, (Fold(0, 10**9, FoldKind.QUOTE),)) == ""
