"""A mail as the rest of the program sees it: decoded, display-ready, every string safe."""

from dataclasses import dataclass

from agent_tui.model.message import Address, Body


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    """A part of a mail that is a file, described without its bytes."""

    part: str  # IMAP section number such as "2.1" (RFC 3501, 6.4.5)
    name: str  # fit for a file system; see safe.safe_name
    type: str  # media type such as "image/png", in lower case
    size: int  # octets as they travel, that is before decoding, as BODYSTRUCTURE counts them
    content_id: str | None  # without angle brackets
    inline: bool  # meant to be seen within the text, such as a picture


@dataclass(frozen=True, slots=True)
class Mail:
    """What ``mime.read_mail`` makes of raw bytes."""

    message_id: str | None  # without angle brackets, like every id here
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]  # oldest first; of a very long list the first and the last 100
    subject: str
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    sent_at: int | None  # milliseconds since the epoch, UTC; None where absent or absurd
    body: Body
    attachments: tuple[AttachmentPart, ...]
    headers: tuple[tuple[str, str], ...]  # as they came, for the details view
    automatic: bool  # written by a machine or to a list: never to be answered by a machine
    bounce: bool  # a delivery status notification (RFC 3464) or an older kind of bounce
    notes: tuple[str, ...]  # what was cut or could not be read, in words
    writers: int  # how many From names
    authentication: tuple[str, ...]  # Authentication-Results, topmost first; anybody may write one
    content_hash: str  # SHA-256 in hex; tells mails without a usable Message-ID apart
