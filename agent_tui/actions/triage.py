"""Triage: everything that changes where conversations stand, one batch a key press."""

from collections.abc import Mapping

from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Scope,
)
from agent_tui.actions.decision import Decide, Decision, change_all, runs
from agent_tui.actions.provider import moderates
from agent_tui.actions.when import parse_when, say_when
from agent_tui.model.conversation import Conversation, Priority, Status
from agent_tui.model.event import Stamp
from agent_tui.model.review import Moderation
from agent_tui.store import agents
from agent_tui.store.changes import Value

NOBODY = "none"


def change(
    context: Context,
    stamp: Stamp,
    conversation: Conversation,
    fields: Mapping[str, Value],
    *,
    undoes: str | None = None,
) -> bool:
    """Set fields of a conversation; its provider is told of what it keeps."""
    return bool(change_all(context, stamp, [(conversation, fields)], undoes=undoes))


def _status(will: str, status: Status, did: str, *, handles: bool) -> Decide:
    """The decision that sets ``status``; ``handles``: what the customer wrote so far is done with,
    else it waits again."""

    def decide(context: Context, _: Mapping[str, str]) -> Decision:
        def fields(conversation: Conversation) -> dict[str, Value]:
            found: dict[str, Value] = {"status": status, "snoozed_until": None}
            if not handles:
                found["handled"] = None
            if status is Status.SPAM and moderates(context, conversation):
                found["moderation"] = Moderation.SPAM
            return found

        return Decision(will, did, fields, handles)

    return decide


def _snooze(context: Context, args: Mapping[str, str]) -> Decision:
    until = parse_when(args["until"], context.clock(), hours=context.hours)
    fields: dict[str, Value] = {"status": Status.SNOOZED, "snoozed_until": until}
    then = say_when(until, context.clock())
    return Decision(f"snooze {{}} until {then}", f"snoozed until {then}", lambda _: fields)


def _assign(context: Context, args: Mapping[str, str]) -> Decision:
    handle = _agent(context, args["agent"])
    fields: dict[str, Value] = {"assignee": handle}
    if handle is None:
        return Decision("take {} from whoever has them", "unassigned", lambda _: fields)
    return Decision(f"assign {{}} to {handle}", f"assigned to {handle}", lambda _: fields)


def _take(context: Context, _: Mapping[str, str]) -> Decision:
    fields: dict[str, Value] = {"assignee": context.agent}
    return Decision("assign {} to you", "assigned to you", lambda _: fields)


def _agent(context: Context, text: str) -> str | None:
    """The handle that ``text`` means: a handle, the beginning of one or of a name, me or none."""
    if text in (NOBODY, "-"):
        return None
    if text == "me":
        return context.agent
    known = agents.every(context.db)
    for agent in known:
        if agent.handle == text:
            return text
    fits = [
        a.handle
        for a in known
        if a.handle.startswith(text.lower()) or a.name.lower().startswith(text.lower())
    ]
    if len(fits) == 1:
        return fits[0]
    names = ", ".join(fits or [a.handle for a in known]) or "nobody yet"
    raise ActionError(f"'{text}' is {'more than one' if fits else 'no'} agent: {names}.")


def _label(_: Context, args: Mapping[str, str]) -> Decision:
    add, remove = _labels(args["labels"])

    def fields(conversation: Conversation) -> dict[str, Value]:
        return {"labels": sorted((set(conversation.labels) | add) - remove)}

    told = " ".join([*(f"+{x}" for x in sorted(add)), *(f"-{x}" for x in sorted(remove))])
    return Decision(f"label {{}} {told}", f"labelled {told}", fields)


def _labels(text: str) -> tuple[set[str], set[str]]:
    """Labels to add and, with a leading ``-``, to remove."""
    words = text.replace(",", " ").split()
    remove = {w[1:].lower() for w in words if w.startswith("-") and len(w) > 1}
    add = {w.lstrip("+#").lower() for w in words if not w.startswith("-")} - {""}
    if not add and not remove:
        raise ActionError("'label' needs labels such as 'refund vip -spam'.")
    return add, remove


def _priority(_: Context, args: Mapping[str, str]) -> Decision:
    try:
        priority = Priority[args["priority"].upper()]
    except KeyError:
        names = ", ".join(p.name.lower() for p in Priority)
        raise ActionError(f"'{args['priority']}' is no priority: {names}.") from None
    told = f"priority {priority.name.lower()}"
    return Decision(f"give {{}} {told}", told, lambda _: {"priority": int(priority)})


def _unread(_: Context, __: Mapping[str, str]) -> Decision:
    return Decision("mark {} unread", "marked unread", lambda one: {"unread": max(one.unread, 1)})


def _action(
    name: str,
    title: str,
    decide: Decide,
    help: str,  # noqa: A002 - as in Action
    arguments: tuple[Argument, ...] = (),
) -> Action:
    run, foresee = runs(name, decide)
    return Action(name, title, Scope.CONVERSATIONS, run, help, arguments, foresee=foresee)


ACTIONS = (
    _action(
        name="resolve",
        title="Resolve",
        decide=_status("resolve {}", Status.RESOLVED, "resolved", handles=True),
        help="Done; it leaves the inbox, and on the server the archive gets it.",
    ),
    _action(
        name="reopen",
        title="Reopen",
        decide=_status("reopen {}", Status.OPEN, "reopened", handles=False),
        help="Back to the inbox.",
    ),
    _action(
        name="wait",
        title="Wait for the customer",
        decide=_status(
            "let {} wait for the customer", Status.PENDING, "waiting for the customer", handles=True
        ),
        help="Pending: out of the inbox until the customer writes.",
    ),
    _action(
        name="hold",
        title="Put on hold",
        decide=_status("put {} on hold", Status.ON_HOLD, "on hold", handles=False),
        help="Waiting for somebody else, such as a supplier.",
    ),
    _action(
        name="snooze",
        title="Snooze",
        decide=_snooze,
        help="Out of the inbox until a time, or until the customer writes.",
        arguments=(
            Argument(
                "until",
                ArgumentKind.TIME,
                "a time such as 'tomorrow 9am', 'in 2h', 'next business morning'",
            ),
        ),
    ),
    _action(
        name="assign",
        title="Assign",
        decide=_assign,
        help="Give it to a colleague, or to nobody.",
        arguments=(Argument("agent", ArgumentKind.AGENT, "a colleague, 'me' or 'none'"),),
    ),
    _action(
        name="take",
        title="Take",
        decide=_take,
        help="Assign it to yourself.",
    ),
    _action(
        name="label",
        title="Label",
        decide=_label,
        help="Add labels; a leading - removes one.",
        arguments=(Argument("labels", ArgumentKind.LABELS, "labels such as 'refund vip -spam'"),),
    ),
    _action(
        name="priority",
        title="Priority",
        decide=_priority,
        help="How urgent it is.",
        arguments=(Argument("priority", ArgumentKind.PRIORITY, "low, normal, high or urgent"),),
    ),
    _action(
        name="spam",
        title="Spam",
        decide=_status("call {} spam", Status.SPAM, "marked as spam", handles=True),
        help="Out of every view but status:spam; a review is called spam at its provider, too.",
    ),
    _action(
        name="unread",
        title="Mark unread",
        decide=_unread,
        help="Show it as unread again.",
    ),
)
