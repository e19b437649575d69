"""Going on in private: a public answer that says so, and a mail to who wrote the review."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent_tui.actions import first_mail, reply
from agent_tui.actions.action import Action, ActionError, Context, Done, Scope
from agent_tui.actions.targets import first
from agent_tui.model.account import EffectKind
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.draft import DraftKind
from agent_tui.model.event import DECIDE, Entity
from agent_tui.model.message import Address, Direction, Message
from agent_tui.store import drafts, events, messages

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
    conversation = first(context, targets)
    if conversation.channel is not Channel.REVIEW:
        raise ActionError(f"#{targets[0]} is no review; 'reply' is private already.")
    to = first_mail.address(context, conversation, "ask for a mail in the public answer.")
    if _begun(context, to):
        raise ActionError(f"A mail to {to.email} is begun already; it is among your drafts.")
    number = messages.newest_left(context.db, conversation.id, Direction.INBOUND)
    review = messages.get(context.db, number) if number is not None else None
    language = first_mail.language(conversation, review)
    about = f": {conversation.subject}" if conversation.subject else ""
    subject = f"{_SUBJECT.get(language, _SUBJECT['en'])}{about}"
    mail = first_mail.draft(context, conversation, to, subject, _quoted(conversation, review))
    with context.db.transaction(durable=True):
        _begin_answer(context, conversation, language)
        mail = drafts.create(context.db, mail)
        stamp = context.stamp(DECIDE)  # drafts are kept: there is nothing to undo
        events.append(
            context.db, stamp, Entity.CONVERSATION, conversation.id, "offline", None, to.email
        )
    told = (
        f"Two drafts: the public answer, which 'reply' opens, and mail {mail.id} to {to.email} in "
        "Drafts and Outbox."
    )
    return Done(told, (conversation.id,))


def _begun(context: Context, to: Address) -> bool:
    """Whether the agent has an unsent first mail to that address."""
    return any(
        draft.kind is DraftKind.NEW and to.email in (a.email for a in draft.recipients.to)
        for draft in drafts.of_agent(context.db, context.agent)
    )


def _begin_answer(context: Context, conversation: Conversation, language: str) -> None:
    draft = reply.start(context, conversation, DraftKind.REPLY)
    if not draft.body.strip():
        drafts.save(context.db, replace(draft, body=_PUBLIC.get(language, _PUBLIC["en"])))


def _quoted(conversation: Conversation, review: Message | None) -> str:
    """The review as a quote below an empty place to write in."""
    url = conversation.review.url if conversation.review else ""
    text = first_mail.quoted(review.body.text) if review else ""
    return "\n\n" + "\n".join(filter(None, (text, url)))


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
