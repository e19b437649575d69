"""The reviews of the Play Developer API in memory, as its reference describes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from agent_tui.testing.server import FakeServer, answer_json
from agent_tui.testing.stands.google_play_tokens import google_error

Json = dict[str, Any]
Knows = Callable[[httpx.Request], bool]

_LIMIT = 350
_WEEK_S = 7 * 86_400
_MOST = 100


@dataclass
class Written:
    """A review, and what stands below it."""

    id: str
    author: str
    text: str  # title and body are joined by a TAB
    stars: int
    at: int  # seconds since the epoch
    answer: str | None = None
    answered_at: int = 0

    def shown(self) -> Json:
        said: Json = {
            "text": self.text,
            "lastModified": {"seconds": str(self.at), "nanos": 500_000_000},
            "starRating": self.stars,
            "reviewerLanguage": "en_GB",
            "device": "klte",
            "androidOsVersion": 34,
            "appVersionCode": 42,
            "appVersionName": "1.4.2",
            "deviceMetadata": {"productName": "klte (Galaxy S5)", "ramMb": 2048},
        }
        comments: list[Json] = [{"userComment": said}]
        if self.answer is not None:
            at = {"seconds": str(self.answered_at)}
            comments.append({"developerComment": {"text": self.answer, "lastModified": at}})
        return {"reviewId": self.id, "authorName": self.author, "comments": comments}


class PlayApi(FakeServer):
    """The server of some apps; ``now`` counts seconds, and no two changes share one."""

    def __init__(self, knows: Knows, now: Callable[[], int]) -> None:
        super().__init__()
        self.apps: dict[str, dict[str, Written]] = {}
        self.forbidden: set[str] = set()
        self.spent = False
        self.page = _MOST
        self._knows = knows
        self._now = now
        base = "/androidpublisher/v3/applications/{app}/reviews"
        self.route("GET", base, self._list)
        self.route("GET", base + "/{review}", self._get)
        self.route("POST", base + "/{review}:reply", self._reply)

    # What customers and colleagues do.

    def write(self, app: str, author: str, text: str, stars: int = 4) -> Written:
        reviews = self.apps[app]
        number = sum(len(each) for each in self.apps.values())
        made = Written(f"gp:AOqpTOE{number:04}x", author, text, stars, self._now())
        reviews[made.id] = made
        return made

    def change(self, review: Written, text: str, stars: int) -> None:
        review.text, review.stars, review.at = text, stars, self._now()

    def answer(self, review: Written, text: str) -> None:
        review.answer, review.answered_at = text, self._now()

    # What the adapter is answered.

    def _list(self, request: httpx.Request, app: str) -> httpx.Response:
        if (no := self._no(request, app)) is not None:
            return no
        newest = sorted(self.apps[app].values(), key=lambda one: -one.at)
        recent = [one for one in newest if one.at > newest[0].at - _WEEK_S]
        asked = request.url.params
        start = int(asked.get("token") or 0)
        size = min(int(asked.get("maxResults") or 10), self.page)
        said: Json = {"reviews": [one.shown() for one in recent[start : start + size]]}
        if start + size < len(recent):
            said["tokenPagination"] = {"nextPageToken": str(start + size)}
        return answer_json(said if recent else {})

    def _get(self, request: httpx.Request, app: str, review: str) -> httpx.Response:
        found = self.apps.get(app, {}).get(review)
        no = self._no(request, app)
        if no is not None or found is None:
            return no or google_error(404, "NOT_FOUND", "Review not found.")
        return answer_json(found.shown())

    def _reply(self, request: httpx.Request, app: str, review: str) -> httpx.Response:
        found = self.apps.get(app, {}).get(review)
        no = self._no(request, app)
        if no is not None or found is None:
            return no or google_error(404, "NOT_FOUND", "Review not found.")
        text = json.loads(request.content).get("replyText", "")
        if not text or len(text) > _LIMIT:
            return google_error(400, "INVALID_ARGUMENT", "Reply text is too long or empty.")
        self.answer(found, text)
        at = {"seconds": str(found.answered_at)}
        return answer_json({"result": {"replyText": text, "lastEdited": at}})

    def _no(self, request: httpx.Request, app: str) -> httpx.Response | None:
        if not self._knows(request):
            words = "Request had invalid authentication credentials."
            return google_error(401, "UNAUTHENTICATED", words)
        if self.spent:
            return google_error(403, "PERMISSION_DENIED", "Quota exceeded.", "quotaExceeded")
        if app in self.forbidden:
            words = "The caller does not have permission"
            return google_error(403, "PERMISSION_DENIED", words, "permissionDenied")
        if app not in self.apps:
            return google_error(404, "NOT_FOUND", "Package not found.")
        return None
