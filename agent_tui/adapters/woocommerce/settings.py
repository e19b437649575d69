"""The settings of a shop's account."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent_tui.adapters.contract import Option

OPTIONS = (
    Option("url", str, "The address of the shop, such as https://shop.example.org."),
    Option("user", str, "Your user name in WordPress."),
    Option(
        "application_password",
        str,
        "An application password of that user, made in your profile there.",
        secret=True,
    ),
    Option(
        "consumer_key",
        str,
        "A key of WooCommerce's REST API (ck_...), for stars, customers and orders.",
        optional=True,
        secret=True,
    ),
    Option("consumer_secret", str, "The secret of that key (cs_...).", optional=True, secret=True),
    Option("name", str, "The name your colleagues see for the account.", default=""),
    Option("ca_file", str, "Certificates of a private authority to trust.", optional=True),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the account's file says."""

    url: str
    user: str
    keyed: bool  # there is a key of WooCommerce's own API
    ca_file: str

    @property
    def place(self) -> str:
        """Host and path, before the numbers of the shop's users and reviews."""
        parts = urlsplit(self.url)
        return f"{parts.netloc.lower()}{parts.path}"


def read_settings(given: Mapping[str, object]) -> Settings:
    """``given``, which the declared options have been held against."""
    return Settings(
        url=str(given["url"]).rstrip("/"),
        user=str(given["user"]),
        keyed=bool(given.get("consumer_key") and given.get("consumer_secret")),
        ca_file=str(given.get("ca_file") or ""),
    )
