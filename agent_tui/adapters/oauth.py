"""Access tokens for mail by OAuth 2 (RFC 6749): of a refresh token, with the owner's own client.

What is kept as the account's password is the refresh token; ``agent-tui account login`` gets one.
"""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    Option,
    Unreachable,
)
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.renewal import INVALID_GRANT, Granted, RefreshToken
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import MINUTE, SECOND, Millis

_MARGIN: Millis = MINUTE
"""How long before its end a token is not used any more."""
_LASTS_S = 300
"""For a server that does not say how long a token lasts (RFC 6749, 5.1 recommends that it does)."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider's authorization server answers, and what is asked of it."""

    token: str
    authorize: str = ""  # for a browser on this machine (RFC 8252)
    device: str = ""  # for a browser anywhere (RFC 8628)
    scope: str = ""


PROVIDERS: Mapping[str, Provider] = {
    # Its device flow grants no access to mail: developers.google.com, "limited input devices".
    "google": Provider(
        token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        scope="https://mail.google.com/",
    ),
    # learn.microsoft.com: "Authenticate an IMAP, POP or SMTP connection using OAuth".
    "microsoft": Provider(
        token="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106
        authorize="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        device="https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
        scope="https://outlook.office.com/IMAP.AccessAsUser.All "
        "https://outlook.office.com/SMTP.Send offline_access",
    ),
}

OTHER = "other"

OPTIONS = (
    Option(
        "oauth",
        str,
        "Whose authorization server gives access tokens; then the password is a refresh token.",
        default="",
        choices=("", *PROVIDERS, OTHER),
    ),
    Option("oauth_client_id", str, "The id of your own client there.", default=""),
    Option("oauth_client_secret", str, "Its secret, if any.", optional=True, secret=True),
    Option("oauth_token_url", str, "Where another server gives tokens.", default=""),
    Option("oauth_authorize_url", str, "Where it asks in a browser.", default=""),
    Option("oauth_device_url", str, "Where it gives codes for a browser elsewhere.", default=""),
    Option("oauth_scope", str, "What is asked of it.", default=""),
)


class Denied(Exception):  # noqa: N818 - a state of the world
    """The server gives no token; ``code`` as of RFC 6749, 5.2 and RFC 8628, 3.5."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(f"{code}: {words}" if words else code)
        self.code = code


def provider_of(account: AccountContext) -> Provider | None:
    """The authorization server of the account's settings; None when it has none.

    Raises AccountProblem for settings that are not complete.
    """
    name = str(account.settings.get("oauth") or "")
    if not name:
        return None
    if not account.settings.get("oauth_client_id"):
        raise AccountProblem(
            f"The account {account.name} has no oauth_client_id; register a client of your own "
            "with your provider and put its id into the account's file."
        )
    if name != OTHER:
        return PROVIDERS[name]

    def given(what: str) -> str:
        return str(account.settings.get(f"oauth_{what}") or "")

    if not given("token_url"):
        raise AccountProblem(f"The account {account.name} has no oauth_token_url; add it.")
    return Provider(given("token_url"), given("authorize_url"), given("device_url"), given("scope"))


def client_of(account: AccountContext) -> dict[str, str]:
    """The fields of a request that say who we are (RFC 6749, 2.3.1)."""
    fields = {"client_id": str(account.settings.get("oauth_client_id") or "")}
    if account.settings.get("oauth_client_secret"):
        fields["client_secret"] = account.secret("oauth_client_secret")
    return fields


async def asked(account: AccountContext, url: str, form: Mapping[str, str]) -> Node:
    """The server's JSON answer to ``form``. Raises Denied and what :meth:`Http.send` raises."""
    parts = urlsplit(url)
    http = Http(account, f"{parts.scheme}://{parts.netloc}", provider="the log-in server")
    try:
        answer = await http.send("POST", parts.path or "/", data=dict(form))
        said = Node.of(http.decoded(answer))
    finally:
        await http.close()
    if answer.is_success:
        return said
    code = safe_line(said.text("error"), 100) or str(answer.status_code)
    raise Denied(code, safe_line(said.text("error_description"), 200).rstrip("."))


async def granted(account: AccountContext, url: str, form: Mapping[str, str]) -> Granted:
    """A token by the grant in ``form``. Raises as :func:`asked`."""
    said = await asked(account, url, form)
    access, lasts = said.text("access_token"), said.whole("expires_in")
    if not access:
        raise Unreachable("What the log-in server answered holds no token; it is tried again.")
    until = account.clock() + (lasts or _LASTS_S) * SECOND
    return Granted(access, until, said.text("refresh_token"))


class MailTokens:
    """Gives a fresh access token each time; to be called from threads that may wait."""

    def __init__(self, account: AccountContext, provider: Provider) -> None:
        self._account, self._provider = account, provider
        self._lock = threading.Lock()
        self._held: Granted | None = None
        self._made_at: Millis = 0
        again = f"log in again then: agent-tui account login {account.name}"
        self._refresh = RefreshToken(account, "password", again)

    def __call__(self) -> str:
        """Raises AccountProblem when nobody is let in by the refresh token any more."""
        with self._lock:
            held = self._held
            if held is None or held.until - _MARGIN <= self._account.clock():
                held = self._held = self._refresh.use(lambda token: asyncio.run(self._made(token)))
                self._made_at = self._account.clock()
            return held.access

    def renew(self) -> bool:
        """A server has refused the token before its time; whether another is worth a try now.

        One that was made just now is no better than the next: what is wrong is something else.
        """
        with self._lock:
            held, self._held = self._held, None
            return held is not None and self._account.clock() - self._made_at >= _MARGIN

    async def _made(self, refresh: str) -> Granted:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            **await asyncio.to_thread(client_of, self._account),
        }
        try:
            return await granted(self._account, self._provider.token, form)
        except Denied as denied:
            if denied.code == INVALID_GRANT:
                self._refresh.refused()
            raise AccountProblem(
                f"The log-in of the account {self._account.name} has ended or was taken back "
                f"({denied}); log in again: agent-tui account login {self._account.name}"
            ) from denied
