"""The Play Developer API over HTTP: reviews listed, read and answered, errors in words."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    Deferred,
    MailboxProblem,
    Refused,
)
from agent_tui.adapters.google_play.reading import read_review, read_reviews
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.reviews import Posted
from agent_tui.adapters.tokens import Bearer, GoogleTokens, google_words
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import MINUTE

if TYPE_CHECKING:
    import httpx

_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_PAGE = 100
_APP = re.compile(r"[A-Za-z]\w*(\.\w+)+", re.ASCII)
_SPENT = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"})
_UNTIL_QUOTA = 10 * MINUTE
"""Quotas are counted by the hour: 200 requests to read, per app
(developers.google.com/android-publisher/reply-to-reviews)."""


class Play:
    """The API for one account."""

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self._tokens = GoogleTokens(account)
        self._http = Http(
            account,
            "https://androidpublisher.googleapis.com",
            provider="Google Play",
            words=google_words,
        )
        self._bearer = Bearer(lambda: self._tokens.of_service(_SCOPE), account.clock)

    def apps(self) -> list[str]:
        """The package names that are served. Raises AccountProblem."""
        given = self._account.settings.get("apps")
        apps = [str(app) for app in given] if isinstance(given, list) else []
        wrong = [app for app in apps if not _APP.fullmatch(app)]
        if wrong:
            raise AccountProblem(
                f"'{safe_line(wrong[0], 100)}' is no package name such as org.example.app; "
                "correct 'apps' in the settings."
            )
        if not apps:
            raise AccountProblem("No app is named; put its package name into 'apps'.")
        return apps

    async def page(self, app: str, token: str = "", most: int = _PAGE) -> tuple[list[Posted], str]:
        """Reviews, latest change first, and the token of the next page, empty after the last.

        Raises MailboxProblem for an app that cannot be read, Deferred when the quota is spent.
        """
        asked = {"maxResults": str(most)} | ({"token": token} if token else {})
        answer = await self._bearer.send(self._http, "GET", f"{_path(app)}/reviews", params=asked)
        found = self._said(app, answer)
        reviews = read_reviews(app, found.nodes("reviews"))
        return reviews, found.node("tokenPagination").text("nextPageToken")

    async def review(self, app: str, review: str) -> Posted | None:
        """One review as it is now; None when it is gone. Raises as :meth:`page`."""
        answer = await self._bearer.send(self._http, "GET", _path(app, review))
        return None if answer.status_code == 404 else read_review(app, self._said(app, answer))

    async def reply(self, app: str, review: str, text: str) -> None:
        """Answer a review, in the place of an answer that it has.

        Raises Refused for a review that is gone and for what Google does not take, else as
        :meth:`page`.
        """
        where = f"{_path(app, review)}:reply"
        answer = await self._bearer.send(self._http, "POST", where, json={"replyText": text})
        if answer.status_code == 404:
            raise Refused("This review is not in Google Play any more, so nobody can answer it.")
        self._said(app, answer)

    async def close(self) -> None:
        await self._http.close()

    def _said(self, app: str, answer: "httpx.Response") -> Node:
        words = safe_line(google_words(answer), 200).rstrip(".")
        if answer.status_code == 403:
            raise self._forbidden(app, answer, words)
        if answer.status_code == 404:
            raise MailboxProblem(
                f"Google Play knows no app '{app}' of yours; correct 'apps' in the settings.", words
            )
        return Node.of(self._http.decoded(self._http.good(answer)))

    def _forbidden(
        self, app: str, answer: "httpx.Response", words: str
    ) -> Deferred | MailboxProblem:
        error = Node.of(self._http.decoded(answer)).node("error")
        if _SPENT & {one.text("reason") for one in error.nodes("errors")}:
            return Deferred(
                "Google Play's quota for this hour is spent; it goes on by itself.",
                words,
                retry_after=_UNTIL_QUOTA,
            )
        return MailboxProblem(
            f"Google Play does not let this key into the reviews of {app} ({words or 403}); in "
            "the Play Console invite the service account and give it the right 'Reply to reviews'.",
            words,
        )


def _path(app: str, review: str | None = None) -> str:
    base = f"/androidpublisher/v3/applications/{quote(app, safe='')}"
    return base if review is None else f"{base}/reviews/{quote(review, safe='')}"
