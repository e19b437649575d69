"""The requests of a shop: wp/v2 with an application password, wc/v3 with a consumer key.

WooCommerce lets nobody answer a review: a POST to its reviews with ``parent`` makes a new review
without stars. Answers are comments of WordPress, where a consumer key is not taken (401).
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

from agent_tui.adapters.contract import AccountContext, AccountProblem, Refused
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.adapters.woocommerce import records
from agent_tui.adapters.woocommerce.records import Comment, Detail, Me
from agent_tui.adapters.woocommerce.settings import Settings

if TYPE_CHECKING:
    import httpx

PAGE = 100
"""The most that WordPress gives at once: it refuses 101."""

STATUSES = {"approved": "all", "hold": "all", "spam": "spam", "trash": "trash"}
"""What to ask WooCommerce for to be given reviews of a status.

Unasked it hides those that are not approved, and to a status that it does not know it answers
200 with an empty list.
"""

_WP, _WC = "/wp-json/wp/v2", "/wp-json/wc/v3"
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT = 200, 401, 403, 404, 409


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list."""

    items: list[Node]
    total: int


class Api:
    """The requests of one account; each of its secrets goes to its own part of the shop."""

    def __init__(self, account: AccountContext, settings: Settings) -> None:
        """Raises AccountProblem."""
        password = account.secret("application_password")
        self._wp = _http(account, settings, "WordPress", settings.user, password)
        self._wc: Http | None = None
        if settings.keyed:
            key, secret = account.secret("consumer_key"), account.secret("consumer_secret")
            self._wc = _http(account, settings, "WooCommerce", key, secret)

    @property
    def keyed(self) -> bool:
        """Whether WooCommerce's own API can be asked."""
        return self._wc is not None

    async def me(self) -> Me:
        path = f"{_WP}/users/me"
        return records.me(Node.of(await self._wp.json("GET", path, params={"context": "edit"})))

    async def moderators(self) -> frozenset[int] | None:
        """The numbers of the users who moderate; None where we may not know."""
        query = {"capabilities": "moderate_comments", "per_page": PAGE}
        answer = await self._wp.send("GET", f"{_WP}/users", params=query)
        if answer.status_code == _FORBIDDEN:
            return None
        users = self._listed(self._wp, answer).items
        return frozenset(number for one in users if (number := one.whole("id")))

    async def comments(self, **query: str | int) -> tuple[list[Comment], int]:
        """Comments of all kinds and in every state, and how many there are.

        Asked for no kind, WooCommerce would leave out all that belongs to products.
        """
        given: dict[str, str | int] = {"context": "edit", "status": "any", "type": "all"}
        given |= {"per_page": PAGE, **query}
        listed = self._listed(self._wp, await self._wp.send("GET", f"{_WP}/comments", params=given))
        found = [records.comment(one) for one in listed.items]
        return [one for one in found if one is not None], listed.total

    async def with_numbers(self, numbers: Iterable[int]) -> list[Comment]:
        """The comments with these numbers; those that are gone are not among them."""
        found: list[Comment] = []
        for wanted in _portions(numbers):
            found += (await self.comments(include=wanted))[0]
        return found

    async def comment(self, number: int) -> Comment | None:
        """None for one that is gone."""
        path = f"{_WP}/comments/{number}"
        answer = await self._wp.send("GET", path, params={"context": "edit"})
        if answer.status_code == _NOT_FOUND and _said_code(answer).startswith("rest_comment"):
            return None
        return records.comment(Node.of(self._wp.decoded(self._good(answer))))

    async def answer(self, review: Comment, html: str, agent: str) -> int | None:
        """Answer a review in public; its number, or None where the same text of ours is there.

        Raises Refused, Deferred and NeverLeft when nothing happened.
        """
        body = {
            "post": review.post,
            "parent": review.id,
            "content": {"raw": html},
            "author_user_agent": agent,
        }
        answer = await self._wp.send("POST", f"{_WP}/comments", json=body)
        if answer.status_code == _CONFLICT:
            return None
        made = records.comment(Node.of(self._wp.decoded(self._good(answer))))
        if made is None:
            raise Refused("What WordPress made of this answer has no number; look at the review.")
        return made.id

    async def change(self, before: Comment, what: dict[str, Any]) -> None:
        """Change a comment. Whose program and address it came from stays as it was: WordPress
        would put ours in their place, unless it is told."""
        kept = {"author_user_agent": before.agent, "author_ip": before.ip}
        body = what | {name: value for name, value in kept.items() if value}
        answer = await self._wp.send("POST", f"{_WP}/comments/{before.id}", json=body)
        self._wp.decoded(self._good(answer))

    async def title(self, route: str) -> str:
        """The title of the post at ``route``; empty for one that is gone."""
        answer = await self._wp.send("GET", f"{_WP}/{route}")
        if answer.status_code != _OK:
            return ""
        html = Node.of(self._wp.decoded(answer)).node("title").text("rendered")
        return unescape(html)

    async def details(self, status: str, numbers: Iterable[int]) -> list[Detail]:
        """What WooCommerce says of the reviews with these numbers that are in ``status``, one of
        the values of :data:`STATUSES`."""
        found: list[Node] = []
        for wanted in _portions(numbers):
            query: dict[str, str | int] = {"status": status, "include": wanted}
            query |= {"per_page": PAGE, "context": "edit"}
            found += (await self.listed("products/reviews", query)).items
        return [one for one in map(records.detail, found) if one is not None]

    async def listed(self, what: str, query: dict[str, str | int]) -> Listed:
        """A page of one of WooCommerce's lists. Raises AccountProblem where there is no key."""
        http = self._shop()
        return self._listed(http, await http.send("GET", f"{_WC}/{what}", params=query))

    async def found(self, what: str) -> Node | None:
        """One of WooCommerce's things; None for one that is gone."""
        http = self._shop()
        answer = await http.send("GET", f"{_WC}/{what}")
        gone = answer.status_code == _NOT_FOUND and _said_code(answer).startswith("woocommerce")
        return None if gone else Node.of(http.decoded(http.good(answer)))

    async def close(self) -> None:
        await self._wp.close()
        if self._wc is not None:
            await self._wc.close()

    def _shop(self) -> Http:
        if self._wc is None:
            raise AccountProblem(
                "Customers and orders need a key of WooCommerce's REST API; set 'consumer_key' "
                "and 'consumer_secret'."
            )
        return self._wc

    def _good(self, answer: "httpx.Response") -> "httpx.Response":
        """``answer`` if it says yes. A right that is missing for one thing stops no account."""
        if answer.status_code == _FORBIDDEN:
            raise Refused(f"WordPress does not let you do this: {said(answer).rstrip('.')}.")
        return self._wp.good(answer)

    def _listed(self, http: Http, answer: "httpx.Response") -> Listed:
        found = http.decoded(http.good(answer))
        total = answer.headers.get("X-WP-Total", "")
        items = Node({"": found}).nodes("")
        return Listed(items, int(total) if total.isdecimal() else len(items))


def _portions(numbers: Iterable[int]) -> Iterator[str]:
    """``numbers`` as values of ``include``, no more of them than a page holds."""
    whole = sorted(numbers)
    for start in range(0, len(whole), PAGE):
        yield ",".join(map(str, whole[start : start + PAGE]))


def said(answer: "httpx.Response") -> str:
    """WordPress's own words in an answer that says no, without their HTML."""
    return unescape(_TAG.sub("", _refusal(answer).text("message")))


def _said_code(answer: "httpx.Response") -> str:
    return _refusal(answer).text("code")


def _refusal(answer: "httpx.Response") -> Node:
    """``{"code", "message", "data"}``; ``data`` is an object or a number, so it is not read."""
    try:
        return Node.of(answer.json())
    except (ValueError, RecursionError):
        return Node({})


def _http(
    account: AccountContext, settings: Settings, provider: str, user: str, password: str
) -> Http:
    basic = b64encode(f"{user}:{password}".encode()).decode()
    return Http(
        account,
        settings.url,
        provider=provider,
        headers={"Authorization": f"Basic {basic}"},
        words=said,
        ca_file=settings.ca_file,
    )


_TAG = re.compile(r"<[^<>]*>")
