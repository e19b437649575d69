"""The settings of an IMAP account: declared once, and read into types."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from agent_tui.adapters import oauth
from agent_tui.adapters.contract import AccountContext, AccountProblem, Option
from agent_tui.adapters.mail import Own
from agent_tui.adapters.oauth import MailTokens
from agent_tui.adapters.server import Auth, Login, Security, Server
from agent_tui.adapters.smtp import SmtpSettings

INBOX = "INBOX"

OPTIONS = (
    Option("address", str, "The address customers write to."),
    Option("name", str, "The name customers see beside it.", default=""),
    Option("aliases", list[str], "Other addresses that are yours.", default=[]),
    Option("host", str, "The IMAP server."),
    Option("port", int, "Its port; 993 for tls, 143 for starttls.", optional=True),
    Option("security", str, "When encryption begins.", default="tls", choices=tuple(Security)),
    Option("user", str, "The user name to log in with; the address if left out.", optional=True),
    Option("password", str, "The password, or the access token of OAuth.", secret=True),
    Option("auth", str, "How to log in.", default="password", choices=tuple(Auth)),
    *oauth.OPTIONS,
    Option("smtp_host", str, "The server that mail leaves by."),
    Option("smtp_port", int, "Its port; 465 for tls, 587 for starttls.", optional=True),
    Option("smtp_security", str, "As security.", default="tls", choices=tuple(Security)),
    Option("smtp_user", str, "The user name there, if it is another.", optional=True),
    Option("smtp_password", str, "The password there, if other.", optional=True, secret=True),
    Option("mailboxes", list[str], "Mailboxes customers' mail is in.", default=[INBOX]),
    Option("sent", str, "The mailbox of sent mail; found by itself if left out.", optional=True),
    Option("archive", str, "The mailbox resolved mail goes to; found likewise.", optional=True),
    Option(
        "on_resolve",
        str,
        'What becomes of the mails of a resolved conversation: "archive", "nothing", or '
        '"move:MAILBOX".',
        default="archive",
    ),
    Option("mark_seen", bool, "Whether reading a mail here marks it as seen.", default=False),
    Option(
        "file_sent",
        str,
        "Whether to file a copy of sent mail; auto knows the providers that do it themselves.",
        default="auto",
        choices=("auto", "yes", "no"),
    ),
    Option(
        "authserv_id",
        str,
        "The name in the Authentication-Results that your own mail server writes.",
        default="",
    ),
    Option("ca_file", str, "Certificates of a private authority to trust.", optional=True),
    Option("timeout", int, "Seconds to wait for a server.", default=60),
)

_FILE_THEMSELVES = (".gmail.com", ".googlemail.com", ".office365.com", ".outlook.com")
"""Hosts of providers that put what leaves by their SMTP into Sent: a second copy would show."""


class OnResolve(StrEnum):
    """What becomes of the mails of a resolved conversation."""

    ARCHIVE = "archive"
    NOTHING = "nothing"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Settings:
    """An account's settings, read."""

    address: str
    own: Own
    imap: Server
    login: Login
    smtp: SmtpSettings
    mailboxes: tuple[str, ...]
    sent: str | None
    archive: str | None  # also the target of ``move:``
    on_resolve: OnResolve
    mark_seen: bool
    files_copy: bool  # we file it; else the provider does, or nobody

    @classmethod
    def read(cls, account: AccountContext) -> "Settings":
        """The settings in ``account``. Raises AccountProblem for a value that cannot be meant."""
        given = _Given(account)
        address, ca_file = given.text("address"), given.maybe("ca_file")
        user, timeout = given.maybe("user") or address, float(given.number("timeout") or 60)
        auth = Auth(given.text("auth"))
        provider = oauth.provider_of(account)
        tokens = MailTokens(account, provider) if provider else None
        again = {"renew": tokens.renew} if tokens else {}
        if tokens and auth is Auth.PASSWORD:
            auth = Auth.XOAUTH2
        imap_security = Security(given.text("security"))
        smtp_security = Security(given.text("smtp_security"))
        imap = Server(
            "IMAP",
            given.text("host"),
            given.number("port") or (993 if imap_security is Security.TLS else 143),
            imap_security,
            ca_file,
            timeout,
        )
        smtp = Server(
            "SMTP",
            given.text("smtp_host"),
            given.number("smtp_port") or (465 if smtp_security is Security.TLS else 587),
            smtp_security,
            ca_file,
            timeout,
        )
        on_resolve, _, target = given.text("on_resolve").partition(":")
        if on_resolve not in tuple(OnResolve) or (on_resolve == OnResolve.MOVE) != bool(target):
            raise AccountProblem(
                f"The setting on_resolve of the account {account.name} cannot be "
                f'\'{given.text("on_resolve")}\'; use "archive", "nothing" or "move:MAILBOX".'
            )
        return cls(
            address=address,
            own=Own.of([address, *given.texts("aliases")], given.text("authserv_id")),
            imap=imap,
            login=Login(user, tokens or given.secret("password"), auth, **again),
            smtp=SmtpSettings(
                smtp,
                Login(
                    given.maybe("smtp_user") or user, tokens or given.smtp_secret(), auth, **again
                ),
            ),
            mailboxes=given.texts("mailboxes") or (INBOX,),
            sent=given.maybe("sent"),
            archive=target or given.maybe("archive"),
            on_resolve=OnResolve(on_resolve),
            mark_seen=given.settings["mark_seen"] is True,
            files_copy=_files_copy(given.text("file_sent"), smtp.host),
        )


class _Given:
    """The settings as they were validated against ``OPTIONS``, typed again."""

    def __init__(self, account: AccountContext) -> None:
        self.settings = {option.name: option.default for option in OPTIONS} | {**account.settings}
        self._account = account

    def text(self, name: str) -> str:
        return str(self.settings[name])

    def maybe(self, name: str) -> str | None:
        value = self.settings[name]
        return str(value) if value else None

    def number(self, name: str) -> int | None:
        value = self.settings[name]
        return value if isinstance(value, int) else None

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.settings[name]
        return tuple(map(str, value)) if isinstance(value, list | tuple) else ()

    def secret(self, name: str) -> Callable[[], str]:
        return partial(self._account.secret, name)

    def smtp_secret(self) -> Callable[[], str]:
        return self.secret("smtp_password" if self.settings["smtp_password"] else "password")


def _files_copy(setting: str, host: str) -> bool:
    if setting == "auto":
        return not f".{host.lower()}".endswith(_FILE_THEMSELVES)
    return setting == "yes"
