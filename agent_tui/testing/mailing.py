"""What stands of mail adapters share: customers' mails, and a submission server that keeps ours."""

import asyncio
import logging
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import BytesParser
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from agent_tui.model.account import EffectKind
from agent_tui.model.clock import SECOND, Millis, system_clock
from agent_tui.testing.proxy import FAREWELLS, Proxy
from agent_tui.testing.stand import Arrived, Fault

OWN = "support@example.test"
USER = "support"
PASSWORD = "correct-horse-staple"  # noqa: S105 - of a server in a temporary folder


@dataclass
class Customers:
    """Writes the mails of one customer a thread, each in answer to the one before."""

    ids: dict[str, str] = field(default_factory=dict)  # Message-ID -> thread
    names: dict[str, str] = field(default_factory=dict)  # thread -> display name
    strange: bool = False  # mails have headers and parts that nobody knows
    _now: Millis = field(default_factory=lambda: system_clock() - 3600 * SECOND)

    def mail(self, text: str, thread: str, files: Sequence[tuple[str, bytes]]) -> bytes:
        """A mail, a second later than the one before. Raises UnicodeError for half a character."""
        self._now += SECOND
        before = [known for known, its in self.ids.items() if its == thread]
        message_id = f"<{len(self.ids)}.{self._now}@customer.test>"
        mail = MIMEMultipart()
        name = Header(self.names.get(thread, f"Customer {thread}"), "utf-8").encode()
        mail["From"] = f"{name} <{thread}@customer.test>"
        mail["To"] = OWN
        mail["Subject"] = f"{'Re: ' if before else ''}Order {thread}"
        mail["Date"] = format_datetime(datetime.fromtimestamp(self._now / SECOND, UTC))
        mail["Message-ID"] = message_id
        if before:
            mail["In-Reply-To"] = before[-1]
            mail["References"] = " ".join(before[-10:])
        mail.attach(MIMEText(text, "plain", "utf-8"))
        if self.strange:
            mail["Unheard-Of"] = "since=next-year; deep=(1)"
            mail["Precedence"] = "unheard-of"
            mail.attach(MIMEApplication(b"?", "vnd.unheard-of"))
        for name, octets in files:
            part = MIMEApplication(octets)
            part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
            mail.attach(part)
        octets = mail.as_bytes()
        self.ids[message_id] = thread
        return octets

    def arrived(self, raw: bytes) -> Arrived:
        """A mail of ours as the customer sees it."""
        mail = BytesParser(policy=default).parsebytes(raw)
        assert isinstance(mail, EmailMessage)
        known = [each for each in str(mail["References"] or "").split() if each in self.ids]
        body = mail.get_body(("plain",))
        files = [(part.get_filename() or "", _octets(part)) for part in mail.iter_attachments()]
        return Arrived(
            EffectKind.SEND,
            self.ids[known[-1]] if known else "",
            body.get_content() if body is not None else "",
            tuple(files),
        )


def _octets(part: Any) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


class Authority:
    """A certificate authority for one stand; ``ca_file`` is what an account has to trust."""

    def __init__(self, folder: Path) -> None:
        made = trustme.CA()
        self.ca_file = folder / "authority.pem"
        made.cert_pem.write_to_path(str(self.ca_file))
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        made.issue_cert("localhost").configure_cert(self.context)


class Submission:
    """A submission server on loopback behind a :class:`Proxy`; keeps what it takes."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.password = PASSWORD  # change it, and nobody gets in any more
        self.proxy: Proxy | None = None
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []

    async def start(self, authority: Authority) -> None:
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of its own ways
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.proxy = Proxy(port, authority.context, FAREWELLS["SMTP"])

    async def stop(self) -> None:
        if self.proxy is not None:
            self.proxy.close()
        if self._server is not None:
            self._server.close()
            for session in self._sessions:
                if isinstance(session.transport, asyncio.WriteTransport):
                    session.transport.abort()
            await self._server.wait_closed()
            await asyncio.sleep(0)  # what was aborted lets go of its socket

    @property
    def port(self) -> int:
        """Where accounts connect, with TLS from the first byte."""
        assert self.proxy is not None
        return self.proxy.port

    def fault(self, fault: Fault, times: int) -> None:
        """Play ``fault``; NO_ENTRY is another password from now on."""
        assert self.proxy is not None
        if fault is Fault.NO_ENTRY:
            self.password = "another"  # noqa: S105 - as above
        else:
            self.proxy.play(fault, times)

    def end_faults(self) -> None:
        self.password = PASSWORD
        if self.proxy is not None:
            self.proxy.end()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd's
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 log in first"
        envelope.mail_from = address
        return "250 2.1.0 go on"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd's
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        assert isinstance(envelope.content, bytes)  # decode_data is off
        self.mails.append(envelope.content)
        return "250 2.0.0 taken"

    def _session(self) -> SMTP:
        made = SMTP(
            self,
            hostname="localhost",
            authenticator=self._authenticate,
            auth_require_tls=False,  # the proxy before it speaks TLS
        )
        self._sessions.append(made)
        return made

    def _authenticate(
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd's
        session: Session,  # noqa: ARG002
        envelope: Envelope,  # noqa: ARG002
        mechanism: str,  # noqa: ARG002
        data: object,
    ) -> AuthResult:
        fits = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=fits, handled=False)
