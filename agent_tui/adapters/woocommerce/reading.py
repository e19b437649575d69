"""Comments made into messages: who wrote them, what they say, whether the public sees them."""

from dataclasses import dataclass, field
from hashlib import blake2s
from html import escape, unescape

from agent_tui.adapters.woocommerce.records import Comment
from agent_tui.content.body import prepare_html, prepare_text
from agent_tui.content.safe import safe_line
from agent_tui.model.clock import Millis
from agent_tui.model.conversation import Channel, Status
from agent_tui.model.customer import IdentityKind, normal
from agent_tui.model.incoming import Edit, Flags, Incoming, Sender
from agent_tui.model.message import Body, Direction
from agent_tui.model.review import Moderation, Review

MODERATIONS = {
    "approved": Moderation.PUBLISHED,
    "hold": Moderation.HELD,
    "spam": Moderation.SPAM,
    "trash": Moderation.HIDDEN,
}
"""What WordPress calls them."""

_STATUSES = {"spam": Status.SPAM, "trash": Status.RESOLVED}
"""Where a conversation begins that nobody need look at."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A comment with what is known beside it."""

    comment: Comment
    root: Comment  # the review: itself, or what it answers in the end
    product: str = ""
    rating: int = 0
    verified: bool | None = None
    staff: frozenset[int] = field(default_factory=frozenset)  # numbers of our users

    @property
    def is_review(self) -> bool:
        return self.comment.id == self.root.id

    @property
    def is_ours(self) -> bool:
        return not self.is_review and self.comment.author in self.staff

    @property
    def is_gone(self) -> bool:
        """Whether it is an answer that nobody is to see any more; reviews are moderated instead."""
        return not self.is_review and self.comment.status in ("spam", "trash")

    def look(self) -> str:
        """Differs when anything of it differs that we show."""
        of = self.comment
        shown = (of.text, of.status, self.rating, self.verified, self.product)
        return blake2s(repr(shown).encode(errors="replace"), digest_size=6).hexdigest()


def incoming(posted: Posted, place: str, *, answered: bool) -> Incoming:
    """The message; ``place`` is the shop, ``answered`` says of a review that we have answered."""
    of, ours = posted.comment, posted.is_ours
    root = sender_of(posted.root, place)
    same = of.email and normal(IdentityKind.EMAIL, of.email) == normal(
        IdentityKind.EMAIL, posted.root.email
    )
    return Incoming(
        remote_id=str(of.id),
        channel=Channel.REVIEW,
        direction=Direction.OUTBOUND if ours else Direction.INBOUND,
        sender=root if same and not ours and not of.author else sender_of(of, place),
        at=of.at,
        body=body_of(of.text),
        subject=safe_line(posted.product, 200) if posted.is_review else "",
        message_id=of.key if ours else None,
        thread_key=str(posted.root.id),
        flags=Flags(answered=answered),
        rating=stars(posted.rating) if posted.is_review else None,
        status=_STATUSES.get(of.status) if posted.is_review else None,
        review=review_of(posted) if posted.is_review else None,
        customer=root if ours else None,
        answers=str(of.parent) if of.parent else None,
    )


def edit(posted: Posted, now: Millis) -> Edit:
    """What it says now; WordPress does not tell since when."""
    number = str(posted.comment.id)
    body = body_of(posted.comment.text)
    if not posted.is_review:
        return Edit(number, body, now)
    return Edit(number, body, now, rating=stars(posted.rating), review=review_of(posted))


def review_of(posted: Posted) -> Review:
    of = posted.comment
    link = safe_line(of.link)
    return Review(
        product=safe_line(posted.product, 200),
        product_id=str(of.post),
        verified=posted.verified,
        moderation=MODERATIONS.get(of.status, Moderation.HELD),
        url=link if link.startswith(("https://", "http://")) else "",
    )


def sender_of(comment: Comment, place: str) -> Sender:
    """Who wrote ``comment``: a user of the shop, or a guest, known by this one comment only.

    The address is never more than a claim, also of a "verified owner": WooCommerce looks for the
    typed address among its buyers and does not ask who types it.
    """
    claims = ((IdentityKind.EMAIL, safe_line(comment.email)),) if comment.email else ()
    name = safe_line(unescape(comment.name), 100) or "Somebody"
    if comment.author:
        return Sender(IdentityKind.SHOP, user_value(place, comment.author), name, claims)
    return Sender(IdentityKind.HANDLE, f"{place}/guest/{comment.id}", name, claims)


def user_value(place: str, number: int) -> str:
    """The identity of a registered user of the shop at ``place``."""
    return f"{place}/user/{number}"


def user_of(value: str, place: str) -> int | None:
    """The number of the user with that identity; None for one of elsewhere."""
    number = value.removeprefix(f"{place}/user/")
    return int(number) if number != value and number.isdecimal() and len(number) < 18 else None


def body_of(html: str) -> Body:
    """The body of a comment: HTML of which WordPress makes paragraphs only when it shows it."""
    if "<" not in html:
        return prepare_text(unescape(html))
    return prepare_html(html if "<p>" in html else html.replace("\n", "<br>\n"))


def html_of(text: str) -> str:
    """``text`` so that a comment shows it as it is."""
    return escape(text, quote=False)


def stars(value: int) -> int | None:
    """``value`` if it is a number of stars; comments without any have 0."""
    return value if 1 <= value <= 5 else None
