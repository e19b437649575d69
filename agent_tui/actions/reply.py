"""Writing: drafts are begun, checked and sent; the agent decides what became of doubtful sends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from agent_tui.actions import doubts, messaging, posting, public
from agent_tui.actions.action import (
    LEAVES,
    ON_ITS_WAY,
    Action,
    ActionError,
    Argument,
    ArgumentKind,
    Context,
    Done,
    Doubtful,
    Scope,
    seconds_left,
)
from agent_tui.actions.call import NO_ANSWER
from agent_tui.actions.recipients import address_problems, answer_to
from agent_tui.actions.targets import first
from agent_tui.actions.when import parse_when, say_when
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.clock import HOUR, Millis
from agent_tui.model.conversation import Channel, Conversation, Status
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.event import Stamp
from agent_tui.model.mention import mentioned
from agent_tui.model.message import Direction, Message, Recipients
from agent_tui.model.threading import bare_subject
from agent_tui.model.via import via_name
from agent_tui.store import (
    accounts,
    agents,
    changes,
    conversations,
    drafts,
    messages,
)
from agent_tui.system.files import is_there

_WAIT = "Wait until they write again."
_AFTERWARDS = {
    "whatsapp": "Send an approved template at the provider, or wait until they write again."
}
"""What is left to do when a provider takes no free answer any more."""

_CALLED = {
    DraftKind.REPLY: "Reply",
    DraftKind.FORWARD: "Forward",
    DraftKind.NEW: "Message",
    DraftKind.NOTE: "Note",
}


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
    all others on that message too. Where one answer is all there can be, it begins as that one.
    """
    if unsent := _unsent(context, conversation, kind):
        return unsent
    answer = public.answer_to(context, conversation) if kind is DraftKind.REPLY else None
    thread = messages.of_conversation(context.db, conversation.id)
    inbound = [m for m in thread if m.direction is Direction.INBOUND]
    answered = inbound[-1] if inbound else (thread[-1] if thread else None)
    account = accounts.get(context.db, conversation.account, conversation.channel)
    recipients = Recipients()
    if kind is DraftKind.REPLY and answered and account and account.capabilities.recipients:
        recipients = answer_to(answered, account, everybody=everybody)
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
            body=body or (answer.body.text if answer else ""),
            updated_at=context.clock(),
            cursor=_end(answer.body.text) if answer and not body else (0, 0),
            recipients=recipients,
            seen_message=thread[-1].id if thread else None,
        ),
    )


def start_edit(context: Context, conversation: Conversation, message: Message) -> Draft:
    """A draft of another text for ``message``, one of ours: the unsent one, or a fresh one."""
    found = drafts.of_conversation(context.db, conversation.id, context.agent)
    if unsent := next((draft for draft in found if draft.edits == message.id), None):
        return unsent
    return drafts.create(
        context.db,
        Draft(
            id=0,
            kind=DraftKind.REPLY,
            agent=context.agent,
            account=conversation.account,
            conversation_id=conversation.id,
            subject="",
            body=message.body.text,
            updated_at=context.clock(),
            cursor=_end(message.body.text),
            seen_message=messages.newest(context.db, conversation.id),
            edits=message.id,
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
    missing = [path for path in draft.files if not is_there(path)]
    found += [f"The attachment {Path(path).name} is not there any more." for path in missing]
    if draft.kind is DraftKind.NOTE:
        return found
    conversation = _conversation(context, draft)
    channel = conversation.channel if conversation else Channel.MAIL  # new ones are mails
    if channel is Channel.CALL:
        return [*found, NO_ANSWER]
    account = accounts.get(context.db, draft.account, channel)
    if account is None or EffectKind.SEND not in account.capabilities.effects:
        return [*found, f"The account '{draft.account}' cannot send."]
    return found + _refusals(draft, account, conversation) + _too_late(context, conversation)


def send(
    context: Context,
    draft: Draft,
    *,
    anyway: bool = False,
    known: int | None = None,
    at: Millis | None = None,
) -> Done:
    """Send ``draft``, or file it when it is a note; the draft is gone, undo brings it back.

    ``at`` is when it is to leave; None: as soon as the undo window is over. Raises ActionError
    with the first of :func:`problems`, or when the draft is gone already, and Doubtful with all of
    :func:`doubts.against`, unless it is to be sent ``anyway``. Who was asked, knew the messages up
    to ``known``: a colleague's answer behind it is told all the same.
    """
    posting.check_there(context, draft)
    for problem in problems(context, draft):
        raise ActionError(f"Not sent: {problem}")
    with context.db.transaction(durable=True):  # from here on nobody else answers
        doubtful = doubts.against(context, draft)
        if doubtful and not (anyway and (known is None or not doubts.since(context, draft, known))):
            raise Doubtful(f"Not sent: {' '.join(doubtful)}")
        if draft.kind is DraftKind.NOTE:
            return _file_note(context, draft, doubtful)
        stamp = context.stamp(draft.kind)
        posting.note_asked(context, stamp, draft)
        if answer := _answer_to_change(context, draft):
            if at is not None:
                raise ActionError("Not sent: a public answer is changed at once, not later.")
            done = _change_answer(context, stamp, draft, answer)
        else:
            done = _post(context, stamp, draft, at)
        if doubtful:
            number = draft.conversation_id or done.changed[0]
            doubts.log_override(context, stamp, number, doubtful)
    return done


def _post(context: Context, stamp: Stamp, draft: Draft, at: Millis | None) -> Done:
    account = accounts.get(context.db, draft.account)
    assert account is not None
    posted = posting.post(context, stamp, draft, account, at)
    if draft.kind is not DraftKind.FORWARD:
        _await_customer(context, stamp, posted.conversation.id)
    is_public = posted.conversation.channel is Channel.REVIEW
    told = f"{'Public answer' if is_public else _CALLED[draft.kind]} to {posted.to}"
    return Done(
        f"{told} {_when(context, posted)}.",
        (posted.conversation.id,),
        stamp.batch,
        leaves_at=stamp.at + posted.hold if posted.hold and at is None else None,
    )


def _when(context: Context, posted: posting.Posted) -> str:
    if posted.at is not None:
        return f"leaves {say_when(posted.at, context.clock())}, u calls it back"
    return LEAVES.format(seconds_left(posted.hold)) if posted.hold else ON_ITS_WAY


def _conversation(context: Context, draft: Draft) -> Conversation | None:
    """Where the draft goes, unless it begins something new."""
    number = draft.conversation_id
    return conversations.get(context.db, number) if number is not None else None


def _too_late(context: Context, conversation: Conversation | None) -> list[str]:
    """Why no free answer is taken any more, where the provider has such a rule."""
    if conversation is None or conversation.reply_until is None:
        return []
    if context.clock() < conversation.reply_until:
        return []
    asked = messages.newest_id(context.db, conversation.id, Direction.INBOUND)
    hours = (conversation.reply_until - messages.time_of(asked)) / HOUR if asked else 0
    span = f"within {hours:.0f} hours of" if hours >= 1 else "for a while after"
    ended = say_when(conversation.reply_until, context.clock())
    return [
        f"{via_name(conversation.via) or 'The provider'} takes free answers only {span} the "
        f"customer's last message; that ended {ended}. {_AFTERWARDS.get(conversation.via, _WAIT)}"
    ]


def _refusals(draft: Draft, account: Account, conversation: Conversation | None) -> list[str]:
    """What the account cannot do of what the draft wants, a sentence each."""
    can = account.capabilities
    found = address_problems(draft) if can.recipients or draft.kind is DraftKind.NEW else []
    if draft.files and not can.attach:
        found.append(f"The account '{account.name}' cannot send files.")
    own = conversation.reply_limit if conversation else None
    limit = can.reply_limit if own is None else own
    if too_long := can.counted.excess(draft.body, limit):
        found.append(too_long)
    return found


def _answer_to_change(context: Context, draft: Draft) -> Message | None:
    if draft.edits is not None:
        return messages.get(context.db, draft.edits)
    conversation = _conversation(context, draft)
    if conversation is None or draft.kind is not DraftKind.REPLY:
        return None
    return public.answer_to(context, conversation)


def _change_answer(context: Context, stamp: Stamp, draft: Draft, answer: Message) -> Done:
    posting.use_up(context, draft)
    done = messaging.edit(context, answer, draft.body, stamp=stamp, draft=draft)
    if done.batch is None:
        return done
    _await_customer(context, stamp, answer.conversation_id)
    return replace(done, sentence="Your public answer is changed; u takes that back.")


def _await_customer(context: Context, stamp: Stamp, conversation_id: int) -> None:
    """An answered conversation waits for the customer; the provider has seen the answer itself."""
    conversation = conversations.get(context.db, conversation_id)
    if conversation is not None and conversation.status in (Status.OPEN, Status.SNOOZED):
        changes.change_conversation(
            context.db, stamp, conversation, status=Status.PENDING, snoozed_until=None
        )


def _file_note(context: Context, draft: Draft, doubtful: tuple[str, ...]) -> Done:
    if draft.conversation_id is None:
        raise ActionError("A note needs a conversation.")
    conversation = conversations.get(context.db, draft.conversation_id)
    if conversation is None:
        raise ActionError("The conversation of this note is gone.")
    stamp = context.stamp("note")
    with context.db.transaction(durable=True):
        shared = posting.file_note(context, stamp, draft, conversation)
        if doubtful:
            doubts.log_override(context, stamp, conversation.id, doubtful)
    told = "Note added, for colleagues at the provider too." if shared else "Note added."
    told += _named(context, draft.body)
    return Done(told, (conversation.id,), stamp.batch)


def _named(context: Context, text: str) -> str:
    """Whom a note names, in a sentence: those there are, and those there are not."""
    known = {agent.handle.casefold() for agent in agents.every(context.db)}
    handles = mentioned(text)
    found = ", ".join(f"@{handle}" for handle in handles if handle in known)
    strange = ", ".join(f"@{handle}" for handle in handles if handle not in known)
    return (f" It is among the mentions of {found}." if found else "") + (
        f" Nobody here is called {strange}." if strange else ""
    )


def _end(text: str) -> tuple[int, int]:
    """The place behind the last character."""
    return text.count("\n"), len(text) - (text.rfind("\n") + 1)


def _unsent(context: Context, conversation: Conversation, kind: DraftKind) -> Draft | None:
    found = drafts.of_conversation(context.db, conversation.id, context.agent)
    return next((draft for draft in found if draft.kind is kind and draft.edits is None), None)


def _written(
    kind: DraftKind, context: Context, targets: Sequence[int], args: Mapping[str, str]
) -> Done:
    conversation = first(context, targets)
    if len(targets) > 1:
        raise ActionError(f"A {kind} goes to one conversation at a time.")
    unsent = _unsent(context, conversation, kind)
    if unsent is not None and unsent.body.strip():
        raise ActionError(f"#{conversation.id} has an unsent {kind}; finish or discard it first.")
    draft = replace(unsent or start(context, conversation, kind), body=args["text"])
    try:
        anyway = public.check("Not sent", doubts.against(context, draft), args.get("anyway", ""))
    except ActionError:
        if unsent is None:
            drafts.delete(context.db, draft.id)
        raise
    at = _asked_time(context, args.get("at", ""))
    drafts.save(context.db, draft)
    return send(context, draft, anyway=anyway, at=at)


def _asked_time(context: Context, text: str) -> Millis | None:
    return parse_when(text, context.clock(), hours=context.hours) if text.strip() else None


def _reply(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return _written(DraftKind.REPLY, context, targets, args)


def _note(context: Context, targets: Sequence[int], args: Mapping[str, str]) -> Done:
    return _written(DraftKind.NOTE, context, targets, args)


_TEXT = Argument("text", ArgumentKind.TEXT, "what to write")
_AT = Argument("at", ArgumentKind.TIME, "when it is to leave, such as tomorrow 8:30", optional=True)

ACTIONS = (
    Action(
        name="reply",
        title="Reply",
        scope=Scope.CONVERSATIONS,
        run=_reply,
        help="Answer the customer.",
        arguments=(_TEXT, messaging.ANYWAY, _AT),
        needs=EffectKind.SEND,
    ),
    Action(
        name="note",
        title="Internal note",
        scope=Scope.CONVERSATIONS,
        run=_note,
        help="Write something that only colleagues see.",
        arguments=(_TEXT, messaging.ANYWAY),
    ),
)
