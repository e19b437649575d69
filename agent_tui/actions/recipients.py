"""Who an answer goes to, and what is wrong with whom it goes to."""

from collections.abc import Iterable

from agent_tui.model.account import Account
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.draft import Draft, DraftKind
from agent_tui.model.message import Address, Direction, Message, Recipients


def answer_to(message: Message, account: Account, *, everybody: bool) -> Recipients:
    """To whom an answer to ``message`` goes: where its sender wants answers (Reply-To, RFC 5322
    3.6.2), else its sender; with ``everybody`` all others on it get a copy.

    An answer to a message of our own goes to whom that went. The account itself gets nothing.
    """
    own = normal(IdentityKind.EMAIL, account.address)
    if message.direction is Direction.OUTBOUND:
        to, others = message.recipients.to, message.recipients.cc
    else:
        to = _but(message.recipients.reply_to, {own}) or _sender(message)
        others = (*message.recipients.to, *message.recipients.cc)
    if not everybody:
        return Recipients(to=to)
    taken = {own, *(normal(IdentityKind.EMAIL, a.email) for a in to)}
    return Recipients(to=to, cc=_but(others, taken))


def address_problems(draft: Draft) -> list[str]:
    """What is wrong with the draft's addresses and subject, a sentence each."""
    people = draft.recipients.all()
    found = [] if people else ["There is nobody in To, Cc or Bcc."]
    found += [f"'{a.email}' is not a mail address." for a in people if not _looks_right(a.email)]
    if draft.kind is DraftKind.NEW and not draft.subject.strip():
        found.append("There is no subject.")
    return found


def _sender(message: Message) -> tuple[Address, ...]:
    if "@" not in message.address:
        return ()
    name = message.author if message.author != message.address else ""
    return (Address(name, message.address),)


def _but(people: Iterable[Address], taken: set[str]) -> tuple[Address, ...]:
    """Each of ``people`` once, without those of the normal addresses ``taken``."""
    left: dict[str, Address] = {}
    for address in people:
        left.setdefault(normal(IdentityKind.EMAIL, address.email), address)
    return tuple(address for key, address in left.items() if key not in taken)


def _looks_right(email: str) -> bool:
    return "@" in email.strip("@") and not any(c.isspace() for c in email)
