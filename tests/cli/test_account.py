"""Accounts are added after a look at them, listed, checked and removed."""

import argparse
import io
import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.adapters import registry
from agent_tui.cli import account, account_add
from agent_tui.cli.discover import MailServers, Source
from agent_tui.cli.providers import Endpoint
from agent_tui.cli.world import open_store
from agent_tui.config import keystore, vault
from agent_tui.config.accounts import find_account, load_accounts
from agent_tui.config.errors import ConfigError
from agent_tui.config.paths import Paths, find_paths
from agent_tui.config.secret_ref import PASSPHRASE
from agent_tui.config.secrets import SecretProblem
from agent_tui.config.vault import open_vault
from agent_tui.store import accounts
from tests.cli.fakes import GOOD, FakeAdapter, FolderAdapter, Person, RaisingAdapter
from tests.config.fakes import MemoryKeyring
from tests.factory import incoming, listed, mail_account, receive

SERVERS = MailServers(
    Endpoint("imap.example.org", 993),
    Endpoint("smtp.example.org", 465),
    "support@example.org",
    "support@example.org",
    Source.AUTOCONFIG,
)


@pytest.fixture(autouse=True)
def adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load", lambda _name: FakeAdapter)


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    backend = MemoryKeyring()
    monkeypatch.setattr(keystore, "_installed", lambda: [backend])
    return backend


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keystore, "_installed", list)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return find_paths(tmp_path / "home", {})


def arguments(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    account.add_parser(parser.add_subparsers())
    return parser.parse_args(["account", *argv])


def add(
    paths: Paths, *argv: str, person: Person | None = None, servers: MailServers = SERVERS
) -> int:
    args = arguments("add", "--adapter", "fake", *argv)
    return account_add.add(args, paths, person, lambda _address: servers)


def saved(paths: Paths) -> dict[str, object]:
    (only,) = load_accounts(paths)
    return {"name": only.name, "adapter": only.adapter, **only.settings}


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP", GOOD)


@pytest.mark.usefixtures("env")
def test_a_script_adds_an_account_in_one_line(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    code = add(paths, "support@example.org", "--password-env", "SHOP", "--json")

    assert code == 0
    assert saved(paths) == {
        "name": "example",
        "adapter": "fake",
        "address": "support@example.org",
        "host": "imap.example.org",
        "port": 993,
        "security": "tls",
        "smtp_host": "smtp.example.org",
        "auth": "password",
        "password": {"env": "SHOP"},
    }
    assert json.loads(capsys.readouterr().out) == {
        "name": "example",
        "adapter": "fake",
        "path": str(paths.accounts / "example.toml"),
        "findings": [{"what": "Receiving", "severity": "ok", "detail": "imap.example.org"}],
    }


@pytest.mark.usefixtures("env")
def test_what_is_set_wins_over_what_is_found(paths: Paths) -> None:
    add(
        paths,
        *("support@example.org", "--password-env", "SHOP", "--name", "shop"),
        *("--set", "host=other.example.org", "--set", "port=1993"),
        *("--set", "mailboxes=INBOX, Support", "--set", "mark_seen=true"),
    )

    settings = saved(paths)
    assert settings["name"] == "shop"
    assert settings["host"] == "other.example.org"
    assert settings["port"] == 1993
    assert settings["mailboxes"] == ["INBOX", "Support"]
    assert settings["mark_seen"] is True
    assert settings["smtp_host"] == "smtp.example.org"


@pytest.mark.usefixtures("env")
def test_both_hosts_given_means_nothing_is_looked_up(paths: Paths) -> None:
    def unwanted(address: str) -> MailServers:
        raise AssertionError(address)

    args = arguments(
        *("add", "a@b.c", "--adapter", "fake", "--password-env", "SHOP"),
        *("--set", "host=h", "--set", "smtp_host=s"),
    )

    assert account_add.add(args, paths, None, unwanted) == 0


def test_a_failed_log_in_saves_nothing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOP", "wrong")

    assert add(paths, "support@example.org", "--password-env", "SHOP") == 1

    assert load_accounts(paths) == []
    told = capsys.readouterr()
    assert "****** password" in told.err  # what repeats the secret is masked
    assert "\x1b" not in told.err
    assert "Nothing was saved" in told.err
    assert told.out == ""


def test_no_check_saves_what_cannot_log_in(paths: Paths) -> None:
    assert add(paths, "support@example.org", "--password-env", "UNSET", "--no-check") == 0

    assert saved(paths)["password"] == {"env": "UNSET"}


def test_the_person_may_save_what_cannot_log_in(paths: Paths, keyring: MemoryKeyring) -> None:
    person = Person(secret="wrong", save_it_anyway="y")

    assert add(paths, "support@example.org", person=person) == 0

    assert list(keyring.kept.values()) == ["wrong"]


def test_the_person_is_asked_with_what_was_found(paths: Paths, keyring: MemoryKeyring) -> None:
    person = Person(
        mail_address="support@example.org", secret=GOOD, short_name="shop", its_port="1993"
    )

    assert add(paths, person=person) == 0

    settings = saved(paths)
    assert settings["name"] == "shop"
    assert settings["host"] == "imap.example.org"
    assert settings["port"] == 1993
    ((service, user), secret) = next(iter(keyring.kept.items()))
    assert settings["password"] == {"keyring": f"{service}/{user}"}
    assert (service, secret) == ("agent-tui", GOOD)
    assert user.startswith("shop.password.")


def test_the_typed_password_is_nowhere_but_in_the_keyring(
    paths: Paths, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    add(paths, "support@example.org", person=Person(secret=GOOD))

    told = capsys.readouterr()
    files = [path.read_text() for path in paths.config.rglob("*") if path.is_file()]
    assert GOOD not in told.out + told.err + caplog.text + "".join(files)


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize(
    ("choice", "answers", "reference"),
    [
        ("1", {}, {"ask": True}),
        ("2", {"Command": "pass show 'my shop'"}, {"cmd": ["pass", "show", "my shop"]}),
        ("3", {"Variable": "SHOP"}, {"env": "SHOP"}),
    ],
)
def test_without_a_keyring_other_places_are_offered(
    paths: Paths, choice: str, answers: dict[str, str], reference: dict[str, object]
) -> None:
    person = Person(where_shall=choice, secret_for=GOOD, **answers)

    assert add(paths, "support@example.org", person=person) == 0

    assert saved(paths)["password"] == reference


@pytest.mark.usefixtures("no_keyring")
def test_a_file_by_explicit_choice_is_private(paths: Paths) -> None:
    add(paths, "support@example.org", person=Person(where_shall="4", secret_for=GOOD))

    file = paths.accounts / "example.secret"
    assert file.read_text() == f"{GOOD}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert account.check_accounts(paths, [], None, as_json_lines=True) == 0


@pytest.mark.usefixtures("no_keyring")
def test_an_encrypted_file_is_offered_first_and_removed_with_the_account(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_N", 1 << 4)
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    add(paths, "support@example.org", person=Person(where_shall="0", secret_for=GOOD))

    assert saved(paths)["password"] == {"vault": True}
    file = paths.accounts / "secrets.vault"
    assert GOOD not in file.read_text()
    assert account.check_accounts(paths, [], None, as_json_lines=True) == 0
    account.remove(paths, "example", None, sure=True)
    assert json.loads(file.read_text())["secrets"] == {}


def test_a_script_can_choose_the_encrypted_file(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_N", 1 << 4)
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))

    assert add(paths, "support@example.org", "--password-vault") == 0

    assert saved(paths)["password"] == {"vault": True}
    assert (
        open_vault(paths.accounts / "secrets.vault", "correct horse").get("example.password")
        == GOOD
    )


@pytest.mark.usefixtures("no_keyring")
def test_without_a_keyring_a_script_is_told_and_nothing_is_saved(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))

    with pytest.raises(SecretProblem, match="choose another place"):
        add(paths, "support@example.org", "--password-keyring")

    assert load_accounts(paths) == []


def test_a_script_hands_the_password_in_on_stdin(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, keyring: MemoryKeyring
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))

    assert add(paths, "support@example.org", "--password-keyring") == 0

    assert list(keyring.kept.values()) == [GOOD]


def test_a_password_file_is_named_by_its_whole_path(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text(GOOD)
    file.chmod(0o600)
    monkeypatch.chdir(tmp_path)

    assert add(paths, "support@example.org", "--password-file", "secret") == 0

    assert saved(paths)["password"] == {"file": str(file)}


def test_a_command_is_split_into_words(paths: Paths) -> None:
    assert add(paths, "support@example.org", "--password-cmd", f"printf %s '{GOOD}'") == 0

    assert saved(paths)["password"] == {"cmd": ["printf", "%s", GOOD]}


def test_ask_keeps_nothing_and_uses_the_answer_for_the_check(
    paths: Paths, keyring: MemoryKeyring
) -> None:
    assert add(paths, "support@example.org", "--ask", person=Person(secret=GOOD)) == 0

    assert saved(paths)["password"] == {"ask": True}
    assert keyring.kept == {}


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ((), "Name the address"),
        (("support@example.org",), "Say where the password is: --password-env"),
        (("a@b.c", "--set", "hots=x"), r"--set hots: .*did you mean 'host'\?"),
        (("a@b.c", "--set", "host"), "--set host: no such option, or no value"),
        (("a@b.c", "--set", "port=x"), "'port' must be a whole number, not 'x'"),
        (("a@b.c", "--set", "security=no"), "'security' must be one of 'tls', 'starttls'"),
        (("a@b.c", "--set", "mark_seen=1"), "'mark_seen' must be true or false"),
        (("a@b.c", "--set", "password=x"), "would show the secret to everybody"),
        (("a@b.c", "--ask", "--name", "A B"), "cannot name an account"),
        (("a@b.c", "--password-cmd", "'x"), "cannot be read"),
        (("a@b.c", "--password-cmd", " "), "is empty"),
    ],
)
def test_a_script_that_says_too_little_or_nonsense_is_told(
    paths: Paths, argv: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        add(paths, *argv)

    assert load_accounts(paths) == []


def test_a_nonsense_answer_is_asked_again(paths: Paths) -> None:
    class Stumbling(Person):
        def text(self, question: str, default: str = "") -> str:
            answer = super().text(question, default)
            first = len([asked for asked in self.asked if asked == question]) == 1
            return "not a port" if "Its port" in question and first else answer

    assert add(paths, "support@example.org", person=Stumbling(secret=GOOD)) == 0

    assert saved(paths)["port"] == 993


@pytest.mark.usefixtures("env")
def test_a_taken_name_is_numbered_or_refused(paths: Paths) -> None:
    add(paths, "support@example.org", "--password-env", "SHOP")
    add(paths, "sales@example.org", "--password-env", "SHOP")

    assert [a.name for a in load_accounts(paths)] == ["example", "example-2"]
    with pytest.raises(ConfigError, match="There is an account 'example' already"):
        add(paths, "x@example.org", "--password-env", "SHOP", "--name", "example")


OUTSIDE = MailServers(
    SERVERS.imap,
    SERVERS.smtp,
    SERVERS.user,
    SERVERS.user,
    Source.SRV,
    confirm=("mail.elsewhere.net",),
)


@pytest.mark.usefixtures("env")
def test_servers_that_only_dns_vouches_for_need_a_yes(paths: Paths) -> None:
    argv = ("support@example.org", "--password-env", "SHOP")

    with pytest.raises(ConfigError, match=r"mail\.elsewhere\.net.*--yes"):
        add(paths, *argv, servers=OUTSIDE)
    with pytest.raises(ConfigError, match="Name your servers"):
        add(paths, *argv, servers=OUTSIDE, person=Person(only_dns_says="n"))
    assert load_accounts(paths) == []
    assert add(paths, *argv, "--yes", servers=OUTSIDE) == 0
    assert add(paths, *argv, servers=OUTSIDE, person=Person(only_dns_says="y")) == 0


def test_what_an_adapter_can_do_without_is_not_asked_for(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "load", lambda _name: FolderAdapter)

    assert add(paths, "--set", "path=/mail", person=Person()) == 0
    assert add(paths, "a@b.c", "--set", "path=/mail", "--password-env", "SHOP") == 0

    first, second = load_accounts(paths)
    assert (first.name, first.settings) == (
        "b",
        {"path": "/mail", "address": "a@b.c", "smtp_password": {"env": "SHOP"}},
    )
    assert (second.name, second.settings) == ("fake", {"path": "/mail"})


def test_an_adapter_without_addresses_refuses_one(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nameless(FolderAdapter):
        info = replace(FolderAdapter.info, options=())

    monkeypatch.setattr(registry, "load", lambda _name: Nameless)

    with pytest.raises(ConfigError, match="takes no address"):
        add(paths, "a@b.c")


@pytest.mark.usefixtures("env")
def test_a_provider_without_passwords_gets_tokens(paths: Paths) -> None:
    servers = MailServers(SERVERS.imap, SERVERS.smtp, "", "", Source.TABLE, oauth=True)

    add(paths, "support@example.org", "--password-env", "SHOP", servers=servers)

    assert saved(paths)["auth"] == "xoauth2"


@pytest.mark.usefixtures("env")
def test_accounts_are_listed_with_their_problems(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    add(paths, "support@example.org", "--password-env", "SHOP")
    (paths.accounts / "bad.toml").write_text("x = }")
    capsys.readouterr()

    account.list_accounts(paths, as_json_lines=True)

    bad, good = map(json.loads, capsys.readouterr().out.splitlines())
    assert "not valid TOML" in bad["problem"]
    assert good == {
        "name": "example",
        "adapter": "fake",
        "address": "support@example.org",
        "path": str(paths.accounts / "example.toml"),
        "problem": "",
    }


def test_no_accounts_are_an_empty_list(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert account.list_accounts(paths, as_json_lines=False) == 0
    assert account.check_accounts(paths, [], None, as_json_lines=False) == 0
    assert capsys.readouterr().out == ""


def test_check_goes_on_after_a_broken_account(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHOP", GOOD)
    add(paths, "support@example.org", "--password-env", "SHOP")
    (paths.accounts / "bad.toml").write_text("x = }")
    capsys.readouterr()

    assert account.check_accounts(paths, [], None, as_json_lines=True) == 1
    assert account.check_accounts(paths, ["example"], None, as_json_lines=False) == 0

    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[0])["findings"][0]["severity"] == "error"
    assert json.loads(lines[1])["findings"][0]["severity"] == "ok"
    assert lines[2:] == ["example", "  ok       Receiving: imap.example.org"]


def test_check_asks_for_what_is_asked_at_each_start(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    add(paths, "support@example.org", "--ask", "--no-check")

    assert account.check_accounts(paths, [], Person(secret=GOOD), as_json_lines=True) == 0
    assert account.check_accounts(paths, [], None, as_json_lines=True) == 1
    assert "Nobody was asked for example.password" in capsys.readouterr().out


@pytest.mark.usefixtures("env")
def test_a_plugin_with_a_bug_is_named_without_its_words(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(registry, "load", lambda _name: RaisingAdapter)

    assert add(paths, "support@example.org", "--password-env", "SHOP") == 1

    told = capsys.readouterr().err
    assert "The adapter 'fake' failed: ZeroDivisionError; tell its author." in told
    assert GOOD not in told


@pytest.mark.usefixtures("env")
def test_the_adapter_is_closed_after_its_check(paths: Paths) -> None:
    before = FakeAdapter.closed

    add(paths, "support@example.org", "--password-env", "SHOP")

    assert FakeAdapter.closed == before + 1


def test_remove_takes_the_file_and_the_stored_secret(
    paths: Paths, keyring: MemoryKeyring, capsys: pytest.CaptureFixture[str]
) -> None:
    add(paths, "support@example.org", person=Person(secret=GOOD))

    assert account.remove(paths, "example", Person(remove_the_account="y"), sure=False) == 0

    assert load_accounts(paths) == []
    assert keyring.kept == {}
    assert "its messages stay in the store" in capsys.readouterr().err


def test_a_removed_account_is_shown_nowhere_and_its_mail_stays(paths: Paths) -> None:
    add(paths, "support@example.org", "--ask", "--no-check")
    db = open_store(paths)
    mail_account(db, name="example")
    receive(db, incoming())

    account.remove(paths, "example", None, sure=True)

    assert accounts.get(db, "example") is None
    assert len(listed(db)) == 1
    db.close()


def test_remove_asks_first(paths: Paths) -> None:
    add(paths, "support@example.org", "--ask", "--no-check")

    assert account.remove(paths, "example", Person(remove_the_account="n"), sure=False) == 1
    with pytest.raises(ConfigError, match="add --yes"):
        account.remove(paths, "example", None, sure=False)

    assert find_account(paths, "example").problem == ""


@pytest.mark.usefixtures("no_keyring")
def test_remove_takes_the_secret_file_that_we_wrote_and_no_other(
    paths: Paths, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.write_text(GOOD)
    own.chmod(0o600)
    add(paths, "a@example.org", person=Person(where_shall="3", secret_for=GOOD))
    add(paths, "b@example.org", "--password-file", str(own))

    account.remove(paths, "example", None, sure=True)
    account.remove(paths, "example-2", None, sure=True)

    assert list(paths.accounts.iterdir()) == []
    assert own.exists()


def test_a_person_who_goes_away_leaves_nothing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Gone(Person):
        def text(self, question: str, default: str = "") -> str:
            raise EOFError

    monkeypatch.setattr(account, "terminal", Gone)

    assert account.run(arguments("add", "--adapter", "fake"), paths) == 1
    assert load_accounts(paths) == []
    assert "Nothing was saved" in capsys.readouterr().err
