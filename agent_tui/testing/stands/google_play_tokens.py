"""Google's token server in memory, and the way to it beside an API; no contract describes it."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from urllib.parse import parse_qs

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from agent_tui.model.clock import SECOND, Millis
from agent_tui.testing.server import FakeServer, answer_json

HOST = "oauth2.googleapis.com"
EMAIL = "inbox@example.iam.gserviceaccount.test"
CLIENT = ("client-1", "client-secret-zzz")
REFRESH = "1//refresh-token-of-nobody"
_LASTS_S = 3600
_SKEW_S = 300


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def key_file() -> str:
    """The JSON file of a service account, in one line."""
    pem = _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    about = {"type": "service_account", "private_key_id": "key-1", "client_email": EMAIL}
    return json.dumps(about | {"private_key": pem, "token_uri": f"https://{HOST}/token"})


class TokenServer(FakeServer):
    """Gives tokens to one service account and for one refresh token (RFC 7523; RFC 6749, 6)."""

    def __init__(self, now: Callable[[], Millis]) -> None:
        super().__init__()
        self._now = now
        self.given: list[str] = []
        self.scopes: list[str] = []
        self.valid: set[str] = set()
        self.revoked = False
        self.route("POST", "/token", self._asked)

    def knows(self, request: httpx.Request) -> bool:
        """Whether ``request`` carries a token that is valid."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return kind == "Bearer" and token in self.valid

    def _asked(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        if self.revoked:
            return _no("invalid_grant", "Token has been expired or revoked.")
        if form.get("grant_type") == "refresh_token":
            return self._of_user(form)
        if form.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self._of_service(form)
        return _no("unsupported_grant_type", "Invalid grant_type")

    def _of_user(self, form: Mapping[str, str]) -> httpx.Response:
        if (form.get("client_id"), form.get("client_secret")) != CLIENT:
            return _no("invalid_client", "The OAuth client was not found.", 401)
        if form.get("refresh_token") != REFRESH:
            return _no("invalid_grant", "Bad Request")
        return self._give()

    def _of_service(self, form: Mapping[str, str]) -> httpx.Response:
        try:
            claims = jwt.decode(
                form.get("assertion", ""),
                _key().public_key(),
                algorithms=["RS256"],
                audience=f"https://{HOST}/token",
                issuer=EMAIL,
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return _no("invalid_grant", "Invalid JWT Signature.")
        now = self._now() / SECOND
        if claims["exp"] - claims["iat"] > _LASTS_S or abs(claims["iat"] - now) > _SKEW_S:
            words = "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe."
            return _no("invalid_grant", words)
        self.scopes.append(claims["scope"])
        return self._give()

    def _give(self) -> httpx.Response:
        token = f"ya29.token-{len(self.given)}"
        self.given.append(token)
        self.valid = {token}
        return answer_json({"access_token": token, "expires_in": _LASTS_S, "token_type": "Bearer"})


class Hosts(httpx.AsyncBaseTransport):
    """Hands each request to the server of its host; who asks another host breaks the stand."""

    def __init__(self, servers: Mapping[str, httpx.AsyncBaseTransport]) -> None:
        self._servers = servers

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme != "https" or request.url.host not in self._servers:
            raise AssertionError(f"nobody serves {request.url.scheme}://{request.url.host}")
        return await self._servers[request.url.host].handle_async_request(request)


def google_error(code: int, status: str, message: str, reason: str = "") -> httpx.Response:
    """An error as Google's APIs tell it."""
    about: dict[str, object] = {"code": code, "message": message, "status": status}
    if reason:
        about["errors"] = [{"message": message, "domain": "usageLimits", "reason": reason}]
    return answer_json({"error": about}, code)


def _no(error: str, description: str, status: int = 400) -> httpx.Response:
    return answer_json({"error": error, "error_description": description}, status)
