"""An account's adapter is made from its file, and gets its own secrets only."""

import io
import logging
from pathlib import Path

import pytest

from agent_tui.adapters import registry
from agent_tui.adapters.contract import AccountProblem
from agent_tui.config.accounts import AccountConfig, find_account
from agent_tui.config.paths import Paths, find_paths
from agent_tui.engine.context import make_adapter
from tests.cli.fakes import GOOD, FakeAdapter, quiet

FILE = """\
adapter = "fake"
address = "a@b.c"
host = "h"
smtp_host = "s"
password = {ask = true}
"""


@pytest.fixture(autouse=True)
def adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load", lambda _name: FakeAdapter)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(tmp_path, {})
    paths.accounts.mkdir(mode=0o700, parents=True)
    return paths


def account(paths: Paths, text: str = FILE) -> AccountConfig:
    (paths.accounts / "shop.toml").write_text(text)
    return find_account(paths, "shop")


def made(config: AccountConfig, log: logging.Logger | None = None) -> FakeAdapter:
    adapter = make_adapter(
        config, asked={"shop.password": GOOD}, clock=lambda: 0, log=log or quiet(), notice=print
    )
    assert isinstance(adapter, FakeAdapter)
    return adapter


def test_the_adapter_gets_checked_settings_with_defaults(paths: Paths) -> None:
    adapter = made(account(paths))

    assert adapter.account.name == "shop"
    assert adapter.account.settings["host"] == "h"
    assert adapter.account.settings["security"] == "tls"


def test_a_secret_is_fetched_when_it_is_wanted(paths: Paths) -> None:
    assert made(account(paths)).account.secret("password") == GOOD


def test_the_settings_do_not_hold_the_secret(paths: Paths) -> None:
    assert GOOD not in repr(made(account(paths)).account)


def test_a_fetched_secret_is_masked_in_the_log(paths: Paths) -> None:
    stream = io.StringIO()
    log = logging.Logger("account")
    log.addHandler(logging.StreamHandler(stream))
    adapter = made(account(paths), log)

    adapter.account.log.warning("logged in with %s", adapter.account.secret("password"))

    assert stream.getvalue() == "logged in with ******\n"


def test_a_secret_that_cannot_be_had_is_a_problem_of_the_account(paths: Paths) -> None:
    adapter = made(account(paths, FILE.replace("{ask = true}", '{env = "NOT_SET_ANYWHERE"}')))

    with pytest.raises(AccountProblem, match="account shop: The environment variable NOT_SET"):
        adapter.account.secret("password")


def test_a_secret_that_nobody_declared_is_not_given(paths: Paths) -> None:
    with pytest.raises(AccountProblem, match="has no 'host'"):
        made(account(paths)).account.secret("host")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = }", "not valid TOML"),
        (FILE.replace("host", "hots", 1), "'hots' is not an option of the adapter 'fake'"),
        (FILE.replace("{ask = true}", '"hunter2"'), "must not hold the secret itself"),
    ],
)
def test_a_wrong_file_is_a_problem_of_the_account(paths: Paths, text: str, sentence: str) -> None:
    with pytest.raises(AccountProblem, match=sentence):
        made(account(paths, text))
