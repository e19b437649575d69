"""The settings of an account of mail in files: declared once, and read into types."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agent_tui.adapters.contract import AccountContext, AccountProblem, Option
from agent_tui.adapters.mail import Own
from agent_tui.adapters.server import Login, Security, Server
from agent_tui.adapters.smtp import SmtpSettings

OPTIONS = (
    Option("path", str, "The Maildir, or the mbox file."),
    Option("address", str, "The address customers write to.", default=""),
    Option("name", str, "The name customers see beside it.", default=""),
    Option("aliases", list[str], "Other addresses that are yours.", default=[]),
    Option("smtp_host", str, "The server that answers leave by, if any shall.", optional=True),
    Option("smtp_port", int, "Its port; 465 for tls, 587 for starttls.", optional=True),
    Option(
        "smtp_security",
        str,
        "When encryption begins.",
        default=Security.TLS.value,
        choices=tuple(Security),
    ),
    Option("smtp_user", str, "The user name there; the address if left out.", optional=True),
    Option(
        "smtp_password",
        str,
        "The password there; without one nobody logs in.",
        optional=True,
        secret=True,
    ),
    Option(
        "authserv_id",
        str,
        "The name in the Authentication-Results that your own mail server writes.",
        default="",
    ),
    Option("ca_file", str, "Certificates of a private authority to trust.", optional=True),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """An account's settings, read."""

    path: Path
    own: Own
    smtp: SmtpSettings | None

    @classmethod
    def read(cls, account: AccountContext) -> "Settings":
        """The settings in ``account``. Raises AccountProblem for a value that cannot be meant."""
        settings = account.settings
        address = str(settings.get("address") or "")
        aliases = settings.get("aliases")
        others = aliases if isinstance(aliases, list | tuple) else ()
        return cls(
            Path(str(settings["path"])).expanduser(),
            Own.of([address, *map(str, others)], str(settings.get("authserv_id") or "")),
            _smtp(account, address) if settings.get("smtp_host") else None,
        )


def _smtp(account: AccountContext, address: str) -> SmtpSettings:
    settings = account.settings
    if not address:
        raise AccountProblem(
            f"The account {account.name} has an smtp_host but no address to send from; "
            "add 'address' to its settings."
        )
    security = Security(str(settings.get("smtp_security") or Security.TLS))
    port = settings.get("smtp_port")
    ca_file = settings.get("ca_file")
    server = Server(
        "SMTP",
        str(settings["smtp_host"]),
        port if isinstance(port, int) else 465 if security is Security.TLS else 587,
        security,
        str(ca_file) if ca_file else None,
    )
    if not settings.get("smtp_password"):
        return SmtpSettings(server, None)
    user = str(settings.get("smtp_user") or address)
    return SmtpSettings(server, Login(user, partial(account.secret, "smtp_password")))
