"""Takes in what adapters pull: one batch and its cursor in one transaction, each message once."""

from dataclasses import replace
from uuid import uuid4

from agent_tui.model.clock import Millis
from agent_tui.model.conversation import (
    Channel,
    Conversation,
    Priority,
    Status,
    status_after_inbound,
)
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.event import ENGINE, Entity, Stamp
from agent_tui.model.incoming import Batch, Incoming, IncomingFile, Sender
from agent_tui.model.message import Attachment, Direction, FetchState, Message
from agent_tui.model.threading import bare_subject
from agent_tui.store import (
    accounts,
    agents,
    bounces,
    changes,
    conversations,
    customers,
    events,
    intake_changes,
    intake_elsewhere,
    locations,
    messages,
    outbox,
    presence,
    remote,
    server_replies,
    summary,
    threads,
    tombstones,
)
from agent_tui.store.arrival import Arrival
from agent_tui.store.database import Database


def commit_batch(db: Database, account: str, batch: Batch, own: frozenset[str], now: Millis) -> int:
    """Store the batch and its cursor, both or neither; how many messages were new.

    ``own`` are the account's normal addresses: who writes from them is us, not a customer.
    """
    into = Arrival(
        db,
        account,
        batch.mailbox,
        own,
        batch.progress is not None,
        Stamp(ENGINE, "receive", uuid4().hex, now),
        tombstones.every(db),
    )
    with db.transaction():
        if batch.reset:
            locations.leave_mailbox(db, account, batch.mailbox)
        new = sum(_take(into, incoming) for incoming in batch.messages)
        _end_typing(into, batch)
        for change in batch.flags:
            intake_elsewhere.take_flags(into, change)
        for remote_id in batch.gone:
            intake_elsewhere.take_absence(into, remote_id, resolves=batch.gone_resolves)
        _take_changes(into, batch)
        accounts.set_cursor(db, account, batch.mailbox, batch.cursor)
    return new


def _take(into: Arrival, incoming: Incoming) -> bool:
    db = into.db
    if locations.at(db, into.account, into.mailbox, incoming.remote_id):
        return False
    known = _known(into, incoming)
    if known is not None:
        _locate(into, incoming, known)
        if incoming.files:
            messages.name_parts(db, known, [file.part for file in incoming.files])
        return False
    if _was_erased(into, incoming):
        return False
    conversation_id = _conversation_of(into, incoming)
    message = _message(into, incoming, conversation_id)
    if _is_newcomer(into, incoming, conversation_id):
        message = replace(message, notes=(*message.notes, NEWCOMER))
    messages.insert(db, message, content_hash=incoming.content_hash, raw=incoming.raw)
    _locate(into, incoming, message.id)
    threads.remember(db, into.account, conversation_id, incoming.message_id, incoming.references)
    threads.join(db, conversation_id, _people(into, incoming))
    _refresh(into, conversation_id, message, incoming)
    _note_claims(into, incoming)
    if incoming.bounce is not None:
        bounces.take(into, incoming.bounce)
    events.append(db, into.stamp, Entity.CONVERSATION, conversation_id, "message", None, message.id)
    return True


NEWCOMER = "Who wrote this was not in the conversation before; mind what you quote to them."


def _is_newcomer(into: Arrival, incoming: Incoming, conversation_id: int) -> bool:
    """Whether somebody whom nobody in the thread has written to answers it: they have one of our
    Message-IDs, by forwarding or by theft."""
    if incoming.channel is not Channel.MAIL or incoming.direction is not Direction.INBOUND:
        return False
    known = conversations.participants(into.db, conversation_id)
    return bool(known) and normal(incoming.sender.kind, incoming.sender.value) not in known


def _was_erased(into: Arrival, incoming: Incoming) -> bool:
    """Whether it is of somebody, or to somebody, who has been erased since it was written."""
    return any(
        into.erased.cover(who.kind, who.value, incoming.at)
        for who in (_customer(incoming), incoming.sender)
    )


def _take_changes(into: Arrival, batch: Batch) -> None:
    """What became of messages and conversations that are known by now."""
    for edit in batch.edits:
        intake_changes.take_edit(into, edit)
    for reaction in batch.reactions:
        intake_changes.take_reaction(into, reaction)
    for deletion in batch.deletions:
        intake_changes.take_deletion(into, deletion)
    for mark in batch.marks:
        intake_changes.take_mark(into, mark)
    for state in batch.conversations:
        remote.take_state(into, state)
    for colleague in batch.colleagues:
        agents.put(into.db, colleague.handle, colleague.name)
    if batch.canned is not None:
        server_replies.put_all(into.db, into.account, batch.canned)


def _end_typing(into: Arrival, batch: Batch) -> None:
    """Who has written does not write any more."""
    for thread_key, conversation_id in presence.typing_customers(into.db, into.account).items():
        if any(
            message.thread_key == thread_key and message.direction is Direction.INBOUND
            for message in batch.messages
        ):
            presence.customer_wrote(into.db, conversation_id)


def _known(into: Arrival, incoming: Incoming) -> int | None:
    """The message that ``incoming`` is another copy of: same Message-ID and same content, or our
    own; without a Message-ID, same content that lies in another mailbox or nowhere."""
    params = {
        "account": into.account,
        "mid": incoming.message_id,
        "hash": incoming.content_hash,
        "mailbox": into.mailbox,
    }
    if incoming.message_id is not None:
        row = into.db.one(
            "SELECT id FROM messages WHERE account = :account AND message_id = :mid"
            " AND (content_hash = :hash OR content_hash = '' OR direction = 'outbound') LIMIT 1",
            params,
        )
    elif incoming.content_hash:
        row = into.db.one(
            "SELECT id FROM messages m WHERE account = :account AND message_id IS NULL"
            " AND content_hash = :hash AND NOT EXISTS (SELECT 1 FROM locations l"
            " WHERE l.message_id = m.id AND l.mailbox = :mailbox) LIMIT 1",
            params,
        )
    else:
        row = None
    return row["id"] if row else None


def _locate(into: Arrival, incoming: Incoming, message_id: int) -> None:
    locations.put(
        into.db,
        into.account,
        into.mailbox,
        incoming.remote_id,
        message_id,
        seen=incoming.flags.seen,
        answered=incoming.flags.answered,
    )


def _conversation_of(into: Arrival, incoming: Incoming) -> int:
    if incoming.thread_key is not None:
        found = conversations.id_of_thread(into.db, into.account, incoming.thread_key)
    else:
        found = threads.find(
            into.db,
            into.stamp,
            into.account,
            incoming.message_id,
            incoming.references,
            _people(into, incoming),
        )
    return found if found is not None else _begin(into, incoming)


def _begin(into: Arrival, incoming: Incoming) -> int:
    customer = _customer(incoming)
    customer_id = customers.of_identity(
        into.db, customer.kind, customer.value, customer.name, incoming.at
    )
    conversation_id = conversations.create(
        into.db,
        account=into.account,
        channel=incoming.channel,
        subject=bare_subject(incoming.subject),
        status=_first_status(incoming),
        customer_id=customer_id,
        at=incoming.at,
        thread_key=incoming.thread_key,
        rating=incoming.rating,
        review=incoming.review,
        assignee=incoming.assignee,
        priority=incoming.priority or Priority.NORMAL,
        snoozed_until=incoming.snoozed_until,
    )
    if incoming.labels:
        conversations.set_labels(into.db, conversation_id, incoming.labels)
    remote.begun(into.db, conversation_id, incoming)
    return conversation_id


def _customer(incoming: Incoming) -> Sender:
    """Who the customer is: who wrote to us, or to whom somebody of us wrote."""
    if incoming.customer is not None:
        return incoming.customer
    if incoming.direction is Direction.INBOUND or not incoming.recipients.all():
        return incoming.sender
    first = incoming.recipients.all()[0]
    return Sender(IdentityKind.EMAIL, first.email, first.name)


def _first_status(incoming: Incoming) -> Status:
    if incoming.status is not None:
        return incoming.status
    if incoming.direction is Direction.OUTBOUND:
        return Status.RESOLVED
    return Status.PENDING if incoming.flags.answered else Status.OPEN


def _people(into: Arrival, incoming: Incoming) -> frozenset[str]:
    """The normal addresses of everybody on the message but us."""
    if incoming.channel is not Channel.MAIL:
        if incoming.direction is Direction.NOTE and incoming.customer is None:
            return frozenset()
        customer = _customer(incoming)
        return frozenset({normal(customer.kind, customer.value)}) - into.own
    everybody = {normal(IdentityKind.EMAIL, a.email) for a in incoming.recipients.all()}
    everybody.add(normal(incoming.sender.kind, incoming.sender.value))
    return frozenset(everybody) - into.own - {""}


def _message(into: Arrival, incoming: Incoming, conversation_id: int) -> Message:
    return Message(
        id=messages.new_id(into.db, incoming.at),
        conversation_id=conversation_id,
        account=into.account,
        direction=incoming.direction,
        author=incoming.sender.name or incoming.sender.value,
        address=incoming.sender.value,
        at=incoming.at,
        subject=incoming.subject,
        body=incoming.body,
        recipients=incoming.recipients,
        message_id=incoming.message_id,
        automatic=incoming.automatic,
        headers=incoming.headers,
        notes=incoming.notes,
        attachments=tuple(map(_file, incoming.files)),
        answers=into.message_id(incoming.answers) if incoming.answers else None,
        topic=incoming.topic,
        edited_at=incoming.edited_at,
    )


def _file(file: IncomingFile) -> Attachment:
    return Attachment(
        id=0,
        message_id=0,
        name=file.name,
        type=file.type,
        size=file.size,
        part=file.part,
        inline=file.inline,
        state=FetchState.REMOTE,
    )


def _refresh(into: Arrival, conversation_id: int, message: Message, incoming: Incoming) -> None:
    """Bring the conversation up to date with its new message."""
    before = conversations.get(into.db, conversation_id)
    assert before is not None
    summary.add(into.db, before, message)
    if message.direction is not Direction.INBOUND:
        return
    if not incoming.flags.seen:
        conversations.add_unread(into.db, conversation_id)
    wakes = not into.first_sync or message.at > before.last_at
    if before.messages and wakes:
        _follow(into, before, incoming)
        _hold_back(into, before, message)
    conversations.handle_closed(into.db, conversation_id)


def _hold_back(into: Arrival, conversation: Conversation, message: Message) -> None:
    """What was to leave later was written without knowing of this; a machine changes nothing."""
    if not message.automatic:
        told = f"{message.author} wrote after this was scheduled; read that first."
        outbox.overtake(into.db, conversation.id, told)


def _note_claims(into: Arrival, incoming: Incoming) -> None:
    """What the customer says to be."""
    customer = _customer(incoming)
    if customer.claims:
        known = customers.find(into.db, customer.kind, customer.value)
        if known is not None:
            customers.claim(into.db, known, customer.claims)


def _follow(into: Arrival, conversation: Conversation, incoming: Incoming) -> None:
    """The status that the provider says, else the one that follows from the customer's mail."""
    by_rule = status_after_inbound(conversation.status, automatic=incoming.automatic)
    status = incoming.status or by_rule
    if status is not conversation.status:
        changes.change_conversation(
            into.db,
            replace(into.stamp, action="reopen"),
            conversation,
            status=status,
            snoozed_until=None,
        )
