"""The mails of the demo world as a mail server would hold them (RFC 5322)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from agent_tui.adapters.demo import files
from agent_tui.model.incoming import Incoming
from agent_tui.model.message import Address


def octets(mail: Incoming) -> bytes:
    """The bytes of ``mail``; the same mail gives the same bytes."""
    made = EmailMessage(policy=SMTP)
    made["Date"] = format_datetime(datetime.fromtimestamp(mail.at / 1000, UTC))
    made["From"] = formataddr((mail.sender.name, mail.sender.value))
    made["To"] = ", ".join(map(_formatted, mail.recipients.to))
    made["Subject"] = mail.subject
    made["Message-ID"] = f"<{mail.message_id}>"
    if mail.references:
        made["In-Reply-To"] = f"<{mail.references[-1]}>"
        made["References"] = _ids(mail.references)
    made.set_content(mail.body.text)
    for file in mail.files:
        main, _, sub = file.type.partition("/")
        made.add_attachment(files.content(file.part), main, sub, filename=file.name)
    if made.is_multipart():
        made.set_boundary(f"=={mail.remote_id}==")
    return made.as_bytes()


def _formatted(address: Address) -> str:
    return formataddr((address.name, address.email))


def _ids(ids: Iterable[str]) -> str:
    return " ".join(f"<{one}>" for one in ids)
