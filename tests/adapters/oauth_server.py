"""An authorization server on loopback: codes, PKCE, refresh tokens that rotate or are revoked."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CLIENT = "our-own-client"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

Form = dict[str, str]


@dataclass
class AuthorizationServer:
    """What it knows; tests change it while it runs."""

    url: str = ""
    lasts_s: int = 3600
    refresh: str = "refresh-0"
    rotates: bool = False
    revoked: bool = False
    reused: list[str] = field(default_factory=list)  # refresh tokens used after they had changed
    waits: list[str] = field(default_factory=list)  # errors before a device code is granted
    access: Callable[[], str] = lambda: "access"
    forms: list[Form] = field(default_factory=list)
    challenge: str = ""  # of the code that was given last

    def authorize(self, address: str) -> str:
        """What the owner's browser is sent back to after a yes."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        self.challenge = query["code_challenge"]
        return f"{query['redirect_uri']}?state={query['state']}&code=code-1"

    def answer(self, path: str, form: Form) -> tuple[int, dict[str, object]]:
        self.forms.append(form)
        if form["client_id"] != CLIENT:
            return _no("invalid_client")
        if path == "/device":
            code = {"device_code": "device-1", "user_code": "WDJB-MJHT", "interval": 1}
            return 200, code | {"verification_uri": f"{self.url}/activate", "expires_in": 60}
        match form["grant_type"]:
            case "authorization_code":
                digest = sha256(form["code_verifier"].encode()).digest()
                proof = urlsafe_b64encode(digest).rstrip(b"=").decode()
                good = form["code"] == "code-1" and proof == self.challenge
                return self._token() if good else _no("invalid_grant")
            case "refresh_token":
                good = form["refresh_token"] == self.refresh and not self.revoked
                if self.rotates and not good:
                    self.reused.append(form["refresh_token"])
                    self.revoked = True  # RFC 9700, 4.14.2: who uses an old one may be a thief
                return self._token() if good else _no("invalid_grant", "Token was revoked.")
            case _ if self.waits:
                return _no(self.waits.pop(0))
            case _:
                return self._token()

    def _token(self) -> tuple[int, dict[str, object]]:
        if self.rotates:
            self.refresh = f"refresh-{len(self.forms)}"
        given: dict[str, object] = {"access_token": self.access(), "expires_in": self.lasts_s}
        return 200, given | {"refresh_token": self.refresh, "token_type": "Bearer"}


def _no(code: str, words: str = "") -> tuple[int, dict[str, object]]:
    return 400, {"error": code, "error_description": words}


@contextmanager
def authorization_server() -> Iterator[AuthorizationServer]:
    """One that runs."""
    known, answering = AuthorizationServer(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            fields = parse_qs(self.rfile.read(length).decode())
            form = {name: values[0] for name, values in fields.items()}
            with answering:
                status, said = known.answer(self.path, form)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
