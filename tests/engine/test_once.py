"""One round for each account, and what it tells."""

import json
from pathlib import Path

import pytest

from agent_tui.adapters.contract import AccountProblem, Unreachable
from agent_tui.cli import sync as command
from agent_tui.cli.main import run
from agent_tui.config.paths import find_paths, make_private
from agent_tui.engine import lease
from agent_tui.engine.lease import Leases
from agent_tui.engine.once import Round, one_round
from agent_tui.model.account import AccountState
from agent_tui.model.clock import DAY
from agent_tui.model.outbox import Filed, OutboxState
from agent_tui.store import accounts
from agent_tui.store.sqlite import SqliteDatabase
from tests.engine.fakes import Provider, before, config, room
from tests.engine.world import customer_writes, now_of, reply
from tests.factory import ACCOUNT, START, Now, batch, incoming, listed


async def rounds(db: SqliteDatabase, folder: Path, providers: dict[str, Provider]) -> list[Round]:
    now = Now()
    configs = [config(name) for name in providers]
    here = room(db, folder, providers, now)
    return await one_round(
        here, Leases(db, now), configs, asked={}, told=lambda _account, _progress: None
    )


async def test_a_round_pulls_delivers_and_files(db: SqliteDatabase, tmp_path: Path) -> None:
    item = reply(db, customer_writes(db))
    shop = Provider([batch(incoming(), incoming(), cursor="1")])

    done = await rounds(db, tmp_path, {ACCOUNT: shop})

    assert done == [Round(ACCOUNT, new=2, delivered=1)]
    assert shop.keys == shop.copies == [item.key]
    assert now_of(db, item).filed is Filed.DONE


async def test_a_provider_that_gives_a_page_a_pull_is_asked_until_nothing_is_new(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    pages = [batch(incoming(), cursor=str(number)) for number in (1, 2, 3)]

    (done,) = await rounds(db, tmp_path, {ACCOUNT: Provider(pages, page=1)})

    assert done.new == len(pages)


async def test_what_is_held_is_told_as_waiting(db: SqliteDatabase, tmp_path: Path) -> None:
    reply(db, customer_writes(db), hold=Now().at - START + DAY)

    (done,) = await rounds(db, tmp_path, {ACCOUNT: Provider()})

    assert (done.delivered, done.waiting) == (0, 1)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Unreachable("Gone."), AccountState.FAILING),
        (AccountProblem("Wrong password."), AccountState.STOPPED),
        (TypeError(), AccountState.FAILING),
    ],
)
async def test_an_account_that_fails_says_why_and_the_others_go_on(
    db: SqliteDatabase, tmp_path: Path, fault: Exception, state: AccountState
) -> None:
    bad = Provider()
    bad.pull_faults.append(fault)
    good = Provider([batch(incoming(), cursor="1")])

    done = await rounds(db, tmp_path, {"bad": bad, "good": good})

    assert [bool(one.problem) for one in done] == [True, False]
    assert done[1].new == 1
    account = accounts.get(db, "bad")
    assert account is not None
    assert account.state is state


async def test_a_reply_leaves_though_pulling_failed(db: SqliteDatabase, tmp_path: Path) -> None:
    item = reply(db, customer_writes(db))
    shop = Provider()
    shop.pull_faults.append(Unreachable("Gone."))

    (done,) = await rounds(db, tmp_path, {ACCOUNT: shop})

    assert (done.problem, done.delivered) == ("Gone.", 1)
    assert shop.keys == [item.key]


async def test_a_reply_that_cannot_leave_is_told_and_stays(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    item = reply(db, customer_writes(db))
    shop = Provider()
    shop.deliveries.append(before(AccountProblem("Wrong password.")))

    (done,) = await rounds(db, tmp_path, {ACCOUNT: shop})

    assert (done.problem, done.waiting) == ("Wrong password.", 1)
    assert now_of(db, item).state is OutboxState.QUEUED


async def test_an_account_that_an_engine_serves_is_left_to_it(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    Leases(db, Now()).take(lease.of_account("mail"))
    shop = Provider([batch(incoming(), cursor="1")])

    (done,) = await rounds(db, tmp_path, {"mail": shop})

    assert (done.served_by or "").startswith("process ")
    assert shop.pulls == 0


async def test_a_round_gives_its_leases_back(db: SqliteDatabase, tmp_path: Path) -> None:
    await rounds(db, tmp_path, {"mail": Provider()})

    assert accounts.lease_holder(db, lease.of_account("mail"), Now().at) is None


def test_the_command_tells_progress_on_stderr_and_results_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = shop_home(tmp_path)

    code = run(["--home", str(home), "sync", "--once", "--json"])

    out, err = capsys.readouterr()
    (line,) = out.splitlines()
    assert code == 0
    assert json.loads(line)["account"] == "shop"
    assert json.loads(line)["new"] > 100
    assert "messages" in err


def test_the_command_ends_with_1_when_an_account_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = shop_home(tmp_path, adapter="no-such-adapter")

    code = run(["--home", str(home), "sync", "--once"])

    assert code == 1
    assert "no-such-adapter" in capsys.readouterr().out


def test_the_command_names_the_accounts_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = shop_home(tmp_path)

    code = run(["--home", str(home), "sync", "--once", "nowhere"])

    assert code == 2
    assert "shop" in capsys.readouterr().err


def test_catching_up_from_another_command_is_silent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = find_paths(shop_home(tmp_path), {})

    command.catch_up(paths)

    assert capsys.readouterr() == ("", "")
    db = SqliteDatabase(paths.store)
    assert listed(db)
    db.close()


def shop_home(folder: Path, adapter: str = "demo") -> Path:
    """A home with one account."""
    paths = find_paths(folder, {})
    make_private(paths.accounts)
    account = paths.accounts / "shop.toml"
    account.write_text(f'adapter = "{adapter}"\n')
    account.chmod(0o600)
    return folder
