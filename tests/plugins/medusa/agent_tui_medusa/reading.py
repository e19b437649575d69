"""What Medusa says of reviews and customers, decoded; every string is made safe here or behind."""

from datetime import datetime

from agent_tui.adapters.node import Node
from agent_tui.adapters.reviews import Answer, Posted, stars
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import SECOND, Millis
from agent_tui.model.customer import IdentityKind
from agent_tui.model.incoming import Sender
from agent_tui.model.review import Moderation, Review

STATUSES = {
    Moderation.PUBLISHED: "approved",
    Moderation.HELD: "pending",
    Moderation.HIDDEN: "flagged",
    Moderation.SPAM: "flagged",
}
"""What Medusa calls them: it tells spam from nothing else that is taken down."""

MODERATIONS = {
    "approved": Moderation.PUBLISHED,
    "pending": Moderation.HELD,
    "flagged": Moderation.HIDDEN,
}


def posted(found: Node, place: str) -> Posted | None:
    """A review of the shop at ``place``; None for what has no id.

    Each is written about a line of an order, by somebody who knows the ids of both.
    """
    number = found.line("id")
    written_at = at_of(found.text("created_at"))
    if not number or written_at is None:
        return None
    product = safe_line(found.node("product").text("title"), 200)
    pictures = dict.fromkeys(one.text("url") for one in found.nodes("images"))
    return Posted(
        id=number,
        at=at_of(found.text("updated_at")) or written_at,
        written_at=written_at,
        author="",
        by=_author(found, place),
        rating=stars(found.whole("rating")),
        title=product,  # it has none of its own, and its text may be empty
        text="\n".join([found.text("content"), *pictures]),
        about=Review(
            product=product,
            product_id=found.line("product_id"),
            verified=found.has("order_id"),
            moderation=MODERATIONS.get(found.text("status"), Moderation.HELD),
        ),
        answer=answer(found),
    )


def answer(review: Node) -> Answer | None:
    """What stands below a review."""
    found = review.node("response")
    if not found:
        return None
    at = at_of(found.text("updated_at")) or at_of(found.text("created_at")) or 0
    return Answer(found.text("content"), at)


def _author(found: Node, place: str) -> Sender:
    """Who ordered what is reviewed: a customer who was logged in, else somebody of whom no more
    is proven than this one order. Anybody can type any address when they buy as a guest."""
    name = safe_line(found.text("name"), 100) or "Somebody"
    email = found.line("email")
    claims = ((IdentityKind.EMAIL, email),) if email else ()
    order = found.node("order")
    customer = order.line("customer_id")
    if customer and order.node("customer").true("has_account"):
        return Sender(IdentityKind.SHOP, f"{place}/customer/{customer}", name, claims)
    if bought := found.line("order_id"):
        return Sender(IdentityKind.SHOP, f"{place}/order/{bought}", name, claims)
    return Sender(IdentityKind.HANDLE, f"{place}/review/{found.line('id')}", name, claims)


def at_of(text: str) -> Millis | None:
    """A time such as ``2026-11-30T11:49:30.720Z``."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(at.timestamp() * SECOND) if at.tzinfo else None
