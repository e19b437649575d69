"""Testimonials as they are handed out: gathered from the store, and as Markdown, CSV or values."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from agent_tui.content.safe import safe_line, safe_text
from agent_tui.model.clock import Millis, iso
from agent_tui.model.conversation import Conversation, Sort
from agent_tui.model.event import Entity, Event
from agent_tui.model.message import Message
from agent_tui.model.testimonial import Consent, Quote, Testimonial
from agent_tui.query.compile import Compiled
from agent_tui.store import events, listings, messages
from agent_tui.store.database import Database

_PAGE = 200

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheets run a cell that begins so (OWASP, "CSV Injection")."""

_MARKS = re.compile(r"[\\`*_\[\]<>#|~&]")
"""What means something in Markdown: a customer's words are shown, not carried out."""


def quotes(db: Database, query: Compiled) -> Iterator[Quote | None]:
    """The testimonials among the conversations of ``query``, newest first; None in place of one
    whose author has taken the message away."""
    after = None
    while page := listings.page(db, query, Sort.NEWEST, after=after, limit=_PAGE):
        for conversation in page:
            if conversation.testimonial is not None:
                yield _quote(db, conversation, conversation.testimonial)
        after = listings.anchor(page[-1], Sort.NEWEST)


def markdown(found: Iterable[Quote]) -> str:
    """Block quotes, each with who said it of what, and where it stands."""
    return "\n".join(map(_block, found))


def comma_separated(found: Iterable[Quote]) -> str:
    """A table for spreadsheets (RFC 4180); no cell of it is a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    rows = list(map(values, found))
    table.writerow(rows[0] if rows else values(_NOBODY))
    table.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def values(quote: Quote) -> dict[str, object]:
    """What scripts get; times are RFC 3339, UTC."""
    return {
        "conversation": quote.conversation_id,
        "consent": quote.consent,
        "text": safe_text(quote.text),
        "stars": quote.stars,
        "product": safe_line(quote.product),
        "name": safe_line(quote.name),
        "date": iso(quote.written_at),
        "url": safe_line(quote.url),
        "consent_at": iso(quote.said_at),
        "consent_by": quote.said_by,
        "changed_since": quote.changed,
    }


def _quote(db: Database, conversation: Conversation, one: Testimonial) -> Quote | None:
    message = messages.get(db, one.quoted)
    if message is None or message.deleted_at is not None:
        return None
    said = _said(db, conversation.id, one.consent)
    at = said.stamp.at if said else message.at
    text, stars, changed = message.body.text, conversation.rating, False
    if one.consent is Consent.GRANTED:
        text, stars, changed = _as_of(message, conversation.rating, at)
    review = conversation.review
    return Quote(
        conversation_id=conversation.id,
        consent=one.consent,
        text=text.strip(),
        stars=stars,
        product=review.product if review else "",
        name=one.credit or conversation.customer,
        written_at=message.at,
        url=review.url if review else "",
        said_at=at,
        said_by=said.stamp.actor if said else "",
        changed=changed,
    )


def _as_of(message: Message, rating: int | None, at: Millis) -> tuple[str, int | None, bool]:
    """Text and stars at that time, and whether they are others now."""
    later = next((version for version in message.versions if version.at > at), None)
    if later is None:
        return message.body.text, rating, False
    return later.text, rating if later.rating is None else later.rating, True


def _said(db: Database, conversation_id: int, consent: Consent) -> Event | None:
    """When it came to that consent: undo and redo bring it back, but nobody said it then."""
    history = events.of_fields(db, Entity.CONVERSATION, conversation_id, ("consent",))
    return next((e for e in history if e.after == consent and e.undoes is None), None)


def _block(quote: Quote) -> str:
    lines = [f"> {line}".rstrip() for line in _plain(safe_text(quote.text)).split("\n")]
    at = datetime.fromtimestamp(quote.written_at / 1000, UTC)
    facts = [
        _plain(safe_line(quote.name)),
        f"{quote.stars} of 5 stars" if quote.stars is not None else "",
        _plain(safe_line(quote.product)),
        f"{at:%Y-%m-%d}",
        f"<{safe_line(quote.url)}>" if quote.url else "",
        "" if quote.consent is Consent.GRANTED else f"not to be printed: {quote.consent}",
    ]
    return "\n".join([*lines, ">", f"> - {', '.join(filter(None, facts))}", ""])


def _plain(text: str) -> str:
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", text)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


_NOBODY = Quote(0, Consent.CANDIDATE, "", None, "", "", 0, "", 0, "")
