"""A conversation as plain text, for a file or for the customer's own records."""

from datetime import datetime, tzinfo

from agent_tui.actions.action import ActionError, Context
from agent_tui.model.account import Account, EffectKind
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Conversation
from agent_tui.model.customer import IdentityKind
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Address, Delivery, Direction, Message, Recipients
from agent_tui.model.via import via_name
from agent_tui.store import accounts, customers, drafts, messages
from agent_tui.store.database import Database

_NOT_ARRIVED = {
    Delivery.QUEUED: "on its way",
    Delivery.SENDING: "on its way",
    Delivery.FAILED: "not sent",
    Delivery.UNCERTAIN: "may not have arrived",
}


def transcript(db: Database, conversation: Conversation, zone: tzinfo | None = None) -> str:
    """What was said in ``conversation``, oldest first, without our notes.

    Times are those of ``zone`` (default: the machine's), each with its name. Edits, deletions and
    files are told. Ends with a line feed.
    """
    said = [m for m in messages.of_conversation(db, conversation.id) if _is_said(m)]
    title = conversation.subject or f"Conversation with {conversation.customer}"
    way = via_name(conversation.via) or str(conversation.channel)
    head = [title, f"Customer: {conversation.customer}", f"By: {way}, {conversation.account}"]
    if said:
        head.append(f"From {_time(said[0].at, zone)} to {_time(said[-1].at, zone)}")
    return "\n\n".join(["\n".join(head), *(_message(m, zone) for m in said)]) + "\n"


def mail_draft(context: Context, conversation: Conversation) -> tuple[Draft, str]:
    """A draft on disk of a new mail to the customer with the transcript, and a sentence about it.

    Raises ActionError when no address is known or no account can send mail.
    """
    address, verified = _address(context.db, conversation)
    account = _mail_account(context.db, conversation)
    draft = drafts.create(
        context.db,
        Draft(
            id=0,
            kind=DraftKind.NEW,
            agent=context.agent,
            account=account.name,
            conversation_id=None,
            subject=f"Transcript: {conversation.subject or _day(conversation.created_at)}",
            body=transcript(context.db, conversation),
            updated_at=context.clock(),
            recipients=Recipients(to=(Address(conversation.customer, address),)),
        ),
    )
    if verified:
        return draft, f"A mail to {address} from '{account.name}' is ready to be sent."
    return draft, (
        f"{conversation.customer} says that {address} is theirs, which nobody has verified; "
        "make sure before you send this."
    )


def _is_said(message: Message) -> bool:
    return message.direction is not Direction.NOTE


def _message(message: Message, zone: tzinfo | None) -> str:
    facts = []
    if message.edited_at is not None and message.deleted_at is None:
        facts.append(f"edited {_time(message.edited_at, zone)}")
    if message.direction is Direction.OUTBOUND and message.delivery in _NOT_ARRIVED:
        facts.append(_NOT_ARRIVED[message.delivery])
    told = f" ({', '.join(facts)})" if facts else ""
    lines = [f"[{_time(message.at, zone)}] {message.author}{told}:"]
    if message.deleted_at is not None:
        return f"{lines[0]}\n(deleted {_time(message.deleted_at, zone)})"
    if message.body.text.strip():
        lines.append(message.body.text.rstrip())
    lines += [f"(file: {file.name})" for file in message.attachments]
    return "\n".join(lines)


def _time(at: Millis, zone: tzinfo | None) -> str:
    then = datetime.fromtimestamp(at / 1000, zone).astimezone(zone)
    return f"{then:%Y-%m-%d %H:%M} {then.tzname()}"


def _day(at: Millis) -> str:
    return f"{datetime.fromtimestamp(at / 1000).astimezone():%Y-%m-%d}"


def _address(db: Database, conversation: Conversation) -> tuple[str, bool]:
    """The customer's mail address, and whether it is more than a claim."""
    person = customers.person(db, conversation.customer_id)
    for address in person.emails(first=conversation.customer_id) if person else ():
        return address, True
    for kind, value in customers.claims(db, conversation.customer_id):
        if kind is IdentityKind.EMAIL:
            return value, False
    raise ActionError(
        f"No mail address of {conversation.customer} is known; ask for one, or write the "
        "transcript to a file."
    )


def _mail_account(db: Database, conversation: Conversation) -> Account:
    """The conversation's own account where that can address mail, else the first that can."""
    able = [
        account
        for account in accounts.every(db)
        if account.capabilities.recipients and EffectKind.SEND in account.capabilities.effects
    ]
    if not able:
        raise ActionError("No account can send mail; write the transcript to a file instead.")
    return next((a for a in able if a.name == conversation.account), able[0])
