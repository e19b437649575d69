"""What stands still above and below the messages of a conversation; pure."""

from collections.abc import Sequence

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation, Priority, Status
from agent_tui.ui.cells import Glyphs
from agent_tui.ui.lines import clean, say_time
from agent_tui.ui.review_lines import rated
from agent_tui.ui.rows import Piece
from agent_tui.ui.theme import Part


def subject(conversation: Conversation, glyphs: Glyphs) -> list[Piece]:
    """What it is about, a review's stars before it."""
    text = clean(conversation.subject) or conversation.channel.capitalize()
    if conversation.rating is not None:
        text = f"{rated(conversation.rating, glyphs)} {text}"
    return [Piece(text, Part.UNREAD, bold=True)]


def state(conversation: Conversation, glyphs: Glyphs, now: Millis) -> list[Piece]:
    """Customer, what carries it, status, assignee, priority and labels."""
    status = conversation.status.replace("_", " ")
    if conversation.status is Status.SNOOZED and conversation.snoozed_until:
        status += f" until {say_time(conversation.snoozed_until, now)}"
    dot = f" {glyphs.dot} "
    via = f"{dot}{clean(conversation.via)}" if conversation.via else ""
    pieces = [
        Piece(clean(conversation.customer), Part.CUSTOMER),
        Piece(f"{via}{dot}{status}{dot}{clean(conversation.assignee or 'unassigned')}", Part.DIM),
    ]
    if conversation.priority is not Priority.NORMAL:
        pieces.append(Piece(f"{dot}{conversation.priority.name.lower()}", Part.WARNING))
    if conversation.testimonial is not None:
        pieces.append(Piece(f"{dot}testimonial {conversation.testimonial.consent}", Part.GOOD))
    if conversation.labels:
        labels = " ".join(clean(label) for label in conversation.labels)
        pieces.append(Piece(f"{dot}{labels}", Part.ACCENT))
    return pieces


def writing(customers: Sequence[str], teammates: Sequence[str], glyphs: Glyphs) -> list[Piece]:
    """Who writes in it now; nothing when nobody does."""
    pieces = []
    if customers:
        verb = "is" if len(customers) == 1 else "are"
        pieces.append(Piece(f"{_names(customers)} {verb} writing{glyphs.more}", Part.CUSTOMER))
    if teammates:
        verb = "is" if len(teammates) == 1 else "are"
        gap = "  " if customers else ""
        pieces.append(Piece(f"{gap}{_names(teammates)} {verb} writing here", Part.WARNING))
    return pieces


def earlier(count: int, keys: Sequence[str]) -> list[Piece]:
    """How many more conversations there are with the customer."""
    key = next(iter(keys), ":customer")
    return [Piece(f"  {count} earlier ({key})", Part.DIM)] if count else []


def below(count: int, keys: Sequence[str]) -> list[Piece]:
    """How many messages came in below what is in view."""
    if not count:
        return []
    key = f", {keys[0]}" if keys else ""
    return [Piece(f" {count} new below{key} ", Part.BAR_ACCENT)]


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(clean(name) for name in names[:2])
    return f"{shown} and {len(names) - 2} more" if len(names) > 2 else shown
