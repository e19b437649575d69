"""The Business Profile APIs over HTTP: places found, reviews listed and answered, errors in words.

Reviews are still served by v4 of the old API, places by two newer ones.
"""

import re
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from agent_tui.adapters.contract import AccountContext, Deferred, MailboxProblem, Refused
from agent_tui.adapters.google_business.reading import Place, read_review, read_reviews
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.reviews import Posted
from agent_tui.adapters.tokens import Bearer, GoogleTokens, google_words
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import HOUR, SECOND, Millis

if TYPE_CHECKING:
    import httpx

REVIEWS = "https://mybusiness.googleapis.com"
ACCOUNTS = "https://mybusinessaccountmanagement.googleapis.com"
PLACES = "https://mybusinessbusinessinformation.googleapis.com"
Asked = dict[str, str | int]
_PAGE = 50
_PLACES_A_PAGE = 100
_MOST_PAGES = 50
_ACCOUNT = re.compile(r"accounts/\w+", re.ASCII)
_LOCATION = re.compile(r"locations/\w+", re.ASCII)
_NO_QUOTA = re.compile(r'"quota_limit_value"\s*:\s*"0"')


class Business:
    """The APIs for one account."""

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self._tokens = GoogleTokens(account)
        self._bearer = Bearer(self._tokens.of_user, account.clock)
        self._https = {base: self._client(base) for base in (REVIEWS, ACCOUNTS, PLACES)}
        self._no_quota = False  # as the last answer that asked to slow down says
        self._places: list[Place] = []
        self._found_at: Millis | None = None

    async def places(self) -> list[Place]:
        """The places that are served, looked up once an hour. Raises as :meth:`page`."""
        now = self._account.clock()
        if self._found_at is None or now - self._found_at >= HOUR:
            self._places = self._wanted([one async for one in self._all_places()])
            self._found_at = now
        return self._places

    async def place(self, path: str) -> Place:
        """The place with ``path``. Raises Refused for one that is not served."""
        found = next((one for one in await self.places() if one.path == path), None)
        if found is None:
            raise Refused("The place of this review is not among those of the account any more.")
        return found

    async def page(self, place: Place, token: str = "") -> tuple[list[Posted], str]:
        """Reviews, latest change first, and the token of the next page, empty after the last.

        Raises MailboxProblem for what is closed to us, Deferred when it asks to slow down.
        """
        asked: Asked = {"pageSize": _PAGE, "orderBy": "updateTime desc"}
        asked |= {"pageToken": token} if token else {}
        found = await self._got(REVIEWS, f"/v4/{place.path}/reviews", asked)
        return read_reviews(place, found.nodes("reviews")), found.text("nextPageToken")

    async def review(self, place: Place, review: str) -> Posted | None:
        """One review as it is now; None when it is gone. Raises as :meth:`page`."""
        answer = await self._asked(REVIEWS, "GET", _path(place, review))
        if answer.status_code == 404:
            return None
        return read_review(place, self._said(REVIEWS, answer))

    async def reply(self, place: Place, review: str, text: str) -> None:
        """Answer a review, in the place of an answer that it has.

        Raises Refused for a review that is gone and for what Google does not take, else as
        :meth:`page`.
        """
        where = f"{_path(place, review)}/reply"
        answer = await self._asked(REVIEWS, "PUT", where, json={"comment": text})
        if answer.status_code == 404:
            raise Refused("This review is not on Google any more, so nobody can answer it.")
        self._said(REVIEWS, answer)

    async def take_back(self, place: Place, review: str) -> None:
        """Take our answer away; one that is not there is no error. Raises as :meth:`page`."""
        answer = await self._asked(REVIEWS, "DELETE", f"{_path(place, review)}/reply")
        if answer.status_code != 404:
            self._said(REVIEWS, answer)

    async def close(self) -> None:
        for http in self._https.values():
            await http.close()

    async def _all_places(self) -> AsyncGenerator[Place, None]:
        async for account in self._listed(ACCOUNTS, "/v1/accounts", "accounts", {"pageSize": 20}):
            name = account.text("name")
            if not _ACCOUNT.fullmatch(name):
                continue
            asked: Asked = {"pageSize": _PLACES_A_PAGE, "readMask": "name,title"}
            async for one in self._listed(PLACES, f"/v1/{name}/locations", "locations", asked):
                if _LOCATION.fullmatch(one.text("name")):
                    yield Place(f"{name}/{one.text('name')}", one.line("title"))

    async def _listed(
        self, base: str, path: str, what: str, asked: Asked
    ) -> AsyncGenerator[Node, None]:
        token = ""
        for _ in range(_MOST_PAGES):
            found = await self._got(base, path, asked | ({"pageToken": token} if token else {}))
            for one in found.nodes(what):
                yield one
            token = found.text("nextPageToken")
            if not token:
                return

    def _wanted(self, places: list[Place]) -> list[Place]:
        """Those that 'places' in the settings names; raises MailboxProblem for one there is not."""
        given = self._account.settings.get("places")
        names = [str(one) for one in given] if isinstance(given, list) else []
        if not places:
            raise MailboxProblem(
                "This Google account manages no place; log in as one that does, or have it added "
                "as a manager in the Business Profile."
            )
        known = {name for one in places for name in (one.path, one.title)}
        if missing := [name for name in names if name not in known]:
            raise MailboxProblem(
                f"This Google account manages no place '{safe_line(missing[0], 100)}'; it has "
                f"{safe_line(', '.join(one.title for one in places), 200)}."
            )
        return [one for one in places if not names or {one.path, one.title} & set(names)]

    async def _got(self, base: str, path: str, asked: Asked) -> Node:
        return self._said(base, await self._asked(base, "GET", path, params=asked))

    async def _asked(self, base: str, method: str, path: str, **how: Any) -> "httpx.Response":
        try:
            answer = await self._bearer.send(self._https[base], method, path, **how)
        except Deferred as error:
            if self._no_quota:
                raise _unapproved(error.detail) from error
            raise
        self._no_quota = False
        return answer

    def _retry_after(self, answer: "httpx.Response") -> Millis | None:
        """Seconds of the header; a quota of 0 is no matter of time."""
        self._no_quota = bool(_NO_QUOTA.search(answer.text))
        seconds = answer.headers.get("Retry-After", "")
        return int(seconds) * SECOND if seconds.isdecimal() and len(seconds) < 6 else None

    def _said(self, base: str, answer: "httpx.Response") -> Node:
        http = self._https[base]
        words = safe_line(google_words(answer), 200).rstrip(".")
        if answer.status_code == 403:
            if "has not been used" in words or "disabled" in words:
                raise _unapproved(words)
            raise MailboxProblem(
                f"Google does not let this account to the reviews of the place ({words or 403}); "
                "have it added as an owner or manager in the Business Profile.",
                words,
            )
        if answer.status_code == 404:
            raise MailboxProblem(f"Google knows no such place any more ({words or 404}).", words)
        return Node.of(http.decoded(http.good(answer)))

    def _client(self, base: str) -> Http:
        return Http(
            self._account,
            base,
            provider="Google Business Profile",
            words=google_words,
            retry_after=self._retry_after,
        )


def _unapproved(detail: str) -> MailboxProblem:
    return MailboxProblem(
        "Google has not opened the Business Profile APIs to your Google Cloud project (its quota "
        "is 0, or they are switched off there); apply for access and enable them, then it goes on "
        "by itself.",
        detail,
    )


def _path(place: Place, review: str) -> str:
    return f"/v4/{place.path}/reviews/{quote(review, safe='')}"
