"""A draft becomes a message in its conversation and, unless it is a note, an effect on its way."""

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from agent_tui.actions.action import ActionError, Context
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.clock import DAY, Millis
from agent_tui.model.conversation import Channel, Conversation, Status
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import Entity, Stamp
from agent_tui.model.incoming import Outgoing
from agent_tui.model.message import (
    Address,
    Attachment,
    Body,
    Delivery,
    Direction,
    FetchState,
    Message,
)
from agent_tui.model.testimonial import Consent
from agent_tui.store import (
    accounts,
    changes,
    codec,
    conversations,
    customers,
    drafts,
    events,
    messages,
    outbox,
    places,
    queueing,
    summary,
    threads,
)
from agent_tui.system.files import size_of

_ELSEWHERE = "Not sent: this draft was sent or discarded elsewhere."


@dataclass(frozen=True, slots=True)
class Posted:
    """What is on its way."""

    conversation: Conversation
    to: str  # who gets it, for a sentence
    hold: Millis  # how long it can be called back
    at: Millis | None = None  # when it is to leave, if the agent said so


def post(
    context: Context, stamp: Stamp, draft: Draft, account: Account, at: Millis | None = None
) -> Posted:
    """Put ``draft`` into its conversation, a new one if need be, and into the outbox, to leave
    ``at`` that time or as soon as the undo window is over.

    Call it within a durable transaction. Raises ActionError when the draft or its conversation
    is gone: a draft is sent once, whatever other window it is open in.
    """
    use_up(context, draft)
    conversation = _conversation(context, draft)
    outgoing = _outgoing(context, draft, account, conversation, at or stamp.at)
    key = _new_key(account)
    message = _sent_message(context, draft, outgoing, conversation, key, stamp.at)
    messages.insert(context.db, message)
    _remember(context, message, outgoing)
    hold = context.undo_ms.get(conversation.channel, account.capabilities.undo_ms)
    item = queueing.put(
        context.db,
        account=account.name,
        kind=EffectKind.SEND,
        key=message.message_id or "",
        payload=codec.dump_outgoing(outgoing),
        agent=context.agent,
        now=stamp.at,
        hold=hold,
        send_at=at,
        conversation_id=conversation.id,
        message_id=message.id,
    )
    events.append(context.db, stamp, Entity.OUTBOX, item, "queued", drafts.dump(draft), message.id)
    summary.recount(context.db, conversation.id)
    to = ", ".join(a.email for a in outgoing.recipients.to) or conversation.customer
    return Posted(conversation, to, hold, at)


def file_note(context: Context, stamp: Stamp, draft: Draft, conversation: Conversation) -> bool:
    """Put a note into its conversation and, where the provider keeps notes, into the outbox.

    Whether the provider gets it. Call it within a durable transaction. Raises ActionError when
    the draft is gone.
    """
    use_up(context, draft)
    account = accounts.get(context.db, draft.account, conversation.channel)
    shared = account is not None and _takes_note(account, conversation, draft)
    message = _note(context, draft, conversation, stamp.at, shared=shared)
    messages.insert(context.db, message)
    if account is not None and shared:
        item = _queue_note(context, message, draft, account, conversation)
        event = Entity.OUTBOX, item, "queued"
    else:
        event = Entity.MESSAGE, message.id, "note"
    events.append(context.db, stamp, *event, drafts.dump(draft), message.id)
    summary.recount(context.db, conversation.id)
    return shared


def _takes_note(account: Account, conversation: Conversation, draft: Draft) -> bool:
    can = account.capabilities
    return (
        EffectKind.NOTE in can.effects
        and conversation.thread_key is not None
        and (can.attach or not draft.files)
    )


def _note(
    context: Context, draft: Draft, conversation: Conversation, at: Millis, *, shared: bool
) -> Message:
    return Message(
        id=_next_id(context, conversation.id, at),
        conversation_id=conversation.id,
        account=draft.account,
        direction=Direction.NOTE,
        author=context.agent,
        address=context.agent,
        at=at,
        subject="",
        body=Body(draft.body),
        message_id=uuid4().hex if shared else None,
        delivery=Delivery.QUEUED if shared else Delivery.NONE,
        attachments=tuple(map(_file, draft.files)),
    )


def _queue_note(
    context: Context, message: Message, draft: Draft, account: Account, conversation: Conversation
) -> int:
    outgoing = Outgoing(
        subject="",
        text=draft.body,
        sender=Address(context.agent, ""),
        files=draft.files,
        date=message.at,
        thread_key=conversation.thread_key,
    )
    return queueing.put(
        context.db,
        account=account.name,
        kind=EffectKind.NOTE,
        key=message.message_id or "",
        payload=codec.dump_outgoing(outgoing),
        agent=context.agent,
        now=message.at,
        hold=context.undo_ms.get(conversation.channel, account.capabilities.undo_ms),
        conversation_id=conversation.id,
        message_id=message.id,
    )


def take_back(context: Context, message: Message) -> None:
    """Remove a message of ours that never left, and its conversation if nothing else is in it."""
    outbox.forget_message(context.db, message.id)
    messages.delete(context.db, message)
    if not summary.recount(context.db, message.conversation_id):
        conversations.delete_empty(context.db, message.conversation_id)


def check_there(context: Context, draft: Draft) -> None:
    """Raise ActionError when the draft has become something else meanwhile."""
    if drafts.get(context.db, draft.id) is None:
        raise ActionError(_ELSEWHERE)


def use_up(context: Context, draft: Draft) -> None:
    """Remove the draft that becomes something else, once; raises ActionError when it is gone."""
    if not drafts.delete(context.db, draft.id):
        raise ActionError(_ELSEWHERE)


def note_asked(context: Context, stamp: Stamp, draft: Draft) -> None:
    """A draft that asks a customer to be quoted is sent."""
    asked = conversations.get(context.db, draft.asks) if draft.asks is not None else None
    said = asked.testimonial if asked is not None else None
    if asked is not None and said is not None and said.consent is Consent.CANDIDATE:
        changes.change_conversation(context.db, stamp, asked, consent=Consent.ASKED)


def _conversation(context: Context, draft: Draft) -> Conversation:
    number = draft.conversation_id
    if number is None:
        number = _begin(context, draft)
    found = conversations.get(context.db, number)
    if found is None:
        raise ActionError("The conversation of this draft is gone; start a new one.")
    return found


def _begin(context: Context, draft: Draft) -> int:
    """A new conversation with the first person the draft is addressed to."""
    first = draft.recipients.all()[0]
    now = context.clock()
    customer = customers.of_identity(context.db, IdentityKind.EMAIL, first.email, first.name, now)
    return conversations.create(
        context.db,
        account=draft.account,
        channel=Channel.MAIL,
        subject=draft.subject,
        status=Status.OPEN,
        customer_id=customer,
        at=now,
        assignee=context.agent,
    )


def _outgoing(
    context: Context, draft: Draft, account: Account, conversation: Conversation, now: Millis
) -> Outgoing:
    """A forward begins a thread of its own: its reader has never seen ours. Where the provider
    has threads of its own, nobody needs References."""
    last = messages.newest(context.db, conversation.id)
    answers = draft.kind is not DraftKind.FORWARD and conversation.thread_key is None
    ids = threads.references(context.db, conversation.id, last) if answers and last else ()
    return Outgoing(
        subject=draft.subject,
        text=draft.body,
        sender=Address(account.display_name, account.address),
        recipients=draft.recipients,
        in_reply_to=ids[-1] if ids else None,
        references=ids,
        files=draft.files,
        date=now,
        thread_key=conversation.thread_key,
    )


def _new_key(account: Account) -> str:
    """A Message-ID nobody can guess, at the account's own domain (RFC 5322 3.6.4)."""
    domain = account.address.rpartition("@")[2] or "agent-tui.invalid"
    return f"{uuid4().hex}@{domain}"


def _sent_message(
    context: Context,
    draft: Draft,
    outgoing: Outgoing,
    conversation: Conversation,
    key: str,
    now: Millis,
) -> Message:
    """The message as it stands in its conversation from ``now`` on, whenever it leaves."""
    return Message(
        id=_next_id(context, conversation.id, now),
        conversation_id=conversation.id,
        account=draft.account,
        direction=Direction.OUTBOUND,
        author=outgoing.sender.name or outgoing.sender.email or context.agent,
        address=outgoing.sender.email or context.agent,
        at=now,
        subject=outgoing.subject,
        body=Body(draft.body),
        recipients=draft.recipients,
        message_id=key,
        delivery=Delivery.QUEUED,
        attachments=tuple(map(_file, draft.files)),
        topic=_topic(context, conversation),
    )


def _topic(context: Context, conversation: Conversation) -> str | None:
    """The thread of the conversation in which the customer wrote last: the answer goes there."""
    if conversation.thread_key is None:
        return None
    answered = places.newest_of_customer(context.db, conversation.id)
    return answered[-1].topic if answered else None


def _next_id(context: Context, conversation_id: int, at: Millis) -> int:
    """An id behind everything in the conversation, unless a clock there is days ahead."""
    last = messages.newest(context.db, conversation_id)
    floor = messages.time_of(last) if last is not None else 0
    return messages.new_id(context.db, max(at, min(floor, at + 2 * DAY)))


def _file(path: str) -> Attachment:
    file = Path(path)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Attachment(
        id=0,
        message_id=0,
        name=file.name,
        type=kind,
        size=size_of(file),
        part="",
        inline=False,
        state=FetchState.HERE,
        path=str(file),
    )


def _remember(context: Context, message: Message, outgoing: Outgoing) -> None:
    """The answer finds its thread by our Message-ID, whoever of the recipients writes it."""
    threads.remember(
        context.db, message.account, message.conversation_id, message.message_id, issued=True
    )
    people = {normal(IdentityKind.EMAIL, a.email) for a in outgoing.recipients.all()}
    threads.join(context.db, message.conversation_id, people)
