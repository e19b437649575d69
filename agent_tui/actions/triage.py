"""Triage: everything that changes where conversations stand, one batch a key press."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.provider import moderates, tell_change, tell_unread
from agent_tui.actions.when import parse_when, say_when
from agent_tui.model.conversation import Conversation, Priority, Status
from agent_tui.model.event import Stamp
from agent_tui.model.review import Moderation
from agent_tui.store import agents, changes, conversations
from agent_tui.store.changes import Value
from agent_tui.store.messages import newest

NOBODY = "none"


def _each(
    context: Context,
    name: str,
    targets: Sequence[int],
    fields: Callable[[Conversation], Mapping[str, Value]],
    did: str,
) -> Done:
    """Change each target's fields as one batch and say what came of it.

    Targets that are gone are passed over, unless all are.
    """
    stamp = context.stamp(name)
    with context.db.transaction():
        found = conversations.by_ids(context.db, list(dict.fromkeys(targets)))
        if not found:
            raise ActionError(f"There is no conversation #{targets[0]}.")
        changed = [c.id for c in found if change(context, stamp, c, fields(c))]
    if not changed:
        return Done(f"Nothing to do: already {did}.")
    what = f"#{changed[0]}" if len(changed) == 1 else f"{len(changed)} conversations"
    return Done(f"{what} {did}.", tuple(changed), stamp.batch)


def change(
    context: Context,
    stamp: Stamp,
    conversation: Conversation,
    fields: Mapping[str, Value],
    *,
    undoes: str | None = None,
    told: bool = True,
) -> bool:
    """Set fields of a conversation; its provider is told of what it keeps, unless not ``told``."""
    if not changes.change_conversation(context.db, stamp, conversation, undoes=undoes, **fields):
        return False
    after = conversations.get(context.db, conversation.id) if told else None
    if after is not None:
        tell_change(context, conversation, after, fields)
    return True


def _status(
    name: str,
    status: Status,
    did: str,
    *,
    handles: bool,
) -> Callable[[Context, Sequence[int], Mapping[str, str]], Done]:
    """An action that sets ``status``; ``handles``: what the customer wrote so far is done with."""

    def run(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
        def fields(conversation: Conversation) -> dict[str, Value]:
            handled = newest(context.db, conversation.id) if handles else None
            found: dict[str, Value] = {
                "status": status,
                "snoozed_until": None,
                "handled": handled,
            }
            if status is Status.SPAM and moderates(context, conversation):
                found["moderation"] = Moderation.SPAM
            return found

        return _each(context, name, targets, fields, did)

    return run


def _snooze(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    until = parse_when(args["until"], context.clock(), hours=context.hours)
    fields: dict[str, Value] = {"status": Status.SNOOZED, "snoozed_until": until}
    did = f"snoozed until {say_when(until, context.clock())}"
    return _each(context, "snooze", targets, lambda _: fields, did)


def _assign(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    handle = _agent(context, args["agent"])
    did = f"assigned to {handle}" if handle else "unassigned"
    return _each(context, "assign", targets, lambda _: {"assignee": handle}, did)


def _take(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
    fields: dict[str, Value] = {"assignee": context.agent}
    return _each(context, "take", targets, lambda _: fields, "assigned to you")


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


def _label(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    add, remove = _labels(args["labels"])

    def fields(conversation: Conversation) -> dict[str, Value]:
        return {"labels": sorted((set(conversation.labels) | add) - remove)}

    told = " ".join([*(f"+{x}" for x in sorted(add)), *(f"-{x}" for x in sorted(remove))])
    return _each(context, "label", targets, fields, f"labelled {told}")


def _labels(text: str) -> tuple[set[str], set[str]]:
    """Labels to add and, with a leading ``-``, to remove."""
    words = text.replace(",", " ").split()
    remove = {w[1:].lower() for w in words if w.startswith("-") and len(w) > 1}
    add = {w.lstrip("+#").lower() for w in words if not w.startswith("-")} - {""}
    if not add and not remove:
        raise ActionError("'label' needs labels such as 'refund vip -spam'.")
    return add, remove


def _priority(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    try:
        priority = Priority[args["priority"].upper()]
    except KeyError:
        names = ", ".join(p.name.lower() for p in Priority)
        raise ActionError(f"'{args['priority']}' is no priority: {names}.") from None
    did = f"priority {priority.name.lower()}"
    return _each(context, "priority", targets, lambda _: {"priority": int(priority)}, did)


def _unread(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
    def fields(conversation: Conversation) -> dict[str, Value]:
        if not conversation.unread:
            tell_unread(context, conversation)
        return {"unread": max(conversation.unread, 1)}

    return _each(context, "unread", targets, fields, "marked unread")


_action = partial(Action, scope=Scope.CONVERSATIONS)

ACTIONS = (
    _action(
        name="resolve",
        title="Resolve",
        run=_status("resolve", Status.RESOLVED, "resolved", handles=True),
        help="Done; it leaves the inbox, and on the server the archive gets it.",
    ),
    _action(
        name="reopen",
        title="Reopen",
        run=_status("reopen", Status.OPEN, "reopened", handles=False),
        help="Back to the inbox.",
    ),
    _action(
        name="wait",
        title="Wait for the customer",
        run=_status("wait", Status.PENDING, "waiting for the customer", handles=True),
        help="Pending: out of the inbox until the customer writes.",
    ),
    _action(
        name="hold",
        title="Put on hold",
        run=_status("hold", Status.ON_HOLD, "on hold", handles=False),
        help="Waiting for somebody else, such as a supplier.",
    ),
    _action(
        name="snooze",
        title="Snooze",
        run=_snooze,
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
        run=_assign,
        help="Give it to a colleague, or to nobody.",
        arguments=(Argument("agent", ArgumentKind.AGENT, "a colleague, 'me' or 'none'"),),
    ),
    _action(
        name="take",
        title="Take",
        run=_take,
        help="Assign it to yourself.",
    ),
    _action(
        name="label",
        title="Label",
        run=_label,
        help="Add labels; a leading - removes one.",
        arguments=(Argument("labels", ArgumentKind.LABELS, "labels such as 'refund vip -spam'"),),
    ),
    _action(
        name="priority",
        title="Priority",
        run=_priority,
        help="How urgent it is.",
        arguments=(Argument("priority", ArgumentKind.PRIORITY, "low, normal, high or urgent"),),
    ),
    _action(
        name="spam",
        title="Spam",
        run=_status("spam", Status.SPAM, "marked as spam", handles=True),
        help="Out of every view but status:spam; a review is called spam at its provider, too.",
    ),
    _action(
        name="unread",
        title="Mark unread",
        run=_unread,
        help="Show it as unread again.",
    ),
)
