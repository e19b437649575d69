"""Reads what the Business Profile APIs say of places and reviews."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agent_tui.adapters.node import Node
from agent_tui.adapters.reviews import Answer, Posted
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.review import Review

_STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
_ANONYMOUS = "A Google user"


@dataclass(frozen=True, slots=True)
class Place:
    """A location that reviews are of."""

    path: str  # accounts/1/locations/2
    title: str


def read_reviews(place: Place, found: Iterable[Node]) -> list[Posted]:
    """What ``found`` holds of reviews."""
    read = (read_review(place, one) for one in found)
    return [one for one in read if one is not None]


def read_review(place: Place, found: Node) -> Posted | None:
    """None for what is no review: it has no id."""
    review = found.text("reviewId")
    if not review or review != safe_line(review):
        return None
    reviewer, reply = found.node("reviewer"), found.node("reviewReply")
    comment = reply.text("comment")
    return Posted(
        id=review,
        at=read_time(found.text("updateTime")) or read_time(found.text("createTime")),
        author=reviewer.text("displayName") or _ANONYMOUS,
        rating=_STARS.get(found.text("starRating")),
        title="",
        text=found.text("comment"),
        about=Review(product=place.title, product_id=place.path),
        answer=Answer(comment, read_time(reply.text("updateTime"))) if comment else None,
    )


def read_time(text: str) -> Millis:
    """Milliseconds of a time as of RFC 3339; 0 for none."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
