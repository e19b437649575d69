"""What an adapter hands in: messages made display-ready, flags, and the cursor behind them."""

from dataclasses import dataclass

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel, Priority, Status
from agent_tui.model.customer import IdentityKind
from agent_tui.model.message import Address, Body, Delivery, Direction, Recipients
from agent_tui.model.review import Review


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote an incoming message."""

    kind: IdentityKind
    value: str  # address, handle, number
    name: str = ""
    claims: tuple[tuple[IdentityKind, str], ...] = ()  # what they say to be, unverified


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """An attachment, not yet fetched."""

    part: str  # what the adapter's ``fetch`` wants
    name: str
    type: str
    size: int
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Flags:
    """What other programs have done with a message on the server."""

    seen: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Bounce:
    """A server's word that a mail of ours did not get through (RFC 3464)."""

    message_id: str  # of our mail, without brackets
    failed: tuple[tuple[str, str], ...] = ()  # recipient and reason, either may be empty
    delayed: tuple[tuple[str, str], ...] = ()  # those to whom the server goes on trying


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message from a provider; every string has passed ``content.safe``."""

    remote_id: str  # unique within account and mailbox; for IMAP "UIDVALIDITY:UID"
    channel: Channel
    direction: Direction
    sender: Sender
    at: Millis
    body: Body
    subject: str = ""
    recipients: Recipients = Recipients()
    message_id: str | None = None  # RFC 5322, without brackets
    references: tuple[str, ...] = ()  # oldest first, In-Reply-To last
    thread_key: str | None = None  # the provider's own conversation id
    content_hash: str = ""  # tells equal mails without a Message-ID apart from others
    files: tuple[IncomingFile, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    flags: Flags = Flags()
    automatic: bool = False
    rating: int | None = None
    status: Status | None = None  # of its conversation after this message, where it is known
    snoozed_until: Millis | None = None  # with Status.SNOOZED
    labels: tuple[str, ...] = ()  # of a conversation that begins with this message, as below
    assignee: str | None = None
    priority: Priority | None = None
    raw: bytes | None = None  # kept only when the message could not be read
    review: Review | None = None  # with ``rating``
    customer: Sender | None = None  # who the conversation is with, where the sender is one of us
    answers: str | None = None  # remote id of the message it was written in answer to
    topic: str | None = None  # the provider's id of a thread within the conversation
    edited_at: Millis | None = None  # it was edited before we first saw it
    bounce: Bounce | None = None  # it tells of a mail of ours that came back


@dataclass(frozen=True, slots=True)
class FlagChange:
    """The server's flags of a message changed."""

    remote_id: str
    flags: Flags


@dataclass(frozen=True, slots=True)
class Edit:
    """A message has another text now."""

    remote_id: str
    body: Body
    at: Millis
    subject: str | None = None  # None: as it was
    rating: int | None = None  # of a review; None: as it was
    review: Review | None = None  # of a review; None: as it was


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message, or a reaction, was taken away."""

    remote_id: str
    at: Millis


@dataclass(frozen=True, slots=True)
class ReactionChange:
    """Somebody has put an emoji to a message, or taken it off again."""

    message: str  # its remote id
    sender: Sender
    emoji: str
    remote_id: str | None = None  # its own, where a Deletion can name it
    removed: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a message of ours has come at the customer's side."""

    remote_id: str
    delivery: Delivery  # SENT, DELIVERED, READ or FAILED
    problem: str = ""  # with FAILED
    and_before: bool = False  # holds for our earlier messages of the conversation, too


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What the provider says of a conversation; None: it says nothing of that.

    What differs from what it said last is taken over, unless an agent's own change is still on
    its way there.
    """

    thread_key: str
    subject: str | None = None
    status: Status | None = None
    snoozed_until: Millis | None = None  # with Status.SNOOZED
    assignee: str | None = None  # a handle; empty: nobody
    labels: tuple[str, ...] | None = None
    priority: Priority | None = None
    via: str | None = None
    reply_limit: int | None = None  # together with ``via``
    reply_until: Millis | None = None  # together with ``via``


@dataclass(frozen=True, slots=True)
class ServerReply:
    """A canned reply that the provider keeps."""

    name: str
    text: str  # variables in our own notation, see content.template


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent whom the provider knows."""

    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody at the other end writes, or has stopped."""

    thread_key: str
    who: str  # display name
    on: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a first sync has come, in messages."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A step of a pull; committed with its cursor in one transaction.

    Messages first, so that the rest may speak of them; what is said of messages and conversations
    that nobody knows is dropped.
    """

    mailbox: str
    cursor: str  # opaque to everybody but the adapter
    messages: tuple[Incoming, ...] = ()
    flags: tuple[FlagChange, ...] = ()
    gone: tuple[str, ...] = ()  # remote ids no longer in the mailbox
    gone_resolves: bool = False  # who took them out of the mailbox has dealt with them
    reset: bool = False  # all remote ids of the mailbox are void (new UIDVALIDITY)
    notice: str = ""  # what happened at the provider, told to the agent once: a sentence or two
    progress: Progress | None = None
    edits: tuple[Edit, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    reactions: tuple[ReactionChange, ...] = ()
    marks: tuple[Mark, ...] = ()
    conversations: tuple[ConversationState, ...] = ()
    colleagues: tuple[Colleague, ...] = ()
    canned: tuple[ServerReply, ...] | None = None  # all there are now


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply or new message as a provider needs it; JSON-able."""

    subject: str
    text: str  # Markdown
    sender: Address
    recipients: Recipients = Recipients()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # paths
    date: Millis = 0
    thread_key: str | None = None
