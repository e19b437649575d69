"""The settings of a Matrix account: declared once, and read into types."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from hashlib import sha256

from agent_tui.adapters.contract import AccountContext, AccountProblem, Option
from agent_tui.content.safe import safe_line


class Invitations(StrEnum):
    """Whose invitations are accepted."""

    ALL = "all"
    LOCAL = "local"  # of users of our own homeserver
    NONE = "none"


OPTIONS = (
    Option("homeserver", str, "Address of the homeserver, as https://matrix.example.org."),
    Option("address", str, "Your Matrix user that customers write to, as @support:example.org."),
    Option("name", str, "The name shown beside what you write.", default=""),
    Option("aliases", list[str], "Other Matrix users that are yours.", default=[]),
    Option("password", str, "The password of that user.", optional=True, secret=True),
    Option("access_token", str, "Its access token, in place of one.", optional=True, secret=True),
    Option(
        "invitations",
        str,
        "Whose invitations are accepted: everybody's, those of your own homeserver, nobody's.",
        default=Invitations.ALL.value,
        choices=tuple(Invitations),
    ),
    Option("ca_file", str, "Certificates of a private authority to trust.", optional=True),
)

_USER = re.compile(r"@[^:\s]{1,200}:[^\s]{1,200}")


@dataclass(frozen=True, slots=True)
class Settings:
    """An account's settings, read."""

    homeserver: str
    user: str
    ours: frozenset[str]  # Matrix users that are us
    token: Callable[[], str] | None
    password: Callable[[], str] | None
    device: str  # the same after every log-in, so that transaction ids keep their meaning
    invitations: Invitations
    ca_file: str

    @classmethod
    def read(cls, account: AccountContext) -> "Settings":
        """The settings in ``account``. Raises AccountProblem for a value that cannot be meant."""
        given = {option.name: option.default for option in OPTIONS} | {**account.settings}
        user = str(given["address"] or "")
        if not _USER.fullmatch(user):
            raise AccountProblem(
                f"'{safe_line(user, 100)}' is no Matrix user; write 'address' of the account "
                f"{account.name} as @NAME:SERVER."
            )
        token, password = (
            partial(account.secret, name) if given[name] else None
            for name in ("access_token", "password")
        )
        if token is None and password is None:
            raise AccountProblem(
                f"The account {account.name} has neither 'access_token' nor 'password'; "
                "give one of them."
            )
        aliases = given["aliases"]
        others = map(str, aliases) if isinstance(aliases, list | tuple) else ()
        return cls(
            homeserver=str(given["homeserver"] or "").rstrip("/"),
            user=user,
            ours=frozenset({user, *others}),
            token=token,
            password=password,
            device=_device(account.name, user),
            invitations=Invitations(str(given["invitations"])),
            ca_file=str(given["ca_file"] or ""),
        )

    @property
    def server(self) -> str:
        """The server name in our user's id."""
        return server_of(self.user)

    def accepts(self, inviter: str) -> bool:
        """Whether an invitation by ``inviter`` is accepted."""
        match self.invitations:
            case Invitations.ALL:
                return True
            case Invitations.LOCAL:
                return server_of(inviter) == self.server
            case Invitations.NONE:
                return False


def server_of(user: str) -> str:
    """The server name in a user's id."""
    return user.partition(":")[2]


def _device(account: str, user: str) -> str:
    return "AGENTTUI" + sha256(f"{account}\0{user}".encode()).hexdigest()[:10].upper()
