"""Accounts as the screen sees them: what their adapter can do and how they are."""

from dataclasses import dataclass, replace
from enum import StrEnum

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel, Status


class EffectKind(StrEnum):
    """What can be asked of a provider."""

    SEND = "send"
    NOTE = "note"  # for colleagues who work in the provider's own program
    EDIT = "edit"  # another text for a message that was sent
    DELETE = "delete"  # a sent message is taken away from everybody
    REACT = "react"
    MODERATE = "moderate"  # publish, hold, hide a review or call it spam
    STATUS = "status"  # resolved, reopened, snoozed: archive, move, close
    ASSIGN = "assign"
    LABELS = "labels"
    PRIORITY = "priority"
    READ = "read"
    UNREAD = "unread"
    TYPING = "typing"  # passes at once or not at all: it never stands in the outbox


TO_CUSTOMER = frozenset({EffectKind.SEND, EffectKind.EDIT, EffectKind.DELETE, EffectKind.REACT})
"""Effects that the customer sees: they arrive in the order in which the agent made them."""


class Counted(StrEnum):
    """What the limit of a reply counts."""

    CHARACTERS = "characters"  # Unicode code points
    UTF16 = "utf-16 units"
    BYTES = "bytes"  # of UTF-8

    def length(self, text: str) -> int:
        """How long ``text`` is by this count."""
        match self:
            case Counted.CHARACTERS:
                return len(text)
            case Counted.UTF16:
                return len(text.encode("utf-16-le", "surrogatepass")) // 2
            case Counted.BYTES:
                return len(text.encode("utf-8", "surrogatepass"))

    def excess(self, text: str, limit: int | None) -> str:
        """A sentence where ``text`` is longer than ``limit``; empty where it is not."""
        if limit is None or (length := self.length(text)) <= limit:
            return ""
        return f"The text has {length} {self}; at most {limit} are allowed."


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter can do, with its limits; the screen greys what it cannot."""

    channel: Channel
    effects: frozenset[EffectKind] = frozenset()
    statuses: frozenset[Status] = frozenset({Status.OPEN, Status.RESOLVED})  # told apart there
    push: bool = False
    marks: bool = False  # the provider says what was delivered and read
    attach: bool = False
    html: bool = False
    reply_limit: int | None = None  # in ``counted``
    counted: Counted = Counted.CHARACTERS
    single_reply: bool = False  # one answer to a review, which is edited, never a second
    recipients: bool = False  # To, Cc, Bcc and Subject mean something
    idempotent: bool = False  # the provider drops a repeated key by itself
    source: bool = False  # mails can be fetched whole, as they came
    undo_ms: Millis = 10_000  # how long a reply is held before it leaves

    def on(self, channel: Channel) -> "Capabilities":
        """What holds on one channel of an account that serves several: only mail is addressed and
        has a source, only reviews are moderated, have one answer and take no files."""
        addressed = channel in (Channel.MAIL, Channel.FORM)
        review = channel is Channel.REVIEW
        return replace(
            self,
            channel=channel,
            effects=self.effects if review else self.effects - {EffectKind.MODERATE},
            recipients=self.recipients and addressed,
            single_reply=self.single_reply and review,
            attach=self.attach and not review,
            source=self.source and addressed,
        )


class AccountState(StrEnum):
    """How an account is doing."""

    NEW = "new"
    SYNCING = "syncing"
    OK = "ok"
    FAILING = "failing"
    STOPPED = "stopped"  # by a setting that must change: a password, a missing adapter


@dataclass(frozen=True, slots=True)
class Account:
    """A configured connection, as the engine last saw it."""

    name: str
    adapter: str
    address: str  # what customers write to; empty when nothing can be sent
    display_name: str
    capabilities: Capabilities
    state: AccountState
    since: Millis  # in this state
    problem: str = ""
    retry_at: Millis | None = None
    done: int = 0  # progress of a first sync, in messages
    total: int | None = None
    notice: str = ""  # what happened to it last and asks for nothing
    notice_at: Millis | None = None
    notice_read: bool = True
