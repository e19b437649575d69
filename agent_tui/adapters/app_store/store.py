"""The App Store Connect API over HTTP: reviews listed, read and answered, errors in words.

developer.apple.com/documentation/appstoreconnectapi: Customer Reviews, Customer Review Responses.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from agent_tui.adapters.app_store.reading import App, Found, read_review, read_reviews
from agent_tui.adapters.contract import AccountContext, MailboxProblem, Refused
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.reviews import Posted
from agent_tui.adapters.tokens import AppleTokens, Bearer
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import HOUR, Millis

if TYPE_CHECKING:
    import httpx

API = "https://api.appstoreconnect.apple.com"
_PAGE = 200
_MOST_PAGES = 50
_NUMBER = re.compile(r"[0-9]{1,20}")


class Connect:
    """The API for one account."""

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self._bearer = Bearer(AppleTokens(account).token, account.clock)
        self._http = Http(account, API, provider="App Store Connect", words=_words)
        self._apps: list[App] = []
        self._found_at: Millis | None = None

    async def apps(self) -> list[App]:
        """The apps that are served, looked up once an hour. Raises as :meth:`page`."""
        now = self._account.clock()
        if self._found_at is None or now - self._found_at >= HOUR:
            self._apps = self._wanted(await self._all_apps())
            self._found_at = now
        return self._apps

    async def app(self, number: str) -> App:
        """The app with Apple's id ``number``. Raises Refused for one that is not served."""
        found = next((one for one in await self.apps() if one.id == number), None)
        if found is None:
            raise Refused("The app of this review is not among those of the account any more.")
        return found

    async def page(self, app: App, cursor: str = "") -> tuple[list[Posted], str]:
        """Reviews, newest first, and where the next page begins, empty after the last.

        Raises MailboxProblem for what the key may not do, Deferred when it asks to slow down.
        """
        asked: dict[str, str | int] = {
            "limit": _PAGE,
            "sort": "-createdDate",
            "include": "response",
        }
        asked |= {"cursor": cursor} if cursor else {}
        where = f"/v1/apps/{app.id}/customerReviews"
        found = self._said(await self._bearer.send(self._http, "GET", where, params=asked))
        return read_reviews(app, found), _next(found)

    async def review(self, app: App, review: str) -> Found | None:
        """One review as it is now; None when it is gone. Raises as :meth:`page`."""
        where = f"/v1/customerReviews/{quote(review, safe='')}"
        answer = await self._bearer.send(self._http, "GET", where, params={"include": "response"})
        return None if answer.status_code == 404 else read_review(app, self._said(answer))

    async def reply(self, review: str, text: str) -> None:
        """Answer a review, in the place of an answer that it has.

        Raises Refused for a review that is gone and for what Apple does not take, else as
        :meth:`page`.
        """
        document = {
            "data": {
                "type": "customerReviewResponses",
                "attributes": {"responseBody": text},
                "relationships": {"review": {"data": {"type": "customerReviews", "id": review}}},
            }
        }
        where = "/v1/customerReviewResponses"
        answer = await self._bearer.send(self._http, "POST", where, json=document)
        if answer.status_code == 404:
            raise Refused("This review is not in the App Store any more; nobody can answer it.")
        self._said(answer)

    async def take_back(self, app: App, review: str) -> None:
        """Take our answer away; one that is not there is no error. Raises as :meth:`page`."""
        found = await self.review(app, review)
        if found is None or not found.answer_id:
            return
        where = f"/v1/customerReviewResponses/{quote(found.answer_id, safe='')}"
        answer = await self._bearer.send(self._http, "DELETE", where)
        if answer.status_code not in (204, 404):
            self._said(answer)

    async def close(self) -> None:
        await self._http.close()

    async def _all_apps(self) -> list[App]:
        apps: list[App] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            asked: dict[str, str | int] = {"limit": _PAGE, "fields[apps]": "name,bundleId"}
            asked |= {"cursor": cursor} if cursor else {}
            found = self._said(await self._bearer.send(self._http, "GET", "/v1/apps", params=asked))
            for one in found.nodes("data"):
                said = one.node("attributes")
                if _NUMBER.fullmatch(one.text("id")):
                    apps.append(App(one.text("id"), said.line("name"), said.line("bundleId")))
            cursor = _next(found)
            if not cursor:
                break
        return apps

    def _wanted(self, apps: list[App]) -> list[App]:
        """Those that 'apps' in the settings names; raises MailboxProblem for one there is not."""
        given = self._account.settings.get("apps")
        names = [str(one) for one in given] if isinstance(given, list) else []
        if not apps:
            raise MailboxProblem(
                "The key of App Store Connect sees no app; give it access to your apps there."
            )
        known = {name for one in apps for name in (one.id, one.bundle, one.name)}
        if missing := [name for name in names if name not in known]:
            raise MailboxProblem(
                f"The key of App Store Connect sees no app '{safe_line(missing[0], 100)}'; it sees "
                f"{safe_line(', '.join(one.name for one in apps), 200)}."
            )
        wanted = set(names)
        return [one for one in apps if not wanted or {one.id, one.bundle, one.name} & wanted]

    def _said(self, answer: "httpx.Response") -> Node:
        words = safe_line(_words(answer), 200).rstrip(".")
        if answer.status_code == 403:
            raise MailboxProblem(
                f"App Store Connect does not let this key do that ({words or 403}); give it the "
                "role Customer Support or Admin there.",
                words,
            )
        if answer.status_code == 404:
            raise MailboxProblem(f"App Store Connect knows no such app ({words or 404}).", words)
        return Node.of(self._http.decoded(self._http.good(answer)))


def _next(document: Node) -> str:
    """The cursor in the link to the next page; the link itself is not followed."""
    try:
        query = parse_qs(urlsplit(document.node("links").text("next")).query)
    except ValueError:
        return ""
    return query.get("cursor", [""])[0]


def _words(answer: "httpx.Response") -> str:
    """Apple's own explanation in an answer that says no."""
    try:
        errors = Node.of(answer.json()).nodes("errors")
    except (ValueError, RecursionError):
        return ""
    return next((one.text("detail") or one.text("title") for one in errors), "")
