"""The accounts say how they are, since when, and what to do."""

from pathlib import Path

from agent_tui.model.account import AccountState
from agent_tui.store import accounts, outbox, unconfirmed
from agent_tui.store.sqlite import SqliteDatabase
from agent_tui.ui.accounts import advice
from agent_tui.ui.facts import facts
from tests.engine.world import customer_writes, reply
from tests.factory import ACCOUNT, Now, mail_account
from tests.ui.screen import screen

WHAT = "INBOX was numbered anew; nothing is lost"


async def test_a_failing_account_says_why_since_when_and_when_it_tries_again(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    now = Now()
    mail_account(db)
    accounts.set_state(
        db,
        ACCOUNT,
        AccountState.FAILING,
        now(),
        problem="imap.shop.example does not answer.",
        retry_at=now() + 30_000,
    )
    async with screen(db, tmp_path, clock=now) as shown:
        await shown.press("A")
        await shown.until(lambda: shown.shows("failing since"))
        assert shown.shows("imap.shop.example does not answer.")
        assert shown.shows("next try in 30 s")
        now.at += 12_000
        await shown.until(lambda: shown.shows("next try in 18 s"))
        await shown.press("enter")
        await shown.until(lambda: shown.app.where() == "help")


async def test_what_happened_to_an_account_is_told_until_it_was_read(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    now = Now()
    mail_account(db)
    accounts.set_state(db, ACCOUNT, AccountState.OK, now())
    accounts.set_notice(db, ACCOUNT, f"{WHAT}. Its server did so.", now())
    told = f" {ACCOUNT}: {WHAT}, see A "
    assert told in [piece.text for piece in facts(db, 0, "^", now(), keys_of)]

    async with screen(db, tmp_path, clock=now) as shown:
        await shown.press("A")
        await shown.until(lambda: shown.shows(f"{WHAT}. Its server did so."))

    assert told not in [piece.text for piece in facts(db, 0, "^", now(), keys_of)]


def test_an_account_whose_provider_does_not_answer_is_named_unless_it_is_told_of_already(
    db: SqliteDatabase,
) -> None:
    now = Now()
    mail_account(db)
    item = outbox.take(db, reply(db, customer_writes(db)))
    assert item is not None
    unconfirmed.tell(db, item, "Not confirmed within 30 s.")
    told = f" {ACCOUNT}: 1 not confirmed yet: B "
    assert told in [piece.text for piece in facts(db, 0, "^", now(), keys_of)]

    accounts.set_state(db, ACCOUNT, AccountState.FAILING, now(), problem="It does not answer.")

    assert told not in [piece.text for piece in facts(db, 0, "^", now(), keys_of)]


async def test_progress_is_shown_as_the_engine_writes_it(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    mail_account(db)
    accounts.set_state(db, ACCOUNT, AccountState.SYNCING, 1_790_000_000_000)
    accounts.set_progress(db, ACCOUNT, 1_200, 10_000)
    async with screen(db, tmp_path) as shown:
        await shown.press("A")
        await shown.until(lambda: shown.shows("1,200 of 10,000 messages"))


async def test_without_an_account_the_next_step_is_named(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    async with screen(db, tmp_path) as shown:
        await shown.press("A")
        await shown.until(lambda: shown.shows("agent-tui account add"))


def test_every_state_has_advice(db: SqliteDatabase) -> None:
    mail_account(db)
    for state in AccountState:
        accounts.set_state(db, ACCOUNT, state, 1)
        account = accounts.get(db, ACCOUNT)
        assert account is not None
        assert advice(account).endswith(".")


def keys_of(command: str) -> list[str]:
    return {"accounts": ["A"], "outbox": ["B"], "first": ["gg"]}[command]


def test_what_is_told_names_the_agents_own_keys(db: SqliteDatabase) -> None:
    now = Now()
    mail_account(db)
    accounts.set_state(db, ACCOUNT, AccountState.FAILING, now(), problem="It does not answer.")
    own = {"accounts": ["gA"], "first": ["Home"]}

    told = "".join(piece.text for piece in facts(db, 2, "^", now(), lambda c: own.get(c, [])))

    assert "^ 2 new (Home)" in told
    assert ", see gA " in told
