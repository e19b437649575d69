"""Getting in: real log-ins of each kind, and one clear sentence for each way it fails."""

import logging
from pathlib import Path
from typing import Any

import pytest

from agent_tui.adapters.contract import AccountProblem, Severity, Unreachable
from tests.adapters.oauth_server import CLIENT, authorization_server
from tests.program import Home
from tests.servers.imap_account import adapter, batches, mail, messages
from tests.servers.imap_home import add_imap
from tests.servers.real import Dovecot, Postfix, Sink, User, free_ports

pytestmark = pytest.mark.server


async def test_starttls_lets_in_like_tls(dovecot: Dovecot, user: User) -> None:
    dovecot.deliver(mail("Order"), user)
    account = adapter(dovecot, user, port=dovecot.imap, security="starttls")

    assert [one.subject for one in messages(await batches(account))] == ["Order"]
    await account.close()


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
async def test_an_access_token_lets_in(dovecot: Dovecot, user: User, auth: str) -> None:
    dovecot.deliver(mail("Order"), user)
    with_token = User(user.name, dovecot.token(user))
    account = adapter(dovecot, with_token, auth=auth)

    assert [one.subject for one in messages(await batches(account))] == ["Order"]
    await account.close()


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
async def test_a_refresh_token_lets_in_until_it_is_taken_back(
    dovecot: Dovecot, user: User, auth: str
) -> None:
    dovecot.deliver(mail("Order"), user)
    with authorization_server() as server:
        server.access = lambda: dovecot.token(user)
        account = adapter(
            dovecot,
            User(user.name, server.refresh),
            auth=auth,
            oauth="other",
            oauth_client_id=CLIENT,
            oauth_token_url=f"{server.url}/token",
        )
        assert [one.subject for one in messages(await batches(account))] == ["Order"]
        await account.close()

        server.revoked = True
        again = adapter(
            dovecot,
            User(user.name, server.refresh),
            auth=auth,
            oauth="other",
            oauth_client_id=CLIENT,
            oauth_token_url=f"{server.url}/token",
        )
        with pytest.raises(AccountProblem, match="log in again: agent-tui account login"):
            await batches(again)
        await again.close()


def test_a_refresh_token_that_changes_lets_in_each_run_of_the_program(
    tmp_path: Path, dovecot: Dovecot, user: User
) -> None:
    dovecot.deliver(mail("Order"), user)
    home = Home(tmp_path)
    with authorization_server() as server:
        server.rotates, server.access = True, lambda: dovecot.token(user)
        kept = tmp_path / "token"
        kept.write_text(f"{server.refresh}\n")
        kept.chmod(0o600)
        token_url = f"{server.url}/token"
        more = {"oauth": "other", "oauth_client_id": CLIENT, "oauth_token_url": token_url}
        add_imap(home, dovecot, user, password={"file": str(kept)}, **more)

        assert home.run("sync", "--once").out == "mail: 1 new messages, 0 delivered.\n"
        home.run("account", "check", "mail")
        assert home.run("sync", "--once").out == "mail: 0 new messages, 0 delivered.\n"

        assert server.reused == []
        assert len(server.forms) == 3
        assert kept.read_text() == f"{server.refresh}\n"


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
async def test_an_expired_access_token_is_named(dovecot: Dovecot, user: User, auth: str) -> None:
    expired = User(user.name, dovecot.token(user, lifetime=-60))
    account = adapter(dovecot, expired, auth=auth)

    with pytest.raises(AccountProblem, match="refused the user name or access token"):
        await batches(account)
    await account.close()


@pytest.mark.parametrize("password", ["wrong", "pässwörd"])
async def test_a_wrong_password_is_named(dovecot: Dovecot, user: User, password: str) -> None:
    account = adapter(dovecot, User(user.name, password))

    with pytest.raises(AccountProblem) as raised:
        await batches(account)

    assert str(raised.value) == (
        f"The IMAP server localhost:{dovecot.imaps} refused the user name or password of "
        f"'{user.name}' (Authentication failed); correct them in the account's settings."
    )
    await account.close()


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"host": "no.such.host.invalid"}, Unreachable, "known by the name no.such.host.invalid"),
        ({"ca_file": None}, AccountProblem, "an authority that this machine does not trust"),
        ({"ca_file": "/does/not/exist"}, AccountProblem, "correct 'ca_file'"),
        ({"security": "starttls"}, Unreachable, "broke off|did not answer"),
    ],
)
async def test_a_server_that_cannot_be_used_is_told_in_one_sentence(
    dovecot: Dovecot,
    user: User,
    settings: dict[str, Any],
    error: type[Exception],
    sentence: str,
) -> None:
    account = adapter(dovecot, user, None, **({"timeout": 2} | settings))

    with pytest.raises(error, match=sentence) as raised:
        await batches(account)

    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)
    await account.close()


async def test_tls_on_a_port_that_begins_without_it_is_told(dovecot: Dovecot, user: User) -> None:
    account = adapter(dovecot, user, port=dovecot.imap)

    with pytest.raises(AccountProblem, match='try security = "starttls"'):
        await batches(account)
    await account.close()


async def test_no_secret_is_logged_at_any_level(
    dovecot: Dovecot, user: User, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    account = adapter(dovecot, user, sink)

    await account.check()
    await account.close()

    assert user.password not in caplog.text
    assert sink.password not in caplog.text


async def test_a_port_where_nobody_listens_is_told(dovecot: Dovecot, user: User) -> None:
    (port,) = free_ports(1)
    account = adapter(dovecot, user, port=port)

    with pytest.raises(Unreachable, match=f"Nothing answers at the IMAP server localhost:{port}"):
        await batches(account)
    await account.close()


async def test_check_finds_everything_in_order(dovecot: Dovecot, user: User, sink: Sink) -> None:
    account = adapter(dovecot, user, sink)

    findings = await account.check()

    assert {finding.severity for finding in findings} == {Severity.OK}
    assert [finding.what for finding in findings] == [
        f"Receiving from localhost:{dovecot.imaps}",
        "Mailbox INBOX",
        "Mailbox for Sent",
        "Mailbox for Archive",
        "IDLE",
        "CONDSTORE",
        f"Sending by localhost:{sink.port}",
    ]
    await account.close()


async def test_check_names_a_mailbox_that_is_not_there(
    dovecot: Dovecot, user: User, sink: Sink
) -> None:
    account = adapter(dovecot, user, sink, mailboxes=["INBOX", "Vanished"])

    bad = [one for one in await account.check() if one.severity is Severity.ERROR]

    assert [one.what for one in bad] == ["Mailbox Vanished"]
    await account.close()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_postfix_lets_in_to_send(
    dovecot: Dovecot, user: User, postfix: Postfix, security: str
) -> None:
    account = adapter(dovecot, user, **_by(postfix, security), smtp_user=user.name)

    *_, sending = await account.check()

    assert sending.severity is Severity.OK, sending.detail
    await account.close()


async def test_a_wrong_password_of_the_sending_server_is_named(
    dovecot: Dovecot, user: User, postfix: Postfix
) -> None:
    account = adapter(dovecot, user, **_by(postfix, "tls"), smtp_user="nobody")

    *_, sending = await account.check()

    assert sending.severity is Severity.ERROR
    assert "refused the user name or password of 'nobody' (535" in sending.detail
    await account.close()


def _by(postfix: Postfix, security: str) -> dict[str, Any]:
    """Settings to send by Postfix with the password of IMAP."""
    return {
        "smtp_port": postfix.submission if security == "starttls" else postfix.submissions,
        "smtp_security": security,
        "smtp_password": None,
        "trust": (postfix.ca,),
    }
