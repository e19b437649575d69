"""Reads what App Store Connect says of apps and reviews (JSON:API documents)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent_tui.adapters.app_store.territories import country_of
from agent_tui.adapters.node import Node
from agent_tui.adapters.reviews import Answer, Posted, stars
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.review import Review

_ANSWERS = "customerReviewResponses"


@dataclass(frozen=True, slots=True)
class App:
    """An app that reviews are of."""

    id: str  # a number
    name: str
    bundle: str


@dataclass(frozen=True, slots=True)
class Found:
    """A review, with Apple's id of the answer to it, empty without one."""

    posted: Posted
    answer_id: str


def read_reviews(app: App, document: Node) -> list[Posted]:
    """The reviews of a page that includes their answers."""
    answers = _answers(document)
    read = (_review(app, one, answers) for one in document.nodes("data"))
    return [one.posted for one in read if one is not None]


def read_review(app: App, document: Node) -> Found | None:
    """The review of a document of one."""
    return _review(app, document.node("data"), _answers(document))


def _answers(document: Node) -> Mapping[str, Node]:
    """The answers that are included, by id."""
    found = document.nodes("included")
    return {one.text("id"): one for one in found if one.text("type") == _ANSWERS}


def _review(app: App, found: Node, answers: Mapping[str, Node]) -> Found | None:
    """None for what is no review: it has no id."""
    review, said = found.text("id"), found.node("attributes")
    if not review or review != safe_line(review):
        return None
    linked = found.node("relationships").node("response").node("data").text("id")
    answer = answers.get(linked)
    posted = Posted(
        id=review,
        at=_time(said.text("createdDate")),
        author=said.text("reviewerNickname"),
        rating=stars(said.whole("rating")),
        title=said.text("title"),
        text=said.text("body"),
        about=Review(
            product=app.name, product_id=app.id, country=country_of(said.text("territory"))
        ),
        answer=_answer(answer) if answer else None,
    )
    return Found(posted, linked if answer else "")


def _answer(found: Node) -> Answer:
    said = found.node("attributes")
    return Answer(said.text("responseBody"), _time(said.text("lastModifiedDate")))


def _time(text: str) -> Millis:
    """Milliseconds of a time as of RFC 3339; 0 for none."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0
