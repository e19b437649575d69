"""A first mail to a customer whom we know from another channel: to which address, from where."""

from agent_tui.actions.action import ActionError, Context
from agent_tui.content.language import likely_language
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Address, Message, Recipients
from agent_tui.store import accounts, customers


def draft(
    context: Context, conversation: Conversation, to: Address, subject: str, body: str
) -> Draft:
    """Such a mail, not on disk yet. Raises ActionError where no account sends mail."""
    return Draft(
        id=0,
        kind=DraftKind.NEW,
        agent=context.agent,
        account=_account(context, conversation).name,
        conversation_id=None,
        subject=subject,
        body=body,
        updated_at=context.clock(),
        recipients=Recipients(to=(to,)),
    )


def address(context: Context, conversation: Conversation, otherwise: str) -> Address:
    """The customer's mail address; raises ActionError, which ends in ``otherwise``, without."""
    person = customers.person(context.db, conversation.customer_id)
    for known in person.emails(first=conversation.customer_id) if person else ():
        return Address(conversation.customer, known)
    raise ActionError(f"No mail address of {conversation.customer} is known: {otherwise}")


def language(conversation: Conversation, message: Message | None) -> str:
    """What a customer reads, as far as it can be told: two letters, or empty."""
    if conversation.review is not None and conversation.review.language:
        return conversation.review.language[:2].lower()
    return (likely_language(message.body.text) or "") if message is not None else ""


def quoted(text: str) -> str:
    """``text`` behind ``>``, line by line."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))


def _account(context: Context, conversation: Conversation) -> Account:
    """The conversation's own account if it serves mail, else the first that does."""
    able = [account for account in accounts.every(context.db) if _writes_mail(account)]
    if not able:
        raise ActionError("No account can send mail; 'agent-tui account add' adds one.")
    return min(able, key=lambda account: account.name != conversation.account)


def _writes_mail(account: Account) -> bool:
    can = account.capabilities.on(Channel.MAIL)
    return EffectKind.SEND in can.effects and can.recipients
