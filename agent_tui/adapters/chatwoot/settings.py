"""The settings of a Chatwoot account."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent_tui.adapters.contract import Option
from agent_tui.model.clock import DAY, Millis

OPTIONS = (
    Option("url", str, "The address of the Chatwoot server, such as https://app.chatwoot.com."),
    Option("account_id", int, "The number behind /accounts/ in Chatwoot's address bar."),
    Option(
        "access_token", str, "Your access token, from Chatwoot's profile settings.", secret=True
    ),
    Option("name", str, "The name your colleagues see for the account.", default=""),
    Option("inboxes", list[str], "Names or numbers of the inboxes to serve; all.", default=[]),
    Option(
        "days",
        int,
        "How many days of the past a first sync takes in, beside what is not resolved; 0: all.",
        default=90,
    ),
    Option("ca_file", str, "Certificates of a private authority to trust.", optional=True),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the account's file says."""

    url: str
    account: int
    inboxes: tuple[str, ...]
    past: Millis | None  # how much of it a first sync takes in; None: all
    ca_file: str

    @property
    def place(self) -> str:
        """Host and account, before the numbers of its contacts."""
        return f"chatwoot:{urlsplit(self.url).netloc.lower()}/{self.account}"


def read_settings(given: Mapping[str, object]) -> Settings:
    """``given``, which the declared options have been held against."""
    days = _whole(given.get("days", 90))
    inboxes = given.get("inboxes") or ()
    return Settings(
        url=str(given["url"]).rstrip("/"),
        account=_whole(given["account_id"]),
        inboxes=tuple(str(one) for one in inboxes) if isinstance(inboxes, list | tuple) else (),
        past=days * DAY if days > 0 else None,
        ca_file=str(given.get("ca_file") or ""),
    )


def _whole(value: object) -> int:
    if isinstance(value, int):
        return value
    raise TypeError(f"{value!r} is no whole number")
