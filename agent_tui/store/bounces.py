"""What a bounce changes: the mail of ours that came back says so, and the agent is told."""

from dataclasses import replace

from agent_tui.model.conversation import Status
from agent_tui.model.incoming import Bounce
from agent_tui.model.message import Delivery, Message
from agent_tui.store import changes, conversations, messages, outbox
from agent_tui.store.arrival import Arrival

_LONGEST = 400


def take(into: Arrival, bounce: Bounce) -> None:
    """Show on our mail what became of it.

    One that was in doubt has left: nobody else could have sent it back. One that nobody got, or
    that somebody did not get, opens its conversation: the customer waits for an answer that never
    came. A delay is only told. What we do not know is passed over.
    """
    message = messages.ours_called(into.db, into.account, bounce.message_id)
    if message is None:
        return
    outbox.has_left(into.db, message.id, into.stamp.at)
    if bounce.failed:
        delivery = Delivery.FAILED if _nobody_got(message, bounce) else Delivery.SENT
        told = f"Came back: {_told(bounce.failed)}"
        messages.set_delivery(into.db, message.id, delivery, told[:_LONGEST])
        _open(into, message.conversation_id)
    elif bounce.delayed and message.delivery is not Delivery.FAILED:
        told = f"Delayed, the server goes on trying: {_told(bounce.delayed)}"
        messages.set_delivery(into.db, message.id, Delivery.SENT, told[:_LONGEST])


def _nobody_got(message: Message, bounce: Bounce) -> bool:
    back = {who.casefold() for who, _ in bounce.failed}
    return "" in back or all(a.email.casefold() in back for a in message.recipients.all())


def _told(people: tuple[tuple[str, str], ...]) -> str:
    said = [f"{who} ({why})" if why else who for who, why in people if who or why]
    return "; ".join(said) or "the server does not say why"


def _open(into: Arrival, conversation_id: int) -> None:
    conversation = conversations.get(into.db, conversation_id)
    if conversation is not None and conversation.status in (Status.PENDING, Status.RESOLVED):
        changes.change_conversation(
            into.db, replace(into.stamp, action="came back"), conversation, status=Status.OPEN
        )
