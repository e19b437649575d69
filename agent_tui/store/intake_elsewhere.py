"""What other programs did to mails that we know: read, answered, moved away or deleted them."""

from dataclasses import replace

from agent_tui.model.conversation import Status
from agent_tui.model.incoming import FlagChange
from agent_tui.model.message import Direction, Message
from agent_tui.store import changes, conversations, locations, messages
from agent_tui.store.arrival import Arrival


def take_flags(into: Arrival, change: FlagChange) -> None:
    """A mail was read or answered."""
    place = locations.at(into.db, into.account, into.mailbox, change.remote_id)
    if place is None:
        return
    locations.set_flags(
        into.db,
        into.account,
        into.mailbox,
        change.remote_id,
        seen=change.flags.seen,
        answered=change.flags.answered,
    )
    message = messages.get(into.db, place.message_id)
    if message is None or message.direction is not Direction.INBOUND:
        return
    if change.flags.seen and not place.seen:
        conversations.read_one(into.db, message.conversation_id)
    if change.flags.answered and not place.answered:
        _answered_elsewhere(into, message)


def take_absence(into: Arrival, remote_id: str, *, resolves: bool) -> None:
    """A mail is no longer in its mailbox; ``resolves``: who took away the last one of an open
    conversation has dealt with it."""
    place = locations.at(into.db, into.account, into.mailbox, remote_id)
    if place is None:
        return
    locations.leave(into.db, into.account, into.mailbox, remote_id)
    message = messages.get(into.db, place.message_id)
    if message is None or not resolves:
        return
    conversation = conversations.get(into.db, message.conversation_id)
    if (
        conversation is not None
        and conversation.status is Status.OPEN
        and not locations.of_customer(into.db, conversation.id)
    ):
        changes.change_conversation(
            into.db,
            replace(into.stamp, action="archived elsewhere"),
            conversation,
            status=Status.RESOLVED,
            handled=message.id,
        )


def _answered_elsewhere(into: Arrival, message: Message) -> None:
    """Another program answered the customer's newest mail: nobody waits for us any more."""
    conversation = conversations.get(into.db, message.conversation_id)
    newest = messages.newest_id(into.db, message.conversation_id, Direction.INBOUND)
    ours = messages.newest_id(into.db, message.conversation_id, Direction.OUTBOUND) or 0
    if conversation is None or newest != message.id or ours > message.id:
        return
    if conversation.status is Status.OPEN:
        changes.change_conversation(
            into.db,
            replace(into.stamp, action="answered elsewhere"),
            conversation,
            status=Status.PENDING,
            handled=message.id,
        )
