"""Turns a mail that was read into what the store takes in."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from agent_tui.content.bounce import read_bounce
from agent_tui.content.mail import AttachmentPart, Mail
from agent_tui.content.mime import read_mail
from agent_tui.content.trust import remarks
from agent_tui.model.clock import DAY, Millis
from agent_tui.model.conversation import Channel
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.incoming import Bounce, Flags, Incoming, IncomingFile, Sender
from agent_tui.model.message import Address, Body, Direction, Recipients

_MOST_AHEAD = 2 * DAY
"""A Date so much after the mail's arrival comes from a wrong clock; less is a time zone."""

_FIRST_MAIL: Millis = 631_152_000_000
"""1990-01-01: a Date before it comes from a clock that was reset. Any later one is believed,
however old, since a mailbox that was moved to another server may say it arrived today."""


@dataclass(frozen=True, slots=True)
class Own:
    """The addresses that are us: what they send is outbound."""

    addresses: frozenset[str]
    authserv_id: str = ""  # the name under which our mail server says who is proven (RFC 8601)

    @classmethod
    def of(cls, addresses: Collection[str], authserv_id: str = "") -> "Own":
        normals = frozenset(normal(IdentityKind.EMAIL, one) for one in addresses if one)
        return cls(normals, authserv_id)

    def wrote(self, mail: Mail) -> bool:
        """Whether ``mail`` is from us."""
        return normal(IdentityKind.EMAIL, mail.sender.email) in self.addresses


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail lies, since when (the server's word for it), and with what flags."""

    remote_id: str
    arrived: Millis
    flags: Flags = Flags()


def read(raw: bytes, place: Place, own: Own) -> Incoming:
    """The mail ``raw`` as a message of the mail channel; never raises for what is in it."""
    try:
        mail = read_mail(raw)
        bounce = read_bounce(raw) if mail.bounce else None
    except Exception as error:  # noqa: BLE001 - one hostile mail must not stop a mailbox
        why = f"This mail could not be read ({type(error).__name__}); it is kept as it came."
        return unreadable(raw, why, place)
    return incoming(mail, place, own, bounce=bounce)


def incoming(mail: Mail, place: Place, own: Own, *, bounce: Bounce | None = None) -> Incoming:
    """``mail`` as a message of the mail channel; a ``bounce`` stands in the thread of the mail that
    came back."""
    ours = own.wrote(mail)
    doubts = () if ours else remarks(mail, own.addresses, own.authserv_id)
    return Incoming(
        remote_id=place.remote_id,
        channel=Channel.MAIL,
        direction=Direction.OUTBOUND if ours else Direction.INBOUND,
        sender=_sender(mail.sender),
        at=_when(mail.sent_at, place.arrived),
        body=mail.body,
        subject=mail.subject,
        recipients=Recipients(mail.to, mail.cc, mail.bcc, mail.reply_to),
        message_id=mail.message_id,
        references=(*_thread(mail), *([bounce.message_id] if bounce else [])),
        content_hash=mail.content_hash,
        files=tuple(map(_file, mail.attachments)),
        headers=mail.headers,
        notes=(*mail.notes, *doubts),
        flags=place.flags,
        automatic=mail.automatic or mail.bounce,
        bounce=bounce,
    )


def unreadable(raw: bytes, why: str, place: Place) -> Incoming:
    """A mail that nobody can read: listed with ``why``, its bytes kept, not fetched again."""
    return Incoming(
        remote_id=place.remote_id,
        channel=Channel.MAIL,
        direction=Direction.INBOUND,
        sender=_sender(Address("", "")),
        at=place.arrived,
        body=Body(""),
        content_hash=sha256(raw or place.remote_id.encode()).hexdigest(),
        notes=(why,),
        flags=place.flags,
        raw=raw,
    )


def _thread(mail: Mail) -> tuple[str, ...]:
    """References, then In-Reply-To, each id once, where it stands last."""
    ids = mail.references + mail.in_reply_to
    return tuple(reversed(dict.fromkeys(reversed(ids))))


def _sender(address: Address) -> Sender:
    email = normal(IdentityKind.EMAIL, address.email)
    return Sender(IdentityKind.EMAIL, email, address.name)


def _when(sent: Millis | None, arrived: Millis) -> Millis:
    if sent is None or not _FIRST_MAIL <= sent <= arrived + _MOST_AHEAD:
        return arrived
    return sent


def _file(part: AttachmentPart) -> IncomingFile:
    return IncomingFile(part.part, part.name, part.type, part.size, part.inline)
