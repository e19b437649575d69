"""Merging conversations, and splitting one: whose answer goes where is decided by the agent."""

from collections.abc import Mapping, Sequence

from agent_tui.actions.action import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.targets import every, first
from agent_tui.actions.triage import change
from agent_tui.model.conversation import Conversation, Status
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.message import Direction, Message
from agent_tui.store import accounts, changes, conversations, customers, joining, messages
from agent_tui.store.changes import Value

MERGE, SPLIT = "merge-conversations", "split"


def survivor(found: Sequence[Conversation], into: str = "") -> Conversation:
    """Into which of them the others go: the one that is named, else the oldest.

    Raises ActionError when they cannot be one.
    """
    if len(found) < 2:
        raise ActionError("Select the conversations to merge first; one alone is merged already.")
    first = found[0]
    for one in found:
        if one.thread_key is not None:
            raise ActionError(f"#{one.id} is one thread at its provider; only mails are merged.")
        if (one.account, one.channel) != (first.account, first.channel):
            raise ActionError(
                f"#{first.id} came to the account '{first.account}' and #{one.id} to"
                f" '{one.account}'; only conversations of one account are merged."
            )
    if not into:
        return min(found, key=lambda one: (one.created_at, one.id))
    named = next((one for one in found if into.lstrip("#") == str(one.id)), None)
    if named is None:
        raise ActionError(f"'{into}' is none of the conversations that are merged.")
    return named


def _merge(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    found = every(context, targets)
    target = survivor(found, args.get("into", ""))
    others = [one for one in found if one.id != target.id]
    stamp = context.stamp(MERGE)
    with context.db.transaction(durable=True):
        for other in others:
            joining.merge(context.db, stamp, other.id, target.id)
        unread = sum(one.unread for one in found)
        changes.change_conversation(context.db, stamp, _again(context, target), unread=unread)
        change(context, stamp, _again(context, target), _together(target, others))
    told = f"{len(found)} conversations are one: #{target.id}."
    return Done(told, (target.id, *(one.id for one in others)), stamp.batch)


def _again(context: Context, conversation: Conversation) -> Conversation:
    found = conversations.get(context.db, conversation.id)
    if found is None:
        raise ActionError(f"#{conversation.id} is gone.")
    return found


def _together(target: Conversation, others: Sequence[Conversation]) -> dict[str, Value]:
    """Open when one of them is; whoever waits in one of them waits on."""
    every = [target, *others]
    fields: dict[str, Value] = {
        "assignee": next((one.assignee for one in every if one.assignee), None),
        "priority": max(int(one.priority) for one in every),
        "labels": sorted({label for one in every for label in one.labels}),
    }
    if target.status is not Status.OPEN and any(one.status is Status.OPEN for one in others):
        fields |= {"status": Status.OPEN, "snoozed_until": None}
    waits = [one.waiting_since for one in every if one.waiting_since is not None]
    handled = max(one.handled or 0 for one in every)
    before = messages.first_id(min(waits)) - 1 if waits else handled
    fields["handled"] = min(handled, before) or None
    return fields


def _split(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    conversation = first(context, targets)
    if len(targets) > 1:
        raise ActionError("One conversation is split at a time.")
    check_splittable(conversation)
    thread = messages.of_conversation(context.db, conversation.id)
    moved = _moved(thread, args)
    stamp = context.stamp(SPLIT)
    with context.db.transaction(durable=True):
        number = joining.split(
            context.db,
            stamp,
            conversation,
            [message.id for message in moved],
            customer_id=_customer(context, conversation, moved),
            people=_people(context, conversation, moved),
        )
    what = "1 message is" if len(moved) == 1 else f"{len(moved)} messages are"
    return Done(f"{what} #{number} now.", (number, conversation.id), stamp.batch)


def check_splittable(conversation: Conversation) -> None:
    """Raise ActionError when its provider holds its messages together."""
    if conversation.thread_key is not None:
        raise ActionError(
            f"#{conversation.id} is one thread at its provider; only mails are split."
        )


def _moved(thread: Sequence[Message], args: Mapping[str, str]) -> list[Message]:
    """The messages that become another conversation."""
    wanted = args["message"].lstrip("#")
    at = next((n for n, message in enumerate(thread) if str(message.id) == wanted), None)
    if at is None:
        raise ActionError(f"'{args['message']}' is no message of this conversation.")
    moved = [thread[at]] if args.get("only") else list(thread[at:])
    if len(moved) == len(thread):
        raise ActionError("That would be all of it; choose a later message.")
    return moved


def _customer(context: Context, conversation: Conversation, moved: Sequence[Message]) -> int:
    """Whose the new conversation is: of whom wrote first in it, else of whom the whole one is."""
    first = next((one for one in moved if one.direction is Direction.INBOUND), None)
    if first is None:
        return conversation.customer_id
    known = customers.find(
        context.db, IdentityKind.EMAIL, normal(IdentityKind.EMAIL, first.address)
    )
    return known if known is not None else conversation.customer_id


def _people(context: Context, conversation: Conversation, moved: Sequence[Message]) -> list[str]:
    """The normal addresses of everybody on these messages but us."""
    account = accounts.get(context.db, conversation.account)
    ours = {normal(IdentityKind.EMAIL, account.address)} if account else set()
    found = {normal(IdentityKind.EMAIL, one.address) for one in moved}
    found |= {normal(IdentityKind.EMAIL, a.email) for one in moved for a in one.recipients.all()}
    return sorted(found - ours - {""})


ACTIONS = (
    Action(
        name=MERGE,
        title="Merge conversations",
        scope=Scope.CONVERSATIONS,
        run=_merge,
        help="Those that are selected become one: the oldest, or the one named.",
        arguments=(
            Argument("into", ArgumentKind.TEXT, "the number of the one that stays", optional=True),
        ),
    ),
    Action(
        name=SPLIT,
        title="Split the conversation",
        scope=Scope.CONVERSATIONS,
        run=_split,
        help="Its messages from one on become a conversation of their own, or that one alone.",
        arguments=(
            Argument("message", ArgumentKind.TEXT, "the number of its first message"),
            Argument("only", ArgumentKind.TEXT, "yes: that message alone", optional=True),
        ),
    ),
)
