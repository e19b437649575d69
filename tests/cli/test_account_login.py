"""``account login`` keeps what an authorization server gave, where passwords are kept."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.cli.main import run
from agent_tui.config import vault
from agent_tui.config.paths import HOME_VARIABLE
from agent_tui.config.secret_ref import PASSPHRASE
from agent_tui.config.vault import open_vault
from tests.adapters.oauth_server import CLIENT, AuthorizationServer, authorization_server
from tests.program import Home


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with authorization_server() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(vault, "_N", 1 << 4)
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return Home(tmp_path)


def account(home: Home, server: AuthorizationServer, **more: object) -> None:
    given = {
        "address": "a@shop.test",
        "host": "localhost",
        "smtp_host": "localhost",
        "oauth": "other",
        "oauth_client_id": CLIENT,
        "oauth_token_url": f"{server.url}/token",
        "oauth_device_url": f"{server.url}/device",
    }
    home.account("shop", "imap", **(given | more))


def test_the_refresh_token_is_kept_and_never_shown(
    home: Home,
    server: AuthorizationServer,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    account(home, server)

    assert run(["account", "login", "shop", "--elsewhere", "--password-vault"]) == 0

    said = capsys.readouterr()
    assert "type the code WDJB-MJHT" in said.err
    file = home.path / "config" / "accounts" / "shop.toml"
    held = open_vault(file.with_name("secrets.vault"), "correct horse")
    assert held.get("shop.password") == "refresh-0"
    assert "vault = true" in file.read_text()
    assert "refresh-0" not in said.out + said.err + caplog.text + file.read_text()
    assert "access" not in json.dumps([said.out, said.err])


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"oauth": ""}, 2, "has no 'oauth'; add oauth ="),
        ({"oauth_client_id": ""}, 1, "has no oauth_client_id"),
        ({"oauth_device_url": "", "oauth_authorize_url": "http://x.test"}, 2, "elsewhere; log in"),
        ({"oauth_client_id": "nobodys"}, 1, "The log-in was not given: invalid_client."),
    ],
)
def test_what_stands_in_the_way_is_told(
    home: Home,
    server: AuthorizationServer,
    settings: dict[str, object],
    code: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account(home, server, **settings)

    assert run(["account", "login", "shop", "--elsewhere"]) == code

    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_an_adapter_without_oauth_says_so(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.account("shop", "demo")

    assert run(["account", "login", "shop"]) == 2
    assert "The adapter 'demo' does not log in by OAuth" in capsys.readouterr().err
