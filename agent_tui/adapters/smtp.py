"""Sends one mail by SMTP, handing over control between its last byte and the final dot."""

import base64
import contextlib
import re
import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from agent_tui.adapters import errors
from agent_tui.adapters.contract import (
    AccountProblem,
    AdapterError,
    Commit,
    Deferred,
    Finding,
    LoginRefused,
    Refused,
    Severity,
    Unreachable,
)
from agent_tui.adapters.server import (
    Auth,
    Login,
    Security,
    Server,
    StartTls,
    oauth_response,
    plain_response,
    talk_promptly,
    tls_context,
)
from agent_tui.adapters.worker import Worker

DOT_PATIENCE = 900.0
"""Seconds to wait for the reply to the final dot; RFC 5321, 4.5.3.2.6 asks for 600 at least."""

_LEAVE_S = 2.0
"""To wait for the answer to QUIT, beside everything else."""

_OWN_NAME = "[127.0.0.1]"
"""What EHLO says (RFC 5321, 4.1.3): the machine's name is nobody's business, and looking it up
takes seconds where DNS is broken."""

_LOGIN_REPLIES = frozenset({530, 534, 535, 538})  # RFC 4954: a person must change something
_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)

Reply = tuple[int, bytes]
"""A server's code and words."""

Refusals = tuple[tuple[str, str], ...]
"""Recipients that the server refused, each with its words."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where mail leaves; without a log-in nobody logs in."""

    server: Server
    login: Login | None


async def send(
    settings: SmtpSettings,
    sender: str,
    recipients: Sequence[str],
    message: bytes,
    commit: Commit,
) -> Refusals:
    """Send ``message`` and return who was refused while the others were accepted.

    ``commit()`` is awaited when all but the final dot is on the wire. Raises as ``deliver`` of
    the contract does: before the dot nothing can have happened; a reply to the dot that is no
    2xx is a Deferred or Refused; an Unreachable after ``commit`` means nobody knows (RFC 1047).
    """
    session = _Session(settings)
    worker = Worker("smtp", wake=session.hang_up, close=session.close)
    try:
        refused = await worker.run(lambda: session.up_to_the_dot(sender, recipients, message))
        await commit()
        await worker.run(session.dot)
    except BaseException:
        worker.stop()
        raise
    worker.finish(session.take_leave)  # what is known by now is not held up by it
    return refused


async def check(settings: SmtpSettings) -> Finding:
    """Whether the server is there, verifies, and lets us in; sends nothing."""
    what = f"Sending by {settings.server}"
    session = _Session(settings)
    worker = Worker("smtp-check", wake=session.hang_up, close=session.close)
    try:
        await worker.run(session.log_in)
    except AdapterError as problem:
        return Finding(what, Severity.ERROR, str(problem))
    finally:
        worker.stop()
    return Finding(what, Severity.OK, "connected over verified TLS, logged in")


def quoted(message: bytes) -> bytes:
    """``message`` as DATA wants it, without the final dot: every line ends in CRLF, and a dot
    that begins a line is doubled (RFC 5321, 4.5.2), so that no text can end the mail early."""
    lines = _LINE_END.sub(b"\r\n", message)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return _DOT.sub(b"..", lines)


class _Session:
    """One SMTP session; its methods but ``hang_up`` block and belong to one thread."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._server = settings.server
        self._login = settings.login
        self._open: smtplib.SMTP | None = None

    def log_in(self) -> None:
        """Connect, begin TLS and log in."""
        self._guarded(self._connected)

    def up_to_the_dot(self, sender: str, recipients: Sequence[str], message: bytes) -> Refusals:
        """Say everything but the final dot; who was refused."""

        def talk() -> Refusals:
            smtp = self._connected()
            self._from(smtp, sender, len(message))
            refused = self._to(smtp, recipients)
            self._expect(smtp.docmd("DATA"), 3, "the mail")
            smtp.send(quoted(message))
            if smtp.sock is not None and select.select([smtp.sock], [], [], 0)[0]:
                # It gave up on the mail, or us, while the text was sent: no dot, no doubt.
                self._expect(smtp.getreply(), 3, "the mail")
            return refused

        return self._guarded(talk)

    def dot(self) -> None:
        """Say the final dot and wait for the server's word."""

        def talk() -> None:
            smtp = self._open
            if smtp is None or smtp.sock is None:
                raise EOFError("hung up before the dot")
            smtp.sock.settimeout(max(DOT_PATIENCE, self._server.timeout))
            self._taken(smtp.docmd("."))

        try:
            self._guarded(talk)
        except (Deferred, Refused):
            raise
        except AdapterError as problem:
            raise Unreachable(
                f"The connection to {self._server} broke off while it was taking the mail, so "
                "nobody knows whether it has it.",
                problem.detail,
            ) from problem

    def take_leave(self) -> None:
        """Say QUIT to a server that has the mail; whether it answers is all the same."""
        if self._open is not None and self._open.sock is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._open.sock.settimeout(_LEAVE_S)
                self._open.quit()

    def _taken(self, reply: Reply) -> None:
        """Raises unless the server took the mail; 5xx of any kind, a log-in too, is its no."""
        if reply[0] // 100 == 5:
            raise Refused(
                f"The SMTP server {self._server} refused the mail ({_words(reply)}); change that "
                "and send it again."
            )
        self._expect(reply, 2, "the mail")

    def hang_up(self) -> None:
        """End the session at once, from any thread; what blocks in it returns."""
        if self._open is not None and self._open.sock is not None:
            with contextlib.suppress(OSError):  # gone already
                socket.socket.shutdown(self._open.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the socket."""
        if self._open is not None:
            self._open.close()

    def _guarded(self, talk: Callable[[], T]) -> T:
        try:
            return talk()
        except AdapterError:
            self.close()
            raise
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise self._in_words(error) from error

    def _in_words(self, error: Exception) -> AdapterError:
        if isinstance(error, smtplib.SMTPResponseException):
            return self._refusal((error.smtp_code, _bytes(error.smtp_error)), "the connection")
        # smtplib tells a time-out only as the context of "unexpectedly closed".
        cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else None
        return errors.in_words(cause if isinstance(cause, OSError) else error, self._server)

    def _connected(self) -> smtplib.SMTP:
        """Logged in; once more with another access token when one is refused."""
        try:
            return self._begun()
        except LoginRefused:
            if self._login is None or not self._login.renew():
                raise
        self.close()
        return self._begun()

    def _begun(self) -> smtplib.SMTP:
        server = self._server
        smtp: smtplib.SMTP
        if server.security is Security.TLS:
            self._open = smtp = smtplib.SMTP_SSL(
                server.host,
                server.port,
                local_hostname=_OWN_NAME,
                timeout=server.timeout,
                context=tls_context(server),
            )
        else:
            self._open = smtp = smtplib.SMTP(
                server.host, server.port, local_hostname=_OWN_NAME, timeout=server.timeout
            )
        if smtp.sock is not None:
            talk_promptly(smtp.sock)
        self._expect(smtp.ehlo(), 2, "the connection")
        if server.security is Security.STARTTLS:
            if not smtp.has_extn("starttls"):
                raise errors.no_starttls(server)
            begin = StartTls(server, lambda: smtp.file.readline() if smtp.file else b"")
            self._expect(smtp.starttls(context=cast("ssl.SSLContext", begin)), 2, "encryption")
            self._expect(smtp.ehlo(), 2, "the connection")
        if self._login is not None:
            self._log_in(smtp, self._login)
        return smtp

    def _log_in(self, smtp: smtplib.SMTP, login: Login) -> None:
        offered = smtp.esmtp_features.get("auth", "").upper().split()
        if login.auth is not Auth.PASSWORD:
            reply = _say(smtp, login.auth.upper(), oauth_response(self._server, login))
        elif "PLAIN" in offered:
            reply = _say(smtp, "PLAIN", plain_response(login))
        elif "LOGIN" in offered:
            reply = _say(smtp, "LOGIN", login.user.encode(), login.secret().encode())
        else:
            raise AccountProblem(
                f"The SMTP server {self._server} offers no log-in with a password (it offers: "
                f"{errors.words(' '.join(offered) or 'none')}); correct 'auth' or the server."
            )
        self._expect(reply, 2, "the log-in")

    def _from(self, smtp: smtplib.SMTP, sender: str, size: int) -> None:
        limit = smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < size:
            raise Refused(
                f"The mail has {size // 1000} kB, more than the {int(limit) // 1000} kB that "
                f"{self._server} takes; attach less."
            )
        option = f" SIZE={size}" if "size" in smtp.esmtp_features else ""
        self._expect(smtp.docmd("MAIL", f"FROM:<{sender}>{option}"), 2, f"the sender {sender}")

    def _to(self, smtp: smtplib.SMTP, recipients: Sequence[str]) -> Refusals:
        """Name the recipients; raises when nobody is left."""
        replies = [(each, smtp.docmd("RCPT", f"TO:<{each}>")) for each in recipients]
        refused = [(each, reply) for each, reply in replies if reply[0] // 100 != 2]
        if len(refused) == len(replies):
            # One that may be taken later keeps the whole mail waiting for another try.
            each, reply = min(refused, key=lambda one: one[1][0])
            raise self._refusal(reply, f"the recipient {each}")
        return tuple((each, _words(reply)) for each, reply in refused)

    def _expect(self, reply: Reply, kind: int, what: str) -> None:
        if reply[0] // 100 != kind:
            raise self._refusal(reply, what)

    def _refusal(self, reply: Reply, what: str) -> AdapterError:
        where, said = f"The SMTP server {self._server}", _words(reply)
        if self._login is not None and reply[0] in _LOGIN_REPLIES:
            return errors.wrong_login(self._server, self._login, said)
        match reply[0] // 100:
            case 4:
                return Deferred(f"{where} does not take {what} now ({said}); it is tried again.")
            case 5:
                return Refused(f"{where} refused {what} ({said}); change that and send it again.")
            case _:
                return Unreachable(f"{where} gave an answer that is not SMTP ({said}).")


def _say(smtp: smtplib.SMTP, mechanism: str, *messages: bytes) -> Reply:
    """AUTH (RFC 4954) with the client's messages in order, then empty ones.

    By hand, since smtplib's own way takes ASCII passwords only. OAuth's server tells its reason
    in a challenge that must be answered before it refuses.
    """
    answers = [base64.b64encode(message).decode() for message in messages]
    first = answers.pop(0) if mechanism != "LOGIN" else ""
    reply = smtp.docmd("AUTH", f"{mechanism} {first}".rstrip())
    while reply[0] == 334:
        reply = smtp.docmd(answers.pop(0) if answers else "")
    return reply


def _words(reply: Reply) -> str:
    return errors.words(f"{reply[0]} {reply[1].decode(errors='replace')}")


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text
