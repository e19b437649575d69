"""Conversations: what is triaged, and the pure rules of its status."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from agent_tui.model.clock import Millis
from agent_tui.model.review import Review
from agent_tui.model.testimonial import Testimonial


class Channel(StrEnum):
    """How the customer reached us."""

    MAIL = "mail"
    CHAT = "chat"
    REVIEW = "review"
    FORM = "form"
    SOCIAL = "social"
    CALL = "call"


LIVE = frozenset({Channel.CHAT, Channel.SOCIAL})
"""Where customers sit and wait: message by message, not letter by letter."""


class Status(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"
    PENDING = "pending"  # waiting for the customer
    ON_HOLD = "on_hold"  # waiting for somebody else
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    SPAM = "spam"


class Priority(IntEnum):
    """How urgent a conversation is; sorts by its number."""

    LOW = -1
    NORMAL = 0
    HIGH = 1
    URGENT = 2


class Sort(StrEnum):
    """The order of a list of conversations."""

    NEWEST = "newest"  # last activity first
    OLDEST = "oldest"
    WAITING = "waiting"  # the customer who has waited longest first
    DUE = "due"  # what is due an answer soonest first
    UNANSWERED = "unanswered"  # as waiting, and behind them the others, last activity first


CLOSED = frozenset({Status.RESOLVED, Status.SPAM})
"""Nobody is expected to do anything about these."""


@dataclass(frozen=True, slots=True)
class Triage:
    """What agents decide about a conversation, and what providers keep of it."""

    status: Status
    snoozed_until: Millis | None = None  # with Status.SNOOZED
    assignee: str | None = None  # an agent's handle
    labels: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation as the store keeps it; times in milliseconds."""

    id: int
    account: str
    channel: Channel
    subject: str
    status: Status
    customer_id: int
    created_at: Millis
    last_at: Millis
    version: int
    thread_key: str | None = None  # the provider's own id: chat room, review; None for mail
    snoozed_until: Millis | None = None
    assignee: str | None = None  # an agent's handle
    priority: Priority = Priority.NORMAL
    rating: int | None = None  # stars of a review, 1 to 5
    review: Review | None = None
    testimonial: Testimonial | None = None
    handled: int | None = None  # newest message when an agent resolved it or set it to pending
    waiting_since: Millis | None = None  # since when the customer has no answer
    due_at: Millis | None = None  # until when they should have one; None: no target, or it stands
    warn_at: Millis | None = None  # four fifths of that time are over
    messages: int = 0
    unread: int = 0
    attachments: int = 0
    snippet: str = ""
    customer: str = (
        ""  # the customer's display name; where several are merged, of who stands for all
    )
    person_id: int = 0  # the customer who stands for all who are merged with this one
    vip: bool = False
    labels: tuple[str, ...] = ()
    draft: bool = False  # somebody has begun an answer
    via: str = ""  # what carries it behind the channel, such as "whatsapp"; empty: the account
    reply_limit: int | None = None  # characters, where this conversation has a limit of its own
    reply_until: Millis | None = None  # no free answer after that, as in WhatsApp's 24 hours

    @property
    def triage(self) -> Triage:
        """What agents have decided about it."""
        return Triage(self.status, self.snoozed_until, self.assignee, self.labels, self.priority)


@dataclass(frozen=True, slots=True)
class View:
    """A saved query with a name and an order."""

    name: str
    query: str
    sort: Sort = Sort.NEWEST


NEEDS_REPLY = View("Needs reply", "status:open is:waiting", Sort.WAITING)

BUILT_IN_VIEWS: tuple[View, ...] = (
    View("Inbox", "status:open", Sort.NEWEST),
    NEEDS_REPLY,
    View("Mine", "status:open assignee:me", Sort.NEWEST),
    View("Unassigned", "status:open assignee:none", Sort.OLDEST),
    View("Due soon", "status:open is:waiting", Sort.DUE),
    View("Reviews", "status:open channel:review", Sort.NEWEST),
    View("Mentions", "mentions:me -status:resolved,spam", Sort.NEWEST),
    View("Snoozed", "status:snoozed", Sort.NEWEST),
    View("Drafts and Outbox", "is:draft OR is:outgoing", Sort.NEWEST),
    View("Waiting", "status:pending OR status:on_hold", Sort.NEWEST),
    View("All", "-status:spam", Sort.NEWEST),
    View("Unanswered reviews", "status:open channel:review is:waiting", Sort.WAITING),
    View("Low ratings", "channel:review rating:<=2 -status:spam", Sort.UNANSWERED),
    View("Chats", "status:open channel:chat", Sort.NEWEST),
)
"""In their order; digits choose the first nine."""

_REOPENED_BY_CUSTOMER = frozenset({Status.RESOLVED, Status.PENDING, Status.SNOOZED})


def status_after_inbound(status: Status, *, automatic: bool) -> Status:
    """The status after the customer wrote; automatic mail (RFC 3834) reopens nothing."""
    if automatic or status not in _REOPENED_BY_CUSTOMER:
        return status
    return Status.OPEN
