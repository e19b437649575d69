"""Mail accounts are let in by tokens that renew themselves, until somebody takes that back."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.request import urlopen

import pytest

from agent_tui.adapters.contract import AccountContext, AccountProblem, Unreachable
from agent_tui.adapters.imap.settings import Settings
from agent_tui.adapters.oauth import Denied, MailTokens, Provider, provider_of
from agent_tui.adapters.server import Auth
from agent_tui.cli.account_login import browser_flow, device_flow
from agent_tui.model.clock import MINUTE
from tests.adapters.oauth_server import CLIENT, AuthorizationServer, authorization_server
from tests.factory import Now


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with authorization_server() as running:
        yield running


@dataclass
class Told:
    """What a person was shown."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> None:
        self.lines.append(text)


def context(server: AuthorizationServer, now: Now, **settings: object) -> AccountContext:
    given = {
        "oauth": "other",
        "oauth_client_id": CLIENT,
        "oauth_token_url": f"{server.url}/token",
        "oauth_authorize_url": f"{server.url}/authorize",
        "oauth_device_url": f"{server.url}/device",
        "oauth_scope": "mail",
        "address": "a@shop.test",
        "host": "localhost",
        "smtp_host": "localhost",
    }
    log = logging.getLogger("agent_tui.test")
    return AccountContext("shop", given | settings, lambda _: "refresh-0", log, now)


def provider(account: AccountContext) -> Provider:
    found = provider_of(account)
    assert found is not None
    return found


def tokens(server: AuthorizationServer, now: Now) -> MailTokens:
    account = context(server, now)
    return MailTokens(account, provider(account))


def test_a_token_is_used_until_shortly_before_its_end(server: AuthorizationServer) -> None:
    now = Now()
    given = iter("abc")
    server.access, server.lasts_s = lambda: next(given), 600
    fresh = tokens(server, now)

    assert [fresh(), fresh()] == ["a", "a"]
    now.at += 10 * MINUTE - 1
    assert fresh() == "b"
    assert len(server.forms) == 2
    assert server.forms[0] == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-0",
        "client_id": CLIENT,
    }


def test_a_refresh_token_that_changes_at_each_use_is_followed(server: AuthorizationServer) -> None:
    now = Now()
    server.rotates, server.lasts_s = True, 0
    fresh = tokens(server, now)

    for _ in range(3):
        fresh()
        now.at += 10 * MINUTE

    assert len({form["refresh_token"] for form in server.forms}) == 3


def test_a_log_in_that_was_taken_back_is_one_clear_request(server: AuthorizationServer) -> None:
    server.revoked = True

    with pytest.raises(AccountProblem) as told:
        tokens(server, Now())()

    assert str(told.value) == (
        "The log-in of the account shop has ended or was taken back (invalid_grant: Token was "
        "revoked); log in again: agent-tui account login shop"
    )


def test_a_server_that_does_not_answer_is_tried_again(server: AuthorizationServer) -> None:
    account = context(server, Now(), oauth_token_url="http://127.0.0.1:1/token")
    with pytest.raises(Unreachable):
        MailTokens(account, provider(account))()


def test_a_token_is_never_asked_for_without_encryption(server: AuthorizationServer) -> None:
    account = context(server, Now(), oauth_token_url="http://login.example/token")
    with pytest.raises(AccountProblem, match="https"):
        MailTokens(account, provider(account))()


def test_both_mail_servers_get_the_token(server: AuthorizationServer) -> None:
    read = Settings.read(context(server, Now(), mark_seen=False))

    assert read.login.auth is Auth.XOAUTH2
    assert read.smtp.login is not None
    assert (read.login.secret(), read.smtp.login.secret()) == ("access", "access")
    assert len(server.forms) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"oauth_client_id": ""}, "has no oauth_client_id"),
        ({"oauth_token_url": ""}, "has no oauth_token_url"),
    ],
)
def test_settings_that_are_not_complete_are_told(
    server: AuthorizationServer, settings: dict[str, object], said: str
) -> None:
    with pytest.raises(AccountProblem, match=said):
        provider_of(context(server, Now(), **settings))


async def test_a_code_typed_into_a_browser_elsewhere_lets_in(server: AuthorizationServer) -> None:
    server.waits = ["authorization_pending", "slow_down", "authorization_pending"]
    account, told, slept = context(server, Now()), Told(), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    got = await device_flow(account, provider(account), told, sleep)

    assert got.refresh == "refresh-0"
    assert told.lines == [f"Open {server.url}/activate in any browser and type the code WDJB-MJHT"]
    assert slept == [1, 1, 6, 6]


@pytest.mark.parametrize("error", ["access_denied", "expired_token"])
async def test_who_says_no_is_not_asked_again(server: AuthorizationServer, error: str) -> None:
    server.waits = [error]
    account = context(server, Now())

    async def sleep(_: float) -> None:
        """At once."""

    with pytest.raises(Denied) as told:
        await device_flow(account, provider(account), Told(), sleep)
    assert told.value.code == error


async def test_a_code_that_nobody_types_is_given_up(server: AuthorizationServer) -> None:
    server.waits = ["slow_down"] * 2 + ["authorization_pending"] * 100
    now = Now()
    account = context(server, now)

    async def sleep(seconds: float) -> None:
        now.at += int(seconds * 1000)

    with pytest.raises(Denied, match="nobody typed the code in time"):
        await device_flow(account, provider(account), Told(), sleep)


class Browser:
    """Opens what it is shown and follows the way back, with what else comes before it."""

    def __init__(self, server: AuthorizationServer, *, forged: bool = False) -> None:
        self.server, self.forged, self.seen = server, forged, list[str]()

    def __call__(self, text: str) -> None:
        threading.Thread(target=self._go, args=(text.splitlines()[-1],)).start()

    def _go(self, address: str) -> None:
        back = self.server.authorize(address)
        if self.forged:
            for query in ("?code=evil&state=guess", "?code=evil", ""):
                self._open(back.partition("?")[0] + query)
        self._open(back)

    def _open(self, address: str) -> None:
        try:
            with urlopen(address, timeout=10) as answer:
                self.seen.append(answer.read().decode())
        except OSError as error:
            self.seen.append(str(error))


async def test_a_browser_on_this_machine_comes_back_with_a_code(
    server: AuthorizationServer,
) -> None:
    account, browser = context(server, Now()), Browser(server)

    got = await asyncio.wait_for(browser_flow(account, provider(account), browser), 30)

    assert got.refresh == "refresh-0"
    (form,) = server.forms
    assert form["redirect_uri"].startswith("http://127.0.0.1:")
    assert len(form["code_verifier"]) >= 43


async def test_a_code_without_our_state_is_nobodys(server: AuthorizationServer) -> None:
    account, browser = context(server, Now()), Browser(server, forged=True)

    got = await asyncio.wait_for(browser_flow(account, provider(account), browser), 30)

    assert got.refresh == "refresh-0"
    assert [form["code"] for form in server.forms] == ["code-1"]
    assert browser.seen[:3] == ["HTTP Error 404: Not Found"] * 3
