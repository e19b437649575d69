"""Answers that everybody can read: the one there is, and what speaks against another text."""

from agent_tui.actions import guard
from agent_tui.actions.action import ActionError, Context, Doubtful
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.message import Direction, Message
from agent_tui.store import accounts, messages


def answer_to(context: Context, conversation: Conversation) -> Message | None:
    """Our answer to a review that takes one only: who answers again changes it."""
    if conversation.channel is not Channel.REVIEW:
        return None
    account = accounts.get(context.db, conversation.account, conversation.channel)
    if account is None or not account.capabilities.single_reply:
        return None
    number = messages.newest_left(context.db, conversation.id, Direction.OUTBOUND)
    return messages.get(context.db, number) if number is not None else None


def doubts(context: Context, conversation: Conversation, text: str) -> tuple[str, ...]:
    """What speaks against ``text`` where everybody reads it, a sentence each."""
    if conversation.channel is not Channel.REVIEW:
        return ()
    own = [account.address for account in accounts.every(context.db)]
    blaming = guard.BLAMING if context.blaming is None else context.blaming
    return guard.concerns(text, own=own, blaming=blaming)


def check(did: str, doubtful: tuple[str, ...], anyway: str) -> bool:
    """Whether a script says that it knows: ``anyway`` is yes, no or empty.

    Raises Doubtful, whose sentence begins with ``did``, where there are doubts and it does not.
    """
    said = anyway.strip().lower() or "no"
    if said not in ("yes", "no"):
        raise ActionError(f"'anyway' is yes or no, not '{said}'.")
    if doubtful and said == "no":
        raise Doubtful(f"{did}: {' '.join(doubtful)}")
    return said == "yes"
