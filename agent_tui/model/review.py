"""What a review has besides its text and stars."""

from dataclasses import dataclass
from enum import StrEnum


class Moderation(StrEnum):
    """Whether the public sees a review."""

    PUBLISHED = "published"
    HELD = "held"  # waits for approval
    SPAM = "spam"
    HIDDEN = "hidden"  # taken away, such as into the bin


@dataclass(frozen=True, slots=True)
class Review:
    """What is reviewed, and what the provider says of the reviewer."""

    product: str = ""  # its name, as customers know it
    product_id: str = ""
    version: str = ""  # of an app
    device: str = ""
    country: str = ""  # ISO 3166-1 alpha-2
    language: str = ""  # BCP 47
    verified: bool | None = None  # bought it, as far as the provider says
    moderation: Moderation = Moderation.PUBLISHED
    url: str = ""
