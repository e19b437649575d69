"""Where a mail server is and how to log in to it: always over TLS that verifies."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from agent_tui.adapters.contract import AccountProblem


class Security(StrEnum):
    """When TLS begins; there is no third way."""

    TLS = "tls"  # with the first byte (RFC 8314 prefers it)
    STARTTLS = "starttls"


class Auth(StrEnum):
    """How a log-in proves who it is."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    XOAUTH2 = "xoauth2"  # https://developers.google.com/gmail/imap/xoauth2-protocol
    OAUTHBEARER = "oauthbearer"  # RFC 7628


@dataclass(frozen=True, slots=True)
class Server:
    """One server; ``timeout`` in seconds for each step of talking to it."""

    protocol: str  # as sentences name it: IMAP, SMTP
    host: str
    port: int
    security: Security = Security.TLS
    ca_file: str | None = None  # certificates of a private authority, trusted besides the usual
    timeout: float = 60.0

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are; ``secret`` gives a password or an access token, each time a fresh one."""

    user: str
    secret: Callable[[], str] = field(repr=False)
    auth: Auth = Auth.PASSWORD


def tls_context(server: Server) -> ssl.SSLContext:
    """A context that verifies certificate and host name.

    Raises AccountProblem when the file of private authorities cannot be used.
    """
    context = ssl.create_default_context()
    if server.ca_file:
        try:
            context.load_verify_locations(cafile=server.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise AccountProblem(
                f"The certificates in {server.ca_file} cannot be read; correct 'ca_file'.",
                detail=repr(error),
            ) from error
    return context


def oauth_response(server: Server, login: Login) -> bytes:
    """The client's one message of XOAUTH2 or OAUTHBEARER, not yet in base64."""
    if login.auth is Auth.XOAUTH2:
        return f"user={login.user}\x01auth=Bearer {login.secret()}\x01\x01".encode()
    user = login.user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801, section 4
    return (
        f"n,a={user},\x01host={server.host}\x01port={server.port}\x01"
        f"auth=Bearer {login.secret()}\x01\x01"
    ).encode()


def plain_response(login: Login) -> bytes:
    """The client's one message of PLAIN (RFC 4616), not yet in base64."""
    return f"\0{login.user}\0{login.secret()}".encode()
