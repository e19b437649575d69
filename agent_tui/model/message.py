"""Messages, their parts and their people, as the store keeps them: display-ready and safe."""

from dataclasses import dataclass
from enum import StrEnum

from agent_tui.model.clock import Millis


class Direction(StrEnum):
    """Which way a message went; a note stays in the house."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"


class Delivery(StrEnum):
    """How far an outbound message has come, as its reader sees it."""

    NONE = ""  # inbound messages, notes, and mail that other programs sent
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"  # it has reached the customer's device
    READ = "read"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class FetchState(StrEnum):
    """Where an attachment's bytes are."""

    REMOTE = "remote"
    WANTED = "wanted"  # somebody asked; the engine fetches
    HERE = "here"
    FAILED = "failed"


class FoldKind(StrEnum):
    """Why lines of a body are shown folded."""

    QUOTE = "quote"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines ``start`` to ``end`` (exclusive, counted from 0) of a body that are shown folded."""

    start: int
    end: int
    kind: FoldKind


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a body, numbered as its text shows it."""

    number: int
    text: str
    url: str
    host: str  # the real host; other scripts as xn-- (RFC 5891)
    suspicious: bool  # its text names another host, or it hides behind user information
    openable: bool  # http, https or mailto


@dataclass(frozen=True, slots=True)
class Body:
    """Display-ready text: safe, lines ended by a line feed, nothing deleted."""

    text: str
    folds: tuple[Fold, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address with the name its owner gave it."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>" if self.name else self.email


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets a message."""

    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()  # where its sender wants answers

    def all(self) -> tuple[Address, ...]:
        """Everybody, in the order To, Cc, Bcc."""
        return self.to + self.cc + self.bcc


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message; its bytes are fetched when somebody wants them."""

    id: int
    message_id: int
    name: str
    type: str
    size: int
    part: str  # the provider's name for it: an IMAP section such as "2.1"
    inline: bool
    state: FetchState
    path: str | None = None  # where the fetched bytes lie
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A mail as it came, byte for byte; fetched when somebody wants to see it."""

    message_id: int
    state: FetchState
    path: str | None = None  # where the fetched bytes lie
    problem: str = ""  # why it is not here, or not yet


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji that somebody has put to a message."""

    who: str  # display name
    emoji: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A text that a message had before it was edited."""

    at: Millis  # until then
    text: str
    rating: int | None = None  # of a review, until then


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation. Ids grow with time, so ordering by id is chronological."""

    id: int
    conversation_id: int
    account: str
    direction: Direction
    author: str  # display name
    address: str  # mail address, handle, or an agent's handle for notes
    at: Millis
    subject: str
    body: Body
    recipients: Recipients = Recipients()
    message_id: str | None = None  # RFC 5322 Message-ID without angle brackets
    delivery: Delivery = Delivery.NONE
    problem: str = ""  # why delivery failed or is uncertain
    automatic: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()  # what the reader had to cut or could not read
    attachments: tuple[Attachment, ...] = ()
    answers: int | None = None  # the message it was written in answer to, where that is said
    topic: str | None = None  # the provider's id of the thread within the conversation
    edited_at: Millis | None = None
    deleted_at: Millis | None = None  # its text and files are gone, here too
    reactions: tuple[Reaction, ...] = ()
    versions: tuple[Version, ...] = ()  # earlier texts, oldest first
