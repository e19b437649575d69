"""The send guard: what speaks against sending a draft; the agent has the last word.

What cannot be sent at all, such as a text that the provider would refuse, is a problem of
:func:`agent_tui.actions.reply.problems` instead.
"""

from dataclasses import replace

from agent_tui.actions import meanwhile, public, slips
from agent_tui.actions.action import Context
from agent_tui.content.trust import elsewhere
from agent_tui.model.conversation import Channel, Conversation
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import Entity, Stamp
from agent_tui.model.message import Direction, Message
from agent_tui.store import accounts, conversations, customers, events, messages

UNFINISHED = "{{"
"""What a canned reply's open variable or prompt looks like in a draft."""

_MOST_READ = 20
"""Messages in which a nickname is looked for."""


def against(context: Context, draft: Draft) -> tuple[str, ...]:
    """Why ``draft`` had better not be sent, a sentence each; empty when nothing speaks against it.

    Notes are seen by colleagues only: there only what is unfinished matters.
    """
    found = list(_unfinished(draft))
    if draft.kind is DraftKind.NOTE:
        return tuple(found)
    conversation = _conversation(context, draft)
    if conversation is not None and draft.kind is DraftKind.REPLY:
        found += meanwhile.said(context, draft, conversation)
        found += _wrong_name(context, draft, conversation)
        found += _elsewhere(context, draft, conversation)
        found += public.doubts(context, conversation, draft.body)
    return (*found, *_forgotten_file(context, draft, conversation))


def newest(context: Context, draft: Draft) -> int:
    """The newest message of the conversation that ``draft`` answers; 0 where there is none."""
    number = draft.conversation_id
    return (messages.newest(context.db, number) or 0) if number is not None else 0


def since(context: Context, draft: Draft, known: int) -> bool:
    """Whether somebody has answered or written behind the message ``known``, so that the agent's
    last word was said without knowing of it."""
    conversation = _conversation(context, draft)
    if conversation is None or draft.kind is not DraftKind.REPLY:
        return False
    return bool(meanwhile.said(context, replace(draft, seen_message=known), conversation))


def log_override(context: Context, stamp: Stamp, number: int, doubtful: tuple[str, ...]) -> None:
    """What was sent all the same can be asked for later."""
    events.append(
        context.db, stamp, Entity.CONVERSATION, number, "guard", list(doubtful), "sent anyway"
    )


def _unfinished(draft: Draft) -> list[str]:
    """Whether something of a canned reply is open; what a customer wrote and we quote is not."""
    own = (draft.subject, *slips.own_lines(draft.body))
    if any(UNFINISHED in text for text in own):
        return ["A variable or prompt of the canned reply is still open."]
    return []


def _wrong_name(context: Context, draft: Draft, conversation: Conversation) -> list[str]:
    names = [conversation.customer, *_reader_names(draft)]
    if not slips.wrong_name(draft.body, names):
        return []  # the thread need not be read
    thread = messages.of_conversation(context.db, conversation.id)[-_MOST_READ:]
    theirs = [message for message in thread if message.direction is Direction.INBOUND]
    signed = [message.body.text for message in theirs]
    person = customers.person(context.db, conversation.customer_id)
    names += [*_writer_names(theirs), *(person.names if person else ())]
    greeted = slips.wrong_name(draft.body, names, wrote=signed)
    if not greeted:
        return []
    return [f"It greets '{greeted}', and the customer is {conversation.customer}."]


def _elsewhere(context: Context, draft: Draft, conversation: Conversation) -> list[str]:
    """Whether it goes where only the mail's Reply-To says, at another organisation than the
    sender's; once an answer went there, the agent has decided."""
    number = messages.newest_id(context.db, conversation.id, Direction.INBOUND)
    asked = messages.get(context.db, number) if number is not None else None
    if asked is None or not asked.recipients.reply_to or _is_ours(context, draft, asked.address):
        return []
    wanted = {a.email.lower() for a in elsewhere(asked.address, asked.recipients.reply_to)}
    going = [a for a in draft.recipients.all() if a.email.lower() in wanted]
    if not going or going[0].email.lower() in _answered(context, conversation):
        return []
    return [f"It goes to {going[0].email}, but the mail came from {asked.address}."]


def _is_ours(context: Context, draft: Draft, address: str) -> bool:
    """Whether the mail came from our own domain, as those of contact forms do."""
    account = accounts.get(context.db, draft.account)
    own = account.address.rpartition("@")[2].lower() if account is not None else ""
    return bool(own) and address.rpartition("@")[2].lower() == own


def _answered(context: Context, conversation: Conversation) -> set[str]:
    thread = messages.of_conversation(context.db, conversation.id)
    ours = (m for m in thread if m.direction is Direction.OUTBOUND)
    return {a.email.lower() for message in ours for a in message.recipients.all()}


def _forgotten_file(context: Context, draft: Draft, conversation: Conversation | None) -> list[str]:
    words = slips.says_attached(draft.body)
    if not words or draft.files or not _can_attach(context, draft, conversation):
        return []
    return [f"It says '{words}', and there is no file with it."]


def _reader_names(draft: Draft) -> list[str]:
    return [part for one in draft.recipients.all() for part in (one.name, _before_at(one.email))]


def _writer_names(theirs: list[Message]) -> list[str]:
    return [part for one in theirs for part in (one.author, _before_at(one.address))]


def _before_at(address: str) -> str:
    return address.partition("@")[0]


def _can_attach(context: Context, draft: Draft, conversation: Conversation | None) -> bool:
    channel = conversation.channel if conversation is not None else Channel.MAIL
    account = accounts.get(context.db, draft.account, channel)
    return account is not None and account.capabilities.attach


def _conversation(context: Context, draft: Draft) -> Conversation | None:
    number = draft.conversation_id
    return conversations.get(context.db, number) if number is not None else None
