"""Reads a review of the Play Developer API; missing fields, which are many, read as empty."""

from collections.abc import Iterable

from agent_tui.adapters.node import Node
from agent_tui.adapters.reviews import Answer, Posted, stars
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.review import Review


def read_reviews(app: str, found: Iterable[Node]) -> list[Posted]:
    """What ``found`` holds of the customers' reviews."""
    read = (read_review(app, one) for one in found)
    return [one for one in read if one is not None]


def read_review(app: str, found: Node) -> Posted | None:
    """None for what is no review: it has no id, or no words of a customer."""
    review = found.text("reviewId")
    comments = found.nodes("comments")
    said = next((c.node("userComment") for c in comments if c.has("userComment")), None)
    if said is None or not review or review != safe_line(review):
        return None
    title, text = _title_and_text(said.text("text"))
    return Posted(
        id=review,
        at=_at(said),
        author=found.text("authorName"),
        rating=stars(said.whole("starRating")),
        title=title,
        text=text,
        about=_about(app, said),
        answer=_answer(comments),
    )


def _title_and_text(text: str) -> tuple[str, str]:
    """A title, where there is one, stands before a TAB, which is also there without one."""
    title, tab, body = text.partition("\t")
    return (title.strip(), body) if tab else ("", text)


def _about(app: str, said: Node) -> Review:
    version = said.line("appVersionName")
    code = said.whole("appVersionCode")
    return Review(
        product=app,
        product_id=app,
        version=version or (str(code) if code is not None else ""),
        device=said.node("deviceMetadata").line("productName") or said.line("device"),
        language=said.line("reviewerLanguage").replace("_", "-"),
    )


def _answer(comments: Iterable[Node]) -> Answer | None:
    ours = (one.node("developerComment") for one in comments)
    return next((Answer(one.text("text"), _at(one)) for one in ours if one.text("text")), None)


def _at(comment: Node) -> Millis:
    """``lastModified``: seconds as text, and nanoseconds."""
    time = comment.node("lastModified")
    seconds = time.text("seconds")
    whole = int(seconds) if seconds.isdecimal() and len(seconds) < 13 else 0
    return whole * 1000 + (time.whole("nanos") or 0) // 1_000_000
