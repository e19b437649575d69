"""Account files: read, checked, written, removed."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent_tui.config.accounts import (
    AccountConfig,
    find_account,
    load_accounts,
    new_account,
    remove_account,
    save_account,
    validate,
)
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths, find_paths
from agent_tui.config.secret_ref import (
    AskRef,
    CommandRef,
    EnvRef,
    FileRef,
    KeyringRef,
    SecretRef,
)
from agent_tui.config.values import ValueType


@dataclass(frozen=True)
class Option:
    """As an adapter declares one."""

    name: str
    type: ValueType = str
    help: str = "Some help."
    default: object = None
    optional: bool = False
    choices: tuple[str, ...] = ()
    secret: bool = False


OPTIONS = (
    Option("host", help="The server's name."),
    Option("port", int, default=993),
    Option("security", choices=("tls", "starttls"), default="tls"),
    Option("mailboxes", list[str], default=["INBOX"]),
    Option("mark_seen", bool, default=False),
    Option("archive", optional=True),
    Option("password", secret=True, optional=True),
)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = find_paths(tmp_path, {})
    paths.accounts.mkdir(mode=0o700, parents=True)
    return paths


def write(paths: Paths, text: str, name: str = "shop") -> AccountConfig:
    (paths.accounts / f"{name}.toml").write_text(text)
    return find_account(paths, name)


def told(paths: Paths, text: str) -> str:
    account = write(paths, text)
    with pytest.raises(ConfigError) as caught:
        validate(account, OPTIONS)
    return str(caught.value).removeprefix(f"{account.path}")


def test_defaults_are_filled_in(paths: Paths) -> None:
    account = write(paths, 'adapter = "imap"\nhost = "mail.example.org"\n')

    assert validate(account, OPTIONS) == {
        "host": "mail.example.org",
        "port": 993,
        "security": "tls",
        "mailboxes": ["INBOX"],
        "mark_seen": False,
        "archive": None,
        "password": None,
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ": 'host' is missing: The server's name."),
        ('hots = "x"', ", line 2: 'hots' is not an option of the adapter 'imap'; "),
        ("host = 3", ", line 2: 'host' must be text in quotes, not the number 3."),
        (
            'host = "x"\nport = "993"',
            ", line 3: 'port' must be a whole number, not the text \"993\".",
        ),
        (
            'host = "x"\nsecurity = "none"',
            ", line 3: 'security' must be one of 'tls', 'starttls', not 'none'.",
        ),
    ],
)
def test_a_mistake_is_told_by_file_line_and_key(paths: Paths, text: str, sentence: str) -> None:
    assert told(paths, f'adapter = "imap"\n{text}').startswith(sentence)


def test_a_password_in_the_file_is_refused_and_never_repeated(paths: Paths) -> None:
    sentence = told(paths, 'adapter = "imap"\nhost = "x"\npassword = "hunter2"\n')

    assert sentence.startswith(", line 3: 'password' must not hold the secret itself; remove it")
    assert "{keyring = " in sentence
    assert "hunter2" not in sentence
    assert "hunter2" not in repr(load_accounts(paths))


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ('{keyring = "agent-tui/shop"}', KeyringRef("agent-tui", "shop")),
        ('{keyring = "a/b/c"}', KeyringRef("a", "b/c")),
        ('{cmd = ["pass", "show", "x"]}', CommandRef(("pass", "show", "x"))),
        ('{env = "SHOP"}', EnvRef("SHOP")),
        ('{file = "/run/secret"}', FileRef(Path("/run/secret"))),
        ("{ask = true}", AskRef("shop.password")),
    ],
)
def test_each_form_of_reference_is_read_and_written_back(
    paths: Paths, text: str, ref: SecretRef
) -> None:
    account = write(paths, f'adapter = "imap"\nhost = "x"\npassword = {text}\n')
    settings = validate(account, OPTIONS)
    assert settings["password"] == ref

    save_account(replace(account, settings=settings))

    assert validate(find_account(paths, "shop"), OPTIONS) == settings


def test_a_secret_file_is_looked_for_beside_the_account(paths: Paths) -> None:
    account = write(paths, 'adapter = "imap"\nhost = "x"\npassword = {file = "shop.secret"}\n')

    assert validate(account, OPTIONS)["password"] == FileRef(paths.accounts / "shop.secret")


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "{}",
        "{ask = false}",
        "{cmd = []}",
        '{cmd = "pass show x"}',
        "{cmd = [1]}",
        '{keyring = "no-slash"}',
        '{env = ""}',
        '{vault = "x"}',
        '{env = "A", ask = true}',
    ],
)
def test_anything_else_is_no_reference(paths: Paths, text: str) -> None:
    sentence = told(paths, f'adapter = "imap"\nhost = "x"\npassword = {text}\n')

    assert sentence.startswith(", line 3: 'password' must be one of {keyring = ")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = }", "line 1, column 5: not valid TOML"),
        ('host = "x"', "'adapter' is missing; name one"),
        ("adapter = 3", "line 1: 'adapter' must be text, not the number 3"),
    ],
)
def test_a_broken_file_is_a_problem_of_its_account_only(
    paths: Paths, text: str, problem: str
) -> None:
    write(paths, 'adapter = "demo"', "good")
    write(paths, text, "bad")

    bad, good = load_accounts(paths)

    assert problem in bad.problem
    assert not good.problem
    with pytest.raises(ConfigError, match="bad"):
        validate(bad, ())


def test_a_file_whose_name_is_no_account_name_is_a_problem(paths: Paths) -> None:
    assert "cannot name an account" in write(paths, 'adapter = "x"', "My Shop").problem


def test_no_folder_means_no_accounts(tmp_path: Path) -> None:
    assert load_accounts(find_paths(tmp_path / "none", {})) == []


def test_a_file_in_place_of_the_folder_is_told(paths: Paths) -> None:
    paths.accounts.rmdir()
    paths.accounts.write_text("")

    with pytest.raises(ConfigError, match="accounts cannot be read: not a directory"):
        load_accounts(paths)


def test_an_account_folder_that_everybody_can_write_is_refused(paths: Paths) -> None:
    paths.accounts.chmod(0o777)

    with pytest.raises(ConfigError, match="Everybody can write"):
        load_accounts(paths)
    with pytest.raises(ConfigError, match="Everybody can write"):
        save_account(new_account(paths, "shop", "demo", {}))


def test_an_unknown_account_is_answered_with_the_known_ones(paths: Paths) -> None:
    write(paths, 'adapter = "demo"', "shop")

    with pytest.raises(ConfigError, match=r"no account 'shpo'; accounts: shop\."):
        find_account(paths, "shpo")


@pytest.mark.parametrize("name", ["", "Shop", "a/b", "..", "x" * 33, "a b", "shöp"])
def test_other_names_are_refused(paths: Paths, name: str) -> None:
    with pytest.raises(ConfigError, match="1 to 32 of the characters"):
        new_account(paths, name, "demo", {})


def test_a_saved_account_is_private_and_holds_no_empty_options(paths: Paths) -> None:
    account = new_account(paths, "shop", "imap", {"host": "x", "archive": None})

    save_account(account)

    assert account.path.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(account.path.read_text()) == {"adapter": "imap", "host": "x"}


def test_a_removed_account_is_gone(paths: Paths) -> None:
    account = write(paths, 'adapter = "demo"')

    remove_account(account)

    assert load_accounts(paths) == []
