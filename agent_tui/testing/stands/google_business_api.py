"""The Business Profile APIs in memory: places, and reviews as v4 of the old API tells them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from agent_tui.model.clock import Millis
from agent_tui.testing.server import FakeServer, answer_json
from agent_tui.testing.stands.google_play_tokens import google_error

Json = dict[str, Any]
Knows = Callable[[httpx.Request], bool]

_LIMIT = 4096
_MOST = 50
_STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")


@dataclass
class Written:
    """A review, and the owner's answer."""

    id: str
    author: str
    text: str
    stars: int
    at: Millis
    changed: Millis
    answer: str | None = None
    answered_at: Millis = 0

    def shown(self, place: str) -> Json:
        said: Json = {
            "name": f"{place}/reviews/{self.id}",
            "reviewId": self.id,
            "reviewer": {"displayName": self.author, "isAnonymous": not self.author},
            "starRating": _STARS[self.stars - 1],
            "createTime": _time(self.at),
            "updateTime": _time(self.changed),
        }
        said |= {"comment": self.text} if self.text else {}
        if self.answer is not None:
            said["reviewReply"] = {"comment": self.answer, "updateTime": _time(self.answered_at)}
        return said


class Weather:
    """What Google may have against us, on all of its servers."""

    def __init__(self, knows: Knows) -> None:
        self._knows = knows
        self.approved = True
        self.enabled = True
        self.closed: set[str] = set()  # places that are not ours to manage

    def no(self, request: httpx.Request, place: str = "") -> httpx.Response | None:
        """The answer that refuses ``request``."""
        if not self._knows(request):
            words = "Request had invalid authentication credentials."
            return google_error(401, "UNAUTHENTICATED", words)
        if not self.enabled:
            words = "My Business API has not been used in project 7 before or it is disabled."
            return google_error(403, "PERMISSION_DENIED", words)
        if not self.approved:
            return _no_quota()
        if place in self.closed:
            return google_error(403, "PERMISSION_DENIED", "The caller does not have permission")
        return None


class AccountsApi(FakeServer):
    """Accounts that the user is in."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self._weather = weather
        self.route("GET", "/v1/accounts", self._list)

    def _list(self, request: httpx.Request) -> httpx.Response:
        account = {"name": "accounts/11", "accountName": "Example", "type": "PERSONAL"}
        return self._weather.no(request) or answer_json({"accounts": [account]})


class PlacesApi(FakeServer):
    """Places of those accounts."""

    def __init__(self, weather: Weather) -> None:
        super().__init__()
        self._weather = weather
        self.places: dict[str, str] = {}  # title by id
        self.route("GET", "/v1/accounts/{account}/locations", self._list)

    def _list(self, request: httpx.Request, account: str) -> httpx.Response:  # noqa: ARG002
        if not request.url.params.get("readMask"):
            return google_error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        found = [{"name": f"locations/{one}", "title": t} for one, t in self.places.items()]
        return self._weather.no(request) or answer_json({"locations": found} if found else {})


class ReviewsApi(FakeServer):
    """Reviews of places; ``now`` gives milliseconds, and no two changes share one."""

    def __init__(self, weather: Weather, now: Callable[[], Millis]) -> None:
        super().__init__()
        self.places: dict[str, dict[str, Written]] = {}  # by path
        self.page = _MOST
        self._weather = weather
        self._now = now
        base = "/v4/accounts/{account}/locations/{place}/reviews"
        self.route("GET", base, self._list)
        self.route("GET", base + "/{review}", self._get)
        self.route("PUT", base + "/{review}/reply", self._reply)
        self.route("DELETE", base + "/{review}/reply", self._take_back)

    # What customers and colleagues do.

    def write(self, place: str, author: str, text: str, stars: int = 4) -> Written:
        number, at = sum(map(len, self.places.values())), self._now()
        made = Written(f"AbFvOqk{number:05}", author, text, stars, at, at)
        self.places[place][made.id] = made
        return made

    def change(self, review: Written, text: str, stars: int) -> None:
        review.text, review.stars, review.changed = text, stars, self._now()

    def answer(self, review: Written, text: str | None) -> None:
        review.answer, review.answered_at = text, self._now()

    # What the adapter is answered.

    def _list(self, request: httpx.Request, account: str, place: str) -> httpx.Response:
        path = f"accounts/{account}/locations/{place}"
        if (no := self._no(request, path)) is not None:
            return no
        asked = request.url.params
        if asked.get("orderBy") != "updateTime desc":
            return google_error(400, "INVALID_ARGUMENT", "this stand knows one order")
        newest = sorted(self.places[path].values(), key=lambda one: -one.changed)
        start, size = int(asked.get("pageToken") or 0), int(asked.get("pageSize") or 50)
        size = min(size, self.page)
        said: Json = {"totalReviewCount": len(newest)}
        if newest:
            said["reviews"] = [one.shown(path) for one in newest[start : start + size]]
        if start + size < len(newest):
            said["nextPageToken"] = str(start + size)
        return answer_json(said)

    def _get(self, request: httpx.Request, account: str, place: str, review: str) -> httpx.Response:
        path = f"accounts/{account}/locations/{place}"
        found = self._found(request, path, review)
        return found if isinstance(found, httpx.Response) else answer_json(found.shown(path))

    def _reply(
        self, request: httpx.Request, account: str, place: str, review: str
    ) -> httpx.Response:
        found = self._found(request, f"accounts/{account}/locations/{place}", review)
        if isinstance(found, httpx.Response):
            return found
        text = json.loads(request.content)["comment"]
        if not text or len(text.encode()) > _LIMIT:
            return google_error(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")
        self.answer(found, text)
        return answer_json({"comment": text, "updateTime": _time(found.answered_at)})

    def _take_back(
        self, request: httpx.Request, account: str, place: str, review: str
    ) -> httpx.Response:
        found = self._found(request, f"accounts/{account}/locations/{place}", review)
        if isinstance(found, httpx.Response):
            return found
        if found.answer is None:
            return google_error(404, "NOT_FOUND", "Requested entity was not found.")
        found.answer = None
        return answer_json({})

    def _found(self, request: httpx.Request, path: str, review: str) -> Written | httpx.Response:
        found = self.places.get(path, {}).get(review)
        missing = google_error(404, "NOT_FOUND", "Requested entity was not found.")
        return self._no(request, path) or found or missing

    def _no(self, request: httpx.Request, path: str) -> httpx.Response | None:
        if (no := self._weather.no(request, path)) is not None:
            return no
        if path not in self.places:
            return google_error(404, "NOT_FOUND", "Requested entity was not found.")
        return None


def _no_quota() -> httpx.Response:
    """What projects get that Google has not approved, shortened."""
    about: Json = {"code": 429, "status": "RESOURCE_EXHAUSTED"}
    about["message"] = "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'."
    told = {"reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com"}
    more = {"service": "mybusiness.googleapis.com " * 30, "quota_limit_value": "0"}
    about["details"] = [told | {"metadata": more}]
    return answer_json({"error": about}, 429)


def _time(at: Millis) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "789Z"
