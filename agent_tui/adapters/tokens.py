"""Access tokens for Google's and Apple's servers: made when needed, kept until near their end.

Google: RFC 7523 (a service account signs a request for a token) and RFC 6749, 6 (a refresh token).
Apple: each request carries a JWT that we sign ourselves.
"""

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt

from agent_tui.adapters.contract import AccountContext, AccountProblem, AdapterError, Unreachable
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.renewal import INVALID_GRANT, Granted, RefreshToken
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import MINUTE, SECOND, Clock, Millis

if TYPE_CHECKING:
    import httpx

GOOGLE = "https://oauth2.googleapis.com"
_GOOGLE_TOKENS = f"{GOOGLE}/token"
_SERVICE_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_AN_HOUR_S = 3600
"""The longest that Google lets a signed request ask for."""
_APPLE_S = 15 * 60
"""Apple takes 20 minutes at most; a clock may be off a little."""
_BEHIND_S = 10
"""Our clock may be ahead of theirs by that much."""
_MARGIN: Millis = MINUTE
"""How long before its end a token is not used any more."""
_LONGEST_KEY = 100_000


@dataclass(frozen=True, slots=True)
class Token:
    """What stands in the header Authorization, and until when."""

    value: str
    until: Millis


Maker = Callable[[], Awaitable[Token]]


class Bearer:
    """Requests with a token, which is made anew before its end and once when it is refused."""

    def __init__(self, make: Maker, clock: Clock) -> None:
        self._make = make
        self._clock = clock
        self._token: Token | None = None
        self._making = asyncio.Lock()

    async def send(self, http: Http, method: str, path: str, **how: Any) -> "httpx.Response":
        """The answer, as of :meth:`Http.send`; raises as that and as the maker of tokens."""
        token = await self._current()
        answer = await http.send(method, path, headers=_header(token), **how)
        if answer.status_code != 401:
            return answer
        if self._token is token:
            self._token = None
        return await http.send(method, path, headers=_header(await self._current()), **how)

    async def _current(self) -> Token:
        async with self._making:
            if self._token is None or self._token.until - _MARGIN <= self._clock():
                self._token = await self._make()
            return self._token


def _header(token: Token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.value}"}


class GoogleTokens:
    """Google's token server, asked for one account."""

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        again = "make a new one then and put it into the settings."
        self._refresh = RefreshToken(account, "refresh_token", again)

    async def of_service(self, scope: str) -> Token:
        """A token for the service account whose key the options ``key`` or ``key_file`` hold.

        Raises AccountProblem for a key that cannot be used or is not known any more.
        """
        key = service_key(await key_of(self._account))
        now = self._account.clock() // SECOND - _BEHIND_S
        claims = {
            "iss": key.text("client_email"),
            "scope": scope,
            "aud": _GOOGLE_TOKENS,
            "iat": now,
            "exp": now + _AN_HOUR_S,
        }
        signed = await asyncio.to_thread(
            _signed, claims, key.text("private_key"), "RS256", key.text("private_key_id")
        )
        return _token(await self._asked({"grant_type": _SERVICE_GRANT, "assertion": signed}))

    async def of_user(self) -> Token:
        """A token for whom the refresh token is of.

        Raises AccountProblem when it is not valid any more.
        """
        return _token(await asyncio.to_thread(self._refresh.use, self._renewed))

    def _renewed(self, refresh: str) -> Granted:
        """What the refresh token is good for; in a thread, which may wait."""
        form = {
            "grant_type": "refresh_token",
            "client_id": str(self._account.settings.get("client_id") or ""),
            "client_secret": self._account.secret("client_secret").strip(),
            "refresh_token": refresh.strip(),
        }
        return asyncio.run(self._asked(form))

    async def _asked(self, form: dict[str, str]) -> Granted:
        http = Http(self._account, GOOGLE, provider="Google's log-in", words=google_words)
        try:
            answer = await http.send("POST", "/token", data=form)
            if 400 <= answer.status_code < 500:
                said = Node.of(_json(answer))
                if said.text("error") == INVALID_GRANT:
                    self._refresh.refused()
                raise _denied(said, answer.status_code)
            found = Node.of(http.decoded(http.good(answer)))
        finally:
            await http.close()
        access, lasts = found.text("access_token"), found.whole("expires_in")
        if not access or lasts is None:
            raise Unreachable(
                "What Google's log-in answered holds no token; it is tried again. If that goes on, "
                "something else answers in its place."
            )
        until = self._account.clock() + lasts * SECOND
        return Granted(access, until, found.text("refresh_token"))


def _token(granted: Granted) -> Token:
    return Token(granted.access, granted.until)


class AppleTokens:
    """Signs the tokens of App Store Connect with the account's key; nobody is asked for them.

    developer.apple.com: Generating Tokens for API Requests.
    """

    def __init__(self, account: AccountContext) -> None:
        self._account = account

    async def token(self) -> Token:
        """Raises AccountProblem for a key that cannot be used."""
        settings = self._account.settings
        key = (await key_of(self._account)).replace("\\n", "\n")
        now = self._account.clock() // SECOND - _BEHIND_S
        claims = {
            "iss": str(settings["issuer_id"]).strip(),
            "iat": now,
            "exp": now + _APPLE_S,
            "aud": "appstoreconnect-v1",
        }
        signed = await asyncio.to_thread(
            _signed, claims, key, "ES256", str(settings["key_id"]).strip()
        )
        return Token(signed, (now + _APPLE_S) * SECOND)


async def key_of(account: AccountContext) -> str:
    """The account's private key: the secret ``key``, or what the file ``key_file`` holds.

    Raises AccountProblem for a file that cannot be read or that others can read.
    """
    path = str(account.settings.get("key_file") or "")
    if path:
        return await asyncio.to_thread(_read, path)
    return await asyncio.to_thread(account.secret, "key")


def service_key(text: str) -> Node:
    """The parts of a Google service account's key file. Raises AccountProblem."""
    try:
        key = Node.of(json.loads(text))
    except (ValueError, RecursionError):
        key = Node({})
    if not (key.text("client_email") and key.text("private_key")):
        raise AccountProblem(
            "The key is no key of a Google service account; give the JSON file that the Google "
            "Cloud console made for it."
        )
    return key


def google_words(answer: "httpx.Response") -> str:
    """Google's own explanation in an answer that says no."""
    found = Node.of(_json(answer))
    return found.node("error").text("message") or found.text("error_description")


def _denied(said: Node, status: int) -> AdapterError:
    """Why no token was given; ``error`` as of RFC 6749, 5.2."""
    code = safe_line(said.text("error"), 100) or str(status)
    words = safe_line(said.text("error_description"), 200).rstrip(".")
    if "timeframe" in words or "iat" in words.split():
        return AccountProblem(
            "Google's log-in does not take a request of this time; set this machine's clock.", words
        )
    shown = f"{code}: {words}" if words else code
    if code == INVALID_GRANT:
        return AccountProblem(
            f"Google's log-in does not take the account's key or refresh token any more ({shown}); "
            "make a new one and put it into the settings.",
            words,
        )
    return AccountProblem(
        f"Google's log-in gives no token ({shown}); check the account's key and client there.",
        words,
    )


def _signed(claims: dict[str, object], key: str, algorithm: str, key_id: str) -> str:
    try:
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": key_id, "typ": "JWT"})
    except (ValueError, TypeError, jwt.PyJWTError) as error:
        raise AccountProblem(
            "The account's private key cannot be read; copy it anew, whole, with its first and "
            "last line.",
            type(error).__name__,
        ) from error


def _read(name: str) -> str:
    path = Path(name).expanduser()
    shown = safe_line(str(path))
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise AccountProblem(
                    f"Others can read the key file {shown}; close it with: chmod 600 '{shown}'."
                )
            return file.read(_LONGEST_KEY).decode()
    except OSError as error:
        why = safe_line(error.strerror or type(error).__name__)
        raise AccountProblem(f"The key file {shown} cannot be read: {why}.") from error
    except UnicodeDecodeError as error:
        raise AccountProblem(f"The key file {shown} is no text.") from error


def _json(answer: "httpx.Response") -> Any:
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
