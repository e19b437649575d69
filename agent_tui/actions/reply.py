"""Writing: drafts become messages in the thread and effects in the outbox; notes stay here."""

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from agent_tui.actions.registry import (
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Scope,
)
from agent_tui.actions.triage import change
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
    Recipients,
)
from agent_tui.model.outbox import OutboxState
from agent_tui.model.threading import bare_subject
from agent_tui.store import (
    accounts,
    codec,
    conversations,
    customers,
    drafts,
    events,
    messages,
    outbox,
    summary,
    threads,
)

UNFINISHED = "{{"
"""What a canned reply's open variable or prompt looks like in a draft."""


def start(
    context: Context,
    conversation: Conversation,
    kind: DraftKind,
    *,
    body: str = "",
    everybody: bool = False,
) -> Draft:
    """A draft for the conversation: the agent's unsent one of that kind, or a fresh one on disk.

    A fresh reply goes to who wrote last (Reply-To first, RFC 5322 3.6.2), with ``everybody`` to
    all others on that message too.
    """
    for draft in drafts.of_conversation(context.db, conversation.id, context.agent):
        if draft.kind is kind:
            return draft
    thread = messages.of_conversation(context.db, conversation.id)
    inbound = [m for m in thread if m.direction is Direction.INBOUND]
    answered = inbound[-1] if inbound else (thread[-1] if thread else None)
    account = accounts.get(context.db, conversation.account, conversation.channel)
    recipients = Recipients()
    if kind is DraftKind.REPLY and answered and account and account.capabilities.recipients:
        recipients = _answer_to(answered, account, everybody=everybody)
    prefix = {DraftKind.REPLY: "Re: ", DraftKind.FORWARD: "Fwd: "}.get(kind, "")
    subject = answered.subject if answered and answered.subject else conversation.subject
    return drafts.create(
        context.db,
        Draft(
            id=0,
            kind=kind,
            agent=context.agent,
            account=conversation.account,
            conversation_id=conversation.id,
            subject=prefix + bare_subject(subject) if subject else "",
            body=body,
            updated_at=context.clock(),
            recipients=recipients,
            seen_message=thread[-1].id if thread else None,
        ),
    )


def compose(context: Context, account: str, *, body: str = "") -> Draft:
    """A draft of a new conversation, on disk."""
    return drafts.create(
        context.db,
        Draft(
            id=0,
            kind=DraftKind.NEW,
            agent=context.agent,
            account=account,
            conversation_id=None,
            subject="",
            body=body,
            updated_at=context.clock(),
        ),
    )


def problems(context: Context, draft: Draft) -> list[str]:
    """Why ``draft`` cannot be sent as it is, a sentence each."""
    found = []
    if not draft.body.strip():
        found.append("There is no text.")
    if UNFINISHED in draft.body:
        found.append("A variable or prompt of the canned reply is still open.")
    missing = [path for path in draft.files if not Path(path).is_file()]
    found += [f"The attachment {Path(path).name} is not there any more." for path in missing]
    if draft.kind is DraftKind.NOTE:
        return found
    account = accounts.get(context.db, draft.account, _channel(context, draft))
    if account is None or EffectKind.SEND not in account.capabilities.effects:
        return [*found, f"The account '{draft.account}' cannot send."]
    if account.capabilities.recipients:
        found += _address_problems(draft)
    limit = account.capabilities.reply_limit
    if limit is not None and len(draft.body) > limit:
        found.append(f"The text has {len(draft.body)} characters; at most {limit} are allowed.")
    return found


def send(context: Context, draft: Draft) -> Done:
    """Send ``draft``, or file it when it is a note; the draft is gone, undo brings it back.

    Raises ActionError with the first of :func:`problems`.
    """
    for problem in problems(context, draft):
        raise ActionError(f"Not sent: {problem}")
    if draft.kind is DraftKind.NOTE:
        return _file_note(context, draft)
    account = accounts.get(context.db, draft.account)
    assert account is not None
    stamp = context.stamp(draft.kind)
    with context.db.transaction(durable=True):
        conversation = _conversation(context, draft)
        outgoing = _outgoing(context, draft, account, conversation, stamp.at)
        message = _message(context, draft, outgoing, conversation, _new_key(account))
        messages.insert(context.db, message)
        _remember(context, message, outgoing)
        hold = _hold(context, account, conversation)
        item = outbox.queue(
            context.db,
            account=account.name,
            kind=EffectKind.SEND,
            key=message.message_id or "",
            payload=codec.dump_outgoing(outgoing),
            agent=context.agent,
            now=stamp.at,
            hold=hold,
            conversation_id=conversation.id,
            message_id=message.id,
        )
        events.append(
            context.db, stamp, Entity.OUTBOX, item, "queued", drafts.dump(draft), message.id
        )
        drafts.delete(context.db, draft.id)
        summary.recount(context.db, conversation.id)
        _await_customer(context, stamp, conversation.id)
    when = f"leaves in {hold // 1000} s, u calls it back" if hold else "on its way"
    to = ", ".join(a.email for a in outgoing.recipients.to) or conversation.customer
    return Done(f"Reply to {to} {when}.", (conversation.id,), stamp.batch)


def decide(context: Context, item_id: int, choice: str) -> Done:
    """The agent's word on a send that failed or is uncertain: ``again``, ``sent`` or ``discard``.

    Raises ActionError when there is nothing to decide any more.
    """
    item = outbox.get(context.db, item_id)
    if item is None or item.state not in (OutboxState.FAILED, OutboxState.UNCERTAIN):
        raise ActionError("There is nothing to decide about that message any more.")
    stamp = context.stamp(choice)
    with context.db.transaction(durable=True):
        told = _carry_out(context, item_id, choice)
        events.append(
            context.db, stamp, Entity.OUTBOX, item_id, "decision", item.state.value, choice
        )
    return Done(told, (item.conversation_id,) if item.conversation_id else ())


def _carry_out(context: Context, item_id: int, choice: str) -> str:
    item = outbox.get(context.db, item_id)
    assert item is not None
    match choice:
        case "again":
            outbox.retry(context.db, item, context.clock(), "")
            return "It is sent again."
        case "sent":
            outbox.settle_sent(context.db, item, context.clock())
            return "Marked as sent."
        case "discard":
            return _discard(context, item_id)
        case _:
            raise ActionError(f"'{choice}' is no choice: again, sent or discard.")


def _discard(context: Context, item_id: int) -> str:
    item = outbox.get(context.db, item_id)
    assert item is not None
    outbox.cancel(context.db, item)
    message = messages.get(context.db, item.message_id) if item.message_id else None
    if message is not None:
        take_back(context, message)
        queued = [
            e for e in events.of_entity(context.db, Entity.OUTBOX, item.id) if e.field == "queued"
        ]
        if queued and isinstance(queued[0].before, dict):
            drafts.create(context.db, drafts.load(queued[0].before, context.clock()))
    return "Not sent; the text is a draft again."


def take_back(context: Context, message: Message) -> None:
    """Remove a message of ours that never left from its conversation."""
    outbox.forget_message(context.db, message.id)
    messages.delete(context.db, message)
    if not summary.recount(context.db, message.conversation_id):
        conversations.delete_empty(context.db, message.conversation_id)


def _channel(context: Context, draft: Draft) -> Channel:
    """Where the draft goes; new conversations are mails."""
    number = draft.conversation_id
    conversation = conversations.get(context.db, number) if number is not None else None
    return conversation.channel if conversation else Channel.MAIL


def _address_problems(draft: Draft) -> list[str]:
    people = draft.recipients.all()
    found = [] if people else ["There is nobody in To, Cc or Bcc."]
    found += [
        f"'{a.email}' is not a mail address."
        for a in people
        if "@" not in a.email.strip("@") or any(c.isspace() for c in a.email)
    ]
    if draft.kind is DraftKind.NEW and not draft.subject.strip():
        found.append("There is no subject.")
    return found


def _answer_to(message: Message, account: Account, *, everybody: bool) -> Recipients:
    own = normal(IdentityKind.EMAIL, account.address)
    if message.direction is Direction.OUTBOUND:
        return Recipients(to=message.recipients.to, cc=message.recipients.cc if everybody else ())
    wrote = message.recipients.reply_to or (
        (Address(message.author if message.author != message.address else "", message.address),)
        if "@" in message.address
        else ()
    )
    taken = {own, *(normal(IdentityKind.EMAIL, a.email) for a in wrote)}
    others = [
        a
        for a in (*message.recipients.to, *message.recipients.cc)
        if normal(IdentityKind.EMAIL, a.email) not in taken
    ]
    return Recipients(to=wrote, cc=tuple(others) if everybody else ())


def _conversation(context: Context, draft: Draft) -> Conversation:
    if draft.conversation_id is not None:
        found = conversations.get(context.db, draft.conversation_id)
        if found is None:
            raise ActionError("The conversation of this draft is gone; start a new one.")
        return found
    first = draft.recipients.all()[0]
    now = context.clock()
    customer = customers.of_identity(context.db, IdentityKind.EMAIL, first.email, first.name, now)
    new = conversations.create(
        context.db,
        account=draft.account,
        channel=Channel.MAIL,
        subject=draft.subject,
        status=Status.OPEN,
        customer_id=customer,
        at=now,
        assignee=context.agent,
    )
    made = conversations.get(context.db, new)
    assert made is not None
    return made


def _outgoing(
    context: Context,
    draft: Draft,
    account: Account,
    conversation: Conversation,
    now: Millis,
) -> Outgoing:
    thread = [
        m for m in messages.of_conversation(context.db, conversation.id) if m.message_id is not None
    ]
    forwarded = draft.kind is DraftKind.FORWARD
    ids = () if forwarded else tuple(m.message_id for m in thread if m.message_id)
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


def _message(
    context: Context, draft: Draft, outgoing: Outgoing, conversation: Conversation, key: str
) -> Message:
    return Message(
        id=_after(context, conversation, outgoing.date),
        conversation_id=conversation.id,
        account=draft.account,
        direction=Direction.OUTBOUND,
        author=outgoing.sender.name or outgoing.sender.email or context.agent,
        address=outgoing.sender.email or context.agent,
        at=outgoing.date,
        subject=outgoing.subject,
        body=Body(draft.body),
        recipients=draft.recipients,
        message_id=key,
        delivery=Delivery.QUEUED,
        attachments=tuple(map(_file, draft.files)),
    )


def _after(context: Context, conversation: Conversation, at: Millis) -> int:
    """An id behind everything in the conversation, whatever the customer's clock says."""
    last = messages.newest(context.db, conversation.id)
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
        size=file.stat().st_size,
        part="",
        inline=False,
        state=FetchState.HERE,
        path=str(file),
    )


def _remember(context: Context, message: Message, outgoing: Outgoing) -> None:
    threads.remember(
        context.db, message.account, message.conversation_id, message.message_id, issued=True
    )
    people = {normal(IdentityKind.EMAIL, a.email) for a in outgoing.recipients.all()}
    threads.join(context.db, message.conversation_id, people)


def _hold(context: Context, account: Account, conversation: Conversation) -> Millis:
    return context.undo_ms.get(conversation.channel, account.capabilities.undo_ms)


def _await_customer(context: Context, stamp: Stamp, conversation_id: int) -> None:
    """An answered conversation waits for the customer."""
    conversation = conversations.get(context.db, conversation_id)
    if conversation is not None and conversation.status in (Status.OPEN, Status.SNOOZED):
        change(context, stamp, conversation, {"status": Status.PENDING, "snoozed_until": None})


def _file_note(context: Context, draft: Draft) -> Done:
    if draft.conversation_id is None:
        raise ActionError("A note needs a conversation.")
    stamp = context.stamp("note")
    with context.db.transaction(durable=True):
        message = Message(
            id=messages.new_id(context.db, stamp.at),
            conversation_id=draft.conversation_id,
            account=draft.account,
            direction=Direction.NOTE,
            author=context.agent,
            address=context.agent,
            at=stamp.at,
            subject="",
            body=Body(draft.body),
            attachments=tuple(map(_file, draft.files)),
        )
        messages.insert(context.db, message)
        events.append(
            context.db, stamp, Entity.MESSAGE, message.id, "note", drafts.dump(draft), message.id
        )
        drafts.delete(context.db, draft.id)
        summary.recount(context.db, draft.conversation_id)
    return Done("Note added.", (draft.conversation_id,), stamp.batch)


def _written(kind: DraftKind, context: Context, targets: Sequence[int], text: str) -> Done:
    conversation = conversations.get(context.db, targets[0])
    if conversation is None:
        raise ActionError(f"There is no conversation #{targets[0]}.")
    if len(targets) > 1:
        raise ActionError(f"A {kind} goes to one conversation at a time.")
    draft = start(context, conversation, kind)
    if draft.body.strip():
        raise ActionError(f"#{conversation.id} has an unsent {kind}; finish or discard it first.")
    draft = replace(draft, body=text)
    drafts.save(context.db, draft)
    return send(context, draft)


def _reply(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return _written(DraftKind.REPLY, context, targets, args["text"])


def _note(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return _written(DraftKind.NOTE, context, targets, args["text"])


_TEXT = Argument("text", ArgumentKind.TEXT, "what to write")

ACTIONS = (
    Action(
        name="reply",
        title="Reply",
        scope=Scope.CONVERSATIONS,
        run=_reply,
        help="Answer the customer.",
        arguments=(_TEXT,),
        needs=EffectKind.SEND,
    ),
    Action(
        name="note",
        title="Internal note",
        scope=Scope.CONVERSATIONS,
        run=_note,
        help="Write something that only colleagues see.",
        arguments=(_TEXT,),
    ),
)
