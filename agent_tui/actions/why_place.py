"""Why a conversation stands where it does in a list, and why its messages are one."""

from collections.abc import Callable, Iterable, Iterator

from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel, Conversation, Sort
from agent_tui.model.event import ENGINE, Entity
from agent_tui.store import audit, events
from agent_tui.store.database import Database

_Say = Callable[[Millis], str]

_PROVIDERS_WORD = {Channel.REVIEW: "one review", Channel.CALL: "one call"}


def in_order(conversation: Conversation, sorts: Iterable[Sort], say: _Say) -> Iterator[str]:
    """What each order goes by here, a line each."""
    for sort in dict.fromkeys(sorts):
        yield f"    {_by(conversation, sort, say)}"


def together(db: Database, conversation: Conversation, say: _Say) -> Iterator[str]:
    """What made one conversation of its messages, and what was joined to it later."""
    account = safe_line(conversation.account)
    if conversation.thread_key is not None:
        what = _PROVIDERS_WORD.get(conversation.channel, f"one {conversation.channel}")
        yield f"Its messages are together because they are {what} at '{account}'."
    elif conversation.messages > 1:
        yield (
            f"Its {conversation.messages} messages are together because each names the Message-ID "
            "of another (RFC 5322) and is of somebody in it, or answers a mail of ours; never "
            "because of the subject."
        )
    for event in events.of_fields(db, Entity.CONVERSATION, conversation.id, (audit.MERGED,)):
        actor = event.stamp.actor
        by = "a mail named both" if actor == ENGINE else f"by {safe_line(actor)}"
        yield f"    another conversation was joined to it {say(event.stamp.at)}: {by}"


def _by(conversation: Conversation, sort: Sort, say: _Say) -> str:
    match sort:
        case Sort.NEWEST | Sort.OLDEST:
            return f"by {sort}: its last message is of {say(conversation.last_at)}"
        case Sort.WAITING | Sort.UNANSWERED:
            since = conversation.waiting_since
            return f"by {sort}: since {say(since)}" if since else f"by {sort}: nobody waits"
        case _:
            due = conversation.due_at
            return f"by {sort}: {say(due)}" if due else f"by {sort}: its clock stands"
