"""App Store Connect in memory, as Apple's reference describes it; no contract is published here.

Strict on what is asked: a parameter or a body that the reference does not have is refused.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent_tui.model.clock import SECOND, Millis
from agent_tui.testing.server import FakeServer, answer_json

Json = dict[str, Any]

ISSUER = "57246542-96fe-1a63-e053-0824d011072a"
KEY_ID = "2X9R4HXF34"
_LIMIT = 5970
_LONGEST_S = 20 * 60
_SKEW_S = 60
_MOST = 200


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def key_file() -> str:
    """What a file AuthKey_ID.p8 holds."""
    return _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass
class Written:
    """A review, and the developer's answer."""

    id: str
    author: str
    title: str
    text: str
    stars: int
    at: Millis
    answer: str | None = None
    answered_at: Millis = 0

    @property
    def answer_id(self) -> str:
        return f"{self.id}-answer"

    def shown(self) -> Json:
        said = {
            "rating": self.stars,
            "title": self.title,
            "body": self.text,
            "reviewerNickname": self.author,
            "createdDate": _time(self.at),
            "territory": "DEU",
        }
        data = (
            None
            if self.answer is None
            else {"type": "customerReviewResponses", "id": self.answer_id}
        )
        return {
            "type": "customerReviews",
            "id": self.id,
            "attributes": said,
            "relationships": {"response": {"data": data}},
        }

    def shown_answer(self) -> Json:
        said = {
            "responseBody": self.answer,
            "lastModifiedDate": _time(self.answered_at),
            "state": "PENDING_PUBLISH",
        }
        return {"type": "customerReviewResponses", "id": self.answer_id, "attributes": said}


class ConnectApi(FakeServer):
    """The server of some apps; ``now`` gives milliseconds, and no two changes share one."""

    def __init__(self, clock: Callable[[], Millis], now: Callable[[], Millis]) -> None:
        super().__init__()
        self.apps: dict[str, str] = {}  # name by id
        self.reviews: dict[str, dict[str, Written]] = {}  # by app
        self.page = _MOST
        self.forbidden = False
        self._clock = clock
        self._now = now
        self.route("GET", "/v1/apps", self._apps)
        self.route("GET", "/v1/apps/{app}/customerReviews", self._list)
        self.route("GET", "/v1/customerReviews/{review}", self._get)
        self.route("POST", "/v1/customerReviewResponses", self._reply)
        self.route("DELETE", "/v1/customerReviewResponses/{answer}", self._take_back)

    # What customers and colleagues do.

    def write(self, app: str, author: str, title: str, text: str, stars: int = 4) -> Written:
        number = sum(map(len, self.reviews.values()))
        made = Written(f"0000{number:04}-aaaa", author, title, text, stars, self._now())
        self.reviews[app][made.id] = made
        return made

    def answer(self, review: Written, text: str | None) -> None:
        review.answer, review.answered_at = text, self._now()

    # What the adapter is answered.

    def _apps(self, request: httpx.Request) -> httpx.Response:
        allowed = {"limit", "fields[apps]", "cursor"}
        if (no := self._no(request, allowed)) is not None:
            return no
        found = [
            {
                "type": "apps",
                "id": each,
                "attributes": {"name": name, "bundleId": f"org.example.a{each}"},
            }
            for each, name in self.apps.items()
        ]
        return answer_json({"data": found, "links": {"self": str(request.url)}})

    def _list(self, request: httpx.Request, app: str) -> httpx.Response:
        no = self._no(request, {"limit", "sort", "include", "cursor"})
        if no is not None or app not in self.reviews:
            return no or _error(404, "NOT_FOUND", "There is no resource of type 'apps'.")
        asked = request.url.params
        if asked.get("sort") != "-createdDate" or int(asked.get("limit", "50")) > _MOST:
            return _error(400, "PARAMETER_ERROR.INVALID", "A parameter has an invalid value.")
        newest = sorted(self.reviews[app].values(), key=lambda one: -one.at)
        start = int(asked.get("cursor") or 0)
        size = min(int(asked.get("limit", "50")), self.page)
        page = newest[start : start + size]
        links = {"self": str(request.url)}
        if start + size < len(newest):
            links["next"] = str(request.url.copy_merge_params({"cursor": str(start + size)}))
        return answer_json(
            {
                "data": [one.shown() for one in page],
                "included": [one.shown_answer() for one in page if one.answer is not None],
                "links": links,
            }
        )

    def _get(self, request: httpx.Request, review: str) -> httpx.Response:
        found = self._review(review)
        no = self._no(request, {"include"})
        if no is not None or found is None:
            return no or _error(404, "NOT_FOUND", "There is no resource of that id.")
        document: Json = {"data": found.shown()}
        if found.answer is not None:
            document["included"] = [found.shown_answer()]
        return answer_json(document)

    def _reply(self, request: httpx.Request) -> httpx.Response:
        if (no := self._no(request, set())) is not None:
            return no
        asked = json.loads(request.content)
        try:
            review = asked["data"]["relationships"]["review"]["data"]["id"]
            text = asked["data"]["attributes"]["responseBody"]
        except (KeyError, TypeError):
            return _error(422, "ENTITY_UNPROCESSABLE", "The request entity is not a document.")
        if asked != _document(review, text):
            return _error(409, "ENTITY_ERROR", "The request entity has an unknown member.")
        found = self._review(review)
        if found is None:
            return _error(404, "NOT_FOUND", "There is no resource of that id.")
        if not text or len(text) > _LIMIT:
            return _error(409, "ENTITY_ERROR.ATTRIBUTE.INVALID", "The response is too long.")
        self.answer(found, text)
        return answer_json({"data": found.shown_answer()}, 201)

    def _take_back(self, request: httpx.Request, answer: str) -> httpx.Response:
        if (no := self._no(request, set())) is not None:
            return no
        found = self._review(answer.removesuffix("-answer"))
        if found is None or found.answer is None:
            return _error(404, "NOT_FOUND", "There is no resource of that id.")
        found.answer = None
        return httpx.Response(204)

    def _review(self, review: str) -> Written | None:
        return next((each[review] for each in self.reviews.values() if review in each), None)

    def _no(self, request: httpx.Request, allowed: set[str]) -> httpx.Response | None:
        if not self._knows(request):
            return _error(401, "NOT_AUTHORIZED", "Provide a properly configured bearer token.")
        if self.forbidden:
            return _error(403, "FORBIDDEN_ERROR", "The API key does not have the needed role.")
        if unknown := set(request.url.params) - allowed:
            return _error(400, "PARAMETER_ERROR.ILLEGAL", f"'{min(unknown)}' is no parameter.")
        return None

    def _knows(self, request: httpx.Request) -> bool:
        """Whether the JWT is ours, for this API, of now, and for 20 minutes at most."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            head = jwt.get_unverified_header(token)
            claims = jwt.decode(
                token,
                _key().public_key(),
                algorithms=["ES256"],
                audience="appstoreconnect-v1",
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError:
            return False
        now = self._clock() / SECOND
        fresh = claims["iat"] <= now + _SKEW_S and claims["exp"] > now
        return bool(head["kid"] == KEY_ID and fresh and claims["exp"] - claims["iat"] <= _LONGEST_S)


def no_entry() -> httpx.Response:
    """What a key that was withdrawn is told."""
    return _error(401, "NOT_AUTHORIZED", "Provide a properly configured bearer token.")


def _document(review: str, text: str) -> Json:
    return {
        "data": {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": text},
            "relationships": {"review": {"data": {"type": "customerReviews", "id": review}}},
        }
    }


def _error(status: int, code: str, detail: str) -> httpx.Response:
    about = {"id": "1", "status": str(status), "code": code, "title": code, "detail": detail}
    return answer_json({"errors": [about]}, status)


def _time(at: Millis) -> str:
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S") + "-00:00"
