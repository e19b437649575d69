"""A conversation as a row in words, for screen readers and braille displays; pure."""

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import LIVE, Conversation, Priority
from agent_tui.model.review import Moderation
from agent_tui.ui.cells import fit, folded
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part
from agent_tui.ui.waiting import until, waited


def row(
    conversation: Conversation,
    width: int,
    now: Millis,
    me: str,
    *,
    writing: bool = False,
    selected: bool = False,
) -> tuple[Piece, ...]:
    """What the columns of the list say, as a sentence of exactly ``width`` cells: what must be
    known to decide stands first, for the end may be cut."""
    vip = "VIP " if conversation.vip else ""
    facts = (
        "selected" if selected else "",
        "unread" if conversation.unread else "",
        "" if conversation.priority is Priority.NORMAL else conversation.priority.name.lower(),
        f"{_kind(conversation)} {vip}{conversation.customer or 'nobody'}",
        f"waits {wait}" if (wait := waited(conversation, now)) else "",
        until(conversation.due_at, now),
        "is writing" if writing else "",
        "draft begun" if conversation.draft else "",
        "with files" if conversation.attachments else "",
        _assigned(conversation.assignee, me),
        f"labels {' '.join(conversation.labels)}" if conversation.labels else "",
    )
    about = conversation.snippet if conversation.channel in LIVE else conversation.subject
    text = _clean(f"{', '.join(filter(None, facts))}: {about or conversation.snippet}")
    return (Piece(fit(text, width, "..."), Part.UNREAD if conversation.unread else Part.TEXT),)


def _assigned(assignee: str | None, me: str) -> str:
    return "yours" if assignee == me else f"of {assignee}" if assignee else ""


def _kind(conversation: Conversation) -> str:
    """The channel, what carries it, and the stars of a review."""
    via = f" by {conversation.via}" if conversation.via else ""
    if conversation.rating is None:
        return f"{conversation.channel}{via} from"
    review = conversation.review
    unseen = review is not None and review.moderation is not Moderation.PUBLISHED
    state = f" {review.moderation}" if review is not None and unseen else ""
    return f"{conversation.rating} of 5 stars{state} from"


def _clean(text: str) -> str:
    return folded(safe_line(text))
