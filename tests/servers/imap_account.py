"""An IMAP account on the real servers, and what tests do with one."""

import logging
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from uuid import uuid4

from agent_tui.adapters.contract import AccountContext, Effect, Target
from agent_tui.adapters.imap import ImapAdapter
from agent_tui.model.account import EffectKind
from agent_tui.model.clock import system_clock
from agent_tui.model.incoming import Batch, Incoming, Outgoing
from agent_tui.model.message import Address, Recipients
from tests.servers.real import Dovecot, Sink, User


def adapter(
    dovecot: Dovecot,
    user: User,
    sink: Sink | None = None,
    trust: tuple[Path, ...] = (),
    **settings: object,
) -> ImapAdapter:
    """The adapter for ``user``; ``settings`` go over those that fit the servers."""
    secrets = {"password": user.password, "smtp_password": sink.password if sink else "none"}
    authorities = dovecot.base / f"{user.name}.pem"
    trusted = (dovecot.ca, *((sink.ca,) if sink else ()), *trust)
    authorities.write_text("".join(path.read_text() for path in trusted))
    usual: dict[str, object] = {
        "address": user.address,
        "host": "localhost",
        "port": dovecot.imaps,
        "user": user.name,
        "password": "a reference",
        "smtp_host": "localhost",
        "smtp_port": sink.port if sink else 1,
        "smtp_security": "starttls",
        "smtp_user": sink.user if sink else "nobody",
        "smtp_password": "a reference",
        "ca_file": str(authorities),
        "timeout": 20,
    }
    log = logging.getLogger("test")
    secret = secrets.__getitem__
    return ImapAdapter(AccountContext("test", usual | settings, secret, log, system_clock))


async def batches(account: ImapAdapter, cursors: Mapping[str, str] | None = None) -> list[Batch]:
    """One pull to its end."""
    return [batch async for batch in account.pull(cursors or {})]


def cursors(pulled: list[Batch]) -> dict[str, str]:
    """The cursors as the store has them after ``pulled``."""
    return {batch.mailbox: batch.cursor for batch in pulled}


def messages(pulled: list[Batch], mailbox: str = "INBOX") -> list[Incoming]:
    """The messages of a pull."""
    return [one for batch in pulled if batch.mailbox == mailbox for one in batch.messages]


def mail(
    subject: str, text: str = "Where is my order?", message_id: str | None = None
) -> EmailMessage:
    """A customer's mail."""
    made = EmailMessage()
    made["From"] = "Ada Customer <ada@shop.test>"
    made["To"] = "support@example.test"
    made["Subject"] = subject
    made["Message-ID"] = f"<{message_id or uuid4().hex}@shop.test>"
    made["Date"] = "Fri, 20 Nov 2026 10:00:00 +0000"
    made.set_content(text)
    return made


def reply(user: User, to: tuple[str, ...] = ("ada@shop.test",), **fields: object) -> Effect:
    """A reply that is to be sent, with a key of its own."""
    values: dict[str, object] = {
        "subject": "Re: Order 1001",
        "text": "It left *today*.\n\n.\n..two dots\n",
        "sender": Address("Support", user.address),
        "recipients": Recipients(tuple(Address("", one) for one in to)),
        "date": 1_795_000_000_000,
    }
    outgoing = Outgoing(**(values | fields))  # type: ignore[arg-type]  # a test's shorthand
    return Effect(EffectKind.SEND, f"{uuid4().hex}@example.test", outgoing)


def target(message: Incoming, mailbox: str = "INBOX") -> Target:
    """Where ``message`` lies."""
    return Target(mailbox, message.remote_id, message.message_id)


async def nothing() -> None:
    """A commit that needs no record."""
