"""How a review and what may be quoted of it stand in columns of its conversation.

Imported before first paint.
"""

import json
from collections.abc import Mapping
from typing import Any

from agent_tui.model.review import Moderation, Review
from agent_tui.model.testimonial import Consent, Testimonial

_COLUMNS = ("product", "country", "verified", "moderation")


def columns_of(review: Review | None) -> dict[str, object]:
    """A review as the columns that hold it: what is asked for by queries has one of its own."""
    if review is None:
        return dict.fromkeys(("review", *_COLUMNS))
    own: dict[str, object] = {name: getattr(review, name) for name in _COLUMNS}
    rest = {name: getattr(review, name) for name in review.__slots__ if name not in own}
    return own | {"review": _dump({name: value for name, value in rest.items() if value})}


def review_of(row: Mapping[str, Any]) -> Review | None:
    """The review in the columns of :func:`columns_of`."""
    if row["review"] is None:
        return None
    return Review(
        **json.loads(row["review"]),
        product=row["product"] or "",
        country=row["country"] or "",
        verified=None if row["verified"] is None else bool(row["verified"]),
        moderation=Moderation(row["moderation"]),
    )


def testimonial_of(row: Mapping[str, Any]) -> Testimonial | None:
    """What may be quoted of the conversation, None where nobody thought of that."""
    if row["consent"] is None:
        return None
    return Testimonial(Consent(row["consent"]), row["quoted"], row["credit"] or "")


def _dump(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
