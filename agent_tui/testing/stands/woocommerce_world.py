"""What lies in a shop: products, comments and orders, as WordPress and WooCommerce show them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from typing import Any

Json = dict[str, Any]

URL = "https://shop.example"
AGENT = 1
"""The number of the user whose password we have."""


@dataclass
class Written:
    """A comment as it lies in the database."""

    id: int
    post: int
    parent: int
    author: int
    name: str
    email: str
    text: str  # HTML
    at: int  # seconds since the epoch
    kind: str = "comment"  # "review"
    status: str = "approved"
    rating: int = 0
    verified: bool = False
    agent: str = "Mozilla/5.0"
    ip: str = "192.0.2.7"


@dataclass
class World:
    """The shop's database; ``now`` gives seconds since the epoch."""

    now: Callable[[], int]
    products: dict[int, str] = field(default_factory=lambda: {9: "Blue mug"})
    users: dict[int, str] = field(default_factory=lambda: {AGENT: "Agent"})
    comments: dict[int, Written] = field(default_factory=dict)
    orders: dict[int, Json] = field(default_factory=dict)
    refunds: dict[int, list[Json]] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    _number: int = 10
    _last: int = 0

    def number(self) -> int:
        """A number that nothing has yet."""
        self._number += 1
        return self._number

    def tick(self) -> int:
        """The time, later than all times before."""
        self._last = max(self._last + 1, self.now())
        return self._last

    def review(self, text: str, name: str, email: str, **more: Any) -> Written:
        """A guest reviews the first product; ``more`` are fields of Written."""
        given: Json = {"post": 9, "parent": 0, "author": 0, "kind": "review", "rating": 4}
        return self.put(text=escape(text, quote=False), name=name, email=email, **given | more)

    def reply(self, to: int, text: str, name: str, email: str, **more: Any) -> Written:
        """Somebody writes below a comment."""
        given: Json = {"post": self.comments[to].post, "parent": to, "author": 0}
        return self.put(text=escape(text, quote=False), name=name, email=email, **given | more)

    def put(self, **fields: Any) -> Written:
        written = Written(id=self.number(), at=self.tick(), **fields)
        self.comments[written.id] = written
        return written

    def root(self, number: int) -> int:
        """The review that a comment belongs to."""
        while (above := self.comments[number].parent) in self.comments:
            number = above
        return number

    def order(self, email: str, number: str, **more: Any) -> Json:
        """Somebody orders; ``more`` are fields of the order."""
        made = self.number()
        at = iso(self.tick())
        order: Json = {
            "id": made,
            "number": number,
            "status": "processing",
            "currency": "EUR",
            "total": "12.50",
            "customer_id": 0,
            "date_created": at,
            "date_created_gmt": at,
            "billing": {"email": email},
            "meta_data": [],
            "line_items": [],
            "refunds": [],
        }
        self.orders[made] = order | more
        return self.orders[made]

    def refund(self, order: int, amount: str, reason: str = "") -> None:
        """The shop pays back ``amount``."""
        made = self.number()
        refund = {
            "id": made,
            "date_created_gmt": iso(self.tick()),
            "amount": amount,
            "reason": reason,
            "refunded_payment": False,
        }
        self.refunds.setdefault(order, []).append(refund)
        brief = {"id": made, "reason": reason, "total": f"-{amount}"}
        self.orders[order]["refunds"].append(brief)

    def customer(self, email: str, first: str, last: str) -> int:
        """Somebody registers; their number."""
        made = self.number()
        self.customers[made] = {
            "id": made,
            "email": email,
            "first_name": first,
            "last_name": last,
            "username": first.lower(),
            "date_created_gmt": iso(self.tick()),
        }
        return made


def iso(at: int) -> str:
    """Seconds since the epoch as both APIs write them: in UTC, and they do not say so."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def comment_json(one: Written, post_type: str, *, meta: bool) -> Json:
    """As wp/v2 shows it to who may edit it; with ``meta`` the stars, too, which is a plug-in's."""
    up = f"{URL}/wp-json/wp/v2/{post_type}/{one.post}"
    return {
        "id": one.id,
        "post": one.post,
        "parent": one.parent,
        "author": one.author,
        "author_name": one.name,
        "author_email": one.email,
        "author_ip": one.ip,
        "author_user_agent": one.agent,
        "date_gmt": iso(one.at),
        "content": {"rendered": f"<p>{one.text}</p>\n", "raw": one.text},
        "link": f"{URL}/product/blue-mug/#comment-{one.id}",
        "status": one.status,
        "type": one.kind,
        "meta": {"rating": one.rating} if meta else {"_wp_note_status": None},
        "_links": {"up": [{"embeddable": True, "post_type": post_type, "href": up}]},
    }


def review_json(one: Written, products: Mapping[int, str]) -> Json:
    """As wc/v3 shows it in the context "edit"."""
    return {
        "id": one.id,
        "date_created": iso(one.at),
        "date_created_gmt": iso(one.at),
        "product_id": one.post,
        "product_name": products[one.post],
        "product_permalink": f"{URL}/product/blue-mug/",
        "status": one.status,
        "reviewer": one.name,
        "reviewer_email": one.email,
        "review": one.text,
        "rating": one.rating,
        "verified": one.verified,
    }
