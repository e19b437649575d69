"""A refresh token that changes at each use is kept where it came from, by whoever used it."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from agent_tui.adapters import oauth, registry
from agent_tui.adapters import tokens as google
from agent_tui.adapters.contract import AccountContext, AccountProblem, AdapterInfo, Option
from agent_tui.adapters.google_business.adapter import GoogleBusinessAdapter
from agent_tui.adapters.oauth import MailTokens, provider_of
from agent_tui.config import keystore, vault
from agent_tui.config.accounts import find_account
from agent_tui.config.paths import find_paths
from agent_tui.config.secret_ref import VAULT, vault_key
from agent_tui.config.vault import open_vault, opened_by
from agent_tui.engine.context import make_adapter
from agent_tui.model.account import Capabilities
from agent_tui.model.conversation import Channel
from tests.adapters.oauth_server import CLIENT, AuthorizationServer, authorization_server
from tests.config.fakes import MemoryKeyring
from tests.factory import Now

FIRST = "refresh-0"


class TokenAdapter:
    """An adapter of which only the tokens matter."""

    info = AdapterInfo(
        "tokens",
        "Tokens",
        "1",
        Capabilities(Channel.MAIL),
        (Option("password", str, "The refresh token.", secret=True), *oauth.OPTIONS),
    )

    def __init__(self, account: AccountContext) -> None:
        provider = provider_of(account)
        assert provider is not None
        self.tokens = MailTokens(account, provider)


@pytest.fixture(autouse=True)
def adapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "load", lambda _name: TokenAdapter)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encrypted file's key is made in a millisecond."""
    monkeypatch.setattr(vault, "_N", 1 << 4)


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    """One that gives another refresh token at each use and ends the log-in when an old one comes;
    its access tokens are over at once, so that each call renews them."""
    with authorization_server() as running:
        running.rotates, running.lasts_s = True, 1
        yield running


class Desk:
    """An account's file, and processes that serve the account one after the other."""

    def __init__(self, home: Path, server: AuthorizationServer, password: str) -> None:
        self.paths = find_paths(home, {})
        self.paths.accounts.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.told: list[str] = []
        (self.paths.accounts / "shop.toml").write_text(
            f'adapter = "tokens"\npassword = {password}\noauth = "other"\n'
            f'oauth_client_id = "{CLIENT}"\noauth_token_url = "{server.url}/token"\n'
        )

    def started(self, asked: Mapping[str, str] | None = None) -> MailTokens:
        """As a new process has them."""
        made = make_adapter(
            find_account(self.paths, "shop"),
            asked=asked or {},
            clock=Now(),
            log=logging.getLogger("agent_tui.test"),
            notice=self.told.append,
        )
        assert isinstance(made, TokenAdapter)
        return made.tokens


def in_file(home: Path) -> Path:
    """A private file with the first refresh token."""
    kept = home / "token"
    kept.write_text(f"{FIRST}\n")
    kept.chmod(0o600)
    return kept


def test_it_is_kept_in_its_file_and_a_restart_goes_on(
    server: AuthorizationServer, tmp_path: Path
) -> None:
    kept = in_file(tmp_path)
    desk = Desk(tmp_path, server, f'{{file = "{kept}"}}')

    for _ in range(3):
        tokens = desk.started()
        assert (tokens(), tokens()) == ("access", "access")
        assert kept.read_text() == f"{server.refresh}\n"

    assert server.refresh != FIRST
    assert (server.reused, desk.told) == ([], [])
    assert kept.stat().st_mode & 0o777 == 0o600


def test_it_is_kept_in_the_keyring(
    server: AuthorizationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = MemoryKeyring()
    monkeypatch.setattr(keystore, "_installed", lambda: [keyring])
    keystore.write("agent-tui", "shop", FIRST)
    desk = Desk(tmp_path, server, '{keyring = "agent-tui/shop"}')

    desk.started()()
    desk.started()()

    assert keystore.read("agent-tui", "shop") == server.refresh != FIRST
    assert (server.reused, desk.told) == ([], [])


def test_it_is_kept_in_the_encrypted_file_beside_what_others_put_there(
    server: AuthorizationServer, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, server, "{vault = true}")
    path = desk.paths.accounts / VAULT
    opened = open_vault(path, "correct horse")
    opened.put("shop.password", FIRST)
    asked = {vault_key(path): opened.key}
    tokens = desk.started(asked)

    tokens()
    opened.put("other.password", "another account's")  # read before the token was put back
    tokens()
    desk.started(asked)()

    now = open_vault(path, "correct horse")
    assert now.get("shop.password") == server.refresh != FIRST
    assert now.get("other.password") == "another account's"
    assert (server.reused, desk.told) == ([], [])


def test_an_encrypted_file_that_was_made_anew_is_told(
    server: AuthorizationServer, tmp_path: Path
) -> None:
    desk = Desk(tmp_path, server, "{vault = true}")
    path = desk.paths.accounts / VAULT
    opened = open_vault(path, "correct horse")
    opened.put("shop.password", FIRST)
    path.unlink()
    open_vault(path, "another").put("shop.password", FIRST)

    with pytest.raises(AccountProblem, match="was made anew; start agent-tui again"):
        desk.started({vault_key(path): opened.key})()
    assert server.forms == []


def test_one_that_cannot_be_kept_is_told_once_and_used_as_long_as_the_program_runs(
    server: AuthorizationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", FIRST)
    desk = Desk(tmp_path, server, '{env = "SHOP_TOKEN"}')
    tokens = desk.started()

    assert [tokens() for _ in range(3)] == ["access"] * 3

    assert desk.told == [
        "The renewed log-in could not be kept. The log-in server gave the account shop a new "
        "refresh token in place of the old one, but agent-tui cannot change the secret of the "
        "environment variable SHOP_TOKEN. The account works until agent-tui ends; mend that "
        "before, or log in again then: agent-tui account login shop"
    ]
    assert server.reused == []


def test_a_full_disk_is_told_and_the_token_is_kept_when_there_is_room(
    server: AuthorizationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = in_file(tmp_path)
    desk = Desk(tmp_path, server, f'{{file = "{kept}"}}')
    tokens = desk.started()
    with monkeypatch.context() as full:

        def no_room(_path: Path, _data: bytes) -> None:
            raise OSError(28, "No space left on device")

        full.setattr("agent_tui.config.files._write_new", no_room)
        assert (tokens(), tokens()) == ("access", "access")
        assert kept.read_text() == f"{FIRST}\n", "the old one stands as it was"
        assert len(desk.told) == 1
        assert "no space left on device" in desk.told[0]

    tokens()

    assert kept.read_text() == f"{server.refresh}\n"
    assert desk.told[1:] == ["The renewed log-in is kept again."]
    desk.started()()
    assert server.reused == []


def test_a_log_in_while_the_new_one_could_not_be_kept_is_believed_over_it(
    server: AuthorizationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", FIRST)
    desk = Desk(tmp_path, server, '{env = "SHOP_TOKEN"}')
    tokens = desk.started()
    tokens()
    server.refresh = "of-another-log-in"
    monkeypatch.setenv("SHOP_TOKEN", "of-another-log-in")

    assert tokens() == "access"

    assert server.reused == []


@pytest.fixture
def reviews(
    server: AuthorizationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> "Reviews":
    monkeypatch.setattr(registry, "load", lambda _name: GoogleBusinessAdapter)
    monkeypatch.setattr(google, "GOOGLE", server.url)
    monkeypatch.setenv("GOOGLE_SECRET", "of-the-client")
    return Reviews(tmp_path)


class Reviews:
    """A Google Business Profile account whose refresh token lies in a file."""

    def __init__(self, home: Path) -> None:
        self.kept = in_file(home)
        self.paths = find_paths(home, {})
        self.told: list[str] = []
        self.paths.accounts.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def renew(self, token: str) -> str:
        """An access token of a new process, whose refresh token is ``token`` of the settings."""
        (self.paths.accounts / "shop.toml").write_text(
            f'adapter = "google_business"\nclient_id = "{CLIENT}"\n'
            f'client_secret = {{env = "GOOGLE_SECRET"}}\nrefresh_token = {token}\n'
        )
        made = make_adapter(
            find_account(self.paths, "shop"),
            asked={},
            clock=Now(),
            log=logging.getLogger("agent_tui.test"),
            notice=self.told.append,
        )
        assert isinstance(made, GoogleBusinessAdapter)
        try:
            return (await made._business._tokens.of_user()).value
        finally:
            await made.close()


async def test_googles_refresh_token_is_kept_where_it_came_from_too(
    server: AuthorizationServer, reviews: Reviews
) -> None:
    where = f'{{file = "{reviews.kept}"}}'

    assert [await reviews.renew(where) for _ in range(3)] == ["access"] * 3

    assert reviews.kept.read_text() == f"{server.refresh}\n" != f"{FIRST}\n"
    assert (server.reused, reviews.told) == ([], [])


async def test_one_of_googles_that_cannot_be_kept_is_told_with_what_to_do(
    server: AuthorizationServer, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_REFRESH", FIRST)

    assert await reviews.renew('{env = "GOOGLE_REFRESH"}') == "access"

    (told,) = reviews.told
    assert "cannot change the secret of the environment variable GOOGLE_REFRESH" in told
    assert told.endswith("or make a new one then and put it into the settings.")


async def test_one_of_googles_that_was_taken_back_is_an_account_problem(
    server: AuthorizationServer, reviews: Reviews
) -> None:
    server.revoked = True

    with pytest.raises(AccountProblem, match=r"does not take .* any more \(invalid_grant"):
        await reviews.renew(f'{{file = "{reviews.kept}"}}')

    assert reviews.kept.read_text() == f"{FIRST}\n"


_PROCESS = """
import logging, sys
from pathlib import Path
from agent_tui.adapters import registry
from tests.engine import test_renewal
registry.load = lambda _name: test_renewal.TokenAdapter
from agent_tui.config.accounts import find_account
from agent_tui.config.paths import find_paths
from agent_tui.engine.context import make_adapter
from agent_tui.model.clock import system_clock
paths = find_paths(Path(sys.argv[1]), {})
account = make_adapter(
    find_account(paths, "shop"), asked={}, clock=system_clock, log=logging.getLogger("test"),
    notice=sys.exit,
)
for _ in range(5):
    account.tokens()
"""


def test_three_processes_that_renew_at_once_use_each_token_once(
    server: AuthorizationServer, tmp_path: Path
) -> None:
    kept = in_file(tmp_path)
    Desk(tmp_path, server, f'{{file = "{kept}"}}')

    running = [
        subprocess.Popen([sys.executable, "-c", _PROCESS, str(tmp_path)], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    ended = [(process.communicate(timeout=60)[1], process.returncode) for process in running]

    assert ended == [(b"", 0)] * 3
    assert server.reused == []
    used = [form["refresh_token"] for form in server.forms]
    assert len(used) == len(set(used)) == 15
    assert kept.read_text() == f"{server.refresh}\n"


def test_who_waits_for_another_process_reads_what_that_one_kept(
    server: AuthorizationServer, tmp_path: Path
) -> None:
    kept = in_file(tmp_path)
    desk = Desk(tmp_path, server, f'{{file = "{kept}"}}')
    both = [desk.started(), desk.started()]

    threads = [threading.Thread(target=tokens) for tokens in both for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert (len(server.forms), server.reused) == (6, [])


def test_what_is_handed_to_the_engine_opens_the_file_and_holds_no_secret(tmp_path: Path) -> None:
    path = tmp_path / VAULT
    opened = open_vault(path, "correct horse")
    opened.put("shop.password", FIRST)

    handed = json.loads(json.dumps({vault_key(path): opened.key}))

    assert FIRST not in json.dumps(handed)
    assert opened_by(path, handed[vault_key(path)]).get("shop.password") == FIRST
