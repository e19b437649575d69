"""Phone calls as conversations: without an account, with the summary as their only message."""

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.message import Message
from agent_tui.store import conversations, messages, summary
from agent_tui.store.database import Database

NO_ACCOUNT = ""
"""The account of a call: none, so that no effect on it is ever queued."""


def create(
    db: Database,
    *,
    customer_id: int,
    subject: str,
    assignee: str,
    at: Millis,
    snoozed_until: Millis | None,
) -> int:
    """A call without a summary yet, resolved or snoozed until one calls back; its id."""
    return conversations.create(
        db,
        account=NO_ACCOUNT,
        channel=Channel.CALL,
        subject=subject,
        status=Status.RESOLVED if snoozed_until is None else Status.SNOOZED,
        snoozed_until=snoozed_until,
        customer_id=customer_id,
        at=at,
        assignee=assignee,
    )


def summarise(db: Database, message: Message) -> None:
    """Put the summary into its call: nobody waits for an answer to it."""
    messages.insert(db, message)
    db.run(
        "UPDATE conversations SET handled = :message WHERE id = :id",
        {"message": message.id, "id": message.conversation_id},
    )
    summary.recount(db, message.conversation_id)


def delete(db: Database, message: Message) -> None:
    """Remove a call with its summary."""
    messages.delete(db, message)
    conversations.delete_empty(db, message.conversation_id)
