"""What went wrong while talking to a mail server, in one sentence for the agent."""

import errno
import socket
import ssl

from agent_tui.adapters.contract import AccountProblem, AdapterError, LoginRefused, Unreachable
from agent_tui.adapters.server import Auth, Login, Security, Server
from agent_tui.content.safe import safe_line

_NO_ROUTE = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})

_CERTIFICATES = {  # X509_V_ERR_... of OpenSSL's x509_vfy.h
    9: "is not valid yet; check this machine's clock, or ask the server's operator",
    10: "has expired; ask the server's operator to renew it",
    18: "is signed by itself; if it is yours, name it in 'ca_file'",
    19: "comes from an authority that this machine does not trust; if it is yours, name it in "
    "'ca_file'",
    20: "comes from an authority that this machine does not trust; if it is yours, name it in "
    "'ca_file'",
    62: "belongs to another host name; correct the host, or ask the server's operator",
    64: "belongs to another host; correct the host, or ask the server's operator",
}


def in_words(error: BaseException, server: Server) -> AdapterError:
    """``error``, raised while connecting or talking to ``server``, as the contract's errors.

    A certificate and a server without TLS need a person; everything else may pass by itself.
    """
    where = f"the {server.protocol} server {server}"
    detail = f"{type(error).__name__}: {error}"
    match error:
        case AdapterError():
            return error
        case ssl.SSLCertVerificationError():
            what = _CERTIFICATES.get(error.verify_code, "cannot be trusted; ask its operator")
            return AccountProblem(f"The certificate of {where} {what}.", detail)
        case ssl.SSLError():
            return _tls(error, server, where, detail)
        case socket.gaierror():
            return Unreachable(
                f"No {server.protocol} server is known by the name {server.host}; check the host "
                "and this machine's network.",
                detail,
            )
        case ConnectionRefusedError():
            return Unreachable(
                f"Nothing answers at {where}; check host and port, or wait until it is back.",
                detail,
            )
        case TimeoutError():
            return Unreachable(
                f"{where[0].upper()}{where[1:]} did not answer in time; it is tried again.", detail
            )
        case OSError() if error.errno in _NO_ROUTE:
            return Unreachable(f"No way leads to {where}; check this machine's network.", detail)
        case _:
            return Unreachable(f"The connection to {where} broke off; it is tried again.", detail)


def wrong_login(server: Server, login: Login, reply: str) -> LoginRefused:
    """The server does not let us in; ``reply`` are its words."""
    what = "password" if login.auth is Auth.PASSWORD else "access token"
    return LoginRefused(
        f"The {server.protocol} server {server} refused the user name or {what} of "
        f"'{safe_line(login.user)}' ({words(reply)}); correct them in the account's settings.",
        detail=reply,
    )


def no_starttls(server: Server) -> AccountProblem:
    """The server (or somebody on the way, who strips it) offers no encryption."""
    return AccountProblem(
        f"The {server.protocol} server {server} offers no encryption (STARTTLS), so nothing was "
        'sent to it; use its TLS port with security = "tls", or ask its operator.',
    )


def words(reply: str) -> str:
    """A server's own words, fit to stand within a sentence."""
    return safe_line(reply, 200).rstrip(".") or "without giving a reason"


def _tls(error: ssl.SSLError, server: Server, where: str, detail: str) -> AdapterError:
    reason = error.reason or ""
    if reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"}:
        other = "starttls" if server.security is Security.TLS else "tls"
        return AccountProblem(
            f"{where[0].upper()}{where[1:]} does not speak TLS where it was expected; correct the "
            f'port, or try security = "{other}".',
            detail,
        )
    if "PROTOCOL" in reason or "VERSION" in reason or "HANDSHAKE_FAILURE" in reason:
        return AccountProblem(
            f"{where[0].upper()}{where[1:]} offers only outdated encryption; ask its operator for "
            "TLS 1.2 or newer.",
            detail,
        )
    return Unreachable(f"The connection to {where} broke off; it is tried again.", detail)
