"""An access token that a mail server refuses before its time: replaced once, at once, or told."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from agent_tui.adapters import smtp
from agent_tui.adapters.contract import AccountProblem, LoginRefused
from agent_tui.adapters.imap.line import Line
from agent_tui.adapters.imap.settings import Settings
from agent_tui.model.clock import MINUTE
from tests.adapters.oauth_server import AuthorizationServer, authorization_server
from tests.adapters.scripted import Authority, Wire, serve
from tests.adapters.test_oauth import context
from tests.factory import Now


class Mail:
    """An IMAP and an SMTP server that let in who has the token ``good``, once it is another."""

    def __init__(self) -> None:
        self.good = "token-1"
        self.tried: list[str] = []
        self.taken = 0

    def lets_in(self, response: str) -> bool:
        told = base64.b64decode(response).decode()
        self.tried.append(told.partition("Bearer ")[2].rstrip("\x01"))
        return self.tried[-1] == self.good

    def imap(self, wire: Wire) -> None:
        wire.say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\n")
        while True:
            tag, _, command = wire.line().decode().partition(" ")
            verb = command.split()[0]
            if verb == "CAPABILITY":
                wire.say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\n")
            if verb == "AUTHENTICATE":
                wire.say("+ \n")
                if not self.lets_in(wire.line().decode()):
                    wire.say(f"{tag} NO [AUTHENTICATIONFAILED] over\n")
                    continue
            wire.say(f"{tag} OK done\n")

    def submission(self, wire: Wire) -> None:
        wire.say("220 ready\n")
        while True:
            words = wire.line().decode().split()
            match words[0]:
                case "EHLO":
                    wire.say("250-localhost\n250 AUTH XOAUTH2\n")
                case "AUTH":
                    wire.say("235 in\n" if self.lets_in(words[2]) else "535 5.7.8 over\n")
                case "DATA":
                    wire.say("354 go on\n")
                    while wire.line() != b".":
                        pass
                    self.taken += 1
                    wire.say("250 taken\n")
                case _:
                    wire.say("250 fine\n")


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    """One that gives token-1, token-2 and so on, each for an hour."""
    numbers = count(1)
    with authorization_server() as running:
        running.access = lambda: f"token-{next(numbers)}"
        yield running


@contextmanager
def account(
    server: AuthorizationServer, mail: Mail, authority: Authority, now: Now
) -> Iterator[Settings]:
    tls = authority.server()
    with serve(mail.imap, tls) as imap, serve(mail.submission, tls) as submission:
        ports = {"port": imap.port, "smtp_port": submission.port}
        yield Settings.read(context(server, now, ca_file=str(authority.ca_file), **ports))


async def receives(settings: Settings) -> None:
    """Log in to receive. Raises AdapterError."""
    line = Line("test", settings.imap, settings.login)
    try:
        await line.run(lambda client: client.noop())
    finally:
        line.close()


async def sends(settings: Settings) -> None:
    """Send a mail. Raises AdapterError."""
    await smtp.send(settings.smtp, "a@shop.test", ["c@d.test"], b"x", _committed)


async def _committed() -> None:
    """A commit that needs no record."""


async def test_receiving_goes_on_with_another_token(
    server: AuthorizationServer, authority: Authority
) -> None:
    mail, now = Mail(), Now()
    with account(server, mail, authority, now) as settings:
        await receives(settings)
        now.at += 5 * MINUTE
        mail.good = "token-2"  # the first one was taken back, an hour before its end

        await receives(settings)

    assert mail.tried == ["token-1", "token-1", "token-2"]


async def test_a_mail_is_sent_with_another_token_and_once(
    server: AuthorizationServer, authority: Authority
) -> None:
    mail, now = Mail(), Now()
    with account(server, mail, authority, now) as settings:
        await sends(settings)
        now.at += 5 * MINUTE
        mail.good = "token-2"

        await sends(settings)

    assert mail.tried == ["token-1", "token-1", "token-2"]
    assert mail.taken == 2


async def test_what_one_server_refused_the_other_is_not_shown(
    server: AuthorizationServer, authority: Authority
) -> None:
    mail, now = Mail(), Now()
    with account(server, mail, authority, now) as settings:
        await receives(settings)
        now.at += 5 * MINUTE
        mail.good = "token-2"

        await receives(settings)
        await sends(settings)

    assert mail.tried == ["token-1", "token-1", "token-2", "token-2"]


async def test_a_server_that_refuses_fresh_tokens_is_not_tried_again_and_again(
    server: AuthorizationServer, authority: Authority
) -> None:
    mail = Mail()
    mail.good = "none"
    with account(server, mail, authority, Now()) as settings:
        for attempt in (receives, sends):
            with pytest.raises(LoginRefused, match="refused the user name or access token"):
                await attempt(settings)

    assert mail.tried == ["token-1", "token-2"], "one try each"


async def test_a_log_in_that_ended_meanwhile_is_one_request_to_log_in(
    server: AuthorizationServer, authority: Authority
) -> None:
    mail, now = Mail(), Now()
    with account(server, mail, authority, now) as settings:
        await receives(settings)
        now.at += 5 * MINUTE
        mail.good, server.revoked = "none", True

        for attempt in (receives, sends):
            with pytest.raises(AccountProblem, match="log in again: agent-tui account login shop"):
                await attempt(settings)

    assert mail.tried == ["token-1", "token-1"]
    assert mail.taken == 0
