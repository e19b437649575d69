"""What others have done since the agent looked: nobody answers or decides unseen behind another."""

from collections.abc import Iterable, Mapping

from agent_tui.actions.action import Context
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import DAY, HOUR, MINUTE, SECOND, Millis
from agent_tui.model.conversation import LIVE, Conversation, Priority
from agent_tui.model.draft import Draft
from agent_tui.model.event import ENGINE, Entity, Event
from agent_tui.model.message import Direction, Message
from agent_tui.store import changes, events, messages, outbox
from agent_tui.store.changes import Value
from agent_tui.store.database import Conflict

_DECIDED = ("status", "snoozed_until", "assignee", "priority")
"""Fields of which one word replaces another; labels of two agents both stay."""


def said(context: Context, draft: Draft, conversation: Conversation) -> list[str]:
    """Who has answered or written since ``draft`` was begun, a sentence each.

    In a chat customers write on while they are answered, and so does the agent.
    """
    seen, live = draft.seen_message or 0, conversation.channel in LIVE
    newest = messages.newest(context.db, conversation.id)
    if newest is None or newest <= seen:
        return []
    came = [m for m in messages.of_conversation(context.db, conversation.id) if m.id > seen]
    answers = [
        (who, message)
        for message in came
        if message.direction is Direction.OUTBOUND and not message.automatic
        if (who := _writer(context, message)) != context.agent or not live
    ]
    found = []
    if answers:
        who, message = answers[-1]
        name = "You" if who == context.agent else who
        ago = _ago(message.at, context.clock())
        found.append(f"{name} answered {ago} ago, after you began.")
    wrote = [m for m in came if m.direction is not Direction.OUTBOUND or m.automatic]
    others = [m.author for m in wrote if not live and m.author != context.agent]
    return [*found, *(f"{who} wrote after you began." for who in others[-1:])]


def check(context: Context, wanted: Iterable[tuple[Conversation, Mapping[str, Value]]]) -> None:
    """Hold what the agent saw of conversations against what they are.

    Raises Conflict when somebody else has decided meanwhile what is to be decided now.
    """
    for conversation, fields in wanted:
        saw = context.seen.get(conversation.id)
        if saw is None:
            continue
        for name in changes.different(conversation, fields):
            if name in _DECIDED and changes.value(saw, name) != changes.value(conversation, name):
                _tell(context, conversation, name)


def _tell(context: Context, conversation: Conversation, name: str) -> None:
    history = events.of_fields(context.db, Entity.CONVERSATION, conversation.id, (name,))
    if history and history[0].stamp.actor != context.agent:
        now = context.clock()
        raise Conflict(f"{_deed(conversation, history[0], now)} Look, and decide again.")


def _deed(conversation: Conversation, event: Event, now: Millis) -> str:
    """Who did what to the conversation, and when."""
    who, ago = event.stamp.actor, f"{_ago(event.stamp.at, now)} ago"
    called = f"#{conversation.id}"
    if who == ENGINE:
        return f"{called} changed {ago} by what came in."
    match event.field:
        case "assignee" if event.after is None:
            return f"{who} took {called} from its assignee {ago}."
        case "assignee":
            return f"{who} assigned {called} to {event.after} {ago}."
        case "priority":
            return f"{who} gave {called} priority {_priority(event.after)} {ago}."
        case _:
            status = conversation.status.replace("_", " ")
            return f"{who} made {called} {status} {ago}."


def _priority(value: object) -> str:
    return Priority(value).name.lower() if isinstance(value, int) else str(value)


def _writer(context: Context, message: Message) -> str:
    """The agent who sent it from here, else whom it names."""
    for item in outbox.of_message(context.db, message.id, EffectKind.SEND):
        return item.agent
    return message.author


def _ago(at: Millis, now: Millis) -> str:
    """The time since ``at`` in its largest unit."""
    since = max(now - at, 0)
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if since >= unit:
            return f"{since // unit} {name}"
    return f"{since // SECOND} s"
