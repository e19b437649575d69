"""Shopify's Admin API in GraphQL: queries sent, errors in words, paced by what they cost."""

import asyncio
import json
import re
from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING

from agent_tui.adapters.contract import (
    AccountContext,
    AccountProblem,
    AdapterError,
    Deferred,
    Refused,
    Unreachable,
)
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis

if TYPE_CHECKING:
    import httpx

VERSION = "2026-10"
PATH = f"/admin/api/{VERSION}/graphql.json"

_PROVIDER = "the Shopify API"
_SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,99}\.myshopify\.com")
_TOKEN = re.compile(r"[!-~]{8,500}")
_RATE = 100.0
"""Points that the smallest plan gets back in a second, where an answer does not say."""
_UNNAMED_WAIT: Millis = 2 * SECOND
_LONGEST_WAIT: Millis = 60 * SECOND
_LONGEST_REST_S = 5.0
"""Longer pauses are the caller's to make."""
_UNKNOWN_TOKEN = 401
_GONE = {
    402: "is frozen until its owner has paid Shopify",
    404: "is not there; correct 'shop' in the account's settings",
    423: "is locked by Shopify; its owner has to ask there why",
}
"""HTTP statuses of a shop that cannot be asked (shopify.dev/docs/api/usage/response-codes)."""


class Shopify:
    """One shop; its token is read when first needed and again once it is refused."""

    def __init__(self, account: AccountContext) -> None:
        self._account = account
        self.shop = str(account.settings.get("shop") or "").strip().lower()
        self.version = ""  # that the shop last answered in
        self._http: Http | None = None
        self._token = ""
        self._reading = asyncio.Lock()
        self._rested_at = 0.0  # on the event loop's clock, which no clock change moves

    async def ask(self, document: str, /, **variables: str) -> Node:
        """The data that ``document`` asks for.

        Raises as :meth:`Http.send`, Deferred while the shop has no points left for us,
        AccountProblem for a token without the right, Refused for what Shopify does not take.
        """
        http = self._open()
        await self._rest()
        asked = {"query": document, "variables": variables}
        answer = await self._send(http, asked)
        if answer.status_code == _UNKNOWN_TOKEN and await self._renewed():
            answer = await self._send(http, asked)
        found = self._checked(http, answer)
        self.version = safe_line(answer.headers.get("X-Shopify-API-Version", ""), 40)
        cost = found.node("extensions").node("cost")
        if (error := _error(found, cost)) is not None:
            if isinstance(error, Deferred) and error.retry_after:
                self._rest_for(error.retry_after)
            raise error
        if not found.node("data"):
            raise _strange()
        self._rest_for(_wait(cost))
        return found.node("data")

    def page(self, place: str, number: str) -> str:
        """Where the shop's admin shows an object; empty for a number that is none."""
        good = number.isascii() and number.isdecimal()
        return f"https://{self.shop}/admin/{place}/{number}" if good else ""

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    def _open(self) -> Http:
        if self._http is None:
            if not _SHOP.fullmatch(self.shop):
                raise AccountProblem(
                    f"'{safe_line(self.shop, 100)}' is no shop's own domain; write the one that "
                    "ends in .myshopify.com into 'shop' of the account's settings."
                )
            base = f"https://{self.shop}"
            self._http = Http(self._account, base, provider=_PROVIDER, words=_words)
        return self._http

    async def _send(self, http: Http, asked: Mapping[str, object]) -> "httpx.Response":
        headers = {"X-Shopify-Access-Token": await self._read_token()}
        return await http.send("POST", PATH, json=asked, headers=headers)

    async def _renewed(self) -> bool:
        """Whether the keystore has another token by now: some live for a day only."""
        before, self._token = self._token, ""
        return await self._read_token() != before

    async def _read_token(self) -> str:
        async with self._reading:
            if not self._token:
                token = (await asyncio.to_thread(self._account.secret, "token")).strip()
                if not _TOKEN.fullmatch(token):
                    raise AccountProblem(
                        "The shop's token does not look like one (shpat_ and letters); copy the "
                        "Admin API access token of your app anew into the account's settings."
                    )
                self._token = token
            return self._token

    def _checked(self, http: Http, answer: "httpx.Response") -> Node:
        if (gone := _GONE.get(answer.status_code)) is not None:
            raise AccountProblem(f"The shop {self.shop} {gone}.")
        try:
            return Node.of(http.decoded(http.good(answer)))
        except AccountProblem:
            self._token = ""
            raise

    async def _rest(self) -> None:
        """Whoever has used up the shop's points waits until they are back. Raises Deferred."""
        left = self._rested_at - asyncio.get_running_loop().time()
        if left > _LONGEST_REST_S:
            raise _deferred(ceil(left * SECOND))
        await asyncio.sleep(max(0.0, left))

    def _rest_for(self, wait: Millis) -> None:
        until = asyncio.get_running_loop().time() + wait / SECOND
        self._rested_at = max(self._rested_at, until)


def _error(found: Node, cost: Node) -> AdapterError | None:
    """The first error of an answer, which comes with HTTP status 200."""
    if not found.has("errors"):
        return None
    errors = found.nodes("errors")
    first = errors[0] if errors else Node({})
    said = safe_line(first.text("message"), 200).rstrip(".") or "an error without a word"
    match first.node("extensions").text("code"):
        case "THROTTLED":
            return _deferred(_wait(cost) or _UNNAMED_WAIT)
        case "ACCESS_DENIED":
            return AccountProblem(
                f"The shop does not let its app read this ({said}); give it the rights "
                "read_customers and read_orders and leave to see customer data.",
                said,
            )
        case "SHOP_INACTIVE":
            return AccountProblem(f"The shop is not active ({said}); its owner has to open it.")
        case "INTERNAL_SERVER_ERROR" | "TIMEOUT":
            return Unreachable(f"Shopify has a problem of its own ({said}); it is tried again.")
        case _:
            return Refused(f"Shopify refused this: {said}.", said)


def _wait(cost: Node) -> Millis:
    """How long until the shop has the points for a question that costs ``cost`` again."""
    state = cost.node("throttleStatus")
    wanted, left = cost.number("requestedQueryCost"), state.number("currentlyAvailable")
    rate = state.number("restoreRate") or _RATE
    if wanted is None or left is None or rate <= 0:
        return 0
    seconds = max(0.0, min((wanted - left) / rate, _LONGEST_WAIT / SECOND))
    return ceil(seconds * SECOND)


def _deferred(wait: Millis) -> Deferred:
    return Deferred(
        f"The shop asks to slow down; it goes on in {-(-wait // SECOND)} s.", retry_after=wait
    )


def _strange() -> Unreachable:
    return Unreachable(
        f"What {_PROVIDER} answered is none of its answers; it is tried again. If that goes on, "
        "something else answers in its place: check 'shop' in the settings."
    )


def _words(answer: "httpx.Response") -> str:
    """``errors``, a text where there is no GraphQL yet, as for a token that is not known."""
    try:
        found: Mapping[str, object] = Node.of(json.loads(answer.content)).fields
    except (ValueError, RecursionError):
        return ""
    said = found.get("errors")
    return said if isinstance(said, str) else ""
