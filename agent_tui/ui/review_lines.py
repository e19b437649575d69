"""What a review shows besides its text: stars, product, reviewer, whether the public sees it."""

from agent_tui.content.safe import safe_line
from agent_tui.model.conversation import Conversation
from agent_tui.model.review import Moderation, Review
from agent_tui.ui.cells import Glyphs, folded
from agent_tui.ui.rows import Piece, stars
from agent_tui.ui.theme import Part

_STATES = {
    Moderation.HELD: "held, not public",
    Moderation.SPAM: "spam, not public",
    Moderation.HIDDEN: "hidden, not public",
}


def rated(rating: int, glyphs: Glyphs) -> str:
    """A rating in stars and as a number: the stars alone are hard to count."""
    return f"{stars(rating, glyphs)} {rating}/5"


def facts(conversation: Conversation, glyphs: Glyphs) -> list[Piece]:
    """Product, reviewer and state on one line; nothing for what is no review."""
    review = conversation.review
    if review is None:
        return []
    said = [_clean(text) for text in _said(review) if text]
    pieces = [Piece(f" {glyphs.dot} ".join(said), Part.DIM)]
    if review.verified:
        pieces.append(Piece(f"{_gap(pieces, glyphs)}verified buyer", Part.GOOD))
    if state := _STATES.get(review.moderation):
        pieces.append(Piece(f"{_gap(pieces, glyphs)}{state}", Part.WARNING))
    return [piece for piece in pieces if piece.text]


def _said(review: Review) -> list[str]:
    version = f"version {review.version}" if review.version else ""
    return [review.product, version, review.device, review.country, review.language]


def _gap(pieces: list[Piece], glyphs: Glyphs) -> str:
    return f" {glyphs.dot} " if any(piece.text for piece in pieces) else ""


def _clean(text: str) -> str:
    return folded(safe_line(text))
