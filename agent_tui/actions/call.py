"""Phone calls: written down as conversations that no provider knows of."""

import re
from collections.abc import Mapping, Sequence

from agent_tui.actions import first_mail
from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.targets import first
from agent_tui.actions.when import parse_when, say_when
from agent_tui.content.safe import safe_text
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation
from agent_tui.model.draft import Draft
from agent_tui.model.event import Entity, Event, Stamp
from agent_tui.model.message import Body, Direction, Message
from agent_tui.store import calls, drafts, events, messages

CALL = "call"
"""The field of the event that says that a call was logged; its value is the message."""

NO_ANSWER = "A call has no answer; write a mail, or log another call."

_WAYS = {
    "in": Direction.INBOUND,
    "i": Direction.INBOUND,
    "out": Direction.OUTBOUND,
    "o": Direction.OUTBOUND,
}
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d\d)", re.ASCII)
_SPAN = re.compile(
    r"(?:(\d{1,2}) ?h(?:ours?)?)? ?(?:(\d{1,3}) ?m(?:in(?:utes?)?)?)? ?(?:(\d{1,4}) ?s(?:ec)?)?",
    re.ASCII,
)


def parse_length(text: str) -> int | None:
    """The seconds of ``5 min``, ``4:30``, ``1:02:03``, ``90 s``, ``1 h 5 min`` or ``5`` minutes;
    None for nothing. Raises ActionError when it cannot be read."""
    said = " ".join(text.lower().replace(",", " ").split())
    if not said:
        return None
    if said.isascii() and said.isdigit() and len(said) <= 3:
        return int(said) * 60
    found = _CLOCK.fullmatch(said) or _SPAN.fullmatch(said)
    if found is None:
        raise ActionError(f"'{text}' is no length; try '5 min', '4:30' or '1 h 5 min'.")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def say_length(seconds: int) -> str:
    """A length as people say it: ``5 min``, ``4:30 min``, ``1:05 h``."""
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02} h"
    return f"{minutes}:{rest:02} min" if rest else f"{minutes} min"


def parse_way(text: str) -> Direction:
    """From the customer (``in``) or to them (``out``); raises ActionError for anything else."""
    way = _WAYS.get(text.strip().lower())
    if way is None:
        raise ActionError(f"'{text}' is no direction: 'in' when they called, 'out' when we did.")
    return way


def log(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    """Write a call with the conversation's customer down, snoozed until one is to call back.

    Raises ActionError for what cannot be read.
    """
    beside = first(context, targets)
    way, length = parse_way(args["direction"]), parse_length(args.get("length", ""))
    text = safe_text(args["summary"]).strip()
    stamp = context.stamp(CALL)
    back = args.get("callback", "").strip()
    until = parse_when(back, stamp.at) if back else None
    with context.db.transaction(durable=True):
        number = calls.create(
            context.db,
            customer_id=beside.customer_id,
            subject=_subject(length),
            assignee=context.agent,
            at=stamp.at,
            snoozed_until=until,
        )
        message = _message(context, stamp.at, number, beside, way, text, length)
        calls.summarise(context.db, message)
        events.append(context.db, stamp, Entity.CONVERSATION, number, CALL, None, message.id)
    when = f", call back {say_when(until, stamp.at)}" if until is not None else ""
    return Done(f"Call with {beside.customer} logged as #{number}{when}.", (number,), stamp.batch)


def take_back(context: Context, stamp: Stamp, batch: str, event: Event) -> None:
    """Undo :func:`log`. Raises ActionError when somebody has gone on with the call since."""
    number = event.entity_id
    thread = messages.of_conversation(context.db, number)
    if not thread:
        raise ActionError(f"Call #{number} is gone; nothing was undone.")
    later = (
        e.stamp.actor
        for e in events.of_entity(context.db, Entity.CONVERSATION, number)
        if e.id > event.id and e.stamp.actor != context.agent
    )
    who = next(later, "")
    if who or len(thread) > 1:
        raise ActionError(f"Not undone: {who or 'somebody'} has since gone on with call #{number}.")
    calls.delete(context.db, thread[0])
    events.append(
        context.db, stamp, Entity.CONVERSATION, number, CALL, event.after, None, undoes=batch
    )


def mail(context: Context, conversation: Conversation) -> Draft:
    """A mail to who was called, on disk: a call itself has no answer. Raises ActionError."""
    to = first_mail.address(context, conversation, "a call is answered by another call.")
    draft = first_mail.draft(context, conversation, to, "Our phone call", "")
    return drafts.create(context.db, draft)


def _subject(length: int | None) -> str:
    return "Phone call" if length is None else f"Phone call, {say_length(length)}"


def _message(
    context: Context,
    at: Millis,
    number: int,
    beside: Conversation,
    way: Direction,
    text: str,
    length: int | None,
) -> Message:
    """The summary, as said by whoever called."""
    theirs = way is Direction.INBOUND
    told = [("Direction", "in" if theirs else "out")]
    told += [("Length", f"{length} s")] if length is not None else []
    return Message(
        id=messages.new_id(context.db, at),
        conversation_id=number,
        account=calls.NO_ACCOUNT,
        direction=way,
        author=beside.customer if theirs else context.agent,
        address="" if theirs else context.agent,
        at=at,
        subject=_subject(length),
        body=Body(text),
        headers=tuple(told),
    )


ACTIONS = (
    Action(
        name=CALL,
        title="Log a phone call",
        scope=Scope.CUSTOMER,
        run=log,
        help="Write a call with the customer down; with a time it comes back to be called back.",
        arguments=(
            Argument("direction", ArgumentKind.TEXT, "'in' when they called, 'out' when we did"),
            Argument("summary", ArgumentKind.TEXT, "what was said"),
            Argument(
                "length", ArgumentKind.TEXT, "how long, such as '5 min' or '4:30'", optional=True
            ),
            Argument(
                "callback",
                ArgumentKind.TIME,
                "when to call back, such as 'tomorrow 9am'",
                optional=True,
            ),
        ),
    ),
)
