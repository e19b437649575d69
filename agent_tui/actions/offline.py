"""Going on in private: a public answer that says so, and a mail to who wrote the review."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent_tui.actions import reply
from agent_tui.actions.action import Action, ActionError, Context, Done, Scope
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import DECIDE, Entity
from agent_tui.model.message import Address, Direction, Recipients
from agent_tui.store import accounts, conversations, customers, drafts, events, messages

_PUBLIC = {
    "de": "Danke für Ihre Rückmeldung. Wir haben Ihnen eine E-Mail geschrieben, damit wir das "
    "in Ordnung bringen können.",
    "en": "Thank you for telling us. We have sent you a mail, so that we can put this right.",
}
_SUBJECT = {"de": "Ihre Bewertung", "en": "Your review"}


def offline(context: Context, targets: Sequence[int], _: Mapping[str, str]) -> Done:
    """Begin a public answer and a private mail, both drafts; nothing is sent yet.

    Raises ActionError where that cannot be: no review, no mail address, no account for mail.
    """
    if len(targets) > 1:
        raise ActionError("That is for one review at a time.")
    conversation = conversations.get(context.db, targets[0])
    if conversation is None:
        raise ActionError(f"There is no conversation #{targets[0]}.")
    if conversation.channel is not Channel.REVIEW:
        raise ActionError(f"#{targets[0]} is no review; 'reply' is private already.")
    to = _mail_address(context, conversation)
    if _begun(context, to):
        raise ActionError(f"A mail to {to.email} is begun already; it is among your drafts.")
    account = _mail_account(context, conversation)
    with context.db.transaction(durable=True):
        _begin_answer(context, conversation)
        mail = drafts.create(context.db, _mail(context, conversation, account, to))
        stamp = context.stamp(DECIDE)  # drafts are kept: there is nothing to undo
        events.append(
            context.db, stamp, Entity.CONVERSATION, conversation.id, "offline", None, to.email
        )
    told = f"Two drafts: the public answer (r), and mail {mail.id} to {to.email} in Drafts."
    return Done(told, (conversation.id,))


def _mail_address(context: Context, conversation: Conversation) -> Address:
    person = customers.person(context.db, conversation.customer_id)
    for address in person.emails(first=conversation.customer_id) if person else ():
        return Address(conversation.customer, address)
    raise ActionError(
        f"No mail address of {conversation.customer} is known: ask for a mail in the public answer."
    )


def _begun(context: Context, to: Address) -> bool:
    """Whether the agent has an unsent first mail to that address."""
    return any(
        draft.kind is DraftKind.NEW and to.email in (a.email for a in draft.recipients.to)
        for draft in drafts.of_agent(context.db, context.agent)
    )


def _mail_account(context: Context, conversation: Conversation) -> Account:
    """The review's own account if it serves mail, else the first that does."""
    able = [account for account in accounts.every(context.db) if _writes_mail(account)]
    if not able:
        raise ActionError("No account can send mail; 'agent-tui account add' adds one.")
    return min(able, key=lambda account: account.name != conversation.account)


def _writes_mail(account: Account) -> bool:
    can = account.capabilities.on(Channel.MAIL)
    return EffectKind.SEND in can.effects and can.recipients


def _begin_answer(context: Context, conversation: Conversation) -> None:
    draft = reply.start(context, conversation, DraftKind.REPLY)
    if not draft.body.strip():
        text = _PUBLIC.get(_language(conversation), _PUBLIC["en"])
        drafts.save(context.db, replace(draft, body=text))


def _mail(context: Context, conversation: Conversation, account: Account, to: Address) -> Draft:
    subject = _SUBJECT.get(_language(conversation), _SUBJECT["en"])
    about = f": {conversation.subject}" if conversation.subject else ""
    return Draft(
        id=0,
        kind=DraftKind.NEW,
        agent=context.agent,
        account=account.name,
        conversation_id=None,
        subject=f"{subject}{about}",
        body=_quoted(context, conversation),
        updated_at=context.clock(),
        recipients=Recipients(to=(to,)),
    )


def _quoted(context: Context, conversation: Conversation) -> str:
    """The review as a quote below an empty place to write in."""
    number = messages.newest_left(context.db, conversation.id, Direction.INBOUND)
    review = messages.get(context.db, number) if number is not None else None
    lines = review.body.text.strip().split("\n") if review else []
    url = conversation.review.url if conversation.review else ""
    return "\n\n" + "\n".join([*(f"> {line}".rstrip() for line in lines), *([url] if url else [])])


def _language(conversation: Conversation) -> str:
    return conversation.review.language[:2].lower() if conversation.review else ""


ACTIONS = (
    Action(
        name="offline",
        title="Go on in private",
        scope=Scope.CONVERSATIONS,
        run=offline,
        help="Begin a public answer to a review, and a private mail to who wrote it.",
        needs=EffectKind.SEND,
    ),
)
