"""Where a mail server is and how to log in to it: always over TLS that verifies."""

import contextlib
import socket
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


def _no_other() -> bool:
    """There is one password, and that was refused."""
    return False


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are; ``secret`` gives a password, or an access token that should not be over yet.

    ``renew`` is called when the server has refused it all the same: True when ``secret`` gives
    another one from now on, which is worth a try at once.
    """

    user: str
    secret: Callable[[], str] = field(repr=False)
    auth: Auth = Auth.PASSWORD
    renew: Callable[[], bool] = field(default=_no_other, repr=False)


def tls_context(server: Server) -> ssl.SSLContext:
    """A context that verifies certificate and host name, and speaks TLS 1.2 or newer (RFC 8996).

    Raises AccountProblem when the file of private authorities cannot be used.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # some systems set less
    if server.ca_file:
        try:
            context.load_verify_locations(cafile=server.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise AccountProblem(
                f"The certificates in {server.ca_file} cannot be read; correct 'ca_file'.",
                detail=repr(error),
            ) from error
    return context


@dataclass(frozen=True, slots=True)
class StartTls:
    """What smtplib and imaplib take for a context after STARTTLS: begins TLS, but not on top of
    words that came before it.

    Who is in between can add such words to the server's answer, and a program that reads them
    later takes them for the server's own (CVE-2020-28896 and its family). ``read`` gives what has
    come, as the session reads it; it is called while the socket does not wait.
    """

    server: Server
    read: Callable[[], bytes]

    def wrap_socket(self, sock: socket.socket, server_hostname: str) -> ssl.SSLSocket:
        """``sock`` encrypted. Raises AccountProblem, and what TLS raises."""
        context = tls_context(self.server)
        sock.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            if self.read():
                raise AccountProblem(
                    f"The {self.server.protocol} server {self.server} said more than it may before "
                    "encryption began, so somebody may be in between; nothing was sent to it. Use "
                    'its TLS port with security = "tls", or ask its operator.'
                )
        sock.settimeout(self.server.timeout)
        return context.wrap_socket(sock, server_hostname=server_hostname)


def talk_promptly(sock: socket.socket) -> None:
    """Let each of our lines leave at once, and notice a server that is gone without a word.

    Else the final dot of a mail waits until the server has confirmed the text before it, which
    it puts off for 40 ms and more (RFC 896 and RFC 1122, 4.2.3.2): so long nobody knows whether
    the mail has left.
    """
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


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
