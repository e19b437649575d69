"""Writes a mail that is to leave: the bytes, and the addresses of its envelope."""

import mimetypes
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from agent_tui.adapters.contract import Refused
from agent_tui.content.safe import safe_line, safe_name
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import Address

_MOST_REFERENCES = 20
"""Ids named in References: the thread's first and the newest. RFC 5322 sets no limit, but
servers cut long headers, and the ends are what programs look at."""

_BODY = SMTP.clone(cte_type="7bit")
"""Needs neither 8BITMIME nor luck on the way: other text leaves quoted-printable or base64."""

_ATOMS = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]*", re.ASCII)
_LOCAL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9A-Za-z.:]+\]")
_ID = re.compile(r"[^\s<>]{1,250}", re.ASCII)
_FOLD = "\r\n "


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it goes over the wire."""

    sender: str  # of the envelope, as are the recipients
    recipients: tuple[str, ...]
    content: bytes


def letter(outgoing: Outgoing, key: str) -> Letter:
    """``outgoing`` with the Message-ID ``key`` (without angle brackets), ready to be sent.

    Bcc is in the envelope only. The text leaves as it was typed; Markdown reads well as it is.
    Raises Refused when an address cannot be written to or a file cannot be read.
    """
    everybody = [wire_address(one.email) for one in outgoing.recipients.all()]
    if not everybody:
        raise Refused("The mail has no recipient; name one in To, Cc or Bcc.")
    return Letter(
        sender=wire_address(outgoing.sender.email),
        recipients=tuple(dict.fromkeys(everybody)),
        content=_head(outgoing, key) + _body(outgoing),
    )


def copy_to_keep(outgoing: Outgoing, key: str) -> bytes:
    """The same mail for our own Sent mailbox: it tells who got a blind copy. Raises Refused."""
    blind = _line("Bcc", _people(outgoing.recipients.bcc)) if outgoing.recipients.bcc else b""
    return _head(outgoing, key) + blind + _body(outgoing)


def wire_address(email: str) -> str:
    """``email`` with its domain in ASCII (RFC 5891). Raises Refused when it is no address that
    mail servers take without the SMTPUTF8 extension."""
    local, _, domain = email.strip().rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        ascii_domain = ""
    if _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain):
        return f"{local}@{ascii_domain}"
    raise Refused(f"'{safe_line(email, 100)}' is no address that mail can be sent to; correct it.")


def _head(outgoing: Outgoing, key: str) -> bytes:
    to, cc = outgoing.recipients.to, outgoing.recipients.cc
    date = format_datetime(datetime.fromtimestamp(outgoing.date / 1000, UTC))
    lines = [
        _line("From", _people([outgoing.sender])),
        _line("To", _people(to) if to else "undisclosed-recipients:;"),
        _line("Cc", _people(cc)) if cc else b"",
        _line("Subject", _text(outgoing.subject)),
        _line("Date", date),
        _line("Message-ID", _ids([key])),
    ]
    if answered := _ids([outgoing.in_reply_to] if outgoing.in_reply_to else []):
        lines.append(_line("In-Reply-To", answered))
    if named := _ids(_capped(outgoing.references)):
        lines.append(_line("References", named))
    return b"".join(lines)


def _body(outgoing: Outgoing) -> bytes:
    message = EmailMessage(policy=_BODY)
    message.set_content(outgoing.text, charset="utf-8")
    for path in map(Path, outgoing.files):
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        if main in {"message", "multipart"}:  # may not be base64 (RFC 2045, 6.4)
            main, sub = "application", "octet-stream"
        message.add_attachment(
            _read(path), maintype=main, subtype=sub, filename=safe_name(path.name)
        )
    if "MIME-Version" not in message:
        message["MIME-Version"] = "1.0"
    return message.as_bytes()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Refused(
            f"The attachment {safe_line(str(path))} cannot be read ({reason}); attach it again."
        ) from error


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")


def _people(people: Iterable[Address]) -> str:
    return f",{_FOLD}".join(map(_person, people))


def _person(one: Address) -> str:
    address, name = wire_address(one.email), safe_line(one.name, 200)
    if not name:
        return address
    if not name.isascii():
        return f"{_text(name)} <{address}>"
    if _ATOMS.fullmatch(name):
        return f"{name} <{address}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" <{address}>'


def _text(text: str) -> str:
    """Free text of a header: folded, other scripts in encoded words (RFC 2047)."""
    line = safe_line(text)
    header = Header(line, "us-ascii" if line.isascii() else "utf-8", maxlinelen=70)
    return header.encode(linesep="\r\n")


def _ids(ids: Sequence[str]) -> str:
    """Message-IDs, one a line; email's own folding would put long ones into encoded words,
    which breaks threads."""
    return _FOLD.join(f"<{one}>" for one in ids if one.isascii() and _ID.fullmatch(one))


def _capped(ids: Sequence[str]) -> Sequence[str]:
    return ids if len(ids) <= _MOST_REFERENCES else (ids[0], *ids[1 - _MOST_REFERENCES :])
