"""Stripe's API over HTTP: objects and lists read, never written, errors in words."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent_tui.adapters.contract import AccountContext, AccountProblem, Unreachable
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node

if TYPE_CHECKING:
    import httpx

API = "https://api.stripe.com"
VERSION = "2026-10-28.endive"
"""What the answers are decoded as; Stripe keeps serving a version that is asked for by name
(docs.stripe.com/api/versioning)."""

_PROVIDER = "the Stripe API"
_KEY = re.compile(r"[rs]k_(live|test)_[A-Za-z0-9_]{3,300}")
_PAGE = 100
"""The most that a list gives at once (docs.stripe.com/api/pagination)."""
_NOT_FOUND = 404

Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """The newest objects of a list."""

    nodes: list[Node]
    more: bool  # Stripe has more than these


class Stripe:
    """One Stripe account; its key is read when first needed and again once it is refused."""

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self._key = ""
        self._http: Http | None = None
        self._reading = asyncio.Lock()

    async def list(self, path: str, asked: Asked, *, pages: int) -> Page:
        """The newest of what ``/v1/{path}`` lists, newest first, from at most ``pages`` pages.

        Raises as :meth:`Http.json`.
        """
        found: list[Node] = []
        last = ""
        for _ in range(pages):
            after = {"starting_after": last} if last else {}
            page = await self._list(path, {**asked, "limit": str(_PAGE), **after})
            found += page.nodes
            last = page.nodes[-1].text("id") if page.nodes else ""
            if not page.more or not last:
                return Page(found, more=False)
        return Page(found, more=True)

    async def search(self, path: str, query: str, *, most: int) -> Page:
        """The first ``most`` objects for which ``query`` holds; raises as :meth:`Http.json`.

        Knows what is older than a minute or so, and is not offered to everybody: Refused then
        (docs.stripe.com/search).
        """
        return await self._list(f"{path}/search", {"query": query, "limit": str(most)})

    async def one(self, path: str) -> Node:
        """The object at ``/v1/{path}``; empty when there is none. Raises as :meth:`Http.json`."""
        answer = await self._send(path, {})
        if answer.status_code == _NOT_FOUND:
            return Node({})
        return self._decoded(answer)

    async def first(self, path: str) -> Node:
        """The newest object of a list; empty when it has none. Raises as :meth:`Http.json`."""
        page = await self._list(path, {"limit": "1"})
        return page.nodes[0] if page.nodes else Node({})

    async def key(self) -> str:
        """The account's key. Raises AccountProblem."""
        async with self._reading:
            if not self._key:
                key = (await asyncio.to_thread(self._account.secret, "key")).strip()
                if not _KEY.fullmatch(key):
                    raise AccountProblem(
                        "The Stripe key does not look like one (rk_live_ and letters); make a "
                        "restricted key in Stripe's dashboard and put it into the account's "
                        "settings."
                    )
                self._key = key
            return self._key

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _list(self, path: str, asked: Asked) -> Page:
        found = self._decoded(await self._send(path, asked))
        if not isinstance(found.fields.get("data"), list):
            raise _strange()
        return Page(found.nodes("data"), found.true("has_more"))

    async def _send(self, path: str, asked: Asked) -> "httpx.Response":
        headers = {"Authorization": f"Bearer {await self.key()}", "Stripe-Version": VERSION}
        http = self._open()
        answer = await http.send("GET", f"/v1/{path}", params=dict(asked), headers=headers)
        if answer.status_code == _NOT_FOUND:
            return answer
        try:
            return http.good(answer)
        except AccountProblem:
            self._key = ""
            raise

    def _decoded(self, answer: "httpx.Response") -> Node:
        http = self._open()
        found = Node.of(http.decoded(http.good(answer)))
        if not found.text("object"):
            raise _strange()
        return found

    def _open(self) -> Http:
        if self._http is None:
            self._http = Http(self._account, API, provider=_PROVIDER, words=self._words)
        return self._http

    def _words(self, answer: "httpx.Response") -> str:
        """``error.message``, without the key that it may quote."""
        try:
            said = Node.of(json.loads(answer.content)).node("error").text("message")
        except (ValueError, RecursionError):
            return ""
        return said.replace(self._key, "(the key)") if self._key else said


def _strange() -> Unreachable:
    return Unreachable(
        f"What {_PROVIDER} answered is none of its answers; it is tried again. If that goes on, "
        "something else answers in its place: check this machine's network."
    )
