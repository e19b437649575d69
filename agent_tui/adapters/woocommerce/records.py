"""WordPress's and WooCommerce's JSON decoded into what we use of it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from agent_tui.adapters.node import Node
from agent_tui.model.clock import SECOND, Millis

PRODUCT = "product"
"""The type of the posts that are reviewed."""

KINDS = frozenset({"review", "comment"})
"""Comments by people for the public; WordPress has others, such as editors' notes to a block."""

_AGENT = re.compile(r"agent-tui (\S+)")
_ROUTE = re.compile(r"/wp/v2/([\w-]+/\d+)$")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as wp/v2 tells it to who may edit it: a review, or an answer to one."""

    id: int
    post: int
    parent: int  # 0: answers nobody
    author: int  # number of a registered user; 0: a guest
    name: str
    email: str  # as they typed it, or of their account
    text: str  # HTML as it lies in the database: line ends are line ends
    at: Millis
    status: str  # "approved", "hold", "spam", "trash"
    kind: str  # "review", "comment", also "note" or "pingback"
    link: str
    post_type: str
    post_route: str  # where the post is, behind /wp/v2/; may be empty
    agent: str  # what the author's program called itself
    ip: str
    rating: int  # 0: none is told

    @property
    def key(self) -> str | None:
        """The key of the effect by which we wrote it; see :func:`signed`."""
        found = _AGENT.fullmatch(self.agent)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Detail:
    """What only WooCommerce's own API says of a review."""

    id: int
    product: str
    rating: int
    verified: bool
    status: str
    text: str  # HTML, with paragraphs in the context "view"
    at: Millis


@dataclass(frozen=True, slots=True)
class Me:
    """The owner of the application password."""

    id: int
    name: str
    moderates: bool


def signed(key: str) -> str:
    """The name of our program with ``key`` in it, kept with a comment and shown to editors only."""
    return f"agent-tui {key}"


def comment(found: Node) -> Comment | None:
    """None for what has no number."""
    number = found.whole("id")
    if not number:
        return None
    up = next(iter(found.node("_links").nodes("up")), Node({}))
    route = _ROUTE.search(up.text("href"))
    return Comment(
        id=number,
        post=found.whole("post") or 0,
        parent=found.whole("parent") or 0,
        author=found.whole("author") or 0,
        name=found.text("author_name"),
        email=found.text("author_email"),
        text=found.node("content").text("raw"),
        at=at_of(found.text("date_gmt")) or 0,
        status=found.text("status"),
        kind=found.text("type"),
        link=found.text("link"),
        post_type=up.text("post_type"),
        post_route=route[1] if route else "",
        agent=found.text("author_user_agent"),
        ip=found.text("author_ip"),
        rating=found.node("meta").whole("rating") or 0,
    )


def detail(found: Node) -> Detail | None:
    """None for what has no number."""
    number = found.whole("id")
    if not number:
        return None
    return Detail(
        id=number,
        product=found.text("product_name"),
        rating=found.whole("rating") or 0,
        verified=found.true("verified"),
        status=found.text("status"),
        text=found.text("review"),
        at=at_of(found.text("date_created_gmt")) or 0,
    )


def me(found: Node) -> Me:
    may = found.node("capabilities").true("moderate_comments")
    return Me(found.whole("id") or 0, found.text("name"), may)


def at_of(gmt: str) -> Millis | None:
    """A time such as ``2026-11-21T20:07:44``, which is in UTC although it does not say so."""
    try:
        at = datetime.fromisoformat(gmt)
    except ValueError:
        return None
    return int(at.replace(tzinfo=UTC).timestamp()) * SECOND
