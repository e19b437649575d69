"""The requests of a shop: Medusa's admin API, and that of the reviews plugin beside it.

As seen on Medusa 2.21.2 with @lambdacurry/medusa-product-reviews 1.4.0. What it does not say:

- A parameter that a list does not know is ignored: ``/admin/orders?email=`` answers with the
  orders of everybody.
- ``q`` finds parts, whatever their case, and ``%`` and ``_`` in it are wildcards.
- ``DELETE /admin/product-reviews/ID/response`` takes away the oldest answer of the whole shop,
  whatever ID is. So answers are changed here and never deleted.
"""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from agent_tui.adapters.contract import AccountContext, AccountProblem
from agent_tui.adapters.http import Http
from agent_tui.adapters.node import Node

PAGE = 100
"""Of a list; Medusa itself knows no limit."""

_REVIEW = (
    "id,status,rating,name,email,content,created_at,updated_at,order_id,product_id,product.title,"
    "order.customer_id,order.customer.has_account,images.url,"
    "response.id,response.content,response.created_at,response.updated_at"
)
_ORDER = (
    "id,display_id,status,payment_status,fulfillment_status,created_at,email,customer_id,"
    "currency_code,total,credit_line_total,items.product_title,items.variant_title,"
    "items.variant_sku,items.quantity,items.total,fulfillments.canceled_at,fulfillments.packed_at,"
    "fulfillments.shipped_at,fulfillments.delivered_at,fulfillments.labels.tracking_number,"
    "fulfillments.labels.tracking_url,payment_collections.payments.currency_code,"
    "payment_collections.payments.refunds.amount,payment_collections.payments.refunds.note,"
    "payment_collections.payments.refunds.created_at,"
    "payment_collections.payments.refunds.refund_reason.label"
)
_CUSTOMER = "id,email,first_name,last_name,has_account,created_at"


@dataclass(frozen=True, slots=True)
class Listed:
    """A part of a list."""

    items: list[Node]
    total: int  # in the whole list


class Api:
    """The requests of one account, with its secret API key."""

    def __init__(self, account: AccountContext) -> None:
        """Raises AccountProblem for an address that is none."""
        self._secret = account.secret
        self._http = Http(
            account,
            str(account.settings["url"]),
            provider="Medusa",
            ca_file=str(account.settings.get("ca_file") or ""),
        )

    async def reviews(self, offset: int = 0, limit: int = PAGE) -> Listed:
        """A part of all reviews, newest change first. Raises AccountProblem without the plugin."""
        query = {"order": "-updated_at", "offset": offset, "limit": limit}
        return await self._reviews(query)

    async def review(self, number: str) -> Node | None:
        """One review; None for one that is gone."""
        found = (await self._reviews({"id": number})).items
        return found[0] if found else None

    async def answer(self, review: str, text: str, *, instead: bool) -> None:
        """Put ``text`` below a review: ``instead`` of the answer there, or as its only one.

        Medusa takes no second one (400), so asking twice doubles nothing.
        """
        method, path = "PUT" if instead else "POST", f"{_path(review)}/response"
        self._http.good(await self._asked(method, path, json={"content": text}))

    async def moderate(self, review: str, status: str) -> None:
        """Put a review in a state: ``approved``, ``pending`` or ``flagged``."""
        path = f"{_path(review)}/status"
        self._http.good(await self._asked("PUT", path, json={"status": status}))

    async def customers(self, **query: str | list[str]) -> Listed:
        """Customers by ``q`` or ``id``; see above what those mean."""
        return await self._listed("customers", {"fields": _CUSTOMER, "limit": PAGE, **query})

    async def orders(self, limit: int, **query: str | list[str]) -> Listed:
        """The newest orders by ``q``, ``id`` or ``customer_id``, and no others: see above."""
        given = {"fields": _ORDER, "order": "-created_at", "limit": limit, **query}
        return await self._listed("orders", given)

    async def close(self) -> None:
        await self._http.close()

    async def _reviews(self, query: dict[str, Any]) -> Listed:
        given = {"fields": _REVIEW, **query}
        answer = await self._asked("GET", "/admin/product-reviews", params=given)
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise AccountProblem(
                "This Medusa keeps no reviews; add the plugin @lambdacurry/medusa-product-reviews "
                "to the shop."
            )
        return self._list_of("product_reviews", answer)

    async def _listed(self, what: str, query: dict[str, Any]) -> Listed:
        answer = await self._asked("GET", f"/admin/{what}", params=_plural(query))
        return self._list_of(what, answer)

    def _list_of(self, what: str, answer: httpx.Response) -> Listed:
        found = Node.of(self._http.decoded(self._http.good(answer)))
        items = found.nodes(what)
        return Listed(items, found.whole("count") or len(items))

    async def _asked(self, method: str, path: str, **how: Any) -> httpx.Response:
        """The answer; the key is fetched anew each time, since somebody may renew it."""
        key = b64encode(f"{self._secret('api_key')}:".encode()).decode()
        return await self._http.send(method, path, headers={"Authorization": f"Basic {key}"}, **how)


def _path(review: str) -> str:
    return f"/admin/product-reviews/{quote(review, safe='')}"


def _plural(query: dict[str, Any]) -> dict[str, Any]:
    """Lists as Medusa takes them: ``id[]=1&id[]=2``."""
    return {f"{k}[]" if isinstance(v, list) else k: v for k, v in query.items()}
