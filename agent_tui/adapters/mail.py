"""Turns a mail that was read into what the store takes in."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from agent_tui.content.mail import AttachmentPart, Mail
from agent_tui.content.mime import read_mail
from agent_tui.model.clock import DAY, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.incoming import Flags, Incoming, IncomingFile, Sender
from agent_tui.model.message import Address, Body, Direction, Recipients

_MOST_AHEAD = 2 * DAY
"""A Date so much after the mail's arrival comes from a wrong clock; less is a time zone."""

_FIRST_MAIL: Millis = 631_152_000_000
"""1990-01-01: a Date before it comes from a clock that was reset. Any later one is believed,
however old, since a mailbox that was moved to another server may say it arrived today."""

_UNREADABLE = "This mail could not be read; it is kept as it came."


@dataclass(frozen=True, slots=True)
class Own:
    """The addresses that are us: what they send is outbound."""

    addresses: frozenset[str]

    @classmethod
    def of(cls, addresses: Collection[str]) -> "Own":
        return cls(frozenset(normal(IdentityKind.EMAIL, one) for one in addresses if one))

    def wrote(self, mail: Mail) -> bool:
        """Whether ``mail`` is from us."""
        return normal(IdentityKind.EMAIL, mail.sender.email) in self.addresses


def incoming(
    raw: bytes,
    *,
    remote_id: str,
    arrived: Millis,
    own: Own,
    flags: Flags,
    attachments: tuple[AttachmentPart, ...] | None = None,
    notes: tuple[str, ...] = (),
) -> Incoming:
    """The mail ``raw`` as a message of the mail channel; never raises for what is in it.

    ``arrived`` is when the server got it. ``attachments`` replaces those found in ``raw`` where
    it was shortened on the way, ``notes`` are put before the reader's own.
    """
    try:
        mail = read_mail(raw)
    except Exception as error:  # noqa: BLE001 - one hostile mail must not stop a mailbox
        why = f"{_UNREADABLE} ({type(error).__name__})"
        return unreadable(raw, why, remote_id=remote_id, arrived=arrived, flags=flags)
    files = mail.attachments if attachments is None else attachments
    return Incoming(
        remote_id=remote_id,
        channel=Channel.MAIL,
        direction=Direction.OUTBOUND if own.wrote(mail) else Direction.INBOUND,
        sender=_sender(mail.sender),
        at=_when(mail.sent_at, arrived),
        body=mail.body,
        subject=mail.subject,
        recipients=Recipients(mail.to, mail.cc, mail.bcc),
        message_id=mail.message_id,
        references=tuple(dict.fromkeys(mail.references + mail.in_reply_to)),
        content_hash=mail.content_hash,
        files=tuple(map(_file, files)),
        headers=mail.headers,
        notes=notes + mail.notes,
        flags=flags,
        automatic=mail.automatic or mail.bounce,
    )


def unreadable(raw: bytes, why: str, *, remote_id: str, arrived: Millis, flags: Flags) -> Incoming:
    """A mail that nobody can read: listed with ``why``, its bytes kept, not fetched again."""
    return Incoming(
        remote_id=remote_id,
        channel=Channel.MAIL,
        direction=Direction.INBOUND,
        sender=_sender(Address("", "")),
        at=arrived,
        body=Body(""),
        content_hash=sha256(raw).hexdigest(),
        notes=(why,),
        flags=flags,
        raw=raw,
    )


def _sender(address: Address) -> Sender:
    email = normal(IdentityKind.EMAIL, address.email)
    return Sender(IdentityKind.EMAIL, email, address.name)


def _when(sent: Millis | None, arrived: Millis) -> Millis:
    if sent is None or not _FIRST_MAIL <= sent <= arrived + _MOST_AHEAD:
        return arrived
    return sent


def _file(part: AttachmentPart) -> IncomingFile:
    return IncomingFile(part.part, part.name, part.type, part.size, part.inline)
